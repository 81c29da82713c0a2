// The panel at the sizes at which it is used: the field in which an agent writes and the note just written stay in
// view, nothing moves that the agent didn't move, and what nobody looked at counts as new.
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { expect as expectInPlace, test as inPlace } from "./places.js";
import { colour, contrast, inboxWith, isolated, pane, profile, trash } from "./screen.js";

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const HINT = "This looks like a card number. Avoid adding sensitive information.";
const DIVIDER = "New since your last visit";

/** Fully visible: not clipped by the window or the panel. */
const inFull = { ratio: 0.99 };

/** The contact's name, the field and the button are all in view. */
async function expectBoxInView(here, look = expect) {
  await look(here.box).toBeInViewport(inFull);
  await look(here.add).toBeInViewport(inFull);
  await look(here.root.getByText("Only your team, every conversation with")).toBeInViewport(inFull);
}

/** The scroll position of a panel. */
const scrolled = (here) => here.notes.evaluate((list) => list.closest(".panel-body").scrollTop);

/** The page is a background tab from the beginning, and comes to the front with `show`. */
const hide = (page) =>
  page.addInitScript(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
  });
const show = (page) =>
  page.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event("visibilitychange"));
  });

for (const [name, viewport] of Object.entries({ "1440×900": WIDE, "390 px": PHONE })) {
  test(`at ${name} the box, its hint and its button come into view with the focus and stay there while the text grows`, async ({
    signIn,
    person,
  }) => {
    const who = await person();
    const page = await signIn(maya, { path: inboxWith([who.first]), viewport });
    const here = pane(page, who.first);
    await expect(here.add, "it is below the fold to begin with").not.toBeInViewport(inFull);
    await here.box.click();
    await expectBoxInView(here);
    await here.box.pressSequentially("4111 1111 1111 1111");
    await expect(here.panel.getByText(HINT)).toBeInViewport(inFull);
    await expectBoxInView(here);
    for (let line = 2; line <= 9; line++) {
      await here.box.press("Enter");
      await here.box.pressSequentially(`line ${line}`);
      await expectBoxInView(here);
    }
    await expect(here.panel.getByText(HINT)).toBeInViewport(inFull);
  });

  test(`at ${name} the keyboard alone brings all of the box into view`, async ({ signIn, person }) => {
    const who = await person();
    const page = await signIn(maya, { path: inboxWith([who.first]), viewport });
    const here = pane(page, who.first);
    // Without a note the section has no number.
    await here.panel.getByRole("heading", { name: /^Notes( \d+)?\s*$/ }).getByRole("button").focus();
    await page.keyboard.press("Tab");
    await expect(here.box).toBeFocused();
    await expectBoxInView(here);
  });

  test(`at ${name} a note that was saved is in view, and the box with it`, async ({ signIn, visitor, api }) => {
    const who = await visitor();
    for (const nth of [1, 2, 3]) await (await api(sam)).addNote(who.conversation, said(`Before, ${nth}`));
    const here = pane(await signIn(maya, { path: inboxWith([who.conversation]), viewport }), who.conversation);
    const [byClick, byKeys] = [said("By a click"), said("By the keys")];
    await here.box.fill(`${byClick}\nand more\nand more\nand more`);
    await here.add.click();
    await expect(here.note(byClick)).toBeInViewport(inFull);
    await expectBoxInView(here);
    await expect(here.note(byClick).locator("time"), "and stays there").toBeInViewport(inFull);
    await here.box.fill(byKeys);
    await here.box.press("Control+Enter");
    await expect(here.note(byKeys)).toBeInViewport(inFull);
    await expectBoxInView(here);
  });

  test(`at ${name} of a note that is longer than the panel the beginning is in view`, async ({ signIn, visitor }) => {
    const who = await visitor();
    const here = pane(await signIn(maya, { path: inboxWith([who.conversation]), viewport }), who.conversation);
    const text = said("The beginning");
    await here.box.fill(`${text}${"\nmore".repeat(80)}`);
    await here.add.click();
    await expect(here.note(text).locator(".note-head")).toBeInViewport(inFull);
    await expect(here.notes.getByRole("article")).toBeInViewport({ ratio: 0.2 });
  });

  test(`at ${name} a colleague's note scrolls nothing, whether the agent writes or reads`, async ({
    signIn,
    visitor,
    api,
  }) => {
    const who = await visitor();
    const agents = await api(sam);
    for (let nth = 0; nth < 20; nth++) await agents.addNote(who.conversation, said(`Note ${nth}`));
    const here = pane(await signIn(maya, { path: inboxWith([who.conversation]), viewport }), who.conversation);
    await here.box.fill("Half a sentence");
    await expectBoxInView(here);
    const before = await scrolled(here);
    const first = await agents.addNote(who.conversation, said("While she writes"));
    await expect(here.note(first.body)).toBeAttached();
    expect(await scrolled(here)).toBe(before);
    await expect(here.box).toBeFocused();
    const read = here.note("Note 5");
    await read.scrollIntoViewIfNeeded();
    await expect(read).toBeInViewport(inFull);
    const place = await read.boundingBox();
    const second = await agents.addNote(who.conversation, said("While she reads"));
    await expect(here.note(second.body)).toBeAttached();
    await expect(here.panel.getByRole("button", { name: "1 new note", exact: true })).toBeVisible();
    expect((await read.boundingBox()).y).toBeCloseTo(place.y, 0);
  });
}

for (const place of ["app", "widget"]) {
  inPlace.describe(`in the ${place}`, () => {
    inPlace.use({ place });

    inPlace("the box, its hint and its button come into view with the focus, and a saved note beside them", async ({
      work,
      person,
    }) => {
      const who = await person();
      const here = pane(await work(maya, [who.first]), who.first);
      await here.box.click();
      await expectBoxInView(here, expectInPlace);
      const text = said("4111 1111 1111 1111 in view");
      await here.box.fill(`${text}\n2\n3\n4\n5\n6`);
      await expectInPlace(here.panel.getByText(HINT)).toBeInViewport(inFull);
      await expectBoxInView(here, expectInPlace);
      await here.add.click();
      await expectInPlace(here.note(text)).toBeInViewport(inFull);
      await expectBoxInView(here, expectInPlace);
    });
  });
}

for (const [colorScheme, accent] of [["light", "rgb(109, 40, 217)"], ["dark", "rgb(139, 92, 246)"]]) {
  test(`the Add note button is purple while the box is empty, and says what is missing, in ${colorScheme}`, async ({
    signIn,
    visitor,
    api,
  }) => {
    const who = await visitor();
    const page = await signIn(maya, { path: inboxWith([who.conversation]), colorScheme, reducedMotion: "reduce" });
    const here = pane(page, who.conversation);
    await expect(here.box).toHaveValue("");
    await expect(here.add).toBeEnabled();
    await expect(here.add).toHaveCSS("background-color", accent);
    expect(contrast(await colour(here.add, "backgroundColor"), await colour(here.add, "color"))).toBeGreaterThan(4.5);
    await here.add.click();
    const why = here.panel.getByRole("status").filter({ hasText: "Type your note first." });
    await expect(why).toBeInViewport(inFull);
    await expect(here.box).toBeFocused();
    await accessible(page);
    await here.box.pressSequentially("x");
    await expect(why).toHaveCount(0);
    await here.box.fill("x".repeat(10_001));
    await expect(here.add, "too long").toBeDisabled();
    expect(await (await api(sam)).notes(who.id), "nothing was added").toEqual([]);
  });
}

test("the panel's head says where the contact is reached, and copies an address", async ({ signIn, person }) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]), permissions: ["clipboard-read", "clipboard-write"] });
  const here = pane(page, who.first);
  const reached = here.panel.getByRole("list", { name: "Reached on" });
  const address = await reached.locator("bdi").last().textContent();
  await expect(reached.getByTitle(address, { exact: true })).toBeVisible();
  await reached.getByRole("button", { name: `Copy ${isolated(address)}`, exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "Copied" })).toHaveCount(1);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(address);
});

test("where the clipboard is out of reach the page says so, and the address can be selected", async ({ signIn, person }) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))));
  const reached = pane(page, who.first).panel.getByRole("list", { name: "Reached on" });
  await reached.getByRole("button", { name: /^Copy / }).first().click();
  await expect(page.getByText("This page may not use the clipboard.")).toBeVisible();
  expect(await reached.locator("bdi").first().evaluate((text) => getComputedStyle(text).userSelect)).not.toBe("none");
});

test("the badge counts every new note of the contact, and its divider stands once and until the panel is left", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor();
  const agents = await api(sam);
  await agents.addNote(who.conversation, said("Seen before"));
  const [seen] = await agents.notes(who.id);
  await (await api(maya)).put(`/contacts/${who.id}/notes/seen`, { seq: seen.seq });
  for (let nth = 0; nth < 60; nth++) await agents.addNote(who.conversation, said(`New ${nth}`));
  const page = await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) });
  const here = pane(page, who.conversation);
  await expect(here.icon).toHaveAccessibleName("Contact profile, 60 new notes");
  const { id } = (await agents.notes(who.id))[0];
  await agents.delete(`/contacts/${who.id}/notes/${id}`);
  await expect(here.icon).toHaveAccessibleName("Contact profile, 59 new notes");
  await here.icon.click();
  await here.panel.getByRole("button", { name: "Notes", exact: true }).click();
  await expect(here.panel.getByText(DIVIDER)).toHaveCount(1);
  await expect(here.notes.getByRole("listitem").filter({ hasText: DIVIDER })).toContainText("New 58");
});

test("a note is seen after two seconds in view in a visible page, and so is the end of a conversation", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor();
  const [old, fresh] = [said("Old"), said("Fresh")];
  const agents = await api(sam);
  const { seq } = await agents.addNote(who.conversation, old);
  const mine = await api(maya);
  await mine.put(`/contacts/${who.id}/notes/seen`, { seq });
  await agents.addNote(who.conversation, fresh);
  const page = await signIn(maya, { path: "/inbox" });
  await hide(page);
  await page.clock.install();
  await page.goto(inboxWith([who.conversation]));
  const here = pane(page, who.conversation);
  await expect(here.note(fresh)).toBeAttached();
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  const unread = async () => (await mine.get(`/conversations/${who.conversation.id}`)).unread;
  const markedSeen = async () => (await mine.get(`/contacts/${who.id}/notes`)).unseen === 0;
  await here.panel.getByRole("button", { name: "Notes", exact: true }).click();
  await expect(here.note(fresh)).toBeInViewport();
  await page.clock.runFor(10_000);
  expect([await unread(), await markedSeen()], "nobody sees a hidden page").toEqual([true, false]);
  await show(page);
  await page.clock.runFor(1_900);
  await expect(here.icon).toHaveAccessibleName("Contact profile, 1 new note");
  expect([await unread(), await markedSeen()], "a glance is not enough").toEqual([true, false]);
  await page.clock.runFor(200);
  await expect(here.icon).toHaveAccessibleName("Contact profile");
  await expect.poll(markedSeen).toBe(true);
  await expect.poll(unread).toBe(false);
  await expect(here.panel.getByText(DIVIDER), "it stays until the panel is left").toHaveCount(1);
  await here.icon.click();
  await expect(here.panel).toBeHidden();
  await here.icon.click();
  // The sections come after the paint that shows the panel.
  await page.clock.runFor(100);
  await expect(here.note(fresh)).toBeAttached();
  await expect(here.panel.getByText(DIVIDER)).toHaveCount(0);
});

test("on a phone what lies under the panel is not read, takes no focus, and is where it was afterwards", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor();
  for (let nth = 0; nth < 20; nth++) await who.say(said(`Message ${nth}`));
  const mine = await api(maya);
  const page = await signIn(maya, { path: "/inbox", viewport: PHONE });
  await page.clock.install();
  await page.goto(inboxWith([who.conversation]));
  const here = pane(page, who.conversation);
  await expect(here.box).toBeAttached();
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  await page.clock.runFor(10_000);
  expect((await mine.get(`/conversations/${who.conversation.id}`)).unread, "it is covered").toBe(true);
  await here.panel.getByRole("button", { name: "Close profile" }).click();
  await expect(here.said("Message 19")).toBeInViewport();
  await page.clock.runFor(2_100);
  await expect.poll(async () => (await mine.get(`/conversations/${who.conversation.id}`)).unread).toBe(false);
  const middle = here.said("Message 9");
  await middle.scrollIntoViewIfNeeded();
  const place = await middle.boundingBox();
  await here.icon.click();
  await page.clock.runFor(100);
  await expect(here.box).toBeAttached();
  // By keys: it came to lie under the pointer.
  await here.panel.getByRole("button", { name: "Close profile" }).press("Enter");
  await expect(middle).toBeInViewport();
  expect((await middle.boundingBox()).y).toBeCloseTo(place.y, 0);
});

test("axe finds nothing on a panel with new notes, at every size, in light and dark", async ({ signIn, visitor, api }) => {
  const who = await visitor();
  const agents = await api(sam);
  const { seq } = await agents.addNote(who.conversation, said("Seen before"));
  await (await api(maya)).put(`/contacts/${who.id}/notes/seen`, { seq });
  for (const viewport of [WIDE, PHONE]) {
    for (const colorScheme of ["light", "dark"]) {
      const { body } = await agents.addNote(who.conversation, said("New"));
      const options = { viewport, colorScheme, reducedMotion: "reduce", path: `/contacts/${who.id}` };
      const page = await signIn(maya, options);
      const here = profile(page.getByRole("main"), who.name);
      await expect(trash(here.note(body))).toBeVisible();
      await expect(page.getByText(DIVIDER)).toHaveCount(1);
      await accessible(page);
      // Otherwise it would see the next note too.
      await page.close();
    }
  }
});
