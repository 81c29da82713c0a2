// A page's fake clock, so that no test waits for real time. A page has one if `page.clock.install()` was called before
// it was loaded.
import { expect } from "./harness.js";

/** Stops a page's clock, a moment from now: no timer of the page ends in that moment. */
export async function stop(page) {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 5_000);
}

/** Advances the clock second by second until something holds. `holds` must not wait long itself: `expect(…, SOON)`. */
export async function passUntil(page, holds) {
  await expect(async () => {
    await page.clock.runFor(1_000);
    await holds();
  }).toPass({ intervals: [0] });
}

/** The real time that the network may take for each second of the page's clock. */
export const SOON = { timeout: 250 };

/** To be called before a page is loaded. The returned function waits until the page has noticed that its stream broke.
   */
export async function hearBreaks(page) {
  await page.addInitScript(() => {
    const { prototype } = ReadableStreamDefaultReader;
    const { read } = prototype;
    prototype.read = function (...given) {
      const answer = read.apply(this, given);
      // The page reacts in the same turn.
      answer.catch(() => (globalThis.hasBroken = true));
      return answer;
    };
  });
  return () => expect.poll(() => page.evaluate(() => globalThis.hasBroken)).toBe(true);
}
