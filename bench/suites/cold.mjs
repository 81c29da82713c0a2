// A cold start: a fresh browser with an empty cache opens a conversation with its contact's panel. What is
// below the edge of its part of the page, as the app's notes are in a window of 900 pixels, counts as painted when it is in
// the document and the frame is done.
import { launch, MeasuredPage } from "../harness/browser.mjs";
import { beside } from "../harness/subjects.mjs";

export const title = "Cold start in a fresh browser: a conversation of 30 messages, its contact's panel, 25 conversations in the list";

export const measure = (section, rounds) => coldStarts(section, rounds);

/** `network`: what the browser's tools make of the line; nothing: the machine's own loopback. */
export function coldStarts(section, rounds, network) {
  section.withoutRatio("cumulative layout shift");
  return beside({}, async (subjects) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const subject of subjects) await coldStart(section, subject, network);
    }
  });
}

async function coldStart(section, subject, network) {
  const browser = await launch();
  try {
    subject.traffic.reset();
    const measured = await MeasuredPage.open(browser, subject, { network });
    await subject.traffic.quiet(1000);
    const { task, script } = await measured.mainThread();
    const said = await measured.page.evaluate(() => ({
      firstPaint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
      shift: window.probe.layoutShift,
      blocking: window.probe.blocking(),
    }));
    section.add("conversation and notes painted", "ms", subject, measured.shown.both);
    section.add("conversation painted", "ms", subject, measured.shown.conversation);
    section.add("notes painted", "ms", subject, measured.shown.notes);
    section.add("first contentful paint", "ms", subject, said.firstPaint);
    section.add("cumulative layout shift", "", subject, said.shift);
    section.add("long tasks, what is over 50 ms", "ms", subject, said.blocking);
    section.add("main thread, all tasks", "ms", subject, task * 1000);
    section.add("main thread, script", "ms", subject, script * 1000);
    section.add("requests", "", subject, subject.traffic.requests);
    section.add("bytes of answers", "kB", subject, subject.traffic.bytes / 1000);
  } finally {
    await browser.close();
  }
}
