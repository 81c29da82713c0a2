// How long an agent's write takes beside 6,000 idle streams of visitors, against none, in one run.

import { randomUUID } from "node:crypto";
import { ask, atOnce, figure, median, pause, resident, megabytes, signIn, start, stream, visit } from "./server.mjs";

const ADDRESSES = 75;
const STREAMS_EACH = 80;
const WRITES = 300;

const server = await start();
const maya = await signIn(server);
const [conversation] = (await ask(server, { path: "/api/v1/conversations?limit=1", headers: maya })).json().items;

async function writes() {
  const times = [];
  for (let n = 0; n < WRITES; n += 1) {
    const path = `/api/v1/contacts/${conversation.contact_id}/notes/${randomUUID()}`;
    const body = { body: `note ${n}`, conversation_id: conversation.id };
    const began = process.hrtime.bigint();
    const answer = await ask(server, { method: "PUT", path, headers: maya, body });
    if (answer.status !== 201) throw new Error(`a write was answered with ${answer.status}`);
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  return median(times);
}

await writes();
const before = await writes();
const memory = resident(server);
const open = async (n) => {
  const from = `127.0.1.${1 + (n % ADDRESSES)}`;
  const headers = await visit(server, from);
  return headers && stream(server, headers, { from });
};
const streams = await atOnce(50, Array.from({ length: ADDRESSES * STREAMS_EACH }, (_, n) => () => open(n)));
const opened = streams.filter(Boolean);
await pause(1000);
const each = ((resident(server) - memory) * 1024) / opened.length;
const beside = await writes();
for (const one of opened) one.destroy();
await pause(2000);
const after = await writes();
const none = median([before, after].concat((before + after) / 2));
const ratio = beside / none;
figure(
  `an agent's median write beside ${opened.length} idle streams of visitors, against none`,
  `${ratio.toFixed(2)} times`,
  "1.5 times",
  opened.length === ADDRESSES * STREAMS_EACH && ratio <= 1.5,
);
console.log(`figure: memory of one idle stream: ${each.toFixed(0)} kB (${megabytes(memory)} without)`);
await server.stop();
