// Starts a program that prints the address it listens on, ends it, and reads what it uses of the machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** What has to be undone if this process ends early. */
const undone = new Set();
process.once("exit", () => undone.forEach((undo) => undo()));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** Calls `undo` when this process ends, unless the function that it returns is called before. */
export function atExit(undo) {
  undone.add(undo);
  return () => undone.delete(undo);
}

const START_MS = 60_000;
const STOP_MS = 20_000;
/** The kernel counts processor time in ticks; Linux has a hundred of them in a second. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time of all processes of this name, and of those that they have waited for. Linux only. */
export function processorSecondsOf(name) {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const [head, tail] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
      if (head.endsWith(`(${name}`)) ticks += tail.split(" ").slice(11, 15).reduce((sum, count) => sum + Number(count), 0);
    } catch (error) {
      // It has ended meanwhile.
      if (error.code !== "ENOENT" && error.code !== "ESRCH") throw error;
    }
  }
  return ticks / TICKS_PER_SECOND;
}

/** A path that the environment names, such as the server's. `cargo xtask bench` sets all of them. */
export function named(variable) {
  const path = process.env[variable];
  if (!path) throw new Error(`${variable} is not set; \`cargo xtask bench\` builds everything and sets it`);
  return path;
}

export class Running {
  /** `http://127.0.0.1:PORT` */
  url;
  #child;

  /** Starts a program and waits until it prints `listening on URL`. */
  static async start(program, words = []) {
    const running = new Running();
    running.#child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    running.#child.once("exit", atExit(() => running.#child.kill("SIGKILL")));
    running.url = await running.#address(`${program} ${words.join(" ")}`).catch(async (error) => {
      await running.stop();
      throw error;
    });
    return running;
  }

  get pid() {
    return this.#child.pid;
  }

  async stop() {
    const child = this.#child;
    if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    const deadline = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.kill("SIGTERM");
    await gone;
    clearTimeout(deadline);
  }

  /** Resident memory in kilobytes. Linux only. */
  residentKilobytes() {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, "utf8"))[1]);
  }

  /** Seconds of processor time since the start. Linux only. */
  processorSeconds() {
    const fields = readFileSync(`/proc/${this.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  #address(what) {
    const child = this.#child;
    let output = "";
    return new Promise((listening, failed) => {
      const refuse = (why) => failed(new Error(`${what} ${why}\n${output}`));
      const deadline = setTimeout(() => refuse(`did not listen within ${START_MS} ms`), START_MS);
      const hear = (text) => {
        // Read to the end even when it is known: a full pipe would block the program.
        if (this.url) return;
        output += text;
        const found = /listening on (http:\/\/\S+)\r?\n/.exec(output);
        if (!found) return;
        clearTimeout(deadline);
        listening(found[1]);
      };
      child.stdout.setEncoding("utf8").on("data", hear);
      child.stderr.setEncoding("utf8").on("data", hear);
      child.once("error", (error) => refuse(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) => refuse(`ended at once (${signal ?? code})`));
    });
  }
}
