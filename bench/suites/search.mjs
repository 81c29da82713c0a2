// The search beside the simplest request, one conversation by its id, on both engines in turn: 100,000 messages, 10,000
// contacts and 20,000 notes. Their words are few, so that most words of a search are in very many texts.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { named, Running } from "../harness/process.mjs";
import { Sidenote } from "../harness/sidenote.mjs";
import { percentile, rounded } from "../harness/statistics.mjs";
import { pause } from "../harness/subjects.mjs";

export const title = "The search over 100,000 messages, 10,000 contacts and 20,000 notes, beside one conversation by its id";
export const baseline = "by its id";
export const measured = "search";

const AMOUNT = { conversations: 50_000, messages: 2, notes: 20_000 };
const ROUND = 10;
/** Words in many texts and in few, beginnings, several words, a name, an address, and what is nowhere. */
const QUERIES = [
  "refund", "the", "conversation 4711", "re", "delayed order", "invoice tom", "Number4711", "c4711@example",
  "note 1999", "billing team follow", "zzz", "message 2 of conversation 123", "d", "payment refund customer",
];

const run = promisify(execFile);

export async function measure(section, rounds) {
  const sidenote = await Sidenote.start(AMOUNT);
  const servers = [];
  try {
    await sidenote.server.stop();
    const postgres = named("SIDENOTE_POSTGRES");
    await run(named("SIDENOTE_SERVER"), ["copy", "--from", sidenote.database, "--to", postgres]);
    for (const [engine, database] of [["SQLite", sidenote.database], ["Postgres", postgres]]) {
      const server = await Running.start(named("SIDENOTE_SERVER"), ["serve", "--db", database, "--addr", "127.0.0.1:0"]);
      servers.push(server);
      await compare(section, engine, new Asked(server.url, sidenote.headers), sidenote.conversations.get(1).id, rounds);
    }
  } finally {
    for (const server of servers) await server.stop();
    await sidenote.stop();
  }
}

class Asked {
  constructor(url, headers) {
    Object.assign(this, { url, headers });
  }

  async ask(path) {
    const begun = performance.now();
    const answer = await fetch(`${this.url}/api/v1${path}`, { headers: this.headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return { found: await answer.json(), took: performance.now() - begun };
  }

  search(text) {
    return this.ask(`/search?q=${encodeURIComponent(text)}&limit=5`);
  }
}

async function compare(section, engine, asked, conversation, rounds) {
  await isListed(asked);
  const [byId, searched, slowest] = [[], [], { took: 0, text: "" }];
  for (let round = 0; round < rounds; round += 1) {
    for (const text of QUERIES) {
      for (let nth = 0; nth < ROUND; nth += 1) {
        byId.push((await asked.ask(`/conversations/${conversation}`)).took);
        const { took } = await asked.search(text);
        searched.push(took);
        if (took > slowest.took) Object.assign(slowest, { took, text });
      }
    }
  }
  section.add(`an answer, ${engine}`, "ms", section.baseline, ...byId);
  section.add(`an answer, ${engine}`, "ms", section.measured, ...searched);
  const [one, all] = [percentile(byId, 0.95), percentile(searched, 0.95)];
  section.add(`95th percentile, ${engine}`, "ms", section.baseline, one);
  section.add(`95th percentile, ${engine}`, "ms", section.measured, all);
  section.say(`${engine}: the slowest search, ${rounded(slowest.took)} ms, was for “${slowest.text}”.`);
}

/** On Postgres the index is made beside the work: waits until the newest texts have been the same for a while. */
async function isListed(asked) {
  while ((await asked.search("conversation 50000")).found.messages.items.length === 0) await pause(200);
  const newest = async () => {
    const { messages, contact_notes } = (await asked.search("e")).found;
    return `${messages.items[0]?.seq} ${contact_notes.items[0]?.seq}`;
  };
  for (let [before, same] = ["", 0]; same < 5; await pause(1_000)) {
    const now = await newest();
    [before, same] = [now, now === before ? same + 1 : 0];
  }
}
