// The fixtures of all end-to-end tests. Import `test` and `expect` from here, never from Playwright itself.
//
//   server         one per worker, shared by its tests, over a fresh database with the demonstration data. Has `url`,
//                  `database`, `output`, `kill()`, `stop()`, `restart(flags)`. `page.goto("/…")` goes to it.
//   serverFlags    further flags for it, as one string: test.use({ serverFlags: "--undo-window-ms 500 --purge-ms 100" });
//                  files with different flags get different workers, so set it at the top of a file.
//   startServer    (flags?, { demo }?) → a further Server for this test alone; for tests that kill it, fill it or count in it.
//   networkProxy   (server?) → a NetworkProxy to it, with `url`, `disconnect()` and `reconnect()`: signIn(maya, { at: proxy.url }).
//                  Not `proxy`: that is an option of Playwright itself.
//   signIn         (agent, { server, at, path, byForm, …browser context options }?) → a page of a browser context of its
//                  own, signed in, at `path`. The password is checked once per agent and server; `byForm` types it
//                  in again, for a session of the page's own. A second tab: `await page.context().newPage()`.
//   api            (agent, { server }?) → the API as that agent, to arrange data and to check what the server has.
//   person         ({ server }?) → a contact of the demonstration data whom no other test of this worker was given, with
//                  `first` and `second`, conversations on two channels. Each test writes about a person of its own.
//   visitor        ({ name, says, server }?) → a new contact of the web chat with `conversation`, `token` and `say(text)`,
//                  at the top of the list: a long list renders no rows further down.
//   chatPage       (visitor?, { server }?) → the contact's own page, as that visitor or as somebody new.
//   complaints     console errors and uncaught exceptions of the pages opened here. Checked after each
//                  test: it must be empty. Failed requests are not in it; refusing them is what some tests are about.
//
//   maya, sam      agents of one organization, maya an admin; gia is of another one.
//   accessible     (page) → fails, with each finding, if axe has any; axeFindings (page) → the findings.
//   said           (sentence) → the sentence with a part that no other text has.
//
// Nothing here waits for a time to pass: expect(locator) and expect.poll wait for the thing itself.
import { test as base, expect } from "@playwright/test";
import axe from "axe-core";
import { randomUUID } from "node:crypto";
import { NetworkProxy } from "./proxy.js";
import { Server } from "./server.js";

export { expect };

export const maya = { email: "maya@acme.test", password: "demo", name: "Maya Lindqvist" };
export const sam = { email: "sam@acme.test", password: "demo", name: "Sam Rivera" };
export const gia = { email: "gia@globex.test", password: "demo", name: "Gia Moretti" };

export const said = (sentence) => `${sentence} ${randomUUID().slice(0, 8)}`;

export const test = base.extend({
  serverFlags: ["", { option: true, scope: "worker" }],

  server: [
    async ({ serverFlags }, use) => {
      const server = await Server.start(words(serverFlags));
      await use(server);
      await server.dispose();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  startServer: async ({}, use) => {
    const started = [];
    await use(async (flags = "", options = {}) => {
      const server = await Server.start(words(flags), options);
      started.push(server);
      return server;
    });
    await Promise.all(started.map((server) => server.dispose()));
  },

  networkProxy: async ({ server }, use) => {
    const proxies = [];
    await use(async (to = server) => {
      const proxy = await NetworkProxy.to(to.url);
      proxies.push(proxy);
      return proxy;
    });
    await Promise.all(proxies.map((proxy) => proxy.dispose()));
  },

  complaints: [
    async ({}, use) => {
      const complaints = [];
      await use(complaints);
      expect(complaints, "nothing may complain in a page's console").toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, complaints }, use) => {
    listen(context, complaints);
    await use(context);
  },

  /** Opens a browser context that is recorded, and closed after the test. */
  open: async ({ browser, complaints }, use) => {
    const contexts = [];
    await use(async (options) => {
      const context = await browser.newContext(options);
      contexts.push(context);
      listen(context, complaints);
      return context.newPage();
    });
    // A handler of a test may still be at work on a request that the test need not wait for.
    const pages = contexts.flatMap((context) => context.pages());
    await Promise.all(pages.map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
    await Promise.all(contexts.map((context) => context.close()));
  },

  sessions: [
    async ({ playwright }, use) => {
      const known = new WeakMap();
      await use((server, agent) => {
        if (!known.has(server)) known.set(server, new Map());
        const sessions = known.get(server);
        if (!sessions.has(agent.email)) sessions.set(agent.email, session(playwright, server, agent));
        return sessions.get(agent.email);
      });
    },
    { scope: "worker" },
  ],

  signIn: async ({ open, server, sessions }, use) => {
    await use(async (agent, { server: at = server, at: baseURL = at.url, path = "/", byForm = false, ...rest } = {}) => {
      const storageState = byForm ? undefined : await sessions(at, agent);
      const page = await open({ baseURL, storageState, ...rest });
      await page.goto(path);
      if (byForm) {
        await fillSignIn(page, agent);
        await expect(page.getByLabel("Password")).toBeHidden();
      }
      return page;
    });
  },

  api: async ({ playwright, server, sessions }, use) => {
    const opened = [];
    await use(async (agent, { server: at = server } = {}) => {
      const request = await playwright.request.newContext({
        baseURL: at.url,
        extraHTTPHeaders: asTheApp(at),
        storageState: await sessions(at, agent),
      });
      opened.push(request);
      return new Api(request);
    });
    await Promise.all(opened.map((request) => request.dispose()));
  },

  /** The people already given to a test. */
  given: [
    async ({}, use) => {
      await use(new WeakMap());
    },
    { scope: "worker" },
  ],

  person: async ({ server, given, api }, use) => {
    await use(async ({ server: at = server } = {}) => {
      const agents = await api(maya, { server: at });
      if (!given.has(at)) given.set(at, await twoChannelPeople(agents));
      const people = given.get(at);
      // When all have been given, they are given again: sentences made with `said` keep the tests apart.
      people.push(people.shift());
      return people.at(-1);
    });
  },

  visitor: async ({ playwright, server, api }, use) => {
    const opened = [];
    await use(async ({ server: at = server, name, says = said("Hello") } = {}) => {
      const request = await playwright.request.newContext({ baseURL: at.url });
      opened.push(request);
      const { token } = await (await request.post("/contact/v1/acme/visits")).json();
      const say = async (body) => {
        const headers = { Authorization: `Bearer ${token}` };
        const answer = await request.put(`/contact/v1/messages/${randomUUID()}`, { data: { body }, headers });
        expect(answer.status(), "the message arrives").toBe(201);
      };
      await say(says);
      const agents = await api(maya, { server: at });
      const find = async () => (await agents.conversations()).find(({ preview }) => preview?.text === says);
      const { id, contact_id } = await find();
      await agents.change(`/contacts/${contact_id}`, { name: name ?? said("Visitor") });
      const conversation = await agents.get(`/conversations/${id}`);
      return { id: contact_id, name: conversation.contact.name, token, say, conversation };
    });
    await Promise.all(opened.map((request) => request.dispose()));
  },

  chatPage: async ({ open, server }, use) => {
    await use(async (visitor, { server: at = server, ...rest } = {}) => {
      const localStorage = visitor ? [{ name: "sidenote-chat:acme:token", value: visitor.token }] : [];
      const storageState = { cookies: [], origins: [{ origin: at.url, localStorage }] };
      const page = await open({ baseURL: at.url, storageState, ...rest });
      await page.goto("/chat/acme");
      await expect(page.getByRole("textbox", { name: "Your message" })).toBeVisible();
      return page;
    });
  },
});

/** The agents' API as one agent. Throws if the server refuses; `request` does not. */
class Api {
  constructor(request) {
    /** For requests that may be refused: Playwright's own, with paths from the root. */
    this.request = request;
  }

  async get(path) {
    return this.#ask("GET", path);
  }

  async change(path, data) {
    return this.#ask("PATCH", path, data);
  }

  async put(path, data) {
    return this.#ask("PUT", path, data);
  }

  async delete(path) {
    return this.#ask("DELETE", path);
  }

  async allConversations() {
    return this.#pages("/conversations?limit=100");
  }

  /** The first hundred, or those that match a query. */
  async conversations(query = "") {
    return (await this.get(`/conversations?limit=100${query}`)).items;
  }

  /** Adds a contact note from that conversation. */
  async addNote({ id, contact_id }, body) {
    return this.put(`/contacts/${contact_id}/notes/${randomUUID()}`, { body, conversation_id: id });
  }

  async addConversationNote({ id }, body) {
    return this.put(`/conversations/${id}/notes/${randomUUID()}`, { body });
  }

  async reply({ id }, body) {
    return this.put(`/conversations/${id}/messages/${randomUUID()}`, { body });
  }

  async contacts() {
    return this.#pages("/contacts?limit=100");
  }

  /** The newest fifty contact notes. */
  async notes(contact) {
    return (await this.get(`/contacts/${contact}/notes`)).items;
  }

  /** All of them, newest first. */
  async allNotes(contact) {
    return this.#pages(`/contacts/${contact}/notes?limit=100`);
  }

  async noteSaying(contact, text) {
    return (await this.notes(contact)).find(({ body }) => body.includes(text));
  }

  async #pages(path) {
    const items = [];
    for (let cursor = ""; cursor !== null; ) {
      const page = await this.get(`${path}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page.items);
      cursor = page.next_cursor;
    }
    return items;
  }

  async #ask(method, path, data) {
    const answer = await this.request.fetch(`/api/v1${path}`, { method, data });
    const text = await answer.text();
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${text}`).toBe(true);
    return text ? JSON.parse(text) : null;
  }
}

/** The headers of the app's own requests; without them the server takes a change for a forged one. */
const asTheApp = (server) => ({ "X-Sidenote": "1", Origin: server.url });

async function session(playwright, server, { email, password }) {
  const request = await playwright.request.newContext({ baseURL: server.url, extraHTTPHeaders: asTheApp(server) });
  const answer = await request.post("/api/v1/session", { data: { email, password } });
  expect(answer.status(), "the API signs the agent in").toBe(204);
  const state = await request.storageState();
  await request.dispose();
  return state;
}

async function twoChannelPeople(agents) {
  const people = [...grouped(await agents.allConversations()).values()].map((all) => {
    // Open ones first: they are in the list that an agent sees first.
    all.sort((a, b) => (b.status === "open") - (a.status === "open"));
    const [first] = all;
    const second = all.find(({ channel }) => channel.kind !== first.channel.kind);
    return { id: first.contact_id, name: first.contact.name, first, second };
  });
  const written = new Set((await agents.contacts()).filter(isWrittenTo).map(({ id }) => id));
  return people.filter(({ id, first, second }) => second && first.status === "open" && written.has(id));
}

const isWrittenTo = ({ blocked, unsubscribed }) => !blocked && !unsubscribed;

function grouped(conversations) {
  const groups = new Map();
  for (const one of conversations) groups.set(one.contact_id, [...(groups.get(one.contact_id) ?? []), one]);
  return groups;
}

/** Fills the sign-in form of `page` and submits it. */
export async function fillSignIn(page, { email, password }) {
  await page.getByRole("textbox", { name: "E-mail", exact: true }).fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Ends the page's process, as when it runs out of memory. */
export async function crash(page) {
  const cdp = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  // The crashed page gives no answer.
  cdp.send("Page.crash").catch(() => {});
  await crashed;
}

/** Fails with each finding, if axe has any for the page as it is now. */
export async function accessible(page) {
  expect(await axeFindings(page), "axe finds nothing").toEqual([]);
}

/** The findings of axe for the page as it is now. `rules`: run only these. */
export async function axeFindings(page, rules) {
  // Evaluated by the debugger, not as a script element, which the page's own policy rightly refuses.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe.source);
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(document, options), options);
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target})`));
}

function listen(context, complaints) {
  context.on("console", (message) => {
    const isFailedRequest = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isFailedRequest) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
}

function words(flags) {
  return flags.split(" ").filter(Boolean);
}
