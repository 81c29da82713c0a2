// The server of the hand-written page, and how an agent works with that page.
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { Traffic } from "./proxy.mjs";
import { AGENT, contact, contactCount, contactOf, messages, notes, USUAL } from "./seed.mjs";

const files = resolve(import.meta.dirname, "../floor");
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript" };
const PAGES = { "/panels": "panels.html", "/host": "host.html" };

export class Floor {
  name = "floor";
  url;
  traffic = new Traffic();
  #amount;
  #listener;
  #streams = new Set();
  #compressed = new Map();
  #conversations;
  #notes = new Map();
  #begun = Date.now();
  #lastId = 1_000_000;

  static async start(amount = {}) {
    const floor = new Floor();
    floor.#seed({ ...USUAL, ...amount });
    floor.#listener = createServer((request, response) => floor.#answer(request, response));
    floor.#listener.listen(0, "127.0.0.1");
    await once(floor.#listener, "listening");
    floor.url = `http://127.0.0.1:${floor.#listener.address().port}`;
    return floor;
  }

  // What an agent sees and clicks. `within`: the part of the page where a text must appear.

  signs = { list: "#list", thread: "#messages", notes: "#notes" };
  listScroller = "#list";
  notesScroller = "#notes";
  save = "#save";

  address(conversation) {
    return `/c/${conversation}`;
  }

  row(conversation) {
    return `.row[data-id="${conversation}"]`;
  }

  /** Types a note, without saving it. */
  async typeNote(page, text) {
    await page.locator("#add").click();
    await page.keyboard.insertText(text);
  }

  async signIn() {}

  /** Everything of a list is there from the start. */
  async loadAll() {
    return 0;
  }

  // Live changes.

  changed(conversation, text) {
    return `data: ${JSON.stringify({ id: conversation, last: text })}\n\n`;
  }

  push(text) {
    for (const stream of this.#streams) stream.write(text);
  }

  async stop() {
    this.#listener.closeAllConnections();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  #seed(amount) {
    this.#amount = amount;
    this.#conversations = Array.from({ length: amount.conversations }, (_, index) => {
      const [id, number] = [index + 1, contactOf(index + 1, amount)];
      const [last] = messages(id, { messages: 1 }, this.#begun);
      return { id, contact: number, ...contact(number), subject: `Subject ${id}`, last: last.text.slice(0, 60), at: last.at };
    });
    for (let number = 1; number <= contactCount(amount); number += 1) {
      const note = (text, index) => ({ id: ++this.#lastId, author: AGENT.name, at: this.#begun - index * 60_000, text });
      this.#notes.set(number, notes(number, amount).map(note));
    }
  }

  #conversation(id) {
    const number = contactOf(id, this.#amount);
    return { id, messages: messages(id, this.#amount, this.#begun), notes: this.#notes.get(number) };
  }

  async #answer(request, response) {
    this.traffic.request();
    const { pathname } = new URL(request.url, this.url);
    if (pathname === "/events") return this.#stream(response);
    if (!pathname.startsWith("/api/")) return this.#file(pathname, response);
    const body = await text(request);
    const answer = Buffer.from(JSON.stringify(this.#data(request.method, pathname, body)));
    this.traffic.body(answer.length);
    const headers = { "content-type": "application/json", "content-length": answer.length, "cache-control": "no-store" };
    response.writeHead(200, headers).end(answer);
  }

  #data(method, pathname, body) {
    const id = Number(pathname.split("/").at(-1));
    if (pathname.startsWith("/api/start/")) return { conversations: this.#conversations, open: this.#conversation(id) };
    if (pathname.startsWith("/api/conversations/")) return this.#conversation(id);
    if (method === "POST") {
      const { contact: number, text } = JSON.parse(body);
      const note = { id: ++this.#lastId, author: AGENT.name, at: Date.now(), text };
      this.#notes.get(number).unshift(note);
      return { id: note.id };
    }
    for (const list of this.#notes.values()) {
      const index = list.findIndex((note) => note.id === id);
      if (index >= 0) list.splice(index, 1);
    }
    return {};
  }

  #stream(response) {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" }).flushHeaders();
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
  }

  /** A file of the page, with brotli as a release of the app has it. */
  async #file(pathname, response) {
    const name = PAGES[pathname] ?? (extname(pathname) ? pathname.slice(1) : "index.html");
    if (!this.#compressed.has(name)) this.#compressed.set(name, brotliCompressSync(await readFile(join(files, name))));
    const body = this.#compressed.get(name);
    this.traffic.body(body.length);
    response.writeHead(200, {
      "content-type": TYPES[extname(name)],
      "content-encoding": "br",
      "content-length": body.length,
      "cache-control": "no-cache",
    });
    response.end(body);
  }
}

async function text(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
