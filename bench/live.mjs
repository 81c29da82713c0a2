// How long after one agent's click a note is on another agent's screen, against the bare echo of the server: a request by
// `fetch`, and its event read off the stream by a page that does nothing else. Both in one run, turn by turn; the figure is
// the ratio of the medians.
//
// And how long after a browser has its network back: from the request for the stream to the note that was written
// meanwhile, on the screen; against a page that does nothing but ask for the same stream and read it.
//
// Called by `cargo xtask bench`, which has built everything and says where it is.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const require = createRequire(resolve(root, "tests/e2e/package.json"));
const { chromium } = require("@playwright/test");
const { Cable } = await import(resolve(root, "tests/e2e/cable.js"));
const { Server } = await import(resolve(root, "tests/e2e/server.js"));
const { default: config } = await import(resolve(root, "tests/e2e/playwright.config.js"));

const ROUNDS = 40;
const WARM_UP = 8;

const server = await Server.start([]);
const browser = await chromium.launch(config.use.launchOptions);

async function signedIn(email, baseURL = server.url) {
  const page = await (await browser.newContext({ baseURL })).newPage();
  await page.goto("/favicon.svg");
  const status = await page.evaluate(async (email) => {
    const headers = { "content-type": "application/json", "x-sidenote": "1" };
    const body = JSON.stringify({ email, password: "demo" });
    return (await fetch("/api/v1/session", { method: "POST", headers, body })).status;
  }, email);
  if (status !== 204) throw new Error(`${email} can't sign in: ${status}`);
  return page;
}

/** Runs in a page: what it asks the API. */
const ask = (page, path) => page.evaluate(async (path) => (await fetch(`/api/v1${path}`)).json(), path);
/** A moment that pages of one machine agree on. */
const NOW = "performance.timeOrigin + performance.now()";

const maya = await signedIn("maya@acme.test");
const { items } = await ask(maya, "/conversations?limit=100&status=open");
const [conversation] = items;
const path = `/inbox?open=${conversation.id}&panel=${conversation.id}`;
const sam = await signedIn("sam@acme.test");
for (const page of [maya, sam]) {
  await page.goto(path);
  await page.locator(".add-note-field").waitFor();
}

// The bare pair.
const writer = await signedIn("maya@acme.test");
const reader = await signedIn("sam@acme.test");
await reader.evaluate(`(async () => {
  window.heard = new Map();
  const stream = (await fetch("/api/v1/events")).body.getReader();
  const decoder = new TextDecoder();
  window.open_ = true;
  for (;;) {
    const { done, value } = await stream.read();
    if (done) return;
    const at = ${NOW};
    for (const [, id] of decoder.decode(value).matchAll(/"id":"([0-9a-f-]{36})"/g)) window.heard.set(id, at);
  }
})(), undefined`);
await reader.waitForFunction(() => window.open_);

async function echo() {
  const id = crypto.randomUUID();
  const begun = await writer.evaluate(`(async () => {
    const begun = ${NOW};
    const headers = { "content-type": "application/json", "x-sidenote": "1" };
    const body = JSON.stringify({ body: "echo", conversation_id: "${conversation.id}" });
    await fetch("/api/v1/contacts/${conversation.contact_id}/notes/${id}", { method: "PUT", headers, body });
    return begun;
  })()`);
  const handle = await reader.waitForFunction((id) => window.heard.get(id), id);
  return (await handle.jsonValue()) - begun;
}

async function onScreen(nth) {
  const text = `On screen ${nth} ${crypto.randomUUID()}`;
  const seen = sam.evaluate(`new Promise((resolve) => {
    const look = () => document.querySelector(".note-rows")?.textContent.includes("${text}");
    const observer = new MutationObserver(() => look() && (observer.disconnect(), resolve(${NOW})));
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  })`);
  await maya.locator(".add-note-field").fill(text);
  const begun = await maya.evaluate(`(() => {
    const begun = ${NOW};
    document.querySelector(".add-note .primary").click();
    return begun;
  })()`);
  return (await seen) - begun;
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const bare = [];
const whole = [];
for (let round = 0; round < WARM_UP + ROUNDS; round++) {
  const [one, other] = [await echo(), await onScreen(round)];
  if (round < WARM_UP) continue;
  bare.push(one);
  whole.push(other);
}
console.log(`figure: a note on another agent's screen after ${(median(whole) / median(bare)).toFixed(2)}× the bare echo (${ROUNDS} rounds, medians)`);

// Two browsers behind one cable: the app, and a bare reader.
const RECONNECTS = 12;
const cable = await Cable.to(server.url);
const app = await signedIn("sam@acme.test", cable.url);
await app.addInitScript(`{
  const { fetch } = window;
  window.fetch = (request, ...rest) => {
    if ((request.url ?? String(request)).endsWith("/api/v1/events")) window.asked = ${NOW};
    return fetch(request, ...rest);
  };
}`);
await app.goto(path);
await app.locator(".add-note-field").waitFor();
const bareReader = await signedIn("sam@acme.test", cable.url);
const caught = { bare: [], app: [] };
for (let round = 0; round < WARM_UP / 4 + RECONNECTS; round++) {
  const { as_of } = await ask(writer, `/contacts/${conversation.contact_id}/notes?limit=1`);
  cable.pull();
  const text = `While away ${round} ${crypto.randomUUID()}`;
  await maya.locator(".add-note-field").fill(text);
  await maya.locator(".add-note .primary").click();
  await sam.locator(".note-rows", { hasText: text }).waitFor();
  const seen = app.evaluate(`new Promise((resolve) => {
    const look = () => document.querySelector(".note-rows")?.textContent.includes("${text}");
    const observer = new MutationObserver(() => look() && (observer.disconnect(), resolve(${NOW} - window.asked)));
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  })`);
  cable.plug();
  await app.evaluate(() => dispatchEvent(new Event("online")));
  const whole = await seen;
  const bare = await bareReader.evaluate(`(async () => {
    const asked = ${NOW};
    const abort = new AbortController();
    const headers = { "last-event-id": "${as_of}" };
    const stream = (await fetch("/api/v1/events", { headers, signal: abort.signal })).body.getReader();
    const decoder = new TextDecoder();
    for (let heard = ""; !heard.includes("${text}"); ) heard += decoder.decode((await stream.read()).value);
    const taken = ${NOW} - asked;
    abort.abort();
    return taken;
  })()`);
  if (round < WARM_UP / 4) continue;
  caught.app.push(whole);
  caught.bare.push(bare);
}
console.log(
  `figure: with the network back, a note written meanwhile is on the screen after ` +
    `${(median(caught.app) / median(caught.bare)).toFixed(2)}× the bare stream's first answer (${RECONNECTS} rounds, medians)`,
);
await cable.dispose();
await browser.close();
await server.dispose();
