// Memory of sign-ins: after a thousand right ones, and while clients send one and leave.

import net from "node:net";
import { ask, atOnce, figure, megabytes, pause, peak, resident, signIn, start } from "./server.mjs";

const server = await start();
const before = resident(server);
const signed = await atOnce(8, Array.from({ length: 1000 }, () => () => signIn(server)));
const after = resident(server);
const served = signed.filter(Boolean).length;
figure(
  `memory after ${served} of 1,000 sign-ins, 8 at a time (${megabytes(before)} before)`,
  megabytes(after),
  "80 MB",
  served === 1000 && after <= 80,
);

const body = JSON.stringify({ email: "sam@acme.test", password: "demo" });
const head = `POST /api/v1/session HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\ncontent-type: application/json\r\n`;
const request = `${head}content-length: ${body.length}\r\n\r\n${body}`;
const abandon = () =>
  new Promise((resolve) => {
    const socket = net.connect(server.port, "127.0.0.1", () => {
      socket.write(request);
      setTimeout(() => {
        socket.destroy();
        resolve();
      }, 5);
    });
    socket.on("error", resolve);
  });
await atOnce(60, Array.from({ length: 240 }, () => abandon));
await pause(2000);
const most = peak(server);
figure("peak memory with 240 sign-ins whose client leaves", megabytes(most), "200 MB", most <= 200);
const answer = await ask(server, { method: "POST", path: "/api/v1/session", body: JSON.parse(body) });
figure("the right password after them", answer.status, "204", answer.status === 204);
await server.stop();
