// A network cable between a browser and a server: it can be pulled out and put back, or break connections in the middle, for
// one browser and not for others.
import { createServer, connect } from "node:net";
import { once } from "node:events";

export class Cable {
  /** `http://127.0.0.1:PORT`, as good as the server's own while the cable is in. */
  url;
  #target;
  #listener;
  #sockets = new Set();
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
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  plug() {
    this.#isIn = true;
  }

  /** From now on every connection breaks once so many bytes of the server's have come through; `Infinity`: none does. */
  cutAfter(bytes) {
    this.#most = bytes;
  }

  /** Nothing more comes through what is open, and nobody is told; what is opened later works. */
  freeze() {
    for (const socket of this.#sockets) socket.removeAllListeners("data").unpipe().pause();
  }

  async dispose() {
    this.pull();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  #join(near) {
    if (!this.#isIn) return near.resetAndDestroy();
    const far = connect({ host: this.#target.hostname, port: Number(this.#target.port) });
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far);
    let rest = this.#most;
    far.on("end", () => near.end());
    far.on("data", (bytes) => {
      const through = rest < bytes.length ? bytes.subarray(0, rest) : bytes;
      rest -= through.length;
      if (!near.write(through)) {
        far.pause();
        near.once("drain", () => far.resume());
      }
      // What came through is delivered before the end.
      if (rest === 0) near.end();
    });
  }
}
