// A server of its own for each measurement: a release build over a new database with the demonstration data.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = process.env.SIDENOTE_SERVER;

/** Starts a server. `files`: the number of files that it may open. */
export async function start({ files } = {}) {
  const directory = mkdtempSync(join(tmpdir(), "sidenote-audit-"));
  const database = join(directory, "sidenote.db");
  const words = [binary, "serve", "--demo", "--db", database, "--addr", "127.0.0.1:0"];
  const limit = files ?? "$(ulimit -Hn)";
  const child = spawn("sh", ["-c", `ulimit -n ${limit}; exec "$@"`, "sh", ...words], { stdio: ["ignore", "pipe", "ignore"] });
  const port = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
      const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(text);
      if (found) resolve(Number(found[1]));
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const server = { port, database, pid: child.pid };
  server.stop = () =>
    new Promise((resolve) => {
      child.on("exit", resolve);
      child.kill("SIGKILL");
    }).then(() => rmSync(directory, { recursive: true }));
  return server;
}

/** A request; `from` is the client's address (any of 127.0.0.0/8). Resolves to status, headers and JSON. */
export function ask(server, { method = "GET", path, headers = {}, body, from = "127.0.0.1", agent }) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = text === undefined ? headers : { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...headers };
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: server.port, localAddress: from, method, path, headers: all, agent };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const answer = Buffer.concat(chunks).toString();
        const json = () => JSON.parse(answer);
        resolve({ status: response.statusCode, headers: response.headers, json });
      });
    });
    request.on("error", reject);
    request.end(text);
  });
}

/** Signs in and returns the headers of a page of the app. */
export async function signIn(server, email = "maya@acme.test", from) {
  const body = { email, password: "demo" };
  const answer = await ask(server, { method: "POST", path: "/api/v1/session", body, from });
  if (answer.status !== 204) return null;
  const cookie = answer.headers["set-cookie"].find((cookie) => cookie.startsWith("sid=")).split(";")[0];
  return { cookie, "sec-fetch-site": "same-origin", "x-sidenote": "1" };
}

/** A visitor of the web chat: the headers with their token. */
export async function visit(server, from) {
  const answer = await ask(server, { method: "POST", path: "/contact/v1/acme/visits", from });
  return answer.status === 200 ? { authorization: `Bearer ${answer.json().token}` } : null;
}

/** An event stream, once its first event is there. `null`: it is refused. */
export function stream(server, headers, { path = "/contact/v1/events", from = "127.0.0.1" } = {}) {
  return new Promise((resolve) => {
    const options = { host: "127.0.0.1", port: server.port, localAddress: from, path, headers, agent: false };
    const request = http.get(options, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        resolve(null);
        return;
      }
      response.on("error", () => {});
      response.once("data", () => resolve(request));
    });
    request.on("error", () => resolve(null));
  });
}

/** Runs the tasks, at most `width` at the same time. */
export async function atOnce(width, tasks) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < tasks.length) {
      const n = next++;
      results[n] = await tasks[n]();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

function status(server, field) {
  const text = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)[1]) / 1024;
}

/** The server's resident memory now, and at its peak, in MB. */
export const resident = (server) => status(server, "VmRSS");
export const peak = (server) => status(server, "VmHWM");

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export const megabytes = (value) => `${Math.round(value)} MB`;

/** Prints a figure; `holds` says whether it is within what is promised. */
export function figure(sentence, value, promised, holds) {
  console.log(`figure: ${sentence}: ${value} (promised: ${promised})${holds ? "" : " FAILED"}`);
  if (!holds) process.exitCode = 1;
}
