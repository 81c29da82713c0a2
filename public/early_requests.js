// Asks the server for what the page's address needs, while the browser still downloads the module. The module takes
// each answer in place of a request of its own, once (`src/net/early_answers.rs`).
//
// A classic script, since it runs as soon as it is there. The paths are those of `crates/wire/src/paths.rs`, the address
// is that of `src/navigation/routes.rs`; where they differ, the module asks by itself, and `cold.spec.js` fails.
(() => {
  /** After this time no answer is handed over: the agent may have done a lot meanwhile. */
  const FRESH_MS = 30_000;
  const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

  /** The answers by path. */
  const answers = new Map();

  /** Sends a request; returns the text of the answer, `undefined` if the server refuses or can't be reached. */
  function ask(path, agent) {
    const answer = (async () => {
      const me = await agent;
      const headers = { "X-Sidenote": "1", ...(me && { "X-Sidenote-Agent": me }) };
      const response = await fetch(path, { headers, signal: AbortSignal.timeout(FRESH_MS) });
      // Read to its end here, so that the module does not wait. A refusal is left to the module.
      return response.status === 200 ? await response.text() : undefined;
    })().catch(() => undefined);
    answers.set(path, answer);
    return answer;
  }

  /** What an answer says, for those that say what else to ask for. */
  const read = (answer) => answer.then((text) => text && JSON.parse(text)).catch(() => undefined);

  function listPath(query) {
    const { section = "all", sort = "newest", status = "open", channel, assignee } = query;
    const parts = { section, sort, limit: 100, status: status === "any" ? "" : status, channel, assignee };
    const named = Object.entries(parts).filter(([, value]) => value);
    return `/api/v1/conversations?${new URLSearchParams(named)}`;
  }

  async function askForConversation(id, agent, list) {
    ask(`/api/v1/conversations/${id}/messages`, agent);
    ask(`/api/v1/conversations/${id}/notes`, agent);
    const listed = (await list)?.items.find((conversation) => conversation.id === id);
    const conversation = listed ?? (await read(ask(`/api/v1/conversations/${id}`, agent)));
    if (conversation) askForContact(conversation.contact_id, agent);
  }

  function askForContact(id, agent) {
    ask(`/api/v1/contacts/${id}`, agent);
    ask(`/api/v1/contacts/${id}/notes?limit=100`, agent);
  }

  /** Resolves when every request is sent that this script sends. */
  function askForTheAddress() {
    const me = read(ask("/api/v1/me"));
    // Without an agent the page becomes the sign-in, which is no inbox.
    me.then((me) => me ?? document.querySelector(".shell")?.remove());
    // The other requests name the agent: the server refuses them if another one has signed in meanwhile.
    const agent = me.then((me) => me?.agent.id ?? Promise.reject(new Error("nobody is signed in")));
    const [, page, contact] = location.pathname.split("/");
    if (page === "contacts") {
      ask(listPath({}), agent);
      if (ID.test(contact)) askForContact(contact, agent);
      return Promise.resolve();
    }
    const query = Object.fromEntries(new URLSearchParams(location.search));
    const list = read(ask(listPath(query), agent));
    const open = (query.open ?? "").split(",").filter((id) => ID.test(id));
    return Promise.all([...new Set(open)].map((id) => askForConversation(id, agent, list)));
  }

  const sent = askForTheAddress();

  /** The text of the answer to a path, the first time; `undefined` if this script did not ask, or was refused. */
  globalThis.sidenoteEarlyAnswer = async (path) => {
    if (!answers.has(path)) await sent;
    const answer = performance.now() < FRESH_MS ? answers.get(path) : undefined;
    answers.delete(path);
    const text = await answer;
    // A task of its own for each, like an answer from the network: what the module makes of several together is long.
    if (text !== undefined) await new Promise((resolve) => setTimeout(resolve));
    return text;
  };
})();
