import type { Options } from "../index.js";

export interface ChatwootOptions {
  /**
   * The address of the other product's API for this page, without `/api/v1`. Best is a route of your own back end that
   * adds `api_access_token`: a page that knows that token gives it away.
   */
  base: string;
  account: number;
  /** The number of a contact in the other product. */
  contact: number;
  /** The agent, as the other product knows them. */
  me: { id: number; name: string };
  /** How often the adapter polls for colleagues' notes, in milliseconds. Default: 10,000. */
  pollMs?: number;
  /** Default: the browser's own. */
  fetch?: typeof fetch;
}

/**
 * The contact panel over Chatwoot's contact notes. Pass the result to `mount`.
 *
 * Differences from Sidenote's own back end: colleagues' notes arrive by polling; for Chatwoot an undone deletion is a
 * new note; details, tags and lists can be read but not changed.
 */
export function chatwoot(options: ChatwootOptions): Pick<Options, "contact" | "conversation" | "view"> &
  Required<Pick<Options, "fetch" | "getToken">>;
