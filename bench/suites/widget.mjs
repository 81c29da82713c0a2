// A contact's panel in another product's page: from the call of the script until the notes are painted. The first mount
// loads script and module, the second comes after the first was removed, the third stands beside another one.
import { launch, newContext } from "../harness/browser.mjs";
import { installProbe } from "../harness/probe.mjs";
import { NEWEST_NOTE } from "../harness/seed.mjs";
import { beside } from "../harness/subjects.mjs";
import { widgetHost } from "../harness/widget_host.mjs";

export const title = "The widget in another product's page, from `import()` and `mount()` to its painted notes, in a fresh browser";

export async function measure(section, rounds) {
  await beside({}, async ([floor, sidenote]) => {
    const host = await widgetHost(sidenote);
    try {
      const guests = [
        { subject: floor, address: `${floor.url}/host`, notes: "section" },
        { subject: sidenote, address: `${host.url}/`, notes: ".note-rows" },
      ];
      for (let round = 0; round < rounds; round += 1) {
        for (const guest of guests) await mounts(section, guest);
      }
    } finally {
      await host.dispose();
    }
  });
}

async function mounts(section, { subject, address, notes }) {
  const browser = await launch();
  try {
    const page = await (await newContext(browser)).newPage();
    await page.addInitScript(installProbe);
    await page.goto(address);
    await page.waitForFunction(() => window.show);
    const mount = async (figure, id) => {
      const sign = { text: NEWEST_NOTE, within: `#${id} >>> ${notes}` };
      section.add(figure, "ms", subject, await page.evaluate(mountAndWait, [id, sign]));
      await subject.traffic.quiet(500);
    };
    await mount("first mount", "first");
    await page.evaluate(() => window.hide("first"));
    await subject.traffic.quiet(500);
    await mount("second mount, after the first was removed", "second");
    await mount("third mount, beside the second", "third");
  } finally {
    await browser.close();
  }
}

/** Runs in the page. */
async function mountAndWait([id, sign]) {
  const begun = performance.now();
  const painted = window.probe.whenPainted({ notes: sign });
  window.show(id);
  return (await painted).painted.notes - begun;
}
