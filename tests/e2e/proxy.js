// A network proxy between a browser and a server: it can be disconnected and reconnected, or break connections halfway,
// for one browser only.
import { createServer, connect } from "node:net";
import { once } from "node:events";

export class NetworkProxy {
  /** `http://127.0.0.1:PORT`; works like the server's own while the proxy is connected. */
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

  /** From now on nothing gets through, and open connections break. */
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

  /** Every connection, open or future, breaks after this many more bytes from the server; `Infinity`: none breaks. */
  cutAfter(bytes) {
    this.#most = bytes;
    for (const connection of this.#connections) connection.rest = bytes;
  }

  /** Open connections carry nothing more, and neither end notices; later connections work. */
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
      // The bytes that got through are delivered before the end.
      near.end();
    });
  }
}
