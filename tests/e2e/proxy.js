// A network proxy between a browser and a server: it can be pulled out and put back, or break connections in the middle, for
// one browser and not for others.
import { createServer, connect } from "node:net";
import { once } from "node:events";

export class NetworkProxy {
  /** `http://127.0.0.1:PORT`, as good as the server's own while the proxy is in. */
  url;
  #target;
  #listener;
  /** How many connections it has broken. */
  breaks = 0;
  #connections = new Set();
  #isIn = true;
  #most = Infinity;

  static async to(url) {
    const proxy = new NetworkProxy();
    proxy.#target = new URL(url);
    proxy.#listener = createServer((near) => proxy.#join(near));
    proxy.#listener.listen(0, "127.0.0.1");
    await once(proxy.#listener, "listening");
    proxy.url = `http://127.0.0.1:${proxy.#listener.address().port}`;
    return proxy;
  }

  /** From now on nothing comes through, and what was open breaks. */
  disconnect() {
    this.#isIn = false;
    for (const connection of this.#connections) {
      this.breaks += 1;
      connection.near.resetAndDestroy();
      connection.far.resetAndDestroy();
    }
  }

  reconnect() {
    this.#isIn = true;
  }

  /** Every connection, open or to come, breaks once so many bytes more of the server's have come through; `Infinity`: none. */
  cutAfter(bytes) {
    this.#most = bytes;
    for (const connection of this.#connections) connection.rest = bytes;
  }

  /** Nothing more comes through what is open, and nobody is told; what is opened later works. */
  freeze() {
    for (const { near, far } of this.#connections) {
      near.unpipe().pause();
      far.removeAllListeners("data").pause();
    }
  }

  async dispose() {
    this.disconnect();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  #join(near) {
    if (!this.#isIn) return near.resetAndDestroy();
    const far = connect({ host: this.#target.hostname, port: Number(this.#target.port) });
    const connection = { near, far, rest: this.#most };
    this.#connections.add(connection);
    for (const [socket, other] of [[near, far], [far, near]]) {
      socket.setNoDelay(true);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#connections.delete(connection);
        other.destroy();
      });
    }
    near.pipe(far);
    far.on("end", () => near.end());
    far.on("data", (bytes) => {
      const through = connection.rest < bytes.length ? bytes.subarray(0, connection.rest) : bytes;
      connection.rest -= through.length;
      if (!near.write(through)) {
        far.pause();
        near.once("drain", () => far.resume());
      }
      if (connection.rest > 0) return;
      this.breaks += 1;
      far.removeAllListeners("data");
      // What came through is delivered before the end.
      near.end();
    });
  }
}
