// What a page holds: JavaScript's heap, the memory of the WebAssembly module, nodes and listeners, at the start and after
// thousands of switches between conversations.
import { besideOpened, pause } from "../harness/subjects.mjs";
import { lastMessage, USUAL } from "../harness/seed.mjs";

export const title = "Memory with one conversation and its panel, and its growth over 10,000 switches";

const SWITCHES = 10_000;
/** Growth is counted from here on: until then everything was open once, and the browser's compilers are done. */
const WARM_UP = 1_000;
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
  const run = async (count) => {
    await measured.page.evaluate(switchAround, [count, places, subject.signs.thread]);
    await pause(1500);
    return measured.memory();
  };
  const first = await run(WARM_UP);
  const last = await run(SWITCHES - WARM_UP);
  const over = `from switch ${WARM_UP.toLocaleString("en-US")} to ${SWITCHES.toLocaleString("en-US")}`;
  section.add(`heap and module, growth ${over}`, "kB", subject, (last.heap + last.module - first.heap - first.module) * 1024);
  section.add(`module's memory, growth ${over}`, "kB", subject, (last.module - first.module) * 1024);
  section.add(`nodes, growth ${over}`, "", subject, last.nodes - first.nodes);
  section.add(`listeners, growth ${over}`, "", subject, last.listeners - first.listeners);
  section.say(`${subject.name} after ${SWITCHES.toLocaleString("en-US")} switches: heap ${last.heap.toFixed(1)} MB, module ${last.module.toFixed(1)} MB.`);
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
