// The real server over a database that its own import and API have filled, with the proxy in front, and how an agent
// works with the app.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createWriteStream, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { Connection } from "./connection.mjs";
import { atExit, named, Running } from "./process.mjs";
import { Proxy } from "./proxy.mjs";
import { AGENT, contactCount, letters, notes, USUAL } from "./seed.mjs";

const PASSWORD = "a password of benches";
const ORGANIZATION = "acme";
/** The largest page of the API. */
const PAGE = 100;
const WRITERS = 8;

const run = promisify(execFile);

export class Sidenote {
  name = "Sidenote";
  /** The address of the proxy; the server's own is `server.url`. */
  url;
  server;
  database;
  /** How long the import has taken, in seconds. */
  importSeconds;
  /** The newest hundred conversations, by number. */
  conversations = new Map();
  #amount;
  #directory;
  #removed;
  #proxy;
  #cookie;
  #epoch;
  #seq;

  static async start(amount = {}) {
    const sidenote = new Sidenote();
    sidenote.#amount = { ...USUAL, ...amount };
    sidenote.#directory = await mkdtemp(join(tmpdir(), "sidenote-bench-"));
    sidenote.#removed = atExit(() => rmSync(sidenote.#directory, { recursive: true, force: true }));
    try {
      await sidenote.#import();
      const words = ["serve", "--db", sidenote.database, "--addr", "127.0.0.1:0", "--dist", named("SIDENOTE_DIST")];
      sidenote.server = await Running.start(named("SIDENOTE_SERVER"), words);
      sidenote.#proxy = await Proxy.to(sidenote.server.url);
      sidenote.url = sidenote.#proxy.url;
      await sidenote.#addNotes();
    } catch (error) {
      await sidenote.stop();
      throw error;
    }
    return sidenote;
  }

  // What an agent sees and clicks. `within`: the part of the page where a text must appear.

  signs = { list: ".conversation-rows", thread: ".thread-rows", notes: ".note-rows" };
  listScroller = ".conversations-scroll";
  notesScroller = ".panel-body";
  save = ".add-note .primary";

  /** The inbox with a conversation and its contact's panel. */
  address(conversation) {
    const { id } = this.conversations.get(conversation);
    return `/inbox?open=${id}&panel=${id}`;
  }

  row(conversation) {
    return `.conversation-link[href*="open=${this.conversations.get(conversation).id}"]`;
  }

  /** Types a note, without saving it. */
  async typeNote(page, text) {
    await page.locator(".add-note-field").first().click();
    await page.keyboard.insertText(text);
  }

  async signIn(context) {
    const [name, value] = this.#cookie.split("=", 2);
    await context.addCookies([{ name, value, url: this.url }]);
  }

  /** Scrolls to the end of a list, again whenever that loads more, and back to the start. Returns the seconds it took. */
  async loadAll(page, scroller, expectedRows) {
    const begun = performance.now();
    await page.evaluate(scrollUntilLoaded, [scroller, expectedRows]);
    return (performance.now() - begun) / 1000;
  }

  // Live changes.

  /** The event that a conversation has a new last message. */
  changed(conversation, text) {
    const known = this.conversations.get(conversation);
    this.#seq += 1;
    const last = { preview: { ...known.preview, text }, last_at: new Date().toISOString(), unread: true };
    const data = { conversation: { ...known, ...last, rev: this.#seq }, actor: null, seq: this.#seq };
    return `id: ${this.#epoch}.${this.#seq}\nevent: conversation-changed\ndata: ${JSON.stringify(data)}\n\n`;
  }

  push(text) {
    this.#proxy.push(text);
  }

  get traffic() {
    return this.#proxy.traffic;
  }

  async stop() {
    await this.#proxy?.dispose();
    await this.server?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
    this.#removed();
  }

  // The API.

  /** The headers of a request of the signed-in agent's page. */
  get headers() {
    return { cookie: this.#cookie, "x-sidenote": "1", "sec-fetch-site": "same-origin" };
  }

  async get(path) {
    const answer = await fetch(`${this.server.url}/api/v1${path}`, { headers: this.headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** A token for pages of an origin, which the server lists for it: the sign-in of the widget. */
  async allow(origin) {
    await this.#command("embed", "origin", "add", "--db", this.database, "--org", ORGANIZATION, origin);
    const key = await this.#command("embed", "key", "add", "--db", this.database, "--org", ORGANIZATION, `bench ${randomUUID()}`);
    const headers = { authorization: `Bearer ${key.trim()}`, "content-type": "application/json" };
    const body = JSON.stringify({ agent: AGENT.email, origin });
    return async () => {
      const answer = await fetch(`${this.server.url}/embed/v1/tokens`, { method: "POST", headers, body });
      if (answer.status !== 201) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
      return (await answer.json()).token;
    };
  }

  async #command(...words) {
    const env = { ...process.env, SIDENOTE_PASSWORD: PASSWORD };
    return (await run(named("SIDENOTE_SERVER"), words, { env, maxBuffer: 64 << 20 })).stdout;
  }

  async #import() {
    this.database = join(this.#directory, "sidenote.db");
    const archive = join(this.#directory, "archive.mbox");
    const { email, name } = AGENT;
    const at = ["--db", this.database];
    await this.#command("org", "add", ...at, ORGANIZATION, "Acme");
    await this.#command("agent", "add", ...at, "--org", ORGANIZATION, "--email", email, "--name", name, "--role", "admin");
    await pipeline(Readable.from(letters(this.#amount, Date.now())), createWriteStream(archive));
    const begun = performance.now();
    await this.#command("import", ...at, "--org", ORGANIZATION, "--own", email, archive);
    this.importSeconds = (performance.now() - begun) / 1000;
  }

  /** Signs in, finds the conversations, and writes notes about the contacts of the first ones. */
  async #addNotes() {
    const body = JSON.stringify({ email: AGENT.email, password: PASSWORD });
    const headers = { "content-type": "application/json", "x-sidenote": "1" };
    const session = await fetch(`${this.server.url}/api/v1/session`, { method: "POST", headers, body });
    if (session.status !== 204) throw new Error(`the agent can't sign in: ${session.status}`);
    this.#cookie = session.headers.get("set-cookie").split(";")[0];
    for (const conversation of (await this.get(`/conversations?limit=${PAGE}`)).items) {
      // The first line of a first message is its subject.
      const [, number] = /(?:of conversation|Subject) (\d+)/.exec(conversation.preview.text);
      this.conversations.set(Number(number), conversation);
    }
    const expected = Math.min(this.#amount.conversations, PAGE);
    if (this.conversations.size !== expected) throw new Error(`${this.conversations.size} of ${expected} conversations`);
    // Conversation n is the newest of contact n.
    for (let number = 1; number <= Math.min(contactCount(this.#amount), PAGE); number += 1) {
      await this.#addNotesOf(this.conversations.get(number), notes(number, this.#amount));
    }
    const { as_of } = await this.get("/conversations?limit=1");
    [this.#epoch, this.#seq] = [as_of.split(".")[0], Number(as_of.split(".")[1])];
  }

  /** The newest ten in their order, the others over several connections. */
  async #addNotesOf({ id, contact_id }, texts) {
    const put = async (connection, text) => {
      const path = `/api/v1/contacts/${contact_id}/notes/${randomUUID()}`;
      const { status } = await connection.put(path, JSON.stringify({ body: text, conversation_id: id }));
      if (status !== 201) throw new Error(`a note was answered with ${status}`);
    };
    const older = texts.slice(10);
    const connections = await Promise.all(
      Array.from({ length: older.length > 0 ? WRITERS : 1 }, () => Connection.to(this.server.url, this.headers)),
    );
    await Promise.all(connections.map(async (connection) => {
      while (older.length > 0) await put(connection, older.pop());
    }));
    for (const text of texts.slice(0, 10).reverse()) await put(connections[0], text);
    for (const connection of connections) connection.close();
  }
}

/** Runs in the page. */
async function scrollUntilLoaded([selector, expected]) {
  const scroller = document.querySelector(selector);
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const loaded = () => Number(scroller.querySelector("[aria-setsize]")?.getAttribute("aria-setsize") ?? 0);
  while (loaded() < expected) {
    scroller.scrollTop = scroller.scrollHeight;
    await frame();
  }
  scroller.scrollTop = 0;
  await frame();
  await frame();
}
