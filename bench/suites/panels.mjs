// One contact in many panels at once: from the click on the button of a typed note until it is painted in all of them. Each
// panel of Sidenote is a whole widget, mounted from the npm package in another product's page; those of the floor are bare
// lists of ten notes.
import { launch, newContext } from "../harness/browser.mjs";
import { installProbe } from "../harness/probe.mjs";
import { NEWEST_NOTE } from "../harness/seed.mjs";
import { beside, pause } from "../harness/subjects.mjs";
import { widgetHost } from "../harness/widget_host.mjs";

export const title = "One note in 1, 10, 100 and 1,000 panels of its contact, from the click until it is painted in all";

const PANELS = [1, 10, 100, 1_000];
const NOTES = 10;

export async function measure(section, rounds) {
  for (const count of PANELS) {
    await beside({ notes: NOTES }, async ([floor, sidenote]) => {
      const host = await widgetHost(sidenote);
      const browsers = await Promise.all([launch(), launch()]);
      try {
        const guests = [
          { subject: floor, field: "#field", save: "#save", page: await floorPage(browsers[0], floor, count) },
          {
            subject: sidenote,
            field: "#panel-0 .add-note-field",
            save: "#panel-0 .add-note .primary",
            page: await widgetPage(browsers[1], host, count, section),
          },
        ];
        for (let round = 0; round < rounds; round += 1) {
          for (const guest of guests) await add(section, guest, count, round);
        }
      } finally {
        await Promise.all(browsers.map((browser) => browser.close()));
        await host.dispose();
      }
    });
  }
}

async function floorPage(browser, floor, count) {
  const page = await newPage(browser);
  await page.goto(`${floor.url}/panels?panels=${count}`);
  await page.waitForFunction(() => window.notePlaces);
  return page;
}

async function widgetPage(browser, host, count, section) {
  const page = await newPage(browser);
  await page.goto(`${host.url}/`);
  await page.waitForFunction(() => window.showMany);
  const milliseconds = await page.evaluate(mountAll, [count, NEWEST_NOTE]);
  section.say(`Sidenote mounts ${named(count)} in ${(milliseconds / 1000).toFixed(1)} s.`);
  return page;
}

async function newPage(browser) {
  const page = await (await newContext(browser)).newPage();
  await page.addInitScript(installProbe);
  return page;
}

const named = (count) => (count === 1 ? "1 panel" : `${count.toLocaleString("en-US")} panels`);

/** Runs in the page: mounts the panels and waits until each shows its notes. */
async function mountAll([count, text]) {
  const begun = performance.now();
  await window.showMany(count);
  const isShown = () => window.notePlaces().every((place) => place?.textContent.includes(text));
  while (!isShown()) await new Promise((resolve) => requestAnimationFrame(resolve));
  const taken = performance.now() - begun;
  window.scrollToNotes();
  return taken;
}

async function add(section, { subject, page, field, save }, count, round) {
  const text = `For all panels ${round} ${crypto.randomUUID()}`;
  await page.locator(field).fill(text);
  await pause(300);
  await page.evaluate((text) => window.probe.expectEverywhere(text), text);
  await page.locator(save).click({ noWaitAfter: true });
  const { clicked, painted } = await page.evaluate(() => window.probe.effect);
  section.add(`add, ${named(count)}`, "ms", subject, painted - clicked);
  await pause(500);
}
