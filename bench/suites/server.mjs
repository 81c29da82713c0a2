// The server beside a bare axum echo (crates/server/examples/echo.rs): adds a second with few and many writers, and thousands
// of open event streams. The echo has no database, no sign-in and no limits; it says what axum and this machine can do, with
// the same clients. A note is on the disk before its PUT is answered, so one write that is synced to the disk is timed too.
//
// Needs Linux: memory and processor time are read from /proc.
import { randomUUID } from "node:crypto";
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "../harness/connection.mjs";
import { named, Running } from "../harness/process.mjs";
import { Sidenote } from "../harness/sidenote.mjs";
import { median, percentile, rounded } from "../harness/statistics.mjs";
import { StreamReaders } from "../harness/stream_readers.mjs";
import { pause } from "../harness/subjects.mjs";

export const title = "Adds a second, and open event streams, beside a bare axum echo";
export const baseline = "bare echo";

const WRITERS = [1, 8, 50];
const ROUND_MS = 1000;
const STREAMS = [1_000, 10_000];
/** The server's own limits: streams of one token, and the part of its open files that agents' streams may take. */
const STREAMS_OF_TOKEN = 8;
const agentsStreams = (files) => Math.floor((Math.min(files, 50_064) - 64) / 4);
const ORIGIN = "http://127.0.0.1:1";

export async function measure(section, rounds) {
  const sidenote = await Sidenote.start({ conversations: 50 });
  const echo = await Running.start(named("SIDENOTE_ECHO")).catch(async (error) => {
    await sidenote.stop();
    throw error;
  });
  try {
    const token = await sidenote.allow(ORIGIN);
    const subjects = [
      { name: baseline, process: echo, paths: () => "/notes", headers: {}, events: "/events", tokens: async (count) => Array(count).fill({}) },
      {
        name: section.measured,
        process: sidenote.server,
        paths: (writer) => `/api/v1/contacts/${conversationOf(sidenote, writer).contact_id}/notes`,
        headers: sidenote.headers,
        conversation: (writer) => conversationOf(sidenote, writer).id,
        events: "/api/v1/events",
        tokens: (count) => tokens(token, count),
      },
    ];
    const sync = rounded(median(syncs()));
    for (const writers of WRITERS) await adds(section, subjects, writers, rounds, sync);
    for (const streams of STREAMS) await openStreams(section, subjects, streams, rounds);
  } finally {
    await echo.stop();
    await sidenote.stop();
  }
}

/** Each writer writes about a contact of its own, as far as there are so many. */
const conversationOf = (sidenote, writer) => sidenote.conversations.get(1 + (writer % sidenote.conversations.size));

/** Milliseconds of 200 writes that are synced to the disk, one after the other, where the database is. */
function syncs() {
  const directory = mkdtempSync(join(tmpdir(), "sidenote-bench-"));
  const file = openSync(join(directory, "synced"), "w");
  const block = Buffer.alloc(4096);
  try {
    return Array.from({ length: 200 }, () => {
      const begun = performance.now();
      // In place, as a write-ahead log that has its size.
      writeSync(file, block, 0, block.length, 0);
      fdatasyncSync(file);
      return performance.now() - begun;
    });
  } finally {
    closeSync(file);
    rmSync(directory, { recursive: true });
  }
}

// Adds.

/** `sync`: how long one write takes that is synced to the disk. */
async function adds(section, subjects, writers, rounds, sync) {
  const by = writers === 1 ? "1 writer" : `${writers} writers`;
  const taken = new Map(subjects.map((subject) => [subject, { times: [], processor: 0, seconds: 0 }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) {
      const connections = await Promise.all(
        Array.from({ length: writers }, () => Connection.to(subject.process.url, subject.headers)),
      );
      const before = subject.process.processorSeconds();
      const begun = performance.now();
      const times = (await Promise.all(connections.map((connection, writer) => write(subject, connection, writer)))).flat();
      const seconds = (performance.now() - begun) / 1000;
      const all = taken.get(subject);
      all.times.push(...times);
      all.processor += subject.process.processorSeconds() - before;
      all.seconds += seconds;
      section.add(`adds a second, ${by}`, "1/s", subject, times.length / seconds);
      for (const connection of connections) connection.close();
    }
  }
  for (const [subject, { times, processor, seconds }] of taken) {
    section.add(`p50 of an add, ${by}`, "ms", subject, percentile(times, 0.5));
    section.add(`p99 of an add, ${by}`, "ms", subject, percentile(times, 0.99));
    section.withoutRatio(`processors kept busy, ${by}`);
    section.add(`processors kept busy, ${by}`, "", subject, processor / seconds);
    section.add(`processor time for an add, ${by}`, "ms", subject, (processor * 1000) / times.length);
  }
  section.say(limit(by, taken.get(subjects[1]), sync));
}

/** Adds are stored one after the other: what one takes is computed, or waited for. */
function limit(by, { times, processor, seconds }, sync) {
  const [whole, computed] = [(seconds * 1000) / times.length, (processor * 1000) / times.length];
  const cause = computed > whole / 2 ? "the processor" : "waiting";
  const parts = `the server computes for ${rounded(computed)} of the ${rounded(whole)} ms between two adds`;
  return `What limits adds, ${by}: ${cause}; ${parts}. One write of 4 kB that is synced to the disk takes ${sync} ms.`;
}

/** Writes one note after the other for a second. Returns how long each took. */
async function write(subject, connection, writer) {
  const times = [];
  const end = performance.now() + ROUND_MS;
  for (let begun = performance.now(); begun < end; begun = performance.now()) {
    await add(subject, connection, writer, randomUUID());
    times.push(performance.now() - begun);
  }
  return times;
}

async function add(subject, connection, writer, id) {
  const body = { body: `A note ${id} about what was said on the telephone`, conversation_id: subject.conversation?.(writer) };
  const { status } = await connection.put(`${subject.paths(writer)}/${id}`, JSON.stringify(body));
  if (status !== 201) throw new Error(`${subject.name} answered a note with ${status}`);
}

// Open streams.

async function tokens(token, count) {
  const all = [];
  for (let nth = 0; nth < count; nth += STREAMS_OF_TOKEN) {
    const headers = { authorization: `Bearer ${await token()}`, origin: ORIGIN };
    all.push(...Array(Math.min(STREAMS_OF_TOKEN, count - nth)).fill(headers));
  }
  return all;
}

function fileLimit(pid) {
  return Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))[1]);
}

async function openStreams(section, subjects, wanted, rounds) {
  const files = fileLimit(process.pid);
  const count = Math.min(wanted, agentsStreams(files));
  const streams = `${count.toLocaleString("en-US")} streams`;
  if (count < wanted) {
    section.say(`${streams} instead of ${wanted.toLocaleString("en-US")}: the server gives agents' streams a quarter of the ${files.toLocaleString("en-US")} files that it may open here.`);
  }
  const readers = new Map();
  try {
    for (const subject of subjects) {
      const headers = await subject.tokens(count);
      await pause(1000);
      const before = subject.process.residentKilobytes();
      readers.set(subject, await StreamReaders.open(subject.process.url, subject.events, headers));
      await pause(1000);
      section.add(`memory of a stream, ${streams}`, "kB", subject, (subject.process.residentKilobytes() - before) / count);
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const subject of subjects) {
        section.add(`from the PUT to the last of ${streams}`, "ms", subject, await lastHeard(subject, readers.get(subject)));
        await pause(300);
      }
    }
  } finally {
    await Promise.all([...readers.values()].map((one) => one.close()));
  }
  await pause(2000);
}

async function lastHeard(subject, readers) {
  const id = randomUUID();
  const last = await readers.expect(id);
  const connection = await Connection.to(subject.process.url, subject.headers);
  const heard = last();
  const begun = performance.timeOrigin + performance.now();
  await add(subject, connection, 0, id);
  connection.close();
  return (await heard) - begun;
}
