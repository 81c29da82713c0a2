// Memory while 300 clients ask for a conversation of long messages (4 MB) and read nothing of the answers.

import net from "node:net";
import { randomUUID } from "node:crypto";
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
