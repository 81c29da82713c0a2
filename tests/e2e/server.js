// One running `sidenote-server` with its own database, for tests that may kill it and start it again.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
export const program = process.env.SIDENOTE_SERVER || join(root, "target/server-release/sidenote-server");
const dist = process.env.SIDENOTE_DIST || join(root, "dist");

const START_MS = 60_000;
const STOP_MS = 20_000;

export class Server {
  /** `http://127.0.0.1:PORT`; every restart keeps the port. */
  url;
  /** The database file, in a directory of its own that is removed when the server is disposed of. */
  database;
  /** The output of the program since its last start, for the message if a start fails. */
  output = "";
  #directory;
  #flags;
  #demo;
  #child = null;

  /** Starts a new server over a new database, with the demonstration data unless `demo` is false, on a free port. */
  static async start(flags = [], { demo = true } = {}) {
    const server = new Server();
    server.#demo = demo;
    server.#flags = flags;
    server.#directory = await mkdtemp(join(tmpdir(), "sidenote-e2e-"));
    server.database = join(server.#directory, "sidenote.db");
    await server.#run(0);
    return server;
  }

  /** Starts again after `kill` or `stop`: same port, same database, other flags if given. */
  async restart(flags = this.#flags) {
    if (this.#child) await this.stop();
    this.#flags = flags;
    await this.#run(new URL(this.url).port);
  }

  /** Ends the server as a power cut would. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Ends the server as an operator would. */
  async stop() {
    await this.#end("SIGTERM");
  }

  async dispose() {
    await this.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #run(port) {
    const address = `127.0.0.1:${port}`;
    const words = ["serve", "--db", this.database, "--addr", address, ...(this.#demo ? ["--demo"] : []), "--dist", dist, ...this.#flags];
    this.output = "";
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.url = await new Promise((listening, failed) => {
      const refuse = (why) => failed(new Error(`the server ${why}\n${program} ${words.join(" ")}\n${this.output}`));
      const deadline = setTimeout(() => refuse(`did not listen within ${START_MS} ms`), START_MS);
      const hear = (chunk) => {
        this.output += chunk;
        const line = /listening on (http:\/\/\S+)\r?\n/.exec(this.output);
        if (line) {
          clearTimeout(deadline);
          listening(line[1]);
        }
      };
      // Both are read to the end: a full pipe would block the server.
      child.stdout.setEncoding("utf8").on("data", hear);
      child.stderr.setEncoding("utf8").on("data", hear);
      child.once("error", (error) => refuse(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) => refuse(`ended at once (${signal ?? code})`));
    }).catch(async (error) => {
      await this.kill();
      throw error;
    });
  }

  async #end(signal) {
    const child = this.#child;
    this.#child = null;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.kill(signal);
    await gone;
    clearTimeout(deadline);
  }
}
