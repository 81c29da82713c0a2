// How long after one agent's click a note is on another agent's screen, against the bare echo of the server: a request by
// `fetch`, and its event read off the stream by a page that does nothing else.
//
// And how long after a browser has its network back: from the request for the stream to the note that was written
// meanwhile, on the screen; against a page that does nothing but ask for the same stream and read it.
import { resolve } from "node:path";
import { launch, newContext } from "../harness/browser.mjs";

const tests = resolve(import.meta.dirname, "../../tests/e2e");
const { NetworkProxy } = await import(resolve(tests, "proxy.js"));
const { Server } = await import(resolve(tests, "server.js"));

export const title = "A colleague's note on the screen, and what was missed while offline";
export const baseline = "bare client";

const WARM_UP = 3;
/** A note is quick: more samples. */
const NOTES_OF_ROUND = 4;
/** A moment that pages of one machine agree on; source, for pages. */
const NOW = "performance.timeOrigin + performance.now()";

export async function measure(section, rounds) {
  const server = await Server.start([]);
  const browser = await launch();
  try {
    const agents = new Agents(server, browser);
    await agents.open();
    await onScreen(section, agents, rounds * NOTES_OF_ROUND);
    await afterReconnect(section, agents, rounds);
  } finally {
    await browser.close();
    await server.dispose();
  }
}

/** Two agents with the same conversation open, and a bare page of each. */
class Agents {
  constructor(server, browser) {
    Object.assign(this, { server, browser });
  }

  async open() {
    this.maya = await this.signIn("maya@acme.test");
    this.sam = await this.signIn("sam@acme.test");
    [this.conversation] = (await get(this.maya, "/conversations?limit=1&status=open")).items;
    for (const page of [this.maya, this.sam]) await this.show(page);
    this.writer = await this.signIn("maya@acme.test");
    this.reader = await this.signIn("sam@acme.test");
  }

  async signIn(email, baseURL = this.server.url) {
    const page = await (await newContext(this.browser, { baseURL })).newPage();
    await page.goto("/favicon.svg");
    const status = await page.evaluate(async (email) => {
      const headers = { "content-type": "application/json", "x-sidenote": "1" };
      const body = JSON.stringify({ email, password: "demo" });
      return (await fetch("/api/v1/session", { method: "POST", headers, body })).status;
    }, email);
    if (status !== 204) throw new Error(`${email} can't sign in: ${status}`);
    return page;
  }

  async show(page) {
    const { id } = this.conversation;
    await page.goto(`/inbox?open=${id}&panel=${id}`);
    await page.locator(".add-note-field").waitFor();
  }
}

const get = (page, path) => page.evaluate(async (path) => (await fetch(`/api/v1${path}`)).json(), path);

/** Begins to wait for a text among the notes of a page; resolves to the moment, or to the time since `since`. */
function seen(page, text, since = "0") {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => document.querySelector(".note-rows")?.textContent.includes("${text}");
    const observer = new MutationObserver(() => look() && (observer.disconnect(), resolve(${NOW} - ${since})));
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  })`);
}

// A note, from one screen to the other.

async function onScreen(section, agents, count) {
  await readStream(agents.reader);
  for (let round = -WARM_UP; round < count; round += 1) {
    const [bare, whole] = [await echo(agents), await fromClickToScreen(agents, round)];
    if (round < 0) continue;
    section.add("a note on another agent's screen", "ms", section.baseline, bare);
    section.add("a note on another agent's screen", "ms", section.measured, whole);
  }
}

/** Reads the event stream in a page that does nothing else, and keeps when it has heard of which id. */
async function readStream(page) {
  await page.evaluate(`(async () => {
    window.heard = new Map();
    const stream = (await fetch("/api/v1/events")).body.getReader();
    const decoder = new TextDecoder();
    (async () => {
      for (;;) {
        const { done, value } = await stream.read();
        if (done) return;
        const at = ${NOW};
        for (const [, id] of decoder.decode(value).matchAll(/"id":"([0-9a-f-]{36})"/g)) window.heard.set(id, at);
      }
    })();
  })()`);
}

async function echo({ writer, reader, conversation }) {
  const id = crypto.randomUUID();
  const begun = await writer.evaluate(`(async () => {
    const begun = ${NOW};
    const headers = { "content-type": "application/json", "x-sidenote": "1" };
    const body = JSON.stringify({ body: "echo", conversation_id: "${conversation.id}" });
    await fetch("/api/v1/contacts/${conversation.contact_id}/notes/${id}", { method: "PUT", headers, body });
    return begun;
  })()`);
  const heard = await reader.waitForFunction((id) => window.heard.get(id), id);
  return (await heard.jsonValue()) - begun;
}

async function fromClickToScreen({ maya, sam }, round) {
  const text = `On screen ${round} ${crypto.randomUUID()}`;
  const onOther = seen(sam, text);
  await maya.locator(".add-note-field").fill(text);
  const begun = await maya.evaluate(`(() => {
    const begun = ${NOW};
    document.querySelector(".add-note .primary").click();
    return begun;
  })()`);
  return (await onOther) - begun;
}

// Two browsers behind one proxy: the app, and a bare reader.

async function afterReconnect(section, agents, count) {
  const proxy = await NetworkProxy.to(agents.server.url);
  try {
    const app = await agents.signIn("sam@acme.test", proxy.url);
    await app.addInitScript(`{
      const { fetch } = window;
      window.fetch = (request, ...rest) => {
        if ((request.url ?? String(request)).endsWith("/api/v1/events")) window.asked = ${NOW};
        return fetch(request, ...rest);
      };
    }`);
    await agents.show(app);
    const bare = await agents.signIn("sam@acme.test", proxy.url);
    for (let round = -WARM_UP; round < count; round += 1) {
      const taken = await reconnect(agents, proxy, { app, bare }, round);
      if (round < 0) continue;
      section.add("a note written while offline, after the network is back", "ms", section.baseline, taken.bare);
      section.add("a note written while offline, after the network is back", "ms", section.measured, taken.app);
    }
  } finally {
    await proxy.dispose();
  }
}

async function reconnect({ maya, sam, writer, conversation }, proxy, { app, bare }, round) {
  const { as_of } = await get(writer, `/contacts/${conversation.contact_id}/notes?limit=1`);
  proxy.disconnect();
  const text = `While away ${round} ${crypto.randomUUID()}`;
  await maya.locator(".add-note-field").fill(text);
  await maya.locator(".add-note .primary").click();
  await sam.locator(".note-rows", { hasText: text }).waitFor();
  const onScreen = seen(app, text, "window.asked");
  proxy.reconnect();
  await app.evaluate(() => dispatchEvent(new Event("online")));
  return { app: await onScreen, bare: await firstAnswer(bare, as_of, text) };
}

/** From the request for the stream after a position to the text, in a page that does nothing else. */
function firstAnswer(page, position, text) {
  return page.evaluate(`(async () => {
    const asked = ${NOW};
    const abort = new AbortController();
    const headers = { "last-event-id": "${position}" };
    const stream = (await fetch("/api/v1/events", { headers, signal: abort.signal })).body.getReader();
    const decoder = new TextDecoder();
    for (let heard = ""; !heard.includes("${text}"); ) heard += decoder.decode((await stream.read()).value);
    const taken = ${NOW} - asked;
    abort.abort();
    return taken;
  })()`);
}
