// A thousand live events a second: changes of conversations in the list, added to the page's event stream.
import { longFrames, median } from "../harness/statistics.mjs";
import { besideOpened, pause } from "../harness/subjects.mjs";

export const title = "1,000 changes of conversations a second for 2 seconds, in a list of 25";

const EVENTS_PER_SECOND = 1000;
const SECONDS = 2;
const CONVERSATIONS = 25;

export async function measure(section, rounds) {
  await besideOpened({}, async (opened) => {
    // An opened conversation is reported as read after a while.
    await pause(3000);
    for (let round = 0; round < rounds; round += 1) {
      for (const { subject, measured } of opened) await flood(section, subject, measured, round);
    }
  });
}

async function flood(section, subject, measured, round) {
  const last = `The last of round ${round}`;
  await measured.page.evaluate(([text, within]) => {
    window.stopFrames = window.probe.recordFrames();
    // The list is looked at once per frame, so that looking costs nothing per event.
    const sign = { last: { text, within } };
    window.lastShown = window.probe
      .whenPainted(sign, { isWatched: false })
      .then(({ painted }) => performance.timeOrigin + painted.last);
  }, [last, subject.signs.list]);
  const before = await measured.mainThread();
  subject.traffic.reset();
  const sent = await send(subject, last);
  const shown = await measured.page.evaluate(() => window.lastShown);
  const requests = subject.traffic.requests;
  const frames = await measured.page.evaluate(() => window.stopFrames());
  const after = await measured.mainThread();
  section.add("median frame of a round", "ms", subject, median(frames));
  section.add("longest frame of a round", "ms", subject, Math.max(...frames));
  section.add("frames over 33 ms", "", subject, longFrames(frames));
  section.add("last event painted after it was sent", "ms", subject, shown - sent);
  section.add("main thread for each event", "ms", subject, ((after.task - before.task) * 1000) / (EVENTS_PER_SECOND * SECONDS));
  section.add("requests caused", "", subject, requests);
  await pause(1000);
}

/** Sends events evenly, the last with a text of its own. Returns the moment of that one. */
async function send(subject, last) {
  const total = EVENTS_PER_SECOND * SECONDS;
  const begun = performance.now();
  for (let count = 1; count < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * EVENTS_PER_SECOND));
    // The open conversation, the first, is left alone.
    for (; count < due; count += 1) subject.push(subject.changed(2 + (count % (CONVERSATIONS - 1)), `Event ${count}`));
    await pause(4);
  }
  subject.push(subject.changed(2, last));
  return performance.timeOrigin + performance.now();
}
