// On paper: a thread and a contact's notes, whole and in reading order, without what is there to be clicked.
import { writeFile } from "node:fs/promises";
import { expect, maya, said, sam, test } from "./harness.js";
import { holdBack } from "./network.js";
import { expect as expectInPlace, test as inPlace } from "./places.js";
import { inboxWith, pane } from "./screen.js";

/** More than the lists render on the screen, and than the server sends at once. */
const MESSAGES = 60;
const NOTES = 110;
const LONG = `The beginning${"\nmore".repeat(300)}\nThe very end`;
const CHROME = [
  "button:not(.detail-value, .section-toggle)",
  "input",
  "textarea",
  "select",
  "nav",
  "dialog",
  ".composer",
  ".toasts",
  ".icon-rail",
];

/** What the paper says, line by line. */
const paper = (page) => page.evaluate(() => document.body.innerText.split("\n").map((line) => line.trim()).filter(Boolean));
const numbers = (lines, word) => lines.flatMap((line) => line.match(new RegExp(`^${word} (\\d+)$`))?.[1] ?? []).map(Number);
const upTo = (count) => [...Array(count).keys()];

async function much({ visitor, api }) {
  const who = await visitor();
  const agents = await api(sam);
  for (let nth = 0; nth < MESSAGES; nth++) await agents.reply(who.conversation, `Message ${nth}`);
  for (let nth = 0; nth < NOTES; nth++) await agents.addNote(who.conversation, `Note ${nth}`);
  await agents.addConversationNote(who.conversation, LONG);
  return who;
}

test("a thread and a contact's notes are printed whole, in reading order, and nothing that is there to be clicked", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await much({ visitor, api });
  const page = await signIn(maya, { path: inboxWith([who.conversation]), colorScheme: "dark" });
  const here = pane(page, who.conversation);
  await expect(here.said("The beginning")).toBeVisible();
  await expect(here.note(`Note ${NOTES - 1}`)).toBeAttached();
  const rows = () => page.locator(".note-rows article").count();
  expect(await rows(), "on the screen only what is in view is rendered").toBeLessThan(NOTES);
  // The browser prints in here.
  await page.evaluate(() => (window.print = () => (window.printed = true)));
  await page.keyboard.press("ControlOrMeta+p");
  await expect.poll(() => page.evaluate(() => window.printed)).toBe(true);
  await page.emulateMedia({ media: "print" });
  await expect.poll(rows).toBe(NOTES);
  const lines = await paper(page);
  expect(numbers(lines, "Message")).toEqual(upTo(MESSAGES));
  expect(numbers(lines, "Note"), "newest first").toEqual(upTo(NOTES).toReversed());
  expect(lines.indexOf("The very end"), "a folded text is whole").toBeGreaterThan(lines.indexOf(`Message ${MESSAGES - 1}`));
  expect(lines.indexOf("Note 0")).toBeGreaterThan(lines.indexOf("The very end"));
  expect(lines[0]).toBe(who.name);
  for (const selector of CHROME) {
    expect(await page.locator(selector).filter({ visible: true }).count(), selector).toBe(0);
  }
  expect(lines.join(" ")).not.toMatch(/Show all|Add note|Keep as contact note|older is not on this paper/);
  const black = await page.evaluate(() => getComputedStyle(document.body).color);
  expect(black, "paper is light").toBe("rgb(27, 27, 34)");
  const pdf = await page.pdf();
  expect(pdf.toString("latin1").match(/\/Type \/Page\b/g).length, "pages").toBeGreaterThan(5);
  if (process.env.SIDENOTE_PDF) await writeFile(process.env.SIDENOTE_PDF, pdf);
  // On the screen everything is as before.
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect.poll(rows).toBeLessThan(NOTES);
  await expect(here.reply).toBeVisible();
});

test("what the browser prints from its menu says what is missing", async ({ signIn, visitor, api }) => {
  const who = await much({ visitor, api });
  const page = await signIn(maya);
  // Paper waits for nobody.
  await holdBack(page, /[?&]cursor=/, "GET");
  await page.goto(inboxWith([who.conversation]));
  const here = pane(page, who.conversation);
  await expect(here.note(`Note ${NOTES - 1}`)).toBeAttached();
  await expect(page.getByText("What is older is not on this paper").first()).toBeHidden();
  const rows = page.locator(".thread-rows article");
  const shown = await rows.count();
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect.poll(() => rows.count(), "everything that is loaded").toBeGreaterThan(shown);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText("What is older is not on this paper")).toHaveCount(2);
  await expect(page.getByText("What is older is not on this paper").first()).toBeVisible();
});

inPlace.describe("in a host's page", () => {
  inPlace.use({ place: "widget" });

  inPlace("a view is printed as it is on the screen: the paper is the host's", async ({ work, visitor }) => {
    const who = await visitor();
    const page = await work(maya, [who.conversation]);
    const here = pane(page, who.conversation);
    const size = () => here.root.boundingBox();
    const before = await size();
    await page.emulateMedia({ media: "print" });
    await expectInPlace(here.reply).toBeVisible();
    expect(await size()).toEqual(before);
  });
});
