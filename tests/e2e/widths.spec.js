// At every width, what an agent needs can be reached and read, and comes into view when it is requested.
import { expect, test } from "./guest.js";
import { maya, said, sam } from "./harness.js";
import { inboxWith, pane, row, shown } from "./screen.js";

const WIDTHS = [320, 390, 700, 1000, 1440];

const sendOptions = (here) => here.root.getByRole("button", { name: "Sending options" });
const enterSends = (page) => page.getByRole("checkbox", { name: "Enter sends" });
const filters = (page) => page.getByRole("button", { name: "Filters", exact: true });

/** How many pixels of a select's text are cut off: how much wider it would be with unlimited room. */
const cut = (select) =>
  select.evaluate((element) => {
    const free = element.cloneNode(true);
    Object.assign(free.style, { position: "absolute", inlineSize: "max-content", fieldSizing: "content" });
    element.after(free);
    free.value = element.value;
    const wanted = free.offsetWidth;
    free.remove();
    return Math.max(0, wanted - element.offsetWidth);
  });

for (const width of WIDTHS) {
  test(`at ${width} px the setting Enter sends is in reach of the keyboard and of a finger`, async ({ signIn, person }) => {
    const who = await person();
    // By keyboard.
    const page = await signIn(sam, { viewport: { width, height: 700 }, path: inboxWith([who.first], { panels: [] }) });
    const here = pane(page, who.first);
    await here.reply.focus();
    await page.keyboard.press("Tab");
    await expect(sendOptions(here)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(enterSends(page)).toBeFocused();
    await expect(enterSends(page)).toBeInViewport({ ratio: 1 });
    const saved = page.waitForResponse(/\/api\/v1\/me/);
    await page.keyboard.press("Space");
    await expect(enterSends(page)).toBeChecked();
    await saved;
    await page.keyboard.press("Escape");
    await expect(sendOptions(here), "the focus is where it came from").toBeFocused();
    // By touch, the way back.
    const phone = await signIn(sam, { viewport: { width, height: 700 }, hasTouch: true, path: inboxWith([who.first], { panels: [] }) });
    const there = pane(phone, who.first);
    await sendOptions(there).tap();
    await expect(enterSends(phone)).toBeChecked();
    const taken = phone.waitForResponse(/\/api\/v1\/me/);
    await enterSends(phone).tap();
    await expect(enterSends(phone)).not.toBeChecked();
    await taken;
  });

  test(`at ${width} px the filters say in full what they are`, async ({ signIn }) => {
    const page = await signIn(maya, { viewport: { width, height: 700 } });
    const choice = (name) => page.getByRole("combobox", { name, exact: true });
    await expect(choice("Sort")).toBeVisible();
    if (width < 600) await filters(page).click();
    for (const name of ["Channel", "Agent", "Sort"]) {
      await expect(choice(name)).toBeInViewport({ ratio: 1 });
      expect(await cut(choice(name)), name).toBe(0);
    }
    await choice("Sort").selectOption("unread");
    expect(await cut(choice("Sort")), "the longest order").toBe(0);
    await choice("Agent").selectOption({ label: sam.name });
    expect(await cut(choice("Agent")), "an agent's name").toBe(0);
  });
}

test("in a host's page one conversation alone has the setting too", async ({ guest, server, person }) => {
  const who = await person();
  const page = await guest({ viewport: { width: 390, height: 800 } });
  await page.evaluate(
    ([id, attributes]) => void window.host.element(id, attributes),
    ["view", { "api-base": server.url, view: "conversation", conversation: who.first.id }],
  );
  await sendOptions(pane(page, who.first)).press("Enter");
  await expect(enterSends(page)).toBeInViewport({ ratio: 1 });
});

test("a name that is too long for the filter is there in full in its tooltip", async ({ signIn }) => {
  const long = "Wilhelmina Featherstonehaugh-Cholmondeley of the Northern Region";
  const page = await signIn(maya);
  await page.route("**/api/v1/me", async (route) => {
    const response = await route.fetch();
    const me = await response.json();
    me.agents.find(({ name }) => name === sam.name).name = long;
    await route.fulfill({ response, json: me });
  });
  await page.reload();
  const agent = page.getByRole("combobox", { name: "Agent", exact: true });
  await expect(agent).not.toHaveAttribute("title");
  await agent.selectOption({ label: shown(long) });
  await expect(agent).toHaveAttribute("title", long);
});

/** The visible part of a pane, in percent of what fits in the row of panes. */
const seen = (here) =>
  here.root.evaluate((pane) => {
    const [whole, row] = [pane, pane.closest(".panes")].map((element) => element.getBoundingClientRect());
    const shown = Math.min(whole.right, row.right) - Math.max(whole.left, row.left);
    return Math.round((100 * shown) / Math.min(whole.width, row.width));
  });

for (const [width, motion] of [[1440, "no-preference"], [1440, "reduce"], [1000, "no-preference"]]) {
  test(`what is opened beside comes into view at ${width} px, motion ${motion}, by mouse and by keyboard`, async ({
    signIn,
    person,
    visitor,
  }) => {
    const [who, other, third] = [await person(), await visitor(), await visitor()];
    const page = await signIn(maya, {
      viewport: { width, height: 900 },
      reducedMotion: motion,
      path: `${inboxWith([who.first])}&status=any`,
    });
    const [first, second, last] = [who.first, other.conversation, third.conversation].map((one) => pane(page, one));
    await expect(first.box).toBeVisible();
    await row(page, other.conversation).beside.click();
    await expect(second.heading).toBeFocused();
    await expect.poll(() => seen(second)).toBe(100);
    await row(page, third.conversation).beside.focus();
    await page.keyboard.press("Enter");
    await expect(last.heading).toBeFocused();
    await expect.poll(() => seen(last)).toBe(100);
    expect(await seen(first), "there is no room for all").toBeLessThan(100);
    // A pane that is open already is shown again, and nothing else changes.
    const address = page.url();
    await row(page, other.conversation).beside.press("Enter");
    await expect(second.heading).toBeFocused();
    await expect.poll(() => seen(second)).toBe(100);
    expect(page.url()).toBe(address);
    await page.keyboard.press("Tab");
    await expect(second.assign, "the keyboard goes on from there").toBeFocused();
  });
}

test("with reduced motion a pane is there at once, without a way to it", async ({ signIn, person, visitor }) => {
  const [who, other] = [await person(), await visitor()];
  const page = await signIn(maya, { reducedMotion: "reduce", path: inboxWith([who.first]) });
  const here = pane(page, other.conversation);
  await expect(pane(page, who.first).box).toBeVisible();
  // Every scroll position of the row of panes.
  await page.evaluate(() => {
    const row = document.querySelector(".panes");
    globalThis.places = new Set([row.scrollLeft]);
    row.addEventListener("scroll", () => globalThis.places.add(row.scrollLeft));
  });
  await row(page, other.conversation).beside.click();
  await expect(here.heading).toBeFocused();
  await expect.poll(() => seen(here)).toBe(100);
  expect(await page.evaluate(() => globalThis.places.size)).toBe(2);
});

const LONG_NAMES = {
  "one long word": "W".repeat(200),
  "many words": "Wilhelmina Featherstonehaugh ".repeat(7).slice(0, 200),
};
/** What scrolls in itself, and is of no use if it is lower than this. */
const LEAST_HEIGHT = 96;

const height = async (locator) => (await locator.boundingBox()).height;

test("at 400 % zoom everything can be reached, and what scrolls is high enough to read in", async ({ signIn, visitor, api }) => {
  const who = await visitor();
  const agents = await api(sam);
  for (let nth = 0; nth < 15; nth++) await agents.addNote(who.conversation, said("Note"));
  for (let nth = 0; nth < 15; nth++) await who.say(said("Message"));
  const viewport = { width: 320, height: 256 };
  const page = await signIn(maya, { viewport });
  const list = page.locator(".conversations-scroll");
  await expect(page.getByRole("link", { name: who.name })).toBeVisible();
  expect(await height(list), "the list").toBeGreaterThanOrEqual(LEAST_HEIGHT);
  await page.goto(inboxWith([who.conversation], { panels: [] }));
  const here = pane(page, who.conversation);
  await expect(here.said("Message").last()).toBeInViewport();
  expect(await height(here.thread), "the thread").toBeGreaterThanOrEqual(LEAST_HEIGHT);
  for (const part of [here.finish, here.reply, here.send, here.noteMode, sendOptions(here), here.icon]) {
    await part.scrollIntoViewIfNeeded();
    await expect(part).toBeInViewport({ ratio: 0.99 });
  }
  await here.assign.click();
  const nobody = page.getByRole("button", { name: "Nobody", exact: true });
  await nobody.scrollIntoViewIfNeeded();
  await expect(nobody, "a menu scrolls too").toBeInViewport({ ratio: 0.99 });
  await page.keyboard.press("Escape");
  await here.icon.click();
  await expect(here.box).toBeAttached();
  expect(await height(here.panel.locator(".panel-body")), "the panel").toBeGreaterThanOrEqual(LEAST_HEIGHT);
  for (const part of [here.box, here.add, here.notes.getByRole("article").last()]) {
    await part.scrollIntoViewIfNeeded();
    await expect(part).toBeInViewport({ ratio: 0.9 });
  }
});

for (const [kind, name] of Object.entries(LONG_NAMES)) {
  for (const viewport of [{ width: 390, height: 844 }, { width: 320, height: 256 }]) {
    test(`at ${viewport.width}×${viewport.height} a contact's name of ${kind} leaves room for what is written`, async ({
      signIn,
      visitor,
    }) => {
      const who = await visitor({ name });
      const page = await signIn(maya, { viewport, path: inboxWith([who.conversation], { panels: [] }) });
      const here = pane(page, who.conversation);
      await expect(here.reply).toBeVisible();
      expect(await height(here.root.locator(".conversation-header")), "the header").toBeLessThan(80);
      expect(await height(here.root.locator(".composer")), "the composer").toBeLessThan(260);
      expect(await height(here.thread), "the thread").toBeGreaterThanOrEqual(LEAST_HEIGHT);
      const wide = (element) => element.scrollWidth - element.clientWidth;
      expect(await here.root.locator(".composer").evaluate(wide), "nothing is wider than the composer").toBe(0);
      await here.icon.click();
      await expect(here.box).toBeAttached();
      expect(await height(here.panel.locator(".panel-head")), "the panel's head").toBeLessThan(120);
      expect(await height(here.panel.locator(".panel-body")), "the panel").toBeGreaterThanOrEqual(LEAST_HEIGHT);
    });
  }
}

/** The sizes of the text in the fields of a root, in pixels. */
const fieldSizes = (root) =>
  root.locator("input:not([type=checkbox]), select, textarea").evaluateAll((fields) =>
    fields.map((field) => [field.getAttribute("aria-label") ?? field.name, Number.parseFloat(getComputedStyle(field).fontSize)]),
  );
/** iOS zooms into a field with smaller text. */
const tooSmall = async (root) => (await fieldSizes(root)).filter(([, size]) => size < 16);

test("under a finger no field is so small that the browser zooms in on it", async ({ open, signIn, person, server, chatPage }) => {
  const touch = { hasTouch: true, viewport: { width: 390, height: 844 } };
  const door = await open({ baseURL: server.url, ...touch });
  await door.goto("/");
  await expect(door.getByLabel("Password")).toBeVisible();
  expect(await tooSmall(door)).toEqual([]);
  const who = await person();
  const page = await signIn(maya, touch);
  await filters(page).click();
  await expect(page.getByRole("combobox", { name: "Channel", exact: true })).toBeVisible();
  expect(await tooSmall(page)).toEqual([]);
  await page.goto(inboxWith([who.first]));
  const here = pane(page, who.first);
  await expect(here.box).toBeAttached();
  await here.detail("Default channel").tap();
  await expect(here.panel.getByRole("combobox", { name: "Default channel" })).toBeVisible();
  expect((await fieldSizes(page)).length, "fields").toBeGreaterThan(3);
  expect(await tooSmall(page)).toEqual([]);
  const chat = await chatPage(undefined, touch);
  expect(await tooSmall(chat)).toEqual([]);
});

test("under a finger no field of a host's page is so small either", async ({ guest, server, person }) => {
  const who = await person();
  const page = await guest({ hasTouch: true, viewport: { width: 390, height: 800 } });
  await page.evaluate(
    ([id, attributes]) => void window.host.element(id, attributes),
    ["view", { "api-base": server.url, view: "contact-panel", contact: who.id, conversation: who.first.id }],
  );
  await expect(page.locator("#view").getByRole("textbox", { name: "Add note" })).toBeAttached();
  expect(await tooSmall(page.locator("#view"))).toEqual([]);
});
