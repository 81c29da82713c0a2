// Stands between the browser and the real server: counts requests and bytes, and adds events to the event stream.
import { once } from "node:events";
import { Agent, createServer, request as ask } from "node:http";

/** How many requests a page has made since `reset()`, and the bytes of their answers' bodies as they were sent. */
export class Traffic {
  requests = 0;
  bytes = 0;
  #last = performance.now();

  reset() {
    this.requests = 0;
    this.bytes = 0;
  }

  request() {
    this.requests += 1;
    this.#last = performance.now();
  }

  body(length) {
    this.bytes += length;
    this.#last = performance.now();
  }

  /** Waits until nothing has passed for this long. */
  async quiet(milliseconds) {
    for (;;) {
      const rest = this.#last + milliseconds - performance.now();
      if (rest <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }
}

export class Proxy {
  /** `http://127.0.0.1:PORT`; works like the server's own. */
  url;
  traffic = new Traffic();
  #target;
  #listener;
  #upstream = new Agent({ keepAlive: true });
  #streams = new Set();

  static async to(url) {
    const proxy = new Proxy();
    proxy.#target = new URL(url);
    proxy.#listener = createServer((request, response) => proxy.#pass(request, response));
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    proxy.url = `http://127.0.0.1:${proxy.#listener.address().port}`;
    return proxy;
  }

  /** Adds event blocks to every open stream, as if the server had sent them. */
  push(text) {
    for (const stream of this.#streams) stream.add(text);
  }

  async dispose() {
    this.#listener.closeAllConnections();
    this.#listener.close();
    await once(this.#listener, "close");
    this.#upstream.destroy();
  }

  #pass(request, response) {
    this.traffic.request();
    const { hostname, port, host, origin } = this.#target;
    const headers = { ...request.headers, host };
    // The page's own origin becomes the server's; that of another product's page stays.
    if (headers.origin === this.url) headers.origin = origin;
    const { method, url: path } = request;
    const onwards = ask({ hostname, port, method, path, headers, agent: this.#upstream }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      if (String(answer.headers["content-type"]).startsWith("text/event-stream")) return this.#stream(answer, response);
      answer.on("data", (bytes) => {
        this.traffic.body(bytes.length);
        response.write(bytes);
      });
      answer.on("end", () => response.end());
      answer.on("error", () => response.destroy());
    });
    onwards.on("error", () => response.destroy());
    response.on("close", () => onwards.destroy());
    request.pipe(onwards);
  }

  #stream(answer, response) {
    const stream = new EventStream(response);
    this.#streams.add(stream);
    response.flushHeaders();
    response.on("close", () => this.#streams.delete(stream));
    answer.on("data", (bytes) => stream.pass(bytes));
    answer.on("end", () => response.end());
    answer.on("error", () => response.destroy());
  }
}

/** One stream to a browser. Added blocks wait until the server's own block is complete. */
class EventStream {
  #response;
  #waiting = [];
  #isBetweenBlocks = true;

  constructor(response) {
    this.#response = response;
  }

  pass(bytes) {
    this.#response.write(bytes);
    this.#isBetweenBlocks = bytes.subarray(-2).toString("latin1") === "\n\n";
    if (this.#isBetweenBlocks) for (const text of this.#waiting.splice(0)) this.#response.write(text);
  }

  add(text) {
    if (this.#isBetweenBlocks) this.#response.write(text);
    else this.#waiting.push(text);
  }
}
