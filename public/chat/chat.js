// The contact's chat: the page behind /chat/{org}. Messages only; it uses nothing of the agents' API.

import { MOST, cleaned, isBlank, lengthOf, parts } from "./text.js";

const org = (() => {
  try { return decodeURIComponent(location.pathname.split("/").filter(Boolean)[1] ?? ""); } catch { return ""; }
})();
const api = "/contact/v1";
const el = (id) => document.getElementById(id);
const [thread, messages, composer, text] = ["thread", "messages", "composer", "text"].map(el);

// Storage: the token, the draft, every unconfirmed message, and how far the visitor has seen. If storage is blocked, they
// last as long as this page. If it is cleared while the page is open, the page writes them back.
const kept = (() => {
  const memory = new Map();
  const key = (name) => `sidenote-chat:${org}:${name}`;
  const read = (name) => { try { return localStorage.getItem(key(name)); } catch { return null; } };
  const write = (name, value) => { try { localStorage.setItem(key(name), value); } catch { /* memory has it */ } };
  // The token is never removed, only replaced: without it, the storage was cleared.
  const restore = () => {
    if (memory.has("token") && read("token") === null) for (const [name, value] of memory) write(name, value);
  };
  return {
    restore,
    get(name) {
      restore();
      const value = read(name) ?? memory.get(name) ?? null;
      if (value !== null) memory.set(name, value);
      return value;
    },
    set(name, value) {
      restore();
      memory.set(name, value);
      write(name, value);
    },
    remove(name) {
      memory.delete(name);
      try { localStorage.removeItem(key(name)); } catch { /* never was there */ }
    },
    /** Calls back with the name of what another tab changed; null if it cleared the storage. */
    onChange(run) {
      addEventListener("storage", (event) => {
        const name = event.key?.startsWith(key("")) ? event.key.slice(key("").length) : null;
        if (event.key !== null && name === null) return;
        if (name && event.newValue !== null) memory.set(name, event.newValue);
        else if (name && name !== "token") memory.delete(name);
        restore();
        run(name);
      });
    },
  };
})();

/** id → {id, from, name, body, created_at, position} once confirmed, {id, body, state, reason, passes} before. */
const known = new Map();
const rows = new Map();
let last = 0;
let cursor = null;

// --- asking the server ------------------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem?.title ?? "The server did not answer.");
    Object.assign(this, { status, problem, retryAfter });
  }
  /** Whether a retry may help. */
  get passes() { return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500; }
}

async function ask(path, { method = "GET", body, token, headers, signal } = {}) {
  let answer;
  try {
    answer = await fetch(api + path, {
      method, signal, credentials: "omit", cache: "no-store",
      headers: {
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0);
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => null);
  throw new Refused(answer.status, problem, Number(answer.headers.get("Retry-After")) || 0);
}

/** Tabs of this page, to ask for a token that the storage lost. */
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel(`sidenote-chat:${org}`) : null;
/** The token with which this page reads and writes. */
let mine = null;

tabs?.addEventListener("message", ({ data }) => {
  if (data === "token?" && mine) { kept.restore(); tabs.postMessage({ token: mine }); }
});

/** Resolves when another open tab says its token; maybe never. */
const tokenOfOthers = (stop) =>
  new Promise((found) => {
    tabs?.addEventListener("message", ({ data }) => { if (data?.token) found(data.token); }, { signal: stop });
    tabs?.postMessage("token?");
  });

let visiting = null;

/** The token, requested when it is first needed. One visitor has one, in all tabs. `refused`: one that no longer counts. */
function token(refused = null) {
  const known = kept.get("token");
  if (known && known !== refused) return Promise.resolve(use(known));
  visiting ??= alone(async () => {
    const meanwhile = kept.get("token");
    return use(meanwhile && meanwhile !== refused ? meanwhile : await visit(refused));
  }).finally(() => { visiting = null; });
  return visiting;
}

/** Runs while no other tab of this page does. Over plain HTTP there are no locks. */
const alone = (run) => (navigator.locks ? navigator.locks.request(`sidenote-chat:${org}:token`, run) : run());

function use(known) {
  mine = known;
  return known;
}

async function visit(refused) {
  const stop = new AbortController();
  const others = refused ? new Promise(() => {}) : tokenOfOthers(stop.signal);
  const fresh = ask(`/${encodeURIComponent(org)}/visits`, { method: "POST" }).then((answer) => answer.json());
  try {
    const made = await Promise.race([others, fresh.then((visit) => visit.token)]);
    // Without locks another tab may have been quicker.
    const known = kept.get("token");
    if (known && known !== refused) return known;
    kept.set("token", made);
    return made;
  } finally {
    stop.abort();
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const backOff = (n) => Math.min(60_000, 1000 * 2 ** n) * (0.5 + Math.random() / 2);

/** RFC 9562, version 7, so that ids made later sort later. Also works where crypto.randomUUID doesn't (plain http). */
function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let i = 5; i >= 0; i--) { bytes[i] = now % 256; now = Math.floor(now / 256); }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// --- showing ----------------------------------------------------------------------------------------------------

function element(tag, className, content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

/** A text that somebody wrote: an isolated run with its own direction. */
function words(content) {
  const bdi = element("bdi", "", content);
  bdi.dir = "auto";
  return bdi;
}

/** A text with its links. Each line has its own direction. */
function linked(content) {
  const text = words("");
  text.append(...parts(content).map((part) => (part.href ? link(part) : part.text)));
  return text;
}

function link({ text, href }) {
  const made = element("a", "", text);
  made.href = href;
  made.target = "_blank";
  made.rel = "noopener noreferrer nofollow";
  // Isolated: an override before it in the text does not turn it.
  made.dir = "ltr";
  return made;
}

/** A name for display: one line without invisible characters and controls of direction, cut at 60 characters. */
function nameOf(message) {
  const line = (message.name ?? "")
    .replace(/[\s\p{Cc}\u2800]+/gu, " ")
    .replace(/\p{Bidi_Control}|(?![\u200c\u200d]|\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/gu, "")
    .trim();
  const letters = [...line];
  const name = words(letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : line || "Team");
  if (line) name.title = line;
  return name;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

function time(iso) {
  const at = new Date(iso);
  const made = element("time", "", (at.toDateString() === new Date().toDateString() ? clock : day).format(at));
  made.dateTime = iso;
  return made;
}

function fill(row, message) {
  const mine = message.from !== "team";
  row.className = mine ? "message me" : "message";
  const by = element("p", "by");
  by.append(mine ? "You" : nameOf(message));
  if (message.created_at) by.append(" · ", time(message.created_at));
  const bubble = element("p", "bubble");
  bubble.append(linked(message.body));
  row.replaceChildren(by, bubble);
  if (message.state === "sending") row.append(element("p", "state", message.wait ?? "Sending…"));
  if (message.state === "failed") row.append(failure(message));
}

function failure(message) {
  const state = element("p", "state failed", `Not sent – ${message.reason} `);
  const retry = element("button", "", "Retry");
  retry.type = "button";
  retry.addEventListener("click", () => deliver(message));
  const edit = element("button", "", "Edit");
  edit.type = "button";
  edit.addEventListener("click", () => takeBack(message));
  state.append(retry, edit);
  return state;
}

const order = (message) => message.position ?? Infinity;

/** Puts a message in its place. An unconfirmed version never replaces a confirmed one. */
function show(message) {
  const before = known.get(message.id);
  if (before?.position && !message.position) return;
  known.set(message.id, message);
  const row = rows.get(message.id) ?? element("li");
  const stay = isAtEnd();
  fill(row, message);
  if (!rows.has(message.id) || before?.position !== message.position) {
    rows.set(message.id, row);
    row.dataset.id = message.id;
    const next = [...messages.children].find((other) => other !== row && order(known.get(other.dataset.id)) > order(message));
    messages.insertBefore(row, next ?? null);
  }
  el("empty").hidden = true;
  countUnread();
  if (stay || (message.from !== "team" && !before)) thread.scrollTop = thread.scrollHeight;
}

function remove(id) {
  known.delete(id);
  rows.get(id)?.remove();
  rows.delete(id);
}

const title = document.title;

/** Puts the number of the answers that came since the visitor last looked, in any tab, into the page's title. */
function countUnread() {
  const seen = Number(kept.get("seen"));
  const answers = [...known.values()].filter(({ from, position }) => from === "team" && position > seen);
  if (answers.length > 0 && !document.hidden) {
    kept.set("seen", String(Math.max(...answers.map(({ position }) => position))));
    answers.length = 0;
  }
  document.title = answers.length > 0 ? `(${answers.length}) ${title}` : title;
}

const isAtEnd = () => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;

function say(id, sentence) {
  const line = el(id);
  line.hidden = !sentence;
  line.textContent = sentence ?? "";
}

function announce(message) {
  el("announce").replaceChildren(nameOf(message), ": ", words(message.body));
}

function noChat(title, sentence) {
  if (title) { el("gone-title").textContent = title; el("gone-text").textContent = sentence; }
  el("gone").hidden = false;
  for (const part of [composer, thread]) part.hidden = true;
  say("connection", null);
}

// --- writing ----------------------------------------------------------------------------------------------------

const unsent = () => JSON.parse(kept.get("unsent") ?? "[]");
const keepUnsent = (list) => (list.length ? kept.set("unsent", JSON.stringify(list)) : kept.remove("unsent"));
const forget = (id) => keepUnsent(unsent().filter((message) => message.id !== id));

function submit() {
  const body = cleaned(text.value).text;
  if (isBlank(body) || lengthOf(body) > MOST) return;
  const message = { id: freshId(), body };
  keepUnsent([...unsent(), message]);
  text.value = "";
  removed = 0;
  draftChanged();
  deliver(message);
}

// One after the other, so that messages arrive in the order in which they were written.
let queue = Promise.resolve();
function deliver({ id, body }) {
  show({ id, body, state: "sending" });
  queue = queue.then(() => attempt(id, body)).catch((error) => {
    show({ id, body, state: "failed", reason: reason(error), passes: !(error instanceof Refused) || error.passes });
  });
}

/** Sends the messages that failed for want of a connection again, once there is one. */
function deliverAgain() {
  for (const message of [...known.values()]) if (message.state === "failed" && message.passes) deliver(message);
}

/** A message that has to wait for longer is given back, with the time. */
const LONGEST_WAIT_S = 60;

async function attempt(id, body) {
  for (let n = 0; ; n++) {
    if (!known.has(id) || known.get(id).position) return;
    let used = null;
    try {
      used = await token();
      const answer = await ask(`/messages/${id}`, { method: "PUT", body: { body }, token: used });
      show(await answer.json());
      forget(id);
      say("problem", null);
      return;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status === 401) { startAgain(); await token(used); if (n < 2) continue; }
      if (!error.passes || n >= 3 || error.retryAfter > LONGEST_WAIT_S) throw error;
      const wait = Math.max(error.retryAfter * 1000, backOff(n));
      if (error.status === 429) {
        const seconds = counted(Math.ceil(wait / 1000), "second");
        show({ id, body, state: "sending", wait: `Not sent yet – too many messages at once. Trying again in ${seconds}.` });
      }
      await pause(wait);
    }
  }
}

function reason(error) {
  if (!(error instanceof Refused) || error.status === 0) return "no connection.";
  if (error.status === 403) return "messages are not taken here any more.";
  if (error.status === 404) return "this chat does not exist any more.";
  if (error.status === 413) return "it is too long.";
  if (error.status === 422) return "this text can't be sent.";
  if (error.status === 429) return `too many messages at once. ${tryAgain(error)}`;
  return "the server is busy.";
}

/** When to try again, for somebody who was refused by a limit. */
function tryAgain(error) {
  const seconds = error instanceof Refused ? error.retryAfter : 0;
  return seconds ? `Try again in ${counted(seconds, "second")}.` : "Please try again.";
}

const counted = (count, noun) => (count === 1 ? `1 ${noun}` : `${count} ${noun}s`);

/** Puts a message that could not be sent back into the box, before the text that is there. */
function takeBack({ id, body }) {
  forget(id);
  remove(id);
  text.value = text.value ? `${body}\n${text.value}` : body;
  draftChanged();
  text.focus();
}

/** How many control characters were left out of the draft. */
let removed = 0;

/** Cleans what was typed or dropped; the caret stays where it was. */
function typed() {
  const clean = cleaned(text.value);
  if (clean.text !== text.value) {
    const caret = cleaned(text.value.slice(0, text.selectionEnd)).text.length;
    text.value = clean.text;
    text.setSelectionRange(caret, caret);
  }
  removed = clean.text ? removed + clean.removed : 0;
  draftChanged();
}

/** Pastes the cleaned text in place of the other, so that Undo takes it back. */
function pasted(event) {
  const given = event.clipboardData?.getData("text/plain") ?? "";
  const clean = cleaned(given);
  if (clean.text === given || !document.execCommand("insertText", false, clean.text)) return;
  event.preventDefault();
  removed += clean.removed;
  remark();
}

/** A sentence about the draft: too long, near the limit, or without what was left out. */
function remark() {
  const length = lengthOf(text.value);
  const over = length - MOST;
  const sentences = [];
  if (over > 0) sentences.push(`${counted(over, "character")} too many. Shorten the message to send it.`);
  else if (length >= MOST * 0.9) sentences.push(`${length} / ${MOST}`);
  if (removed > 0) sentences.push(`${counted(removed, "control character")}, which nobody can see, ${removed === 1 ? "was" : "were"} removed.`);
  say("remark", sentences.join(" "));
  el("remark").classList.toggle("over", over > 0);
  el("send").disabled = over > 0;
}

function draftChanged() {
  remark();
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  if (text.value) kept.set("draft", text.value); else kept.remove("draft");
}

// --- reading ----------------------------------------------------------------------------------------------------

/** Fetches the newest page again, down to what is known already; the stream continues from there. */
async function catchUp(withToken) {
  let next = null;
  for (let pages = 0; pages < 20; pages++) {
    const page = await readPage(withToken, next);
    const oldest = page.items.at(-1)?.position ?? 0;
    if (pages === 0 && last === 0) cursor = page.next_cursor;
    const reached = last === 0 || oldest <= last + 1 || !page.next_cursor;
    next = page.next_cursor;
    for (const message of page.items) { show(message); forget(message.id); }
    if (reached) break;
  }
  last = Math.max(0, ...[...known.values()].map((message) => message.position ?? 0));
  el("earlier").hidden = !cursor;
  el("empty").hidden = known.size > 0;
}

async function readPage(withToken, from) {
  const query = from ? `?cursor=${encodeURIComponent(from)}` : "";
  return (await ask(`/messages${query}`, { token: withToken })).json();
}

async function showEarlier() {
  try {
    const page = await readPage(await token(), cursor);
    const height = thread.scrollHeight - thread.scrollTop;
    for (const message of page.items) show(message);
    cursor = page.next_cursor;
    el("earlier").hidden = !cursor;
    thread.scrollTop = thread.scrollHeight - height;
    say("problem", null);
  } catch (error) {
    say("problem", `Earlier messages could not be loaded. ${tryAgain(error)}`);
  }
}

/** Ends the stream that is followed. */
let stopFollowing = () => {};

/** Server-sent events by fetch: an EventSource can't carry the token. Ends when the connection does. */
async function follow(withToken) {
  const stop = new AbortController();
  stopFollowing = () => stop.abort();
  let watchdog;
  const alive = () => { clearTimeout(watchdog); watchdog = setTimeout(() => stop.abort(), 35_000); };
  alive();
  try {
    const answer = await ask("/events", {
      token: withToken, signal: stop.signal, headers: { Accept: "text/event-stream", "Last-Event-ID": String(last) },
    });
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      const events = (rest + value).split(/\r?\n\r?\n/);
      rest = events.pop();
      for (const event of events) receive(event);
    }
  } finally {
    clearTimeout(watchdog);
    stop.abort();
  }
}

function receive(block) {
  const fields = { event: "message", data: "" };
  for (const line of block.split(/\r?\n/)) {
    const at = line.indexOf(":");
    if (at > 0) fields[line.slice(0, at)] = line.slice(at + 1).replace(/^ /, "");
  }
  say("connection", null);
  lost = 0;
  if (fields.event === "reset") throw new Error("the position is not known there: fetch again");
  if (fields.event !== "message-added") return;
  const { message } = JSON.parse(fields.data);
  const isNew = !known.get(message.id)?.position;
  show(message);
  forget(message.id);
  last = Math.max(last, message.position);
  if (isNew && message.from === "team") announce(message);
}

/** The old conversation can't be reached: another database, an invalid token, or that of another tab. Unsent messages
 * stay. */
function startAgain() {
  stopFollowing();
  for (const [id, message] of [...known]) if (message.position) remove(id);
  [last, cursor] = [0, null];
  kept.remove("seen");
  countUnread();
}

// Another tab made or replaced the token. A conversation that is shown here stays until the server refuses it.
kept.onChange((name) => {
  if (name === "token" && last === 0 && mine && kept.get("token") !== mine) { mine = null; stopFollowing(); }
  if (name === "seen") countUnread();
});
addEventListener("pagehide", kept.restore);
document.addEventListener("visibilitychange", () => { kept.restore(); countUnread(); });

let lost = 0;

async function live() {
  for (;;) {
    let [used, refusal] = [null, null];
    try {
      used = await token();
      await catchUp(used);
      opened();
      deliverAgain();
      await follow(used);
    } catch (error) {
      if (error instanceof Refused) refusal = error;
    }
    if (refusal?.status === 404) return noChat();
    if (refusal?.status === 401) { startAgain(); await token(used).catch(() => {}); }
    // Another tab has another token: at once.
    if (used && !refusal && mine !== used) continue;
    lost += 1;
    if (refusal?.status === 429) {
      say("connection", `Too many attempts. ${tryAgain(refusal)}`);
      await pause(refusal.retryAfter * 1000);
    } else if (lost > 1) say("connection", "Reconnecting – new messages may be missing.");
    await Promise.race([pause(backOff(Math.min(lost, 6))), new Promise((done) => addEventListener("online", done, { once: true }))]);
  }
}

let wasOpened = false;
function opened() {
  if (wasOpened) return;
  wasOpened = true;
  composer.hidden = false;
  for (const message of unsent()) deliver(message);
  draftChanged();
}

// --- the page ---------------------------------------------------------------------------------------------------

composer.addEventListener("submit", (event) => { event.preventDefault(); submit(); text.focus(); });
text.addEventListener("input", typed);
text.addEventListener("paste", pasted);
text.addEventListener("keydown", (event) => {
  // keyCode 229: Safari reports the Enter that ends a composition as not composing.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
el("earlier").addEventListener("click", showEarlier);
text.value = kept.get("draft") ?? "";

if (org) live(); else noChat();
// The box is shown at once to a returning visitor, with or without a connection.
if (org && kept.get("token")) opened();
