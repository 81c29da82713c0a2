// A note that is added in one tab of a browser, until it is in another tab's document. Tabs in the background paint
// nothing, so the moment is that of the change of the document.
import { MeasuredPage } from "../harness/browser.mjs";
import { besideOpened, pause } from "../harness/subjects.mjs";

export const title = "A note added in one tab, until it is in another tab of the same browser";

export async function measure(section, rounds) {
  await besideOpened({}, async (opened) => {
    for (const one of opened) {
      one.other = await MeasuredPage.open(one.measured.context.browser(), one.subject, { context: one.measured.context });
      await one.measured.page.bringToFront();
      await one.subject.traffic.quiet(500);
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const { subject, measured, other } of opened) {
        const text = `For the other tab ${round} ${crypto.randomUUID()}`;
        await other.page.evaluate(expectInDocument, [text, subject.signs.notes]);
        await subject.typeNote(measured.page, text);
        await pause(120);
        const origin = await measured.page.evaluate(() => {
          addEventListener("click", ({ timeStamp }) => (window.clicked = timeStamp), { capture: true, once: true });
          return performance.timeOrigin;
        });
        await measured.page.locator(subject.save).first().click({ noWaitAfter: true });
        const arrived = await other.page.evaluate(() => window.arrived);
        section.add("from the click to the other tab", "ms", subject, arrived - origin - (await measured.page.evaluate(() => window.clicked)));
        await pause(400);
      }
    }
  });
}

/** Runs in the page: begins to wait for a text. `window.arrived` resolves to a moment that all tabs agree on. */
function expectInDocument([text, within]) {
  window.arrived = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector(within)?.textContent.includes(text)) return;
      observer.disconnect();
      resolve(performance.timeOrigin + performance.now());
    });
    observer.observe(document, { childList: true, subtree: true, characterData: true });
  });
}
