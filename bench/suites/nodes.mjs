// The server on Postgres beside the server on a file: adds a second in one organization and in fifty, the memory of an open
// stream, how long after a PUT its event is heard at the same node and at another one, and what listening costs the writers. The clients are the same, the
// servers take turns, and both engines sync each note to the disk before its PUT is answered.
//
// Needs Linux: memory is read from /proc.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Connection } from "../harness/connection.mjs";
import { named, processorSecondsOf, Running } from "../harness/process.mjs";
import { median, percentile, rounded } from "../harness/statistics.mjs";
import { StreamReaders } from "../harness/stream_readers.mjs";
import { pause } from "../harness/subjects.mjs";

export const title = "The server on Postgres, beside the server on a SQLite file";
export const baseline = "SQLite";
export const measured = "Postgres";

const run = promisify(execFile);
const ORGANIZATIONS = 50;
const PASSWORD = "a password of benches";
const ROUND_MS = 1000;
const STREAMS = 1000;
const STREAMS_OF_TOKEN = 8;
const ORIGIN = "http://127.0.0.1:1";
/** Events for each round: they are quick. */
const EVENTS = 20;
const REVOCATIONS = 3;

export async function measure(section, rounds) {
  const directory = await mkdtemp(join(tmpdir(), "sidenote-bench-"));
  const subjects = [];
  try {
    subjects.push(await Served.start(baseline, join(directory, "sidenote.db"), 1));
    subjects.push(await Served.start(measured, named("SIDENOTE_POSTGRES"), 2));
    for (const writers of [1, 8, 50]) await adds(section, subjects, writers, 1, rounds);
    for (const writers of [8, 50]) await adds(section, subjects, writers, ORGANIZATIONS, rounds);
    await streams(section, subjects);
    const [, postgres] = subjects;
    await events(section, subjects, rounds);
    await elsewhere(section, postgres, rounds);
    await revocations(section, postgres, rounds);
    await listeners(section, postgres, rounds);
  } finally {
    for (const subject of subjects) await subject.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Servers over one database, with an agent and a conversation in each organization. */
class Served {
  nodes = [];
  organizations = [];

  static async start(name, database, nodes) {
    const served = Object.assign(new Served(), { name, database });
    try {
      for (let nth = 0; nth < ORGANIZATIONS; nth += 1) await served.#add(nth);
      for (let nth = 0; nth < nodes; nth += 1) {
        served.nodes.push(await Running.start(named("SIDENOTE_SERVER"), ["serve", "--db", database, "--addr", "127.0.0.1:0"]));
      }
      for (let nth = 0; nth < ORGANIZATIONS; nth += 1) served.organizations.push(await served.#open(nth));
    } catch (error) {
      await served.stop();
      throw error;
    }
    return served;
  }

  get url() {
    return this.nodes[0].url;
  }

  async command(...words) {
    const env = { ...process.env, SIDENOTE_PASSWORD: PASSWORD };
    return (await run(named("SIDENOTE_SERVER"), words, { env })).stdout.trim();
  }

  async #add(nth) {
    await this.command("org", "add", "--db", this.database, `org-${nth}`, `Organization ${nth}`);
    const email = `maya@org-${nth}.test`;
    await this.command("agent", "add", "--db", this.database, "--org", `org-${nth}`, "--email", email, "--name", "Maya");
  }

  /** A visitor writes, which makes a contact and a conversation; the agent signs in and finds it. */
  async #open(nth) {
    const visit = await asked(`${this.url}/contact/v1/org-${nth}/visits`, { method: "POST" });
    const { token } = await visit.json();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = JSON.stringify({ body: "Hello" });
    await asked(`${this.url}/contact/v1/messages/${randomUUID()}`, { method: "PUT", headers, body });
    const agent = await this.signIn(nth);
    const { items } = await (await asked(`${this.url}/api/v1/conversations?limit=1`, { headers: agent })).json();
    return { headers: agent, contact: items[0].contact_id, conversation: items[0].id };
  }

  /** The headers of a session of its own. */
  async signIn(nth) {
    const headers = { "content-type": "application/json", "x-sidenote": "1" };
    const body = JSON.stringify({ email: `maya@org-${nth}.test`, password: PASSWORD });
    const session = await asked(`${this.url}/api/v1/session`, { method: "POST", headers, body });
    return { cookie: session.headers.get("set-cookie").split(";")[0], "x-sidenote": "1", "sec-fetch-site": "same-origin" };
  }

  async stop() {
    for (const node of this.nodes) await node.stop();
  }
}

async function asked(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function add(connection, { contact, conversation }, id) {
  const body = JSON.stringify({ body: `A note ${id} about what was said on the telephone`, conversation_id: conversation });
  const { status } = await connection.put(`/api/v1/contacts/${contact}/notes/${id}`, body);
  if (status !== 201) throw new Error(`a note was answered with ${status}`);
}

async function adds(section, subjects, writers, organizations, rounds) {
  const by = `${writers === 1 ? "1 writer" : `${writers} writers`}, ${organizations === 1 ? "one organization" : `${organizations} organizations`}`;
  const taken = new Map(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) {
      const { rate, times } = await addsOfASecond(subject, writers, organizations);
      section.add(`adds a second, ${by}`, "1/s", subject, rate);
      taken.get(subject).push(...times);
    }
  }
  for (const [subject, times] of taken) section.add(`p99 of an add, ${by}`, "ms", subject, percentile(times, 0.99));
}

async function addsOfASecond(subject, writers, organizations) {
  const ofWriter = (writer) => subject.organizations[writer % organizations];
  const connections = await Promise.all(
    Array.from({ length: writers }, (_, writer) => Connection.to(subject.url, ofWriter(writer).headers)),
  );
  const begun = performance.now();
  const times = (await Promise.all(connections.map((connection, writer) => write(connection, ofWriter(writer))))).flat();
  const rate = times.length / ((performance.now() - begun) / 1000);
  for (const connection of connections) connection.close();
  return { rate, times };
}

/** What a change costs while somebody of each organization listens at no node, at one and at both: each node that has
 * streams of the organization reads the change once. */
async function listeners(section, postgres, rounds) {
  const processors = () => [...postgres.nodes.map((node) => node.processorSeconds()), processorSecondsOf("postgres")];
  const found = [0, 1, 2].map(() => ({ rates: [], changes: 0, seconds: [0, 0, 0] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [nodes, all] of found.entries()) {
      const readers = [];
      for (const node of postgres.nodes.slice(0, nodes)) {
        readers.push(await StreamReaders.open(node.url, "/api/v1/events", postgres.organizations.map(({ headers }) => headers)));
      }
      const before = processors();
      const { rate, times } = await addsOfASecond(postgres, 50, ORGANIZATIONS);
      processors().forEach((seconds, nth) => (all.seconds[nth] += seconds - before[nth]));
      all.rates.push(rate);
      all.changes += times.length;
      for (const reader of readers) await reader.close();
    }
  }
  for (const [nodes, { rates, changes, seconds }] of found.entries()) {
    const [here, there, database] = seconds.map((all) => rounded((all * 1000) / changes));
    section.say(`With a stream of each of 50 organizations at ${nodes} of 2 nodes, 50 writers at the first: ${rounded(median(rates))} adds a second; processor time for each: ${here} ms in this node, ${there} ms in the other, ${database} ms in Postgres.`);
  }
}

/** Writes one note after the other for a second. Returns how long each took. */
async function write(connection, organization) {
  const times = [];
  const end = performance.now() + ROUND_MS;
  for (let begun = performance.now(); begun < end; begun = performance.now()) {
    await add(connection, organization, randomUUID());
    times.push(performance.now() - begun);
  }
  return times;
}

async function streams(section, subjects) {
  for (const subject of subjects) {
    const at = ["--db", subject.database, "--org", "org-0"];
    await subject.command("embed", "origin", "add", ...at, ORIGIN);
    const key = await subject.command("embed", "key", "add", ...at, `bench ${randomUUID()}`);
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = JSON.stringify({ agent: "maya@org-0.test", origin: ORIGIN });
    const readers = [];
    while (readers.length < STREAMS) {
      const answer = await asked(`${subject.url}/embed/v1/tokens`, { method: "POST", headers, body });
      const { token } = await answer.json();
      const count = Math.min(STREAMS_OF_TOKEN, STREAMS - readers.length);
      readers.push(...Array(count).fill({ authorization: `Bearer ${token}`, origin: ORIGIN }));
    }
    await pause(1000);
    const before = subject.nodes[0].residentKilobytes();
    const open = await StreamReaders.open(subject.url, "/api/v1/events", readers);
    await pause(1000);
    const grown = subject.nodes[0].residentKilobytes() - before;
    section.add(`memory of a stream, ${STREAMS.toLocaleString("en-US")} streams`, "kB", subject, grown / STREAMS);
    await open.close();
  }
}

/** Milliseconds from a PUT at the first node until the event is heard at another address. */
async function heardAfter(subject, url, count) {
  const organization = subject.organizations[1];
  const readers = await StreamReaders.open(url, "/api/v1/events", [organization.headers]);
  const connection = await Connection.to(subject.url, organization.headers);
  const times = [];
  for (let nth = 0; nth < count; nth += 1) {
    const id = randomUUID();
    const heard = (await readers.expect(id))();
    const begun = performance.timeOrigin + performance.now();
    await add(connection, organization, id);
    times.push((await heard) - begun);
    await pause(20);
  }
  connection.close();
  await readers.close();
  return times;
}

async function events(section, subjects, rounds) {
  for (let round = 0; round < rounds; round += 1) {
    for (const subject of subjects) {
      section.add("from the PUT to its event, the same node", "ms", subject, ...(await heardAfter(subject, subject.url, EVENTS)));
    }
  }
}

async function elsewhere(section, postgres, rounds) {
  const [here, there] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    here.push(...(await heardAfter(postgres, postgres.nodes[0].url, EVENTS)));
    there.push(...(await heardAfter(postgres, postgres.nodes[1].url, EVENTS)));
  }
  const [same, other] = [median(here), median(there)];
  section.say(`From the PUT to its event at another node: ${rounded(other)} ms, ${rounded(other / same)} times as long as at the same node (${rounded(same)} ms); the 99th percentile is ${rounded(percentile(there, 0.99))} ms.`);
}

async function revocations(section, postgres, rounds) {
  const times = [];
  for (let nth = 0; nth < rounds * REVOCATIONS; nth += 1) {
    const headers = await postgres.signIn(2);
    const stream = await asked(`${postgres.nodes[1].url}/api/v1/events`, { headers });
    const ended = (async () => {
      for await (const _ of stream.body);
      return performance.now();
    })();
    const begun = performance.now();
    await asked(`${postgres.url}/api/v1/session`, { method: "DELETE", headers });
    times.push((await ended) - begun);
  }
  section.say(`From a sign-out to the end of the session's stream at another node: ${rounded(median(times))} ms, at most ${rounded(Math.max(...times))} ms of ${times.length}.`);
}
