// Accessibility: axe finds nothing on any view, everything works by keyboard, and a narrow screen has room enough.
import { axeFindings, expect, maya, said, sam, test } from "./harness.js";
import { NOTE, intercept, problem } from "./network.js";
import { inboxWith, isolated, pane, profile, toast, trash, undo } from "./screen.js";

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

// Colours are measured at rest, not during a transition.
const STILL = { reducedMotion: "reduce" };

/**
 * Checks that axe finds nothing in light and dark, on a wide screen and on a phone. `look` opens the view in each. Dark
 * differs by its colours only, so there only the rules about colours run.
 */
async function accessibleEverywhere(page, look) {
  const findings = [];
  for (const size of [WIDE, PHONE]) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await look();
      const found = await axeFindings(page, colorScheme === "dark" ? ["color-contrast"] : undefined);
      findings.push(...found.map((finding) => `${colorScheme}, ${size.width} px: ${finding}`));
    }
  }
  expect(findings, "axe finds nothing").toEqual([]);
}

test("axe finds nothing on the sign-in page", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await accessibleEverywhere(page, () => expect(page.getByRole("button", { name: "Sign in" })).toBeVisible());
});

test("axe finds nothing on the list", async ({ signIn }) => {
  const page = await signIn(maya, STILL);
  const rows = page.getByRole("region", { name: "Conversations", exact: true }).getByRole("listitem");
  await accessibleEverywhere(page, () => expect(rows.first()).toBeVisible());
});

test("axe finds nothing on an empty list, and on one whose filters fit nothing", async ({ signIn, api }) => {
  const { channels } = await (await api(maya)).get("/me");
  const voice = channels.find(({ kind }) => kind === "voice");
  const page = await signIn(maya, { ...STILL, path: `/inbox?status=automated&channel=${voice.id}` });
  await accessibleEverywhere(page, () => expect(page.getByText("No conversation fits these filters.")).toBeVisible());
  await page.goto("/inbox?section=mine&status=automated");
  await accessibleEverywhere(page, () => expect(page.getByText("Nothing here. You are all caught up.")).toBeVisible());
});

test("axe finds nothing on a conversation", async ({ signIn, person, api }) => {
  const who = await person();
  await (await api(sam)).addConversationNote(who.first, said("With a note inside"));
  await (await api(sam)).reply(who.first, said("With an answer"));
  const page = await signIn(maya, { ...STILL, path: inboxWith([who.first], { panels: [] }) });
  await accessibleEverywhere(page, () => expect(pane(page, who.first).said("With a note inside")).toBeVisible());
});

test("axe finds nothing on two panes with their panels", async ({ signIn, person, api }) => {
  const who = await person();
  const note = await (await api(sam)).addNote(who.first, said("In both panels"));
  await (await api(sam)).put(`/contacts/${who.id}/tags/vip`);
  const page = await signIn(maya, { ...STILL, path: inboxWith([who.first, who.second]) });
  await accessibleEverywhere(page, () => expect(pane(page, who.second).note(note.body)).toBeVisible());
});

test("axe finds nothing on a composer in Note mode, with a colleague's note as the last word before", async ({
  signIn,
  person,
  api,
}) => {
  const who = await person();
  await (await api(sam)).addConversationNote(who.first, said("The last word"));
  const page = await signIn(maya, { ...STILL, path: inboxWith([who.first], { panels: [] }) });
  const here = pane(page, who.first);
  await accessibleEverywhere(page, async () => {
    await here.replyMode.click();
    await expect(here.root.getByRole("button", { name: "Switch to Note" })).toBeVisible();
  });
  await accessibleEverywhere(page, async () => {
    await here.noteMode.click();
    await here.conversationNote.fill("Half a sentence");
  });
});

test("axe finds nothing on the contact's page", async ({ signIn, person, api }) => {
  const who = await person();
  const note = await (await api(sam)).addNote(who.first, said("On the contact's page"));
  const page = await signIn(maya, { ...STILL, path: `/contacts/${who.id}` });
  const here = profile(page.getByRole("main"), who.name);
  await accessibleEverywhere(page, () => expect(here.note(note.body)).toBeVisible());
});

test("axe finds nothing on the open list of teammates", async ({ signIn, person }) => {
  const who = await person();
  const page = await signIn(maya, { ...STILL, path: inboxWith([who.first], { panels: [] }) });
  const search = page.getByRole("searchbox", { name: "Find a teammate" });
  await accessibleEverywhere(page, async () => {
    // A new size or scheme may have closed the search.
    if (!(await search.isVisible())) await pane(page, who.first).assign.click();
    await expect(search).toBeVisible();
  });
});

test("axe finds nothing while a toast offers Undo and while one says what failed", async ({ signIn, person, api }) => {
  const who = await person();
  const text = said("Soon on a toast");
  for (const n of [1, 2, 3, 4, 5]) await (await api(maya)).addNote(who.first, `${text} ${n}`);
  const page = await signIn(maya, { ...STILL, path: inboxWith([who.first]) });
  await accessibleEverywhere(page, async () => {
    await trash(pane(page, who.first).note(text).first()).click();
    await expect(undo(page).first()).toBeVisible();
  });
  await intercept(page, NOTE, "DELETE", (route) => route.fulfill(problem(403, "forbidden")));
  await page.reload();
  await trash(pane(page, who.first).note(text).first()).click();
  await accessibleEverywhere(page, () => expect(toast(page).getByRole("alert").first()).toBeVisible());
});

test("axe finds nothing on refused changes of a conversation, a tag and a detail", async ({ signIn, person }) => {
  const who = await person();
  const page = await signIn(maya, { ...STILL, path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const refuse = (route) => (route.request().method() === "GET" ? route.fallback() : route.fulfill(problem(403, "forbidden")));
  await page.route(/\/api\/v1\/(conversations|contacts)\/[^/]+(\/tags\/[^/]+)?$/, refuse);
  await here.finish.click();
  await here.panel.getByRole("combobox", { name: "Add a tag" }).fill("vip");
  await here.panel.getByRole("combobox", { name: "Add a tag" }).press("Enter");
  await here.detail("Phone").click();
  await here.panel.getByRole("textbox", { name: "Phone", exact: true }).fill("+1 555 0144");
  await here.panel.getByRole("textbox", { name: "Phone", exact: true }).press("Enter");
  await accessibleEverywhere(page, async () => {
    await expect(here.root.getByText("Not closed: You are not allowed to do this.").filter({ visible: true }).first()).toBeVisible();
    await expect(here.panel.getByText("Tag “vip” not added: You are not allowed to do this.")).toBeVisible();
    await expect(here.panel.getByText("You are not allowed to do this.", { exact: true })).toBeVisible();
  });
});

test("axe finds nothing on a refused note, with a hint about a card number under the field", async ({ signIn, person }) => {
  const who = await person();
  const text = said("Refused");
  const page = await signIn(maya, { ...STILL, path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  await intercept(page, NOTE, "PUT", (route) => route.fulfill(problem(422, "wrong-contact")));
  await here.write(text);
  await here.box.fill("4111 1111 1111 1111");
  await accessibleEverywhere(page, async () => {
    await expect(here.note(text).getByRole("alert")).toBeVisible();
    await expect(here.panel.getByText("This looks like a card number.")).toBeVisible();
  });
});

test("axe finds nothing on what is not found, and on what could not be loaded", async ({ signIn }) => {
  const page = await signIn(maya, { ...STILL, path: `/inbox?open=${crypto.randomUUID()}` });
  await accessibleEverywhere(page, () => expect(page.getByText("This conversation does not exist")).toBeVisible());
  await page.goto(`/contacts/${crypto.randomUUID()}`);
  await accessibleEverywhere(page, () => expect(page.getByText("This contact does not exist")).toBeVisible());
  await page.goto("/no/such/place");
  await accessibleEverywhere(page, () => expect(page.getByText("There is nothing at this address.")).toBeVisible());
  await intercept(page, /\/conversations\?/, "GET", (route) => route.fulfill(problem(503, "busy", { retryable: true })));
  await page.goto("/");
  await accessibleEverywhere(page, () => expect(page.getByRole("button", { name: "Try again" })).toBeVisible());
});

test("axe finds nothing on the contact's chat page, empty and with a conversation", async ({ chatPage, visitor, api }) => {
  const who = await visitor();
  await (await api(maya)).reply(who.conversation, said("Hello, this is the team"));
  const empty = await chatPage(undefined, STILL);
  await accessibleEverywhere(empty, () => expect(empty.getByText("No messages yet.")).toBeVisible());
  const chat = await chatPage(who, STILL);
  await accessibleEverywhere(chat, () => expect(chat.getByText("Hello, this is the team").first()).toBeVisible());
});

test("by keyboard alone a note is reached, written, saved and deleted", async ({ signIn, person }) => {
  const text = said("Typed without a mouse");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first], { panels: [] }) });
  const here = pane(page, who.first);
  await expect(here.thread.getByRole("article").first()).toBeVisible();
  const go = async (key, target) => {
    await expect(async () => {
      await page.keyboard.press(key);
      await expect(target).toBeFocused({ timeout: 1 });
    }, `${key} leads there`).toPass({ intervals: [0] });
  };
  await go("Tab", here.icon);
  await page.keyboard.press("Enter");
  await expect(here.box).toBeVisible();
  await go("Shift+Tab", here.box);
  await page.keyboard.type(text);
  await go("Tab", here.add);
  await page.keyboard.press("Enter");
  await expect(here.note(text).locator("time")).toBeVisible();
  await go("Tab", trash(here.note(text)));
  await page.keyboard.press("Enter");
  await expect(here.note(text)).toHaveCount(0);
  await expect(toast(page)).toContainText("Note deleted");
  await go("Tab", undo(page));
  await page.keyboard.press("Enter");
  await expect(here.note(text)).toHaveCount(1);
});

test("after a deletion the focus is on the next note's trashcan, else the previous one's, else in the box", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor();
  const [oldest, middle, newest] = [said("Oldest"), said("Middle"), said("Newest")];
  for (const text of [oldest, middle, newest]) await (await api(maya)).addNote(who.conversation, text);
  const here = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
  await trash(here.note(middle)).press("Enter");
  await expect(here.note(middle)).toHaveCount(0);
  await expect(trash(here.note(oldest)), "the next").toBeFocused();
  await trash(here.note(oldest)).press("Enter");
  await expect(here.note(oldest)).toHaveCount(0);
  await expect(trash(here.note(newest)), "there is no next: the previous").toBeFocused();
  await trash(here.note(newest)).press("Enter");
  await expect(here.note(newest)).toHaveCount(0);
  await expect(here.box, "there is none: the box").toBeFocused();
});

test("Escape closes the panel and gives the focus back to the contact icon, but an edit only ends", async ({
  signIn,
  person,
}) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const [here, beside] = [pane(page, who.first), pane(page, who.second)];
  await here.detail("Phone").click();
  await here.panel.getByRole("textbox", { name: "Phone", exact: true }).press("Escape");
  await expect(here.detail("Phone")).toBeVisible();
  await expect(here.panel).toBeVisible();
  await here.box.focus();
  await page.keyboard.press("Escape");
  await expect(here.panel).toBeHidden();
  await expect(here.icon).toBeFocused();
  await expect(beside.panel, "the other pane's stays").toBeVisible();
  await page.keyboard.press("Enter");
  await expect(here.panel).toBeVisible();
});

test("editing a detail begins in its field and ends with the focus on the detail, saved or not", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor();
  await (await api(sam)).change(`/contacts/${who.id}`, { phone: "+1 555 0143" });
  const page = await signIn(maya, { path: inboxWith([who.conversation]) });
  const here = pane(page, who.conversation);
  const field = here.panel.getByRole("textbox", { name: "Phone", exact: true });
  await here.detail("Phone").press("Enter");
  await expect(field, "editing begins in the field").toBeFocused();
  await field.press("Escape");
  await expect(here.detail("Phone"), "and ends on the detail").toBeFocused();
  await page.keyboard.press("Enter");
  await field.fill("+1 555 0144");
  await page.keyboard.press("Enter");
  await expect(here.detail("Phone")).toContainText("+1 555 0144");
  await expect(here.detail("Phone")).toBeFocused();
});

test("after adding and removing a tag the focus is where the keyboard can go on", async ({ signIn, visitor }) => {
  const who = await visitor();
  const here = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
  const field = here.panel.getByRole("combobox", { name: "Add a tag" });
  const tags = here.section("Tags").getByRole("listitem");
  await field.fill("first");
  const answered = here.root.page().waitForResponse(/\/tags\/first$/);
  await field.press("Enter");
  await answered;
  await expect(tags).toHaveText(["first"]);
  await here.root.page().keyboard.type("second");
  await expect(field, "still in the field").toBeFocused();
  await expect(field).toHaveValue("second");
  await field.press("Enter");
  await expect(tags).toHaveCount(2);
  await here.panel.getByRole("button", { name: `Remove tag ${isolated("first")}` }).press("Enter");
  await expect(tags).toHaveText(["second"]);
  await expect(here.panel.locator(":focus"), "still in the panel").toHaveCount(1);
});

test("a colleague's note is said politely, a refusal assertively", async ({ signIn, person, api }) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  await expect(here.box).toBeVisible();
  const note = await (await api(sam)).addNote(who.second, said("Said by Sam"));
  const polite = page.getByRole("status").filter({ hasText: `${isolated(sam.name)} added a note` });
  await expect(polite).toHaveAttribute("aria-live", "polite");
  await (await api(sam)).delete(`/contacts/${who.id}/notes/${note.id}`);
  await expect(page.getByRole("status").filter({ hasText: `${isolated(sam.name)} deleted a note` })).toHaveCount(1);
  await intercept(page, NOTE, "PUT", (route) => route.fulfill(problem(422, "wrong-contact")));
  await here.write(said("Refused"));
  await expect(here.note("Refused").getByRole("alert")).toContainText("Not saved");
});

for (const width of [320, 640, 1024]) {
  test(`a screen of ${width} px never scrolls sideways as a whole`, async ({ signIn, person, chatPage, api }) => {
    const who = await person();
    await (await api(sam)).addNote(who.first, `${"Wide".repeat(80)} https://example.com/${"path/".repeat(60)}`);
    await (await api(sam)).addConversationNote(who.first, "inside".repeat(80));
    const viewport = { width, height: 640 };
    const page = await signIn(maya, { viewport });
    for (const [path, there] of [
      ["/inbox", page.getByRole("heading", { level: 1 })],
      [inboxWith([who.first], { panels: [] }), pane(page, who.first).reply],
      [inboxWith([who.first]), pane(page, who.first).note("Wide")],
      [inboxWith([who.first, who.second]), pane(page, who.second).root],
      [`/contacts/${who.id}`, profile(page.getByRole("main"), who.name).note("Wide")],
    ]) {
      await page.goto(path);
      await expect(there).toBeAttached();
      await expect.poll(() => sideways(page), path).toBe(0);
    }
    const chat = await chatPage(undefined, { viewport });
    await chat.getByRole("textbox", { name: "Your message" }).fill("long".repeat(200));
    expect(await sideways(chat)).toBe(0);
  });
}

test("on a phone one thing is shown at a time, with a way back from each", async ({ signIn, visitor }) => {
  const who = await visitor();
  const page = await signIn(maya, { viewport: PHONE });
  const list = page.getByRole("region", { name: "Conversations", exact: true });
  await expect(list).toBeVisible();
  await list.getByRole("link").filter({ hasText: who.name }).first().click();
  const here = pane(page, who.conversation);
  await expect(here.root).toBeVisible();
  await expect(list).toBeHidden();
  await here.icon.click();
  await expect(here.panel).toBeVisible();
  const [sheet, screen] = [await here.panel.boundingBox(), page.viewportSize()];
  expect(sheet.width).toBe(screen.width);
  // By keys: it came to lie under the pointer.
  await here.panel.getByRole("button", { name: "Close profile" }).press("Enter");
  await expect(here.panel).toBeHidden();
  await here.root.getByRole("button", { name: "Back to the list" }).click();
  await expect(list).toBeVisible();
});

/** How much wider the page is than the window. */
function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
