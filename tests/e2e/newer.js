// A server of a later version, as a proxy to this one: it adds unknown fields and events to everything.
import { createServer, request } from "node:http";
import { once } from "node:events";

export class Newer {
  /** `http://127.0.0.1:PORT` */
  url;
  #server;

  static async than(url) {
    const { hostname: host, port } = new URL(url);
    const newer = new Newer();
    newer.#server = createServer((near, answer) => {
      const { "accept-encoding": _, ...headers } = near.headers;
      const far = request({ host, port, path: near.url, method: near.method, headers }, (response) => pass(response, answer));
      far.on("error", () => answer.destroy());
      answer.on("close", () => far.destroy());
      near.pipe(far);
    });
    newer.#server.listen(0, "127.0.0.1");
    await once(newer.#server, "listening");
    newer.url = `http://127.0.0.1:${newer.#server.address().port}`;
    return newer;
  }

  async dispose() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function pass(response, answer) {
  const { "content-length": _, ...headers } = response.headers;
  const type = headers["content-type"] ?? "";
  response.on("error", () => answer.destroy());
  if (type.includes("json") || type.startsWith("text/event-stream")) response.setEncoding("utf8");
  if (type.startsWith("text/event-stream")) {
    answer.writeHead(response.statusCode, headers);
    // Sends whole blocks only, each after an event of an unknown kind.
    let text = "";
    response.on("data", (chunk) => {
      text += chunk;
      const last = text.lastIndexOf("\n\n");
      if (last < 0) return;
      const end = last + 2;
      const blocks = text.slice(0, end).replace(/^data: (.*)$/gm, (_, data) => `data: ${JSON.stringify(more(JSON.parse(data)))}`);
      text = text.slice(end);
      answer.write(`event: contact-waved\ndata: {"hand":"left"}\n\n${blocks}`);
    });
    response.on("end", () => answer.end());
  } else if (type.includes("json")) {
    let text = "";
    response.on("data", (chunk) => (text += chunk));
    response.on("end", () => {
      answer.writeHead(response.statusCode, headers);
      answer.end(text && JSON.stringify(more(JSON.parse(text))));
    });
  } else {
    answer.writeHead(response.statusCode, response.headers);
    response.pipe(answer);
  }
}

/** Adds to every object a member that this version does not know. */
function more(value) {
  if (Array.isArray(value)) return value.map(more);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).map(([name, member]) => [name, more(member)]);
  return { ...Object.fromEntries(members), later: { than: ["this", 1] } };
}
