// Several tabs of one browser: one connection for all of them, whichever closes or crashes, and one agent.
import { SOON, passUntil } from "./clock.js";
import { crash, fillSignIn, maya, said, sam } from "./harness.js";
import { expect, test } from "./places.js";
import { inboxWith, pane, reconnecting } from "./screen.js";

/** A browser with this many tabs of an agent, each showing one conversation, and the number of streams open in it. */
async function tabs(work, count, conversation, options) {
  const first = await work(maya, [conversation], options);
  const context = first.context();
  const streams = new Set();
  const isStream = (request) => request.method() === "GET" && request.url().endsWith("/api/v1/events");
  // The first tab's own stream is open already, or about to be, so the tab is reloaded below.
  context.on("request", (request) => isStream(request) && streams.add(request));
  for (const end of ["requestfailed", "requestfinished"]) context.on(end, (request) => streams.delete(request));
  await work.again(first);
  const pages = [first];
  while (pages.length < count) pages.push(await work(maya, [conversation], { ...options, beside: first }));
  // A closed tab emits no more events.
  const open = () => [...streams].filter((request) => !request.frame().page().isClosed()).length;
  return { pages, open };
}

/** Tests that are the same in the app and in the widget. */
function stories() {
  test("ten tabs of a browser are live over one connection, and the next one goes on when the one that holds it closes", async ({
    work,
    person,
    api,
  }) => {
    const who = await person();
    const agents = await api(sam);
    const { pages, open } = await tabs(work, 10, who.first);
    for (const page of pages) await expect(pane(page, who.first).box).toBeVisible();
    const first = said("To ten tabs");
    await agents.addNote(who.first, first);
    for (const page of pages) await expect(pane(page, who.first).note(first)).toHaveCount(1);
    expect(open()).toBe(1);
    // One tab after the other closes, whichever is the leader.
    for (const nth of [0, 1, 2]) {
      const [closing, ...rest] = pages.splice(0, pages.length);
      await closing.close();
      pages.push(...rest);
      const text = said(`After ${nth + 1} closed`);
      await agents.addNote(who.first, text);
      for (const page of pages) await expect(pane(page, who.first).note(text)).toHaveCount(1);
      await expect.poll(open).toBe(1);
    }
  });

  test("when the tab that holds the connection crashes, another holds it", async ({ work, person, api }) => {
    const who = await person();
    const { pages } = await tabs(work, 3, who.first);
    for (const page of pages) await expect(pane(page, who.first).box).toBeVisible();
    const [first, ...others] = pages;
    await crash(first);
    const text = said("After a crash");
    await (await api(sam)).addNote(who.first, text);
    for (const page of others) await expect(pane(page, who.first).note(text)).toHaveCount(1);
  });

  test("when the tab that holds the connection hangs, another holds it, and the one that hung goes on as one of the others", async ({
    work,
    person,
    api,
  }) => {
    const who = await person();
    const agents = await api(sam);
    const { pages } = await tabs(work, 3, who.first);
    const [before, after] = ["Before", "While it hangs"].map(said);
    await agents.addNote(who.first, before);
    for (const page of pages) await expect(pane(page, who.first).note(before)).toHaveCount(1);
    const [first, ...others] = pages;
    const cdp = await first.context().newCDPSession(first);
    await cdp.send("Debugger.enable");
    const paused = new Promise((resolve) => cdp.once("Debugger.paused", resolve));
    await cdp.send("Debugger.pause");
    // It pauses at the next statement that it runs.
    first.evaluate(() => 0).catch(() => {});
    await paused;
    await agents.addNote(who.first, after);
    for (const page of others) await expect(pane(page, who.first).note(after)).toHaveCount(1);
    await cdp.send("Debugger.disable");
    await expect(pane(first, who.first).note(after)).toHaveCount(1);
  });

  test("what was missed while another tab held the connection is asked for: a cut reaches all tabs and so does its end", async ({
    work,
    person,
    api,
    networkProxy,
  }) => {
    const who = await person();
    const wire = await networkProxy();
    const { pages } = await tabs(work, 3, who.first, { at: wire.url, before: (page) => page.clock.install() });
    for (const page of pages) await expect(pane(page, who.first).box).toBeVisible();
    wire.disconnect();
    const text = said("While cut");
    await (await api(sam)).addNote(who.first, text);
    for (const page of pages) await passUntil(page, () => expect(reconnecting(page)).toBeVisible(SOON));
    wire.reconnect();
    for (const page of pages) {
      await passUntil(page, () => expect(pane(page, who.first).note(text)).toHaveCount(1, SOON));
      await passUntil(page, () => expect(reconnecting(page)).toBeHidden(SOON));
    }
  });

  test("behind a proxy that holds the stream back, changes are asked for", async ({ work, person, api }) => {
    const who = await person();
    const holdBack = async (page) => {
      await page.clock.install();
      await page.route("**/api/v1/events", () => {});
    };
    const page = await work(maya, [who.first], { before: holdBack });
    await expect(pane(page, who.first).box).toBeVisible();
    const text = said("Held back");
    await (await api(sam)).addNote(who.first, text);
    await passUntil(page, () => expect(pane(page, who.first).note(text)).toHaveCount(1, SOON));
    const later = said("Held back later");
    await (await api(sam)).addNote(who.first, later);
    await passUntil(page, () => expect(pane(page, who.first).note(later)).toHaveCount(1, SOON));
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });
}

for (const place of ["app", "widget"]) {
  test.describe(`in the ${place}`, () => {
    test.use({ place });
    stories();
  });
}

test("who signs out in one tab is signed out in all, and nothing stays in their pages", async ({ signIn, person, api }) => {
  const who = await person();
  const text = said("Not for the next reader");
  await (await api(sam)).addNote(who.first, text);
  const page = await signIn(maya, { path: inboxWith([who.first]), byForm: true });
  const other = await page.context().newPage();
  await other.goto(inboxWith([who.first]));
  for (const tab of [page, other]) await expect(pane(tab, who.first).note(text)).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  for (const tab of [page, other]) {
    await expect(tab.getByLabel("Password")).toBeVisible();
    expect(await tab.content()).not.toContain(text);
  }
});

test("what one agent has typed is never sent in the name of another who has signed in since in the same browser", async ({
  signIn,
  person,
  api,
}) => {
  const who = await person();
  const text = said("Typed by Maya");
  const page = await signIn(maya, { path: inboxWith([who.first]), byForm: true });
  const here = pane(page, who.first);
  await here.box.fill(text);
  // In another tab the session of this browser becomes Sam's, without Maya having signed out.
  const other = await page.context().newPage();
  await other.goto("/favicon.svg");
  const status = await other.evaluate(async ({ email, password }) => {
    const headers = { "content-type": "application/json", "x-sidenote": "1" };
    const answer = await fetch("/api/v1/session", { method: "POST", headers, body: JSON.stringify({ email, password }) });
    return answer.status;
  }, sam);
  expect(status).toBe(204);
  await here.add.click();
  await expect(page.getByRole("dialog").getByLabel("Password")).toBeVisible();
  expect(await (await api(sam)).noteSaying(who.id, text)).toBeUndefined();
  // Sam can't continue as Maya; Maya can.
  await fillSignIn(page, sam);
  await expect(page.getByRole("dialog").getByText(maya.name)).toBeVisible();
  await fillSignIn(page, maya);
  await expect(here.note(text).locator("time")).toBeVisible();
  expect((await (await api(sam)).noteSaying(who.id, text)).author.name).toBe(maya.name);
});

test("what one agent has typed in a host's page is neither sent nor shown when the host's next token is another's", async ({
  guest,
  server,
  host,
  person,
  api,
}) => {
  const who = await person();
  const [waiting, draft] = ["Typed by Maya", "Half a thought of Maya's"].map(said);
  const page = await guest();
  const put = () =>
    page.evaluate(
      ([apiBase, conversation]) =>
        void window.host.element("thread", { "api-base": apiBase, view: "conversation", conversation }),
      [server.url, who.first.id],
    );
  await put();
  const here = pane(page, who.first);
  await here.icon.click();
  await here.box.fill(waiting);
  host.agent = sam.email;
  const revoked = await host.ask("revocations", { agent: maya.email });
  expect(revoked.status).toBe(204);
  await here.add.click();
  await here.box.fill(draft);
  await expect(page.locator("#thread").getByText("Your session has ended")).toBeVisible();
  const agents = await api(sam);
  expect(await agents.noteSaying(who.id, waiting), "not in Sam's name").toBeUndefined();
  // The page is reloaded as Sam's: nothing of Maya's is there.
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-ready", "yes");
  await put();
  await here.icon.click();
  await expect(here.box).toHaveValue("");
  await expect(here.note(waiting)).toHaveCount(0);
  // Reloaded as Maya's, it continues.
  host.agent = maya.email;
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-ready", "yes");
  await put();
  await here.icon.click();
  await expect(here.box).toHaveValue(draft);
  await expect(here.note(waiting).locator("time")).toBeVisible();
  expect((await agents.noteSaying(who.id, waiting)).author.name).toBe(maya.name);
});
