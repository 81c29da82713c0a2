/** The result of `getToken`. `expires_in`: seconds; without it a new token is requested after five minutes. */
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
   * Requests a token from your back end, which gets it by `POST /embed/v1/tokens`. Called when a token is needed and
   * again before it expires. Mounts with the same function and the same `apiBase` share one store and one connection.
   */
  getToken: () => Token | Promise<Token>;
  /** Default: `inbox`. */
  view?: View;
  /** A conversation's id. `conversation`: the one shown; `contact-panel`: where a new note is written. */
  conversation?: string;
  /** A contact's id. The view `contact-panel` needs it or `contactBy`. */
  contact?: string;
  /** What your own system knows the contact by: `external-id:4711`, `email:ana@example.com` or `phone:+351912345678`. */
  contactBy?: string;
  /** Default: the system's setting. */
  theme?: "light" | "dark" | "auto";
  /** The format of dates and times: a BCP 47 tag, e. g. `pt-BR`. Default: the browser's. The texts are English. */
  locale?: string;
  /**
   * Answers requests in place of the browser's own `fetch`, for a back end that is not Sidenote's. See
   * `adapters/chatwoot.js`. Mounts share a store only if this function is the same too.
   */
  fetch?: (request: Request) => Promise<Response>;
  /** The module, if it isn't beside the script: an address, or the result of `WebAssembly.compile`. */
  module?: string | URL | Request | WebAssembly.Module;
}

export interface Handle {
  /** Resolves when the view is shown; rejects with a sentence if it can't be. */
  readonly ready: Promise<void>;
  /** Opens a conversation, in the views that show conversations. */
  open(conversationId: string): void;
  /** Sets a token, without a call of `getToken`. */
  setToken(token: Token): void;
  /** Changes `view`, `conversation`, `contact`, `contactBy`, `theme` or `locale`. */
  update(changed: Pick<Options, "view" | "conversation" | "contact" | "contactBy" | "theme" | "locale">): void;
  /** Removes the view and everything that belongs to it. Changes on their way to the server are still sent. */
  unmount(): void;
}

/** Shows a view in an element that has no shadow root of its own. */
export function mount(element: HTMLElement, options: Options): Handle;

/** Loads the module ahead of the first mount. */
export function load(module?: Options["module"]): Promise<unknown>;

/** `<sidenote-inbox>`. Options are attributes: `api-base`, `view`, `conversation`, `contact`, `contact-by`, `theme`, `locale`. */
export class SidenoteInbox extends HTMLElement {
  apiBase: string | undefined;
  view: View | undefined;
  conversation: string | undefined;
  contact: string | undefined;
  contactBy: string | undefined;
  theme: Options["theme"];
  locale: string | undefined;
  /** Setting it starts the view; it can't be an attribute. */
  getToken: Options["getToken"] | undefined;
  /** Used in place of the browser's own; set it before `getToken`. */
  fetch: Options["fetch"];
  readonly ready: Promise<void>;
  open(conversationId: string): void;
  setToken(token: Token): void;
}

/** Events bubble and cross shadow roots. They hold ids only, never a text. */
export interface SidenoteEventMap {
  /** A conversation was opened. */
  "sidenote:open": CustomEvent<{ conversationId: string }>;
  /** A contact note was added or restored, by anybody. */
  "sidenote:note-added": CustomEvent<{ contactId: string; noteId: string }>;
  /** A contact note was deleted, by anybody. */
  "sidenote:note-deleted": CustomEvent<{ contactId: string; noteId: string }>;
  /** `getToken` returned no token, or one that the server refuses. `setToken` continues. */
  "sidenote:auth-needed": CustomEvent<Record<string, never>>;
  /** The view could not be shown at all, or it broke: then it offers to start again, and nothing typed is lost. */
  "sidenote:failed": CustomEvent<{ message: string }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "sidenote-inbox": SidenoteInbox;
  }
  interface HTMLElementEventMap extends SidenoteEventMap {}
}
