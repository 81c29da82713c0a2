// A button acts once for one gesture: a double click, a triple tap and a held key remove one thing, and what slides under
// the pointer is left alone. Walks every button that removes or closes something.
import { expect, maya, said, sam, test } from "./harness.js";
import { MESSAGE, NOTE, intercept, problem } from "./network.js";
import { expect as expectInPlace, test as inPlace } from "./places.js";
import { inboxWith, pane, toast, trash, undo } from "./screen.js";

const centre = async (button) => {
  await button.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await button.boundingBox();
  return [x + width / 2, y + height / 2];
};

/** Each does with a button what some fingers do. */
const GESTURES = {
  "a double click": async (page, button) => page.mouse.click(...(await centre(button)), { clickCount: 2, delay: 30 }),
  // What an unsteady hand or a slow setting makes of a double click: two clicks, each the first.
  "two clicks at the same place": async (page, button) => {
    const place = await centre(button);
    await page.mouse.click(...place, { delay: 30 });
    await page.mouse.click(...place, { delay: 30 });
  },
  "a triple tap": async (page, button) => {
    const place = await centre(button);
    for (let tap = 0; tap < 3; tap++) await page.touchscreen.tap(...place);
  },
  "a held Enter": async (page, button) => {
    await button.focus();
    // Playwright marks further presses as repeats.
    for (let repeat = 0; repeat < 4; repeat++) await page.keyboard.down("Enter");
    await page.keyboard.up("Enter");
  },
};
/** Two slow clicks on a button that stays where it is are two gestures. */
const TWICE = "two clicks at the same place";

/** By then a gesture has ended, and no toast covers what is next. */
const END_MS = 12_000;

const visible = (locator) => async () => Number(await locator.isVisible());
const count = (locator) => () => locator.count();

/** Refuses requests of `method` to `path` until the returned function is called. */
async function refuse(page, path, method) {
  await intercept(page, path, method, (route) => route.fulfill(problem(403, "forbidden")));
  return () => page.unrouteAll({ behavior: "wait" });
}

/**
 * Every button that removes or closes something: `button`; `left`, of which one effect takes one; `several`, if others
 * of its kind are beside it, or it becomes another at once; `arrange` puts them there.
 */
const BUTTONS = [
  {
    name: "the trashcan of a contact note",
    several: true,
    button: ({ here }) => trash(here.notes).first(),
    left: ({ here }) => count(trash(here.notes)),
  },
  {
    name: "the trashcan of a conversation note",
    several: true,
    button: ({ here }) => trash(here.thread).first(),
    left: ({ here }) => count(trash(here.thread)),
  },
  {
    name: "Undo in a toast",
    several: true,
    arrange: async ({ here, page }) => {
      for (let nth = 0; nth < 2; nth++) await trash(here.notes).first().evaluate((button) => button.click());
      await expect(undo(page).nth(1)).toBeVisible();
    },
    button: ({ page }) => undo(page).first(),
    left: ({ page }) => count(undo(page)),
  },
  {
    name: "Dismiss in a toast",
    several: true,
    arrange: async ({ here, page }) => {
      for (const status of [403, 404]) {
        await page.route("**/export*", (route) => route.fulfill(problem(status, status === 403 ? "forbidden" : "not-found")));
        const before = await dismiss(page).count();
        await here.panel.getByRole("button", { name: "Export…" }).evaluate((button) => button.click());
        await expect(dismiss(page)).toHaveCount(before + 1);
      }
      await page.unrouteAll({ behavior: "wait" });
    },
    button: ({ page }) => dismiss(page).first(),
    left: ({ page }) => count(dismiss(page)),
  },
  {
    name: "the cross of a tag",
    several: true,
    button: ({ here }) => here.panel.getByRole("button", { name: /^Remove tag/ }).first(),
    left: ({ here }) => count(here.panel.getByRole("button", { name: /^Remove tag/ })),
  },
  {
    name: "Discard of a contact note that was refused",
    several: true,
    arrange: async ({ here, page }) => {
      const end = await refuse(page, NOTE, "PUT");
      for (let nth = 0; nth < 3; nth++) await here.write(said("Refused"));
      await expect(discard(here.notes)).toHaveCount(3);
      await end();
    },
    button: ({ here }) => discard(here.notes).first(),
    left: ({ here }) => count(discard(here.notes)),
  },
  {
    name: "Discard of a reply that was refused",
    several: true,
    arrange: async ({ here, page }) => {
      const end = await refuse(page, MESSAGE, "PUT");
      for (let nth = 0; nth < 3; nth++) {
        await here.reply.fill(said("Refused"));
        await here.reply.press("Control+Enter");
      }
      await expect(discard(here.thread)).toHaveCount(3);
      await end();
    },
    button: ({ here }) => discard(here.thread).first(),
    left: ({ here }) => count(discard(here.thread)),
  },
  {
    name: "Discard of a changed field that was refused",
    several: true,
    arrange: async ({ here, page }) => {
      const end = await refuse(page, /\/api\/v1\/contacts\/[^/]+\/tags/, "PUT");
      for (const tag of ["refused-1", "refused-2", "refused-3"]) {
        await here.panel.getByRole("combobox", { name: "Add a tag" }).fill(tag);
        await here.panel.getByRole("combobox", { name: "Add a tag" }).press("Enter");
      }
      await expect(discard(here.section("Tags"))).toHaveCount(3);
      await end();
    },
    button: ({ here }) => discard(here.section("Tags")).first(),
    left: ({ here }) => count(discard(here.section("Tags"))),
  },
  {
    name: "the check mark",
    several: true,
    arrange: async ({ here }) => {
      if (await here.reopen.isVisible()) await here.reopen.evaluate((button) => button.click());
      await expect(here.finish).toBeVisible();
    },
    button: ({ here }) => here.root.locator("header").getByRole("button", { name: /^(Close|Reopen) conversation$/ }),
    left: ({ here }) => visible(here.finish),
  },
  {
    name: "Close conversation in the panel",
    several: true,
    arrange: async ({ here }) => {
      if (await here.reopen.isVisible()) await here.reopen.evaluate((button) => button.click());
      await expect(here.finish).toBeVisible();
    },
    button: ({ here }) => here.panel.getByRole("button", { name: /^(Close|Reopen) conversation$/ }),
    left: ({ here }) => visible(here.finish),
  },
  {
    name: "a section's heading",
    button: ({ here }) => here.panel.getByRole("button", { name: "Lists" , exact: true }).last(),
    left: ({ here }) => count(here.panel.locator(".section-lists .section-content")),
  },
  {
    name: "Cancel of a detail",
    arrange: async ({ here }) => {
      if (!(await cancel(here.panel).isVisible())) await here.detail("Phone").click();
      await expect(cancel(here.panel)).toBeVisible();
    },
    button: ({ here }) => cancel(here.panel),
    left: ({ here }) => visible(cancel(here.panel)),
  },
  {
    name: "Cancel of an erasure",
    arrange: async ({ here, page }) => {
      await here.panel.getByRole("button", { name: "Erase…" }).evaluate((button) => button.click());
      await expect(page.getByRole("dialog")).toBeVisible();
    },
    button: ({ page }) => cancel(page.getByRole("dialog")),
    left: ({ page }) => visible(page.getByRole("dialog")),
  },
  {
    name: "the contact icon",
    arrange: async ({ here }) => {
      if (!(await here.panel.isVisible())) await here.icon.evaluate((button) => button.click());
      await expect(here.box).toBeVisible();
    },
    button: ({ here }) => here.icon,
    left: ({ here }) => visible(here.panel),
  },
  {
    name: "the cross of the panel, under which the cross of the pane slides",
    several: true,
    arrange: async ({ here }) => {
      if (!(await here.panel.isVisible())) await here.icon.evaluate((button) => button.click());
      await expect(here.box).toBeVisible();
    },
    button: ({ here }) => here.panel.getByRole("button", { name: "Close profile" }),
    left: ({ page }) => count(page.getByRole("button", { name: /^Close (profile|this pane)$/ })),
  },
  {
    name: "the cross of a pane",
    several: true,
    button: ({ page }) => page.getByRole("button", { name: "Close this pane" }).first(),
    left: ({ page }) => count(page.getByRole("button", { name: "Close this pane" })),
  },
];

const discard = (root) => root.getByRole("button", { name: "Discard" });
const dismiss = (page) => toast(page).getByRole("button", { name: "Dismiss" });
const cancel = (root) => root.getByRole("button", { name: "Cancel" });

for (const [gesture, make] of Object.entries(GESTURES)) {
  test(`${gesture} on any button that removes or closes has one effect`, async ({ signIn, visitor, api }) => {
    const [who, other, third] = [await visitor(), await visitor(), await visitor()];
    const agents = await api(maya);
    for (let nth = 0; nth < 5; nth++) await agents.addNote(who.conversation, said("Note"));
    for (let nth = 0; nth < 3; nth++) await agents.addConversationNote(who.conversation, said("Inside"));
    for (const tag of ["tag-a", "tag-b", "tag-c", "tag-d"]) await agents.put(`/contacts/${who.id}/tags/${tag}`, {});
    const path = inboxWith([who.conversation, other.conversation, third.conversation], { panels: [who.conversation] });
    const page = await signIn(maya, { hasTouch: gesture === "a triple tap", viewport: { width: 1800, height: 1200 } });
    await page.clock.install();
    await page.goto(path);
    const here = pane(page, who.conversation);
    await expect(trash(here.notes)).toHaveCount(5);
    await expect(trash(here.thread)).toHaveCount(3);
    for (const { name, several, arrange, button, left } of BUTTONS) {
      if (gesture === TWICE && !several) continue;
      await test.step(name, async () => {
        await arrange?.({ here, page });
        const before = await left({ here, page })();
        await make(page, button({ here, page }));
        await expect.poll(left({ here, page }), name).toBe(before - 1);
        // The effect of a further click would be there by now.
        await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
        expect(await left({ here, page })(), name).toBe(before - 1);
        await page.clock.runFor(END_MS);
      });
    }
  });

  if (gesture === TWICE) continue;

  test(`${gesture} on what erases a contact or ends the session asks the server once`, async ({ signIn, visitor }) => {
    const who = await visitor();
    const page = await signIn(maya, { path: inboxWith([who.conversation]), byForm: true, hasTouch: gesture === "a triple tap" });
    const here = pane(page, who.conversation);
    const asked = [];
    page.on("request", (request) => request.method() === "DELETE" && asked.push(new URL(request.url()).pathname));
    await here.panel.getByRole("button", { name: "Erase…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("checkbox").check();
    await make(page, dialog.getByRole("button", { name: "Erase", exact: true }));
    await expect(page.getByText(/erased/).first()).toBeVisible();
    // The dialog had the focus: the app moves it, and a key that is pressed meanwhile goes elsewhere. A click moves it too.
    if (gesture === "a held Enter") await expect(page.getByRole("button", { name: "Close this pane" })).toBeFocused();
    await make(page, page.getByRole("button", { name: "Sign out" }));
    await expect(page.getByLabel("Password")).toBeVisible();
    expect(asked).toEqual([`/api/v1/contacts/${who.id}`, "/api/v1/session"]);
  });
}

test("a triple tap on the way back to the list opens nothing in the list", async ({ signIn, visitor }) => {
  const who = await visitor();
  const page = await signIn(maya, { path: inboxWith([who.conversation]), hasTouch: true, viewport: { width: 390, height: 844 } });
  const here = pane(page, who.conversation);
  await here.panel.getByRole("button", { name: "Close profile" }).press("Enter");
  const list = page.getByRole("region", { name: "Conversations", exact: true });
  await GESTURES["a triple tap"](page, here.root.getByRole("button", { name: "Back to the list" }));
  await expect(list).toBeVisible();
  await expect(here.root).toBeHidden();
});

test("what slid under the pointer takes a click after half a second", async ({ signIn, visitor, api }) => {
  const who = await visitor();
  const agents = await api(maya);
  for (let nth = 0; nth < 3; nth++) await agents.addNote(who.conversation, said("Note"));
  // High enough for everything: a panel that has to scroll moves what is in it.
  const page = await signIn(maya, { path: "/inbox", viewport: { width: 1440, height: 1600 } });
  await page.clock.install();
  await page.goto(inboxWith([who.conversation]));
  const here = pane(page, who.conversation);
  await expect(trash(here.notes)).toHaveCount(3);
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  const place = await centre(trash(here.notes).first());
  await page.mouse.click(...place);
  await expect(trash(here.notes)).toHaveCount(2);
  await page.clock.runFor(499);
  await page.mouse.click(...place);
  await page.clock.runFor(499);
  await expect(trash(here.notes)).toHaveCount(2);
  await page.clock.runFor(1);
  await page.mouse.click(...place);
  await expect(trash(here.notes)).toHaveCount(1);
});

test("after a held Enter the next press goes on where the focus went, and no field has gained lines", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor();
  const agents = await api(maya);
  for (let nth = 0; nth < 2; nth++) await agents.addNote(who.conversation, said("Note"));
  const page = await signIn(maya, { path: inboxWith([who.conversation]) });
  const here = pane(page, who.conversation);
  const held = GESTURES["a held Enter"];
  await expect(trash(here.notes)).toHaveCount(2);
  await held(page, trash(here.notes).first());
  await expect(trash(here.notes)).toBeFocused();
  await held(page, trash(here.notes));
  await expect(trash(here.notes)).toHaveCount(0);
  await expect(here.box).toBeFocused();
  await expect(here.box).toHaveValue("");
  // Where one writes, a held Enter is many lines.
  await held(page, here.box);
  await expect(here.box).toHaveValue("\n\n\n\n");
});

test("a held Escape ends the edit of a detail, and leaves the panel open", async ({ signIn, person }) => {
  const who = await person();
  const page = await signIn(sam, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  await here.detail("Phone").press("Enter");
  await expect(cancel(here.panel)).toBeVisible();
  for (let repeat = 0; repeat < 4; repeat++) await page.keyboard.down("Escape");
  await page.keyboard.up("Escape");
  await expect(here.detail("Phone")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(here.panel).toBeHidden();
});

inPlace.describe("in a host's page", () => {
  inPlace.use({ place: "widget" });

  inPlace("a double click and a held Enter on a trashcan delete one note", async ({ work, visitor, api }) => {
    const who = await visitor();
    const agents = await api(maya);
    for (let nth = 0; nth < 4; nth++) await agents.addNote(who.conversation, said("Note"));
    const page = await work(maya, [who.conversation]);
    const here = pane(page, who.conversation);
    await expectInPlace(trash(here.notes)).toHaveCount(4);
    await GESTURES["a double click"](page, trash(here.notes).first());
    await expectInPlace(trash(here.notes)).toHaveCount(3);
    await GESTURES["a held Enter"](page, trash(here.notes).first());
    await expectInPlace(trash(here.notes)).toHaveCount(2);
  });
});
