// Memory while 300 clients ask for a conversation of long messages (4 MB) and read nothing of the answers, and while
// eight streams that nobody reads stand beside an import.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import net from "node:net";
import { dirname, join } from "node:path";
import { ask, figure, megabytes, pause, peak, resident, signIn, start } from "./server.mjs";

const READERS = 300;
const long = "\u{1f600}".repeat(10_000);

const server = await start();
const maya = await signIn(server);
const [conversation] = (await ask(server, { path: "/api/v1/conversations?limit=1", headers: maya })).json().items;
const { head } = await firstEvent();
for (let n = 0; n < 100; n += 1) {
  const path = `/api/v1/conversations/${conversation.id}/messages/${randomUUID()}`;
  await ask(server, { method: "PUT", path, headers: maya, body: { body: long } });
}

/** The position of the first event of a stream. */
async function firstEvent() {
  const me = await ask(server, { path: "/api/v1/conversations?limit=1", headers: maya });
  const [, seq] = me.json().as_of.split(".");
  return { head: Number(seq), epoch: me.json().as_of.split(".")[0] };
}

const headers = Object.entries(maya).map(([name, value]) => `${name}: ${value}\r\n`).join("");
const epoch = (await firstEvent()).epoch;

/** Connects, asks, and never reads. */
function unread(path, more = "") {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port: server.port, host: "127.0.0.1" }, () => {
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n${headers}${more}\r\n`);
      resolve(socket);
    });
    socket.on("error", reject);
  });
}

const before = resident(server);
const sockets = [];
for (let n = 0; n < READERS; n += 1) {
  sockets.push(await unread(`/api/v1/conversations/${conversation.id}/messages?limit=100`));
}
await pause(3000);
for (let n = 0; n < READERS; n += 1) {
  sockets.push(await unread(`/api/v1/changes?after=${epoch}.${head}&limit=100`));
}
await pause(3000);
const most = peak(server);
figure(
  `peak memory with ${2 * READERS} clients that read nothing of 4 MB each (${megabytes(before)} before)`,
  megabytes(most),
  "150 MB",
  most <= 150,
);
for (const socket of sockets) socket.destroy();
await pause(1000);
const answer = await ask(server, { path: "/api/v1/me", headers: maya });
figure("an agent's request after them", answer.status, "200", answer.status === 200);
await server.stop();

const beside = await start();
const agent = await signIn(beside);
const letter = (n) => `From x@example.com Thu Jan  1 00:00:00 2026
From: Person ${n} <person-${n}@example.com>
To: team@acme.test
Subject: Letter ${n}
Message-ID: <${n}@audit.example>

${"A line of a long letter, of about sixty characters or so.\n".repeat(4000)}
`;
const archive = join(dirname(beside.database), "archive.mbox");
writeFileSync(archive, Array.from({ length: 300 }, (_, n) => letter(n)).join(""));
const streams = [];
for (let n = 0; n < 8; n += 1) {
  const socket = net.connect({ port: beside.port, host: "127.0.0.1" });
  socket.pause();
  const lines = Object.entries(agent).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`GET /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1:${beside.port}\r\n${lines}\r\n`);
  streams.push(socket);
}
await pause(500);
const importing = ["import", "--db", beside.database, "--org", "acme", "--own", "team@acme.test", archive];
execFileSync(process.env.SIDENOTE_SERVER, importing, { stdio: "ignore" });
await pause(2000);
const highest = peak(beside);
figure("peak memory with 8 streams that nobody reads, beside an import of 70 MB", megabytes(highest), "150 MB", highest <= 150);
for (const socket of streams) socket.destroy();
await beside.stop();
