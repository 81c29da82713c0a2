// Faults of the network for one page's requests: hold a request, answer in the server's place, lose the answer.

/** Patterns for paths of the API; each matches with any query. */
export const NOTE = /\/api\/v1\/contacts\/[^/]+\/notes\/(?!seen$)[^/]+$/;
export const NOTES = /\/api\/v1\/contacts\/[^/]+\/notes(\?|$)/;
export const MESSAGE = /\/messages\/[^/]+$/;
export const CONVERSATION_NOTE = /\/api\/v1\/conversations\/[^/]+\/notes\/[^/]+$/;

/** A refusal in the form of RFC 9457, as the server's own. */
export function problem(status, code, { retryable = false } = {}) {
  const body = { type: `/problems/${code}`, title: "Refused by a test.", status, retryable };
  return { status, contentType: "application/problem+json", body: JSON.stringify(body) };
}

/** Calls `handle(route, nth)` for requests of `method` to `path`; other methods pass. */
export async function intercept(page, path, method, handle) {
  let count = 0;
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.fallback();
    count += 1;
    await handle(route, count);
  });
  return { count: () => count };
}

/** Holds each request of `method` to `path`. `letGo()` sends those that came, and those that come later. */
export async function holdBack(page, path, method) {
  const held = gate();
  const met = await intercept(page, path, method, async (route) => {
    await held.opened;
    await route.continue();
  });
  return { letGo: held.open, ...met };
}

/** Lets each request of `method` to `path` reach the server, and holds the answer until `letGo()`. */
export async function holdAnswer(page, path, method) {
  const held = gate();
  const met = await intercept(page, path, method, async (route) => {
    const response = await route.fetch();
    await held.opened;
    await route.fulfill({ response });
  });
  return { letGo: held.open, ...met };
}

function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { open, opened };
}
