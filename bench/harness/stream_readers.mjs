// A process of its own that opens many event streams of a server and says when the last of them has heard of an id, so
// that the sockets count against its limit of open files and its work takes nothing from the writer's.
//
// Messages: `{ url, path, headers: [{…}, …] }` opens one stream for each headers, answered `{ opened }`; `{ id }` waits for it in
// all streams, answered `{ last }`, a moment that all processes agree on; `{ end: true }` closes everything.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";

const AT_ONCE = 50;
/** The server takes at most 1,000 connections of one address: each thousand comes from another address of loopback. */
const STREAMS_OF_ADDRESS = 900;

export class StreamReaders {
  #child;

  static async open(url, path, headers) {
    const readers = new StreamReaders();
    readers.#child = fork(new URL(import.meta.url), ["streams"]);
    await readers.#ask({ url, path, headers });
    return readers;
  }

  /** Begins to wait for an id; resolves to the moment when the last stream has it. */
  async expect(id) {
    await this.#ask({ id });
    return async () => (await once(this.#child, "message"))[0].last;
  }

  async close() {
    const gone = once(this.#child, "exit");
    this.#child.send({ end: true });
    await gone;
  }

  async #ask(message) {
    const asked = new AbortController();
    const ended = once(this.#child, "exit", asked).then(([code]) => {
      throw new Error(`the readers of streams ended with ${code}`);
    });
    // It is not waited for once there is an answer.
    ended.catch(() => {});
    const answer = Promise.race([once(this.#child, "message", asked), ended]);
    this.#child.send(message);
    try {
      return (await answer)[0];
    } finally {
      asked.abort();
    }
  }
}

// What runs in that process.

/** Opens a stream; resolves when its first event is there. */
function openStream(url, path, headers, nth, hear) {
  const { hostname, port, host } = new URL(url);
  const localAddress = `127.0.1.${1 + Math.floor(nth / STREAMS_OF_ADDRESS)}`;
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), localAddress }, () => {
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    });
    let begun = "";
    const begin = (bytes) => {
      begun += bytes.toString("latin1");
      if (!begun.startsWith("HTTP/1.1 200")) return reject(new Error(`a stream was answered with ${begun.slice(0, 200)}`));
      if (!begun.includes("event: hello")) return;
      socket.off("data", begin);
      socket.on("data", (more) => hear(nth, more));
      resolve();
    };
    socket.on("data", begin);
    socket.on("error", reject);
  });
}

function readStreams() {
  let expected;
  let heard = new Set();
  let count = 0;
  const hear = (nth, bytes) => {
    if (!expected || heard.has(nth) || !bytes.includes(expected)) return;
    heard.add(nth);
    if (heard.size === count) process.send({ last: performance.timeOrigin + performance.now() });
  };
  const openAll = async ({ url, path, headers }) => {
    let next = 0;
    const worker = async () => {
      for (let nth = next++; nth < headers.length; nth = next++) await openStream(url, path, headers[nth], nth, hear);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    count = headers.length;
    process.send({ opened: count });
  };
  process.on("disconnect", () => process.exit());
  process.on("message", (message) => {
    if (message.end) process.exit();
    if (message.url) return openAll(message);
    expected = message.id;
    heard = new Set();
    process.send({ expected: true });
  });
}

if (process.argv[2] === "streams" && process.send) readStreams();
