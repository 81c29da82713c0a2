// A network cable between a browser and a server: it can be pulled out and put back, or break connections in the middle, for
// one browser and not for others.
import { createServer, connect } from "node:net";
import { once } from "node:events";

export class Cable {
  /** `http://127.0.0.1:PORT`, as good as the server's own while the cable is in. */
  url;
  #target;
  #listener;
  /** How many connections it has broken. */
  breaks = 0;
  #connections = new Set();
  #isIn = true;
  #most = Infinity;

  static async to(url) {
    const cable = new Cable();
    cable.#target = new URL(url);
    cable.#listener = createServer((near) => cable.#join(near));
    cable.#listener.listen(0, "127.0.0.1");
    await once(cable.#listener, "listening");
    cable.url = `http://127.0.0.1:${cable.#listener.address().port}`;
    return cable;
  }

  /** From now on nothing comes through, and what was open breaks. */
  pull() {
    this.#isIn = false;
    for (const connection of this.#connections) {
      this.breaks += 1;
      connection.near.resetAndDestroy();
      connection.far.resetAndDestroy();
    }
  }

  plug() {
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
    this.pull();
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
