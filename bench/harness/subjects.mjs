// The two pages that are compared, side by side over the same texts.
import { launch, MeasuredPage } from "./browser.mjs";
import { Floor } from "./floor.mjs";
import { Sidenote } from "./sidenote.mjs";

/** Starts both over the same amount of data, calls `work([floor, sidenote])`, and stops them. */
export async function beside(amount, work) {
  const floor = await Floor.start(amount);
  const sidenote = await Sidenote.start(amount).catch(async (error) => {
    await floor.stop();
    throw error;
  });
  try {
    return await work([floor, sidenote]);
  } finally {
    await Promise.all([floor.stop(), sidenote.stop()]);
  }
}

/** The same, with a page of each open in a browser of its own: `work([{ subject, page }, …])`. */
export async function besideOpened(amount, work) {
  return beside(amount, async (subjects) => {
    const browsers = [];
    try {
      const opened = [];
      for (const subject of subjects) {
        const browser = await launch();
        browsers.push(browser);
        const measured = await MeasuredPage.open(browser, subject, { messages: amount.messages });
        await subject.traffic.quiet(500);
        opened.push({ subject, browser, measured });
      }
      return await work(opened);
    } finally {
      await Promise.all(browsers.map((browser) => browser.close()));
    }
  });
}

/** A pause between gestures, so that the work after one does not lie in the next. */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
