// Twelve searches at once over 3,000 long notes: nobody is refused, and another agent's request doesn't wait for them.

import { randomUUID } from "node:crypto";
import { ask, atOnce, figure, median, signIn, start } from "./server.mjs";

const NOTES = 3000;

const server = await start();
const maya = await signIn(server);
const [conversation] = (await ask(server, { path: "/api/v1/conversations?limit=1", headers: maya })).json().items;
const notes = `/api/v1/contacts/${conversation.contact_id}/notes`;
const add = async (n) => {
  const body = { body: `${n} ${"lorem ipsum ".repeat(800)}`.slice(0, 9_900), conversation_id: conversation.id };
  return (await ask(server, { method: "PUT", path: `${notes}/${randomUUID()}`, headers: maya, body })).status;
};
await atOnce(4, Array.from({ length: NOTES }, (_, n) => () => add(n)));

const timed = async (path) => {
  const began = process.hrtime.bigint();
  const answer = await ask(server, { path, headers: maya });
  return { status: answer.status, ms: Number(process.hrtime.bigint() - began) / 1e6 };
};
const alone = median((await atOnce(1, Array.from({ length: 50 }, () => () => timed("/api/v1/me")))).map((one) => one.ms));
let searching = true;
const search = async () => {
  const answers = [];
  while (searching) answers.push(await timed(`${notes}?q=needle`));
  return answers;
};
const searches = Promise.all(Array.from({ length: 12 }, search));
const others = await atOnce(1, Array.from({ length: 100 }, () => () => timed("/api/v1/me")));
searching = false;
const refused = (await searches).flat().filter((one) => one.status !== 200).length;
const slowest = Math.max(...others.map((one) => one.ms));
const count = (await searches).flat().length;
figure(`searches refused of ${count}, twelve at once over ${NOTES} long notes`, refused, "0", refused === 0);
const ratio = median(others.map((one) => one.ms)) / alone;
console.log(`figure: another agent's request meanwhile: ${ratio.toFixed(1)} times as long as alone, the slowest of 100 ${(slowest / alone).toFixed(1)} times`);
await server.stop();
