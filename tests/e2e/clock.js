// A page's clock in a test's hands: nothing waits for real time to pass. A page has one once `page.clock.install()` was
// called before it was loaded.
import { expect } from "./harness.js";

/** Stops a page's clock, a moment from now: none of the times that the page waits for ends in it. */
export async function stop(page) {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 5_000);
}

/** Lets time pass, second by second, until something holds. `holds` has no patience of its own: `expect(…, SOON)`. */
export async function passUntil(page, holds) {
  await expect(async () => {
    await page.clock.runFor(1_000);
    await holds();
  }).toPass({ intervals: [0] });
}

/** How long the network may take, in real time, for each second of the page's. */
export const SOON = { timeout: 250 };

/** To be called before a page is loaded. The returned function waits until the page has heard that its stream broke. */
export async function hearBreaks(page) {
  await page.addInitScript(() => {
    const { prototype } = ReadableStreamDefaultReader;
    const { read } = prototype;
    prototype.read = function (...given) {
      const answer = read.apply(this, given);
      // What the page does about it follows in the same turn.
      answer.catch(() => (globalThis.hasBroken = true));
      return answer;
    };
  });
  return () => expect.poll(() => page.evaluate(() => globalThis.hasBroken)).toBe(true);
}
