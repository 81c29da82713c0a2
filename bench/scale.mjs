// The arithmetic of docs/scale.md: how many nodes and databases so many agents need. Prints its table.
//
//   node bench/scale.mjs

/** Measured: bench/results.md, the suites `nodes` and `server`. */
const MEASURED = {
  /** Processor time of a change in the node that it is sent to, in a node that has streams of the organization, and in
   * Postgres: for itself, and for each such node. Milliseconds. */
  changeAtNode: 0.411,
  readAtNode: 0.299,
  changeAtDatabase: 0.762,
  readAtDatabase: 0.359,
  /** From a change to the last of 4,984 streams, for each: 49.3 ms / 4,984, on two processors. Milliseconds. */
  event: 0.0099 * 2,
  /** Kilobytes of an open stream, after much was written. */
  stream: 41.2,
};

/** Assumed. */
const ASSUMED = {
  /** Changes that an agent and the agent's contacts make in the busiest minute, each second. */
  changesOfAgent: 0.1,
  agentsOfOrganization: 50,
  /** Processors of a node, and of a database's machine, and how busy they may be. */
  processorsOfNode: 4,
  processorsOfDatabase: 16,
  busy: 0.5,
};

/** The most streams of agents that a node takes (crates/server/src/capacity.rs). */
const STREAMS_OF_NODE = 12_500;
const MOST_NODES = 100;

const agents = [100, 1_000, 10_000, 100_000, 1_000_000];
console.log("| agents at work | changes each second | events each second | databases | nodes of each | streams of a node | their memory | notices each second at a node |");
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const all of agents) {
  const { databases, nodes } = needed(all);
  const streams = Math.ceil(all / databases / nodes);
  const row = [
    all,
    all * ASSUMED.changesOfAgent,
    all * ASSUMED.changesOfAgent * ASSUMED.agentsOfOrganization,
    databases,
    nodes,
    streams,
    `${Math.ceil((streams * MEASURED.stream) / 1000)} MB`,
    Math.ceil((all * ASSUMED.changesOfAgent) / databases),
  ];
  console.log(`| ${row.map((cell) => cell.toLocaleString("en-US")).join(" | ")} |`);
}

let most = 1_000;
while (needed(most + 1_000).databases === 1) most += 1_000;
console.log(`\nOne database is enough for ${most.toLocaleString("en-US")} agents, with ${needed(most).nodes} nodes.`);

/** The fewest databases, and the fewest nodes of each, that are not too busy. */
function needed(all) {
  for (let databases = 1; ; databases += 1) {
    const agents = all / databases;
    const changes = agents * ASSUMED.changesOfAgent;
    // One more node than needed: it may fail, or be replaced.
    for (let nodes = 2; nodes <= MOST_NODES; nodes += 1) {
      const atWork = nodes - 1;
      // Agents come to any node: each has streams of an organization, as far as its agents go around.
      const readers = Math.min(nodes, ASSUMED.agentsOfOrganization);
      const database = changes * (MEASURED.changeAtDatabase + readers * MEASURED.readAtDatabase);
      if (database > ASSUMED.processorsOfDatabase * ASSUMED.busy * 1000) break;
      const events = changes * ASSUMED.agentsOfOrganization * MEASURED.event;
      const node = (changes * (MEASURED.changeAtNode + readers * MEASURED.readAtNode) + events) / atWork;
      if (node <= ASSUMED.processorsOfNode * ASSUMED.busy * 1000 && agents / atWork <= STREAMS_OF_NODE) return { databases, nodes };
    }
  }
}
