// Another product, whose pages hold the widget: a web server with a strict policy, a back end that has a key, and a page
// that would break a careless guest and notices one.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { program } from "./server.js";

const root = resolve(import.meta.dirname, "../..");
const built = process.env.SIDENOTE_PACKAGE || join(root, "target/package/sidenote-inbox");
const run = promisify(execFile);
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".html": "text/html" };

export class Host {
  /** `http://127.0.0.1:PORT`, on the organization's list. */
  url;
  /** Who is signed in with the host. */
  agent = "maya@acme.test";
  /** How often a page has asked for a token. */
  asked = 0;
  /** Stands before each answer with a token: may wait, or return another status. */
  beforeToken = async () => 200;
  #server;
  #key;
  #sidenote;

  static async beside(sidenote) {
    const host = new Host();
    host.#sidenote = sidenote;
    host.#server = createServer((request, response) => host.#answer(request, response));
    host.#server.listen(0, "127.0.0.1");
    await once(host.#server, "listening");
    host.url = `http://127.0.0.1:${host.#server.address().port}`;
    await host.embed("origin", "add", "--db", sidenote.database, "--org", "acme", host.url);
    host.#key = (await host.embed("key", "add", "--db", sidenote.database, "--org", "acme", host.url)).trim();
    return host;
  }

  /** `sidenote-server embed …` */
  async embed(...words) {
    return (await run(program, ["embed", ...words])).stdout;
  }

  /** What the host's back end says to Sidenote. */
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
      `connect-src 'self' ${this.#sidenote.url}; base-uri 'none'; form-action 'none'`;
    response.setHeader("content-security-policy", policy);
    response.setHeader("content-security-policy-report-only", "require-trusted-types-for 'script'");
    if (pathname === "/token") {
      this.asked += 1;
      const status = await this.beforeToken();
      if (status !== 200) return response.writeHead(status).end();
      const answer = await this.ask("tokens", { agent: this.agent, origin: this.url });
      response.writeHead(answer.status === 201 ? 200 : answer.status, { "content-type": "application/json" });
      return response.end(await answer.text());
    }
    const file = pathname.startsWith("/inbox/")
      ? join(built, pathname.slice("/inbox/".length))
      : join(import.meta.dirname, "host", pathname === "/" || !extname(pathname) ? "index.html" : pathname);
    try {
      const body = await readFile(file);
      response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}
