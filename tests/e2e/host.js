// Another product whose pages hold the widget: a web server with a strict policy, a back end that has a key, and a page
// with styles and scripts that would break a careless widget, and a record of what the widget does to it.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { program } from "./server.js";

const root = resolve(import.meta.dirname, "../..");
/** The example pages, each built with the package as npm unpacked it. */
const examples = process.env.SIDENOTE_EXAMPLES || join(root, "target/examples");
/** The widget whose components a test can break. */
export const breakable = process.env.SIDENOTE_BREAKABLE || join(root, "target/breakable");
const unpacked = join(examples, "plain/node_modules/@sidenote/inbox");
const run = promisify(execFile);
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".html": "text/html" };

export class Host {
  /** `http://127.0.0.1:PORT`, on the organization's list. */
  url;
  /** The agent who is signed in with the host. */
  agent = "maya@acme.test";
  /** How often a page has requested a token. */
  asked = 0;
  /** The customers of the host: `{ name, contact, conversation }`. */
  customers = [];
  /** The directory of its pages: the hostile page of this directory, or those of an example. */
  pages = join(import.meta.dirname, "host");
  /** The directory of the widget for its pages. */
  widget = unpacked;
  /** Another address of Sidenote's that its pages may connect to. */
  also = "";
  /** Further routes of its back end, by path prefix: `(request, response, path)`. */
  routes = new Map();
  /** Called before each answer with a token: may wait, or return another status. */
  beforeToken = async () => 200;
  #server;
  #key;
  #sidenote;

  /** `example`: the example whose pages the host serves, as a directory of `target/examples`. */
  static async beside(sidenote, example) {
    const host = new Host();
    if (example) host.pages = join(examples, example);
    host.#sidenote = sidenote;
    host.#server = createServer((request, response) => host.#answer(request, response));
    host.#server.listen(0, "127.0.0.1");
    await once(host.#server, "listening");
    host.url = `http://127.0.0.1:${host.#server.address().port}`;
    await host.embed("origin", "add", "--db", sidenote.database, "--org", "acme", host.url);
    host.#key = (await host.embed("key", "add", "--db", sidenote.database, "--org", "acme", `host ${randomUUID()}`)).trim();
    return host;
  }

  /** `sidenote-server embed …` */
  async embed(...words) {
    return (await run(program, ["embed", ...words])).stdout;
  }

  /** Sends a request of the host's back end to Sidenote. */
  async ask(path, body) {
    const headers = { authorization: `Bearer ${this.#key}`, "content-type": "application/json" };
    return fetch(`${this.#sidenote.url}/embed/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async dispose() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request, response) {
    const { pathname } = new URL(request.url, this.url);
    const policy =
      `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; ` +
      `connect-src 'self' ${this.#sidenote.url} ${this.also}; base-uri 'none'; form-action 'none'`;
    response.setHeader("content-security-policy", policy);
    response.setHeader("content-security-policy-report-only", "require-trusted-types-for 'script'");
    for (const [root, answer] of this.routes) {
      if (pathname.startsWith(`${root}/`)) return answer(request, response, pathname.slice(root.length));
    }
    if (pathname === "/product") {
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify({ sidenote: this.#sidenote.url, customers: this.customers }));
    }
    if (pathname === "/sidenote-token") {
      this.asked += 1;
      const status = await this.beforeToken();
      if (status !== 200) return response.writeHead(status).end();
      const answer = await this.ask("tokens", { agent: this.agent, origin: this.url });
      response.writeHead(answer.status === 201 ? 200 : answer.status, { "content-type": "application/json" });
      return response.end(await answer.text());
    }
    const file = pathname.startsWith("/inbox/")
      ? join(this.widget, pathname.slice("/inbox/".length))
      : join(this.pages, extname(pathname) ? pathname : "index.html");
    try {
      const body = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}
