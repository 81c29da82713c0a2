/** What `getToken` may return. `expires_in`: seconds; without it the token is asked for anew after five minutes. */
export type Token = string | { token: string; expires_in?: number };

/**
 * `inbox`: the list and what is opened from it. `conversation`: one conversation with its contact's profile.
 * `contact-panel`: the profile alone.
 */
export type View = "inbox" | "conversation" | "contact-panel";

export interface Options {
  /** The origin of the Sidenote server, e. g. `https://inbox.example`. Default: the page's own. */
  apiBase?: string;
  /**
   * Asks your back end for a token, which gets it by `POST /embed/v1/tokens`. Called when one is needed and again before
   * it ends. Mounts that are given the same function, and the same `apiBase`, share one store and one connection.
   */
  getToken: () => Token | Promise<Token>;
  /** Default: `inbox`. */
  view?: View;
  /** A conversation's id. `conversation`: the one shown; `contact-panel`: where a new note is written. */
  conversation?: string;
  /** A contact's id; needed for the view `contact-panel`. */
  contact?: string;
  /** Default: as the system is set. */
  theme?: "light" | "dark" | "auto";
  /** How dates and times are written: a BCP 47 tag, e. g. `pt-BR`. Default: as the browser is set. The words are English. */
  locale?: string;
  /**
   * Answers requests in the place of the browser's own `fetch`: for a back end that is not Sidenote's. See
   * `adapters/chatwoot.js`. Mounts share a store when this is the same function too.
   */
  fetch?: (request: Request) => Promise<Response>;
  /** The module, if it isn't beside the script: an address, or what `WebAssembly.compile` returned. */
  module?: string | URL | Request | WebAssembly.Module;
}

export interface Handle {
  /** Resolves when the view is there; rejects with a sentence when it can't be. */
  readonly ready: Promise<void>;
  /** Opens a conversation, in the views that show one. */
  open(conversationId: string): void;
  /** Hands over a token without being asked for it. */
  setToken(token: Token): void;
  /** Changes `view`, `conversation`, `contact`, `theme` or `locale`. */
  update(changed: Pick<Options, "view" | "conversation" | "contact" | "theme" | "locale">): void;
  /** Takes the view away and everything that came with it. What is on its way to the server is still sent. */
  unmount(): void;
}

/** Shows a view in an element that has no shadow root of its own. */
export function mount(element: HTMLElement, options: Options): Handle;

/** Loads the module ahead of the first mount. */
export function load(module?: Options["module"]): Promise<unknown>;

/** `<sidenote-inbox>`. The attributes `api-base`, `view`, `conversation`, `contact`, `theme` and `locale` are the options. */
export class SidenoteInbox extends HTMLElement {
  apiBase: string | undefined;
  view: View | undefined;
  conversation: string | undefined;
  contact: string | undefined;
  theme: Options["theme"];
  locale: string | undefined;
  /** Setting it begins; it can't be an attribute. */
  getToken: Options["getToken"] | undefined;
  /** In the place of the browser's own; set it before `getToken`. */
  fetch: Options["fetch"];
  readonly ready: Promise<void>;
  open(conversationId: string): void;
  setToken(token: Token): void;
}

/** Events bubble and cross shadow roots. They hold ids alone, never a text. */
export interface SidenoteEventMap {
  /** A conversation was opened. */
  "sidenote:open": CustomEvent<{ conversationId: string }>;
  /** A contact note was added or brought back, by anybody. */
  "sidenote:note-added": CustomEvent<{ contactId: string; noteId: string }>;
  /** A contact note was deleted, by anybody. */
  "sidenote:note-deleted": CustomEvent<{ contactId: string; noteId: string }>;
  /** `getToken` had no token, or one that the server does not take. `setToken` goes on. */
  "sidenote:auth-needed": CustomEvent<Record<string, never>>;
  /** The view could not be shown at all, or broke: then it offers to start again, and nothing typed is lost. */
  "sidenote:failed": CustomEvent<{ message: string }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "sidenote-inbox": SidenoteInbox;
  }
  interface HTMLElementEventMap extends SidenoteEventMap {}
}
