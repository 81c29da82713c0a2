// One HTTP/1.1 connection that sends a request after the other, with as little work in between as possible: what writes
// to a server must not be slower than the server.
import { once } from "node:events";
import { connect } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

export class Connection {
  #socket;
  #head;
  #received = Buffer.alloc(0);
  #answered;
  #failed;

  /** `headers` are sent with each request. */
  static async to(url, headers) {
    const { hostname, port, host } = new URL(url);
    const connection = new Connection();
    const lines = Object.entries({ host, "content-type": "application/json", ...headers });
    connection.#head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    connection.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(connection.#socket, "connect");
    connection.#socket.on("data", (bytes) => connection.#receive(bytes));
    connection.#socket.on("error", (error) => connection.#failed?.(error));
    connection.#socket.on("close", () => connection.#failed?.(new Error("the server closed the connection")));
    return connection;
  }

  /** Resolves to `{ status, body }`. One request at a time. */
  put(path, body) {
    const answer = new Promise((resolve, reject) => ([this.#answered, this.#failed] = [resolve, reject]));
    this.#socket.write(`PUT ${path} HTTP/1.1\r\n${this.#head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return answer;
  }

  close() {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #receive(bytes) {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, bytes]) : bytes;
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    // Neither server sends an answer to a PUT in chunks.
    if (Number.isNaN(length)) return this.#failed(new Error(`an answer without a length:\n${head}`));
    const whole = end + HEAD_END.length + length;
    if (this.#received.length < whole) return;
    const body = this.#received.toString("utf8", end + HEAD_END.length, whole);
    this.#received = this.#received.subarray(whole);
    this.#answered({ status: Number(head.slice(9, 12)), body });
  }
}
