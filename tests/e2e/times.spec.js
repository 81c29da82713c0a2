// The times in an open page are updated by themselves. The page has a fake clock.
import { expect, maya, said, sam, test } from "./harness.js";
import { inboxWith, pane, row } from "./screen.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The local time of a contact in Tokyo at that moment, as the panel shows it. */
const inTokyo = (moment) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit", weekday: "short" }).format(moment);

/** A page whose clock is stopped half a minute before midnight, with a contact in Tokyo who has just written. */
async function beforeMidnight({ signIn, visitor, api }, prepare = async () => {}) {
  const who = await visitor();
  const agents = await api(sam);
  await agents.change(`/contacts/${who.id}`, { time_zone: "Asia/Tokyo" });
  const note = await agents.addNote(who.conversation, said("Just now"));
  const page = await signIn(maya);
  const midnight = await page.evaluate((moment) => new Date(moment).setHours(24, 0, 0, 0), note.created_at);
  await page.clock.install({ time: midnight - 10 * MINUTE });
  await prepare(page);
  await page.goto(inboxWith([who.conversation]));
  const here = pane(page, who.conversation);
  await expect(here.note(note.body)).toBeVisible();
  await page.clock.pauseAt(midnight - 30_000);
  const time = row(page, who.conversation).root.locator("time");
  return { page, here, midnight, time, note: here.note(note.body).locator("time"), local: here.panel.getByText(/ there now$/) };
}

/** Marks what must stay: the element and its text node. */
const mark = (locator) =>
  locator.evaluate((element) => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
    for (const node of [element, text]) node.mark = "the same";
  });
const marked = (locator) =>
  locator.evaluate((element) => [element, document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode()].every(({ mark }) => mark === "the same"));

test("at midnight a row's time becomes Yesterday, and each minute a contact's own time goes on, in the same nodes", async ({
  signIn,
  visitor,
  api,
}) => {
  const { page, midnight, time, local } = await beforeMidnight({ signIn, visitor, api });
  await expect(time).toHaveText(/^\d\d:\d\d$/);
  await expect(local).toHaveText(`${inTokyo(midnight - MINUTE)} there now`);
  for (const one of [time, local]) await mark(one);
  await page.clock.runFor(29_000);
  await expect(time).toHaveText(/^\d\d:\d\d$/);
  await page.clock.runFor(1_000);
  await expect(time).toHaveText("Yesterday");
  await expect(local).toHaveText(`${inTokyo(midnight)} there now`);
  await page.clock.runFor(MINUTE);
  await expect(local).toHaveText(`${inTokyo(midnight + MINUTE)} there now`);
  for (const one of [time, local]) expect(await marked(one)).toBe(true);
  await page.clock.fastForward(24 * HOUR);
  await expect(time).toHaveText(/^\d{1,2} [A-Z][a-z]{2,3}$/);
});

/** Lets a test set whether the page is visible. */
function hideable() {
  let isHidden = false;
  for (const [name, get] of Object.entries({ hidden: () => isHidden, visibilityState: () => (isHidden ? "hidden" : "visible") })) {
    Object.defineProperty(document, name, { configurable: true, get });
  }
  globalThis.hide = (hidden) => {
    isHidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

test("a page that was hidden is right at once when it is looked at again, before any minute is over", async ({
  signIn,
  visitor,
  api,
}) => {
  const { page, midnight, time, local } = await beforeMidnight({ signIn, visitor, api }, (page) => page.addInitScript(hideable));
  await page.evaluate(() => globalThis.hide(true));
  await page.clock.fastForward(30_000);
  await page.clock.fastForward(7 * MINUTE);
  await expect(local, "nobody looks").toHaveText(`${inTokyo(midnight)} there now`);
  await page.evaluate(() => globalThis.hide(false));
  await expect(local).toHaveText(`${inTokyo(midnight + 7 * MINUTE)} there now`);
  await expect(time).toHaveText("Yesterday");
  // And the clock continues from there.
  await page.clock.runFor(MINUTE);
  await expect(local).toHaveText(`${inTokyo(midnight + 8 * MINUTE)} there now`);
});

test("the tooltip of a time names the zone, and how long ago that is now", async ({ signIn, visitor, api }) => {
  const { page, here, note } = await beforeMidnight({ signIn, visitor, api });
  const ago = async () => {
    await here.heading.hover();
    await note.hover();
    const title = await note.getAttribute("title");
    expect(title).toMatch(/ (CET|CEST|GMT\+[12]) · /);
    return title.split(" · ")[1];
  };
  const first = await ago();
  await page.clock.fastForward(50 * HOUR);
  expect(first).not.toMatch(/days ago$/);
  expect(await ago()).toMatch(/^[23] days ago$/);
});
