// Agents get in while visitors flood a server that may open 1,024 files only.

import { ask, atOnce, figure, pause, signIn, start, stream, visit } from "./server.mjs";

const ADDRESSES = 12;
const EACH = 110;
const AGENTS = 20;

const server = await start({ files: 1024 });
const flood = async (n) => {
  const from = `127.0.2.${1 + (n % ADDRESSES)}`;
  const headers = await visit(server, from).catch(() => null);
  return headers && stream(server, headers, { from });
};
const opened = await atOnce(100, Array.from({ length: ADDRESSES * EACH }, (_, n) => () => flood(n)));
const flooding = setInterval(() => {
  for (let n = 0; n < 20; n += 1) flood(n).catch(() => {});
}, 50);
await pause(500);
const agent = async (n) => {
  const from = `127.0.3.${1 + n}`;
  const headers = await signIn(server, n % 2 ? "maya@acme.test" : "sam@acme.test", from).catch(() => null);
  if (!headers) return false;
  const me = await ask(server, { path: "/api/v1/me", headers, from }).catch(() => null);
  const live = await stream(server, headers, { path: "/api/v1/events", from });
  return me?.status === 200 && live !== null;
};
const served = (await atOnce(5, Array.from({ length: AGENTS }, (_, n) => () => agent(n)))).filter(Boolean).length;
clearInterval(flooding);
figure(
  `agents that sign in, read and open a stream beside ${opened.filter(Boolean).length} streams of visitors, with 1,024 open files`,
  `${served} of ${AGENTS}`,
  `${AGENTS} of ${AGENTS}`,
  served === AGENTS,
);
await server.stop();
process.exit();
