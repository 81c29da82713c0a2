// Runs suites of benchmarks and writes bench/results.md.
//
//     node bench/run.mjs [SUITE…] [--rounds N]
//
// Without names it runs all of them. Each prints its figures with median, smallest and 95th percentile; the ratios come
// last. `cargo xtask bench` builds everything and sets where it is: SIDENOTE_SERVER, SIDENOTE_DIST, SIDENOTE_PACKAGE (the npm
// package), SIDENOTE_ECHO (the bare echo), SIDENOTE_POSTGRES (an empty database), CHROMIUM.
import { parseArgs } from "node:util";
import { Section, write } from "./harness/report.mjs";

const SUITES = ["cold", "cold_slow", "add", "panels", "switch", "fan_in", "tabs", "list", "memory", "widget", "server", "search", "nodes", "live"];
const ROUNDS = 9;

const { values, positionals } = parseArgs({ options: { rounds: { type: "string" } }, allowPositionals: true });
const rounds = Number(values.rounds ?? ROUNDS);
const names = positionals.length > 0 ? positionals : SUITES;
const unknown = names.find((name) => !SUITES.includes(name));
if (unknown || !Number.isInteger(rounds) || rounds < 1) {
  console.error(`${unknown ?? values.rounds} is no ${unknown ? "suite" : "number of rounds"}; the suites are ${SUITES.join(", ")}`);
  process.exit(1);
}

const ratios = [];
const failed = [];
for (const name of names) {
  const suite = await import(`./suites/${name}.mjs`);
  const section = new Section(name, suite, rounds);
  try {
    await suite.measure(section, rounds);
    section.print();
    write(section, SUITES);
    ratios.push(...section.ratios());
  } catch (error) {
    console.error(`${name} failed:`, error);
    failed.push(name);
  }
}
console.log(`\n${ratios.join("\n")}`);
if (failed.length > 0) {
  console.error(`failed: ${failed.join(", ")}`);
  process.exit(1);
}
