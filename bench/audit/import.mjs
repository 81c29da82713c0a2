// Figures of an import: memory for one huge letter, time for twice and four times the archive, and what the agents of a
// running server notice of it. Prints one line for each figure and fails if one is not reached.
//
//     SIDENOTE_SERVER=target/server-release/sidenote-server node bench/audit/import.mjs
//
// Needs Linux: memory and processor time are read from /proc.
import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const program = process.env.SIDENOTE_SERVER;
if (!program) throw new Error("SIDENOTE_SERVER, the path of sidenote-server, is missing");
const folder = mkdtempSync(join(tmpdir(), "sidenote-audit-"));
const MB = 1024 * 1024;
let failed = 0;

function figure(isReached, line) {
  failed += isReached ? 0 : 1;
  console.log(`figure: ${line}${isReached ? "" : " FAILED"}`);
}

/** Writes an archive from pieces of text. */
function archive(name, pieces) {
  const file = join(folder, name);
  const out = openSync(file, "w");
  let buffer = "";
  for (const piece of pieces) {
    buffer += piece;
    if (buffer.length > MB) {
      writeSync(out, buffer);
      buffer = "";
    }
  }
  writeSync(out, buffer);
  closeSync(out);
  return file;
}

function command(...parts) {
  const env = { ...process.env, SIDENOTE_PASSWORD: "demo" };
  const { status, stderr } = spawnSync(program, parts, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

function database() {
  const db = join(folder, `${randomUUID()}.db`);
  command("org", "add", "--db", db, "acme", "Acme");
  return db;
}

/** Seconds of processor time and the largest memory of a process, while it is there. */
function usage(pid) {
  try {
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
    const times = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return { peak, cpu: (Number(times[11]) + Number(times[12])) / 100 };
  } catch {
    return undefined;
  }
}

/** Imports an archive: seconds, seconds of processor time, largest memory in MB, summary. */
async function imported(db, file, ...more) {
  const began = performance.now();
  const child = spawn(program, ["import", "--db", db, "--org", "acme", ...more, file]);
  let summary = "";
  let last = { peak: 0, cpu: 0 };
  const watch = setInterval(() => {
    const now = usage(child.pid);
    if (now?.peak) last = now;
  }, 10);
  child.stdout.on("data", (text) => (summary += text));
  child.stderr.on("data", (text) => (summary += text));
  const status = await new Promise((done) => child.on("close", done));
  clearInterval(watch);
  // A file without a single readable letter fails, after it was read.
  if (status !== 0 && !summary.includes("could be read as mail")) throw new Error(`the import failed: ${summary}`);
  return { seconds: (performance.now() - began) / 1000, ...last, summary };
}

function remove(...files) {
  for (const file of files) for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
}

const HEAD = "From - \nFrom: Ada <ada@x.example>\nMessage-ID: <a@x.example>\n";
function* times(n, piece) {
  for (let i = 0; i < n; i += 1) yield typeof piece === "function" ? piece(i) : piece;
}
const LINE = `${"QUJD".repeat(18)}\n`;

// Memory.

const HUGE = 200 * MB;
const huge = {
  "a text": function* () {
    yield `${HEAD}\n`;
    yield* times(HUGE / 74, `${"some words ".repeat(6)}some wo\n`);
  },
  "a line": function* () {
    yield `${HEAD}\n`;
    yield* times(HUGE / 1000, "x".repeat(1000));
  },
  "a header": function* () {
    yield `${HEAD}X-Long: `;
    yield* times(HUGE / 1000, "x".repeat(1000));
    yield "\n\nhi\n";
  },
  "a subject": function* () {
    yield `${HEAD}Subject: `;
    yield* times(HUGE / 1000, " =?utf-8?q?x".repeat(80));
    yield "\n\nhi\n";
  },
  "many headers": function* () {
    yield HEAD;
    yield* times(HUGE / 16, "To: a@x.example\n");
    yield "\n\nhi\n";
  },
  "an attachment": function* () {
    yield `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n`;
    yield "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n";
    yield* times(HUGE / 73, LINE);
    yield "--b--\n";
  },
  "many parts": function* () {
    yield `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n`;
    yield* times(HUGE / 30, "--b\nContent-Type: image/png\n\n\n");
  },
  "20,000 letters": function* () {
    const text = `${"some words ".repeat(6)}some wo\n`.repeat(140);
    yield* times(HUGE / 10500, (i) => `From - \nFrom: s${i % 500}@x.example\nMessage-ID: <${i}@x.example>\n\n${text}\n`);
  },
};
for (const [name, pieces] of Object.entries(huge)) {
  const [db, file] = [database(), archive("huge.mbox", pieces())];
  const { peak, seconds, summary } = await imported(db, file);
  const what = name.includes("letters") ? `an archive of 200 MB (${name})` : `one letter of 200 MB (${name})`;
  const isTold = name.includes("letters") || summary.includes("larger than 25 MB");
  figure(peak <= 150 && isTold, `RSS at import of ${what}: ${peak.toFixed(0)} MB (≤ 150), ${seconds.toFixed(1)} s`);
  remove(db, file);
}

// Time.

const ids = (n, count, of) => Array.from({ length: count }, (_, i) => ` <${of(n, i)}@list.x.example>\n`).join("");
function* letters(n, headers, text = "hi\n") {
  yield* times(n, (i) => `From - \nFrom: s${i % 97}@x.example\nMessage-ID: <${i}@list.x.example>\n${headers(i)}\n${text}\n`);
}
const shapes = {
  "letters with 50 references, one thread": [8000, (n) => letters(n, (i) => `References:\n${ids(i, 50, (i, r) => Math.max(0, i - r))}`)],
  "letters with 50 references of their own": [8000, (n) => letters(n, (i) => `References:\n${ids(i, 50, (i, r) => `${i}.${r}`)}`)],
  "letters with 400 references of their own": [2600, (n) => letters(n, (i) => `References:\n${ids(i, 400, (i, r) => (r ? `${i}.${r}` : 0))}`)],
  "letters of the team's, each an answer to the one before": [4000, (n) => letters(n, (i) => `From: help@acme.test\nIn-Reply-To: <${i - 1}@list.x.example>\n`)],
  "folded lines without a colon": [1_000_000, (n) => (function* () { yield "From - \n"; yield* times(n, " folded, no colon...\n"); yield "\n\n"; })()],
  "folded lines of a subject": [1_000_000, (n) => (function* () { yield `${HEAD}Subject: x\n`; yield* times(n, " folded, no colon...\n"); yield "\n\n"; })()],
  "encoded words that nothing closes": [2_000_000, (n) => (function* () { yield `${HEAD}Subject: `; yield* times(n, "=?aa?q?x"); yield "\n\n"; })()],
  "fields of encoded words that nothing closes": [600, (n) => times(n, (i) => `From - \nFrom: s${i}@x.example\n${`To: ${"=?aa?q?x".repeat(2000)}\n`.repeat(10)}\nhi\n\n`)],
  "parts": [2_000_000, (n) => (function* () { yield `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n`; yield* times(n, "--b\n\nx\n"); })()],
  "multiparts in each other": [300_000, (n) => (function* () { yield HEAD; yield* times(n, (i) => `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`); })()],
  "multiparts whose boundary is not there": [400_000, (n) => (function* () { yield `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n`; yield* times(n, "--b\nContent-Type: multipart/mixed; boundary=none\n\nx\n"); })()],
  "messages in each other": [700_000, (n) => (function* () { yield HEAD; yield* times(n, "Content-Type: message/ rfc822\n\n"); })()],
  "attributes of a content type": [2_000_000, (n) => (function* () { yield `${HEAD}Content-Type: text/plain`; yield* times(n, ";x*1=y'z'"); yield "\n\n"; })()],
  "dashes": [20_000_000, (n) => (function* () { yield `${HEAD}Content-Type: multipart/mixed; boundary=${"-".repeat(5000)}b\n\n`; yield* times(n / 70, `${"-".repeat(69)}\n`); })()],
  "lines that begin with From": [800_000, (n) => (function* () { yield `${HEAD}\n`; yield* times(n, "From here on and on and on\n"); })()],
  "empty messages": [800_000, (n) => times(n, "From - Mon Jun  3 12:50:27 1996\n\n")],
  "uuencoded blocks": [1_000_000, (n) => (function* () { yield `${HEAD}\n`; yield* times(n, "begin 644 x\n#0V%T\n"); })()],
  "HTML tags": [4_000_000, (n) => (function* () { yield `${HEAD}Content-Type: text/html\n\n`; yield* times(n, "<b>&"); })()],
};
function doubled(what, n, runs) {
  const [one, , four] = runs;
  // Below a tenth of a second the clock of /proc says little.
  const isLinear = four.cpu <= 6 * Math.max(one.cpu, 0.1);
  const list = (pick, digits) => runs.map((run) => pick(run).toFixed(digits)).join(", ");
  figure(isLinear, `${what}, at n, 2n, 4n = ${n}: ${list((run) => run.cpu, 2)} s of processor, ` +
    `${list((run) => run.seconds, 1)} s in all (linear), ${four.peak.toFixed(0)} MB`);
}

for (const [name, [n, pieces]] of Object.entries(shapes)) {
  const [first, second] = [[], []];
  for (const part of [4, 2, 1]) {
    const [db, file] = [database(), archive("shape.mbox", pieces(Math.round(n / part)))];
    first.push(await imported(db, file, "--own", "help@acme.test"));
    if (name.startsWith("letters")) second.push(await imported(db, file, "--own", "help@acme.test"));
    remove(db, file);
  }
  doubled(`import of ${n} ${name}`, n, first);
  if (second.length > 0) doubled(`the same again`, n, second);
}

// Beside a running server.

async function beside(file, work) {
  const db = join(folder, `${randomUUID()}.db`);
  const server = spawn(program, ["serve", "--db", db, "--addr", "127.0.0.1:0", "--demo", "--undo-window-ms", "1000"]);
  server.stderr.resume();
  const url = await new Promise((found) => server.stdout.on("data", (text) => found(/http:\/\/\S+/.exec(text)[0])));
  const headers = { "content-type": "application/json", "x-sidenote": "1", origin: url };
  const signIn = await fetch(`${url}/api/v1/session`, { method: "POST", headers, body: JSON.stringify({ email: "maya@acme.test", password: "demo" }) });
  headers.cookie = signIn.headers.get("set-cookie").split(";")[0];
  const ask = (method, path, body) => fetch(`${url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const { items } = await (await ask("GET", "/conversations?limit=1")).json();
  const running = { over: false };
  const importing = imported(db, file).finally(() => (running.over = true));
  const result = await work({ db, ask, conversation: items[0], running });
  const { seconds } = await importing;
  server.kill();
  remove(db);
  return { ...result, seconds };
}

const path = ({ contact_id }, id) => `/contacts/${contact_id}/notes/${id}`;
const note = (conversation, body) => ({ body, conversation_id: conversation.id });

for (const [n, references] of [[1500, 400], [2600, 400]]) {
  const file = archive("beside.mbox", letters(n, (i) => `References:\n${ids(i, references, (i, r) => (r ? `${i}.${r}` : 0))}`));
  const writes = await beside(file, async ({ ask, conversation, running }) => {
    let [refused, written, slowest] = [0, 0, 0];
    const agent = async () => {
      while (!running.over) {
        const began = performance.now();
        const { status } = await ask("PUT", path(conversation, randomUUID()), note(conversation, "meanwhile"));
        slowest = Math.max(slowest, performance.now() - began);
        if (status === 201) written += 1;
        else refused += 1;
        await sleep(200);
      }
    };
    await Promise.all(Array.from({ length: 33 }, agent));
    return { refused, written, slowest };
  });
  figure(writes.refused === 0, `writes of 33 agents beside an import of ${n} letters with ${references} references ` +
    `(${writes.seconds.toFixed(0)} s): ${writes.refused} of ${writes.refused + writes.written} refused (0), ` +
    `slowest ${(writes.slowest / 1000).toFixed(1)} s`);

  const purge = await beside(file, async ({ db, ask, conversation, running }) => {
    let [longest, count, isOver] = [0, 0, false];
    while (!isOver) {
      const [id, text] = [randomUUID(), `Xylophon-${randomUUID()}`];
      await ask("PUT", path(conversation, id), note(conversation, text));
      await ask("DELETE", path(conversation, id));
      const began = performance.now();
      const isThere = () => ["", "-wal"].some((end) => existsSync(db + end) && readFileSync(db + end).includes(text));
      while (isThere()) await sleep(500);
      isOver = running.over;
      if (isOver && count > 0) break;
      longest = Math.max(longest, performance.now() - began);
      count += 1;
    }
    return { longest, count };
  });
  figure(purge.longest <= 61_000, `deleted text beside an import of ${n} letters with ${references} references ` +
    `(${purge.seconds.toFixed(0)} s): ${purge.count} texts, gone after at most ${(purge.longest / 1000).toFixed(1)} s ` +
    `with an undo window of 1 s (≤ 60 s after it)`);
  remove(file);
}

rmSync(folder, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
