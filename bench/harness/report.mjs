// The figures of a suite: collected, printed, and written as a section of `bench/results.md`.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { ratio, spread } from "./statistics.mjs";

const root = resolve(import.meta.dirname, "../..");
const file = resolve(root, "bench/results.md");
const HEAD = `# Results of the benchmarks

\`cargo xtask bench [SUITE…]\` measures and writes this file; each suite replaces its own section. A cell has the median, and in
parentheses the smallest sample and the 95th percentile. The floor is a hand-written page without a framework that does the same
visible work ([floor/](floor/index.html)). Ratios hold on other machines, times do not.
`;

/** The figures of one suite. `baseline` and `measured` are the names of what is compared. */
export class Section {
  #figures = new Map();
  #withoutRatio = new Set();
  #sentences = [];
  #begun = performance.now();

  constructor(name, { title, baseline = "floor", measured = "Sidenote" }, rounds) {
    Object.assign(this, { name, title, baseline, measured, rounds });
  }

  /** Adds samples of a figure. `subject`: what was measured, the baseline or the other. */
  add(figure, unit, subject, ...samples) {
    if (samples.some((sample) => !Number.isFinite(sample))) throw new Error(`${figure}: ${samples} is no number`);
    if (!this.#figures.has(figure)) this.#figures.set(figure, { unit, baseline: [], measured: [] });
    const side = subject.name === this.baseline || subject === this.baseline ? "baseline" : "measured";
    this.#figures.get(figure)[side].push(...samples);
  }

  /** A figure that is a growth or a share has no ratio: the floor's is next to nothing. */
  withoutRatio(figure) {
    this.#withoutRatio.add(figure);
  }

  /** Adds a sentence about what can't be a figure of both. */
  say(sentence) {
    this.#sentences.push(sentence);
  }

  print() {
    console.log(`\n== ${this.name}: ${this.title}`);
    for (const [figure, { unit, baseline, measured }] of this.#figures) {
      const words = [figure, unit].filter(Boolean).join(", ");
      console.log(`${words}: ${this.baseline} ${spread(baseline)}; ${this.measured} ${spread(measured)}`);
    }
    for (const sentence of this.#sentences) console.log(sentence);
  }

  /** One line for each figure that has a ratio. */
  ratios() {
    const lines = [...this.#figures].map(([figure, sides]) => {
      const times = this.#ratio(figure, sides);
      return times === null ? null : `ratio: ${this.name}, ${figure}: ${times.toFixed(2)} × the ${this.baseline}`;
    });
    return lines.filter(Boolean);
  }

  markdown() {
    const seconds = Math.round((performance.now() - this.#begun) / 1000);
    const rows = [...this.#figures].map(([figure, sides]) => {
      const times = this.#ratio(figure, sides);
      return `| ${figure} | ${sides.unit} | ${spread(sides.baseline)} | ${spread(sides.measured)} | ${times === null ? "–" : times.toFixed(2)} |`;
    });
    const table = [`| figure | unit | ${this.baseline} | ${this.measured} | ratio |`, "| --- | --- | --- | --- | --- |", ...rows];
    const facts = `Commit ${commit()}, ${new Date().toISOString().slice(0, 10)}, ${this.rounds === 1 ? "1 round" : `${this.rounds} rounds`}, ${availableParallelism()} cores, ${seconds} s.`;
    const parts = [`## ${this.name}`, `${this.title}. ${facts}`, table.join("\n")];
    if (this.#sentences.length > 0) parts.push(this.#sentences.map((sentence) => `- ${sentence}`).join("\n"));
    return `${parts.join("\n\n")}\n`;
  }

  #ratio(figure, { measured, baseline }) {
    return this.#withoutRatio.has(figure) ? null : ratio(measured, baseline);
  }
}

/** Replaces the section of a suite, or adds it. `order`: the names of all suites. */
export function write(section, order) {
  const known = new Map();
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  for (const part of before.split(/^(?=## )/m).slice(1)) known.set(/^## (\S+)/.exec(part)[1], part.trimEnd());
  known.set(section.name, section.markdown().trimEnd());
  const parts = order.filter((name) => known.has(name)).map((name) => known.get(name));
  writeFileSync(file, `${[HEAD.trimEnd(), ...parts].join("\n\n")}\n`);
}

function commit() {
  return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" }).trim();
}
