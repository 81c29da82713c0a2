import type { Options } from "../index.js";

export interface ChatwootOptions {
  /**
   * Where the other product's API is for this page, without `/api/v1`. Best a route of your own back end that adds
   * `api_access_token`: a page that knows that token gives it away.
   */
  base: string;
  account: number;
  /** The number of one of its contacts. */
  contact: number;
  /** The agent, as the other product knows them. */
  me: { id: number; name: string };
  /** How often colleagues' notes are looked for. Default: 10,000. */
  pollMs?: number;
  /** Default: the browser's own. */
  fetch?: typeof fetch;
}

/**
 * The contact panel over Chatwoot's contact notes: what it returns is given to `mount`.
 *
 * Not as with Sidenote's own back end: colleagues' notes come when they are looked for; an undone deletion is a new note
 * to Chatwoot; details, tags and lists can be read but not changed.
 */
export function chatwoot(options: ChatwootOptions): Pick<Options, "contact" | "conversation" | "view"> &
  Required<Pick<Options, "fetch" | "getToken">>;
