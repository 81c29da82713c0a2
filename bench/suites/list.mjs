// Scrolling through a list of very many conversations, all of them loaded, in 240 steps from top to end.
import { besideOpened } from "../harness/subjects.mjs";
import { longFrames, median } from "../harness/statistics.mjs";

export const title = "Scrolling through 1,000 and 100,000 loaded conversations in 240 frames";

const AMOUNTS = [1_000, 100_000];
const FRAMES = 240;

export async function measure(section, rounds) {
  for (const conversations of AMOUNTS) {
    const among = `${conversations.toLocaleString("en-US")} conversations`;
    // One message each: the list shows one, and an import of 100,000 takes minutes.
    await besideOpened({ conversations, messages: 1 }, async (opened) => {
      for (const { subject, measured } of opened) {
        section.add(`cold start with ${among}`, "ms", subject, measured.shown.both);
        const seconds = await subject.loadAll(measured.page, subject.listScroller, conversations);
        if (seconds > 0) {
          section.say(`${among}: Sidenote imports them in ${subject.importSeconds.toFixed(0)} s and loads them all in ${seconds.toFixed(1)} s of scrolling.`);
        }
      }
      for (let round = 0; round < rounds; round += 1) {
        for (const { subject, measured } of opened) {
          const frames = await measured.page.evaluate(
            ([scroller, count]) => window.probe.scrollThrough(scroller, count),
            [subject.listScroller, FRAMES],
          );
          section.add(`frames over 33 ms of ${FRAMES - 1}, ${among}`, "", subject, longFrames(frames));
          section.add(`median frame, ${among}`, "ms", subject, median(frames));
          section.add(`longest frame, ${among}`, "ms", subject, Math.max(...frames));
        }
      }
      for (const { subject, measured } of opened) await sizes(section, among, subject, measured);
    });
  }
}

async function sizes(section, among, subject, measured) {
  const { heap, module, nodes } = await measured.memory();
  section.add(`JavaScript's heap and the module's memory, ${among}`, "MB", subject, heap + module);
  section.add(`nodes, ${among}`, "", subject, nodes);
}
