// What a page holds: JavaScript's heap, the memory of the WebAssembly module, nodes and listeners, at the start and after
// thousands of switches between conversations.
import { besideOpened, pause } from "../harness/subjects.mjs";
import { lastMessage, USUAL } from "../harness/seed.mjs";

export const title = "Memory with one conversation and its panel, and its growth over 10,000 switches";

/** Where it is looked at. Before the first everything is opened once, and the browser's compilers get done. */
const SWITCHES = [1_000, 4_000, 7_000, 10_000];
const LAST = 10;

export async function measure(section, rounds) {
  for (let round = 1; round <= rounds; round += 1) {
    await besideOpened({}, async (opened) => {
      for (const { subject, measured } of opened) await atTheStart(section, subject, measured);
      // Both at the same time, once: nothing here is a time.
      if (round === rounds) await Promise.all(opened.map(({ subject, measured }) => growth(section, subject, measured)));
    });
  }
}

async function atTheStart(section, subject, measured) {
  const held = await measured.memory();
  section.add("JavaScript's heap and the module's memory", "MB", subject, held.heap + held.module);
  section.add("JavaScript's heap", "MB", subject, held.heap);
  section.add("the module's memory", "MB", subject, held.module);
  section.add("nodes", "", subject, held.nodes);
  section.add("listeners", "", subject, held.listeners);
  const elements = await measured.page.evaluate(() => document.querySelectorAll("*").length);
  section.add("elements", "", subject, elements);
}

async function growth(section, subject, measured) {
  const places = Array.from({ length: LAST }, (_, index) => ({
    row: subject.row(index + 1),
    text: lastMessage(index + 1, USUAL),
  }));
  const held = [];
  let done = 0;
  for (const switches of SWITCHES) {
    await measured.page.evaluate(switchAround, [switches - done, places, subject.signs.thread]);
    done = switches;
    await pause(1500);
    held.push(await measured.memory());
  }
  const grown = (figure, unit, of) => {
    section.withoutRatio(figure);
    section.add(figure, unit, subject, of(held.at(-1)) - of(held[0]));
  };
  grown("heap and module, growth over 9,000 switches", "kB", ({ heap, module }) => (heap + module) * 1024);
  grown("the module's memory, growth over 9,000 switches", "kB", ({ module }) => module * 1024);
  grown("nodes, growth over 9,000 switches", "", ({ nodes }) => nodes);
  grown("listeners, growth over 9,000 switches", "", ({ listeners }) => listeners);
  const megabytes = (of) => held.map((one) => of(one).toFixed(1)).join(", ");
  section.say(
    `${subject.name} after ${SWITCHES.map((count) => count.toLocaleString("en-US")).join("; ")} switches: ` +
      `heap ${megabytes(({ heap }) => heap)} MB, module ${megabytes(({ module }) => module)} MB.`,
  );
}

/** Runs in the page: opens one conversation after the other and waits for each. */
async function switchAround([count, places, within]) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  for (let nth = 1; nth <= count; nth += 1) {
    const { row, text } = places[nth % places.length];
    document.querySelector(row).click();
    while (!document.querySelector(within)?.textContent.includes(text)) await frame();
    await frame();
  }
}
