// A component that panics, each in turn: all views of the page say so, continue, and no text is lost.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { expect, test } from "./guest.js";
import { fillSignIn, maya, said, sam } from "./harness.js";
import { breakable } from "./host.js";
import { NOTE, NOTES, intercept, problem } from "./network.js";
import { inboxWith, pane, profile } from "./screen.js";

const components = resolve(import.meta.dirname, "../../src/components");

/** By the view that shows them: components that panic while that view is mounted. */
const BROKEN = {
  inbox: ["bulk_bar", "channel_mark", "conversation_list", "conversation_row", "filters", "inbox", "inbox_nav", "search_field", "toasts"],
  conversation: [
    "assign_menu",
    "composer",
    "conversation_header",
    "conversation_note_item",
    "icon_rail",
    "message_item",
    "pane",
    "send_options",
    "thread",
  ],
  "contact-panel": [
    "actions_section",
    "activity_section",
    "add_note_box",
    "contact_addresses",
    "contact_flags",
    "contact_profile_panel",
    "detail_field",
    "details_section",
    "erase_contact",
    "lists_section",
    "merge_contact",
    "note_item",
    "notes_section",
    "start_conversation",
    "tags_section",
  ],
  unknown: ["contact_by"],
};
/** The attributes of such a view. */
const shown = (view, who) =>
  view === "unknown"
    ? { view: "contact-panel", "contact-by": `external-id:${said("nobody")}` }
    : { view, contact: who.id, conversation: who.second.id };
/** Components that a newly mounted view does not show, each with the way to show it. */
const LATER = {
  // Appears when a change of many takes longer than a second.
  bulk_progress: async ({ page }) => {
    await page.route(/\/api\/v1\/bulk\//, () => {});
    await page.getByRole("button", { name: "Select several" }).click();
    await page.getByRole("checkbox", { name: /^Select / }).nth(1).click();
    await page.getByRole("group", { name: "Change the selected ones" }).getByRole("button", { name: "Close", exact: true }).click();
    await page.clock.runFor(1_100);
  },
  label_menu: ({ page }) => page.getByRole("button", { name: "Select several" }).click(),
  connection_line: async ({ page, wire }) => {
    wire.disconnect();
    // Appears after five seconds.
    await expect(broken(page)).toBeVisible();
    wire.reconnect();
  },
  contact_page: ({ page, here, who }) => here.panel.getByRole("link", { name: who.name }).first().click(),
  contacts_page: ({ page }) => page.getByRole("button", { name: "Contacts" }).click(),
  // Appears where nobody fits.
  contacts_list: async ({ page }) => {
    await page.evaluate(() => history.pushState({}, "", "/contacts?q=nobody"));
    await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
  },
  // Appears where all contacts are.
  new_conversation: ({ page }) => page.getByRole("button", { name: "Contacts" }).click(),
  agent_row: ({ page }) => page.getByRole("button", { name: "Team" }).click(),
  invitations: ({ page }) => page.getByRole("button", { name: "Team" }).click(),
  team_page: ({ page }) => page.getByRole("button", { name: "Team" }).click(),
  // Appears without an agent.
  join_page: async ({ page }) => {
    await page.evaluate(() => history.pushState({}, "", "/join#none"));
    await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
  },
  account_page: ({ page }) => page.getByRole("button", { name: "Settings" }).click(),
  own_name: ({ page }) => page.getByRole("button", { name: "Settings" }).click(),
  own_password: ({ page }) => page.getByRole("button", { name: "Settings" }).click(),
  own_sessions: ({ page }) => page.getByRole("button", { name: "Settings" }).click(),
  setup_page: async ({ page }) => {
    await page.evaluate(() => history.pushState({}, "", "/setup#none"));
    await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
  },
  import_contacts: ({ page }) => page.getByRole("button", { name: "Contacts" }).click(),
  import_preview: ({ page }) => chooseFile(page),
  import_result: async ({ page }) => {
    await chooseFile(page);
    await page.getByRole("button", { name: "Import", exact: true }).click();
  },
  load_problem: async ({ page, other }) => {
    await page.route(NOTES, (route) => route.fulfill(problem(500, "internal")));
    await page.evaluate((path) => history.pushState({}, "", path), inboxWith([other.first]));
    await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
  },
  // Appears with a long text.
  long_text: ({ agents, who }) => agents.addNote(who.first, `${said("Long")}${"\nmore".repeat(100)}`),
  // Appears when another contact is chosen.
  merge_preview: async ({ page, here, other }) => {
    await here.section("Actions").getByRole("button", { name: "Merge…" }).click();
    const dialog = page.getByRole("dialog", { name: /^Merge / });
    await dialog.getByRole("textbox").fill(other.name);
    await page.clock.runFor(500);
    await dialog.getByRole("list", { name: "Contacts" }).getByRole("button").first().click();
  },
  // Appears where something is new.
  note_divider: ({ agents, who }) => agents.addNote(who.first, said("New to her")),
  // Appears when nobody can reply.
  not_written_to: async ({ page, agents, who }) => {
    await agents.request.post(`/api/v1/contacts/${who.first.contact_id}/block`);
    await expect(broken(page)).toBeVisible();
    await agents.request.post(`/api/v1/contacts/${who.first.contact_id}/unblock`);
  },
  // Appear when something is searched for: with hits, and without.
  group: ({ page, who }) => searchField(page).fill(who.name),
  results: ({ page }) => searchField(page).fill(said("Nobody has written")),
  sign_in: async ({ here, page }) => {
    await page.evaluate(() => fetch("/api/v1/session", { method: "DELETE", headers: { "x-sidenote": "1" } }));
    await here.reply.fill("Without a session");
    await here.send.click();
  },
  // Says what it removed.
  typed: async ({ here }) => here.reply.fill(`${await here.reply.inputValue()}\u0007`),
  // Appears when a change was refused.
  unsaved_fields: async ({ page, here }) => {
    const refuse = (route) => (route.request().method() === "PATCH" ? route.fulfill(problem(403, "forbidden")) : route.fallback());
    await page.route(/\/api\/v1\/conversations\/[^/]+$/, refuse);
    await here.finish.click();
  },
  // Shows "Yesterday".
  timestamp: async ({ page, agents, other }) => {
    await page.clock.setSystemTime(Date.now() + 24 * 60 * 60 * 1_000);
    // The page checks its clock once a minute.
    await page.clock.runFor(61_000);
    await agents.reply(other.first, said("By then from yesterday"));
  },
};

/** Chooses a file of contacts to import. */
async function chooseFile(page) {
  await page.getByRole("button", { name: "Contacts" }).click();
  await page.getByRole("button", { name: "Import…" }).click();
  await page.getByLabel("Choose a file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("Email\nx") });
}

/** Those that are not in the inbox with the conversation. */
const ELSEWHERE = new Set([
  "agent_row",
  "invitations",
  "account_page",
  "own_name",
  "own_password",
  "own_sessions",
  "join_page",
  "setup_page",
  "team_page",
  "contact_page",
  "contacts_list",
  "contacts_page",
  "import_contacts",
  "import_preview",
  "import_result",
  "load_problem",
  "new_conversation",
]);

test("every component that can be broken is", () => {
  const speaks = (file) => readFileSync(join(components, file), "utf8").includes("strings()");
  const files = readdirSync(components, { recursive: true }).filter((file) => file.endsWith(".rs") && speaks(file));
  expect([...Object.values(BROKEN).flat(), ...Object.keys(LATER)].toSorted()).toEqual(files.map((file) => basename(file, ".rs")).toSorted());
});

for (const [view, names] of Object.entries(BROKEN)) {
  test(`whichever component of the view ${view} panics, the others' drafts and unsent notes are there afterwards`, { tag: "@long" }, async ({
    guest,
    server,
    host,
    person,
    api,
    complaints,
  }) => {
    test.setTimeout(300_000);
    host.widget = breakable;
    let who;
    // Not the web chat, over which a reply can be delivered.
    do who = await person();
    while (who.second.channel.kind === "chat");
    const agents = await api(sam);
    await agents.addNote(who.first, said("A note"));
    await agents.addConversationNote(who.second, said("A note inside"));
    // A channel that can't deliver it, which the message then says.
    await agents.reply(who.second, said("A reply"));
    const page = await guest();
    const put = (id, attributes) =>
      page.evaluate(([id, attributes]) => void window.host.element(id, attributes), [id, { "api-base": server.url, ...attributes }]);
    await put("panel", { view: "contact-panel", contact: who.id, conversation: who.first.id });
    await put("thread", { view: "conversation", conversation: who.first.id });
    const panel = profile(page.locator("#panel"), who.name);
    const thread = pane(page, who.first);
    await expect(panel.box).toBeVisible();
    await expect(thread.reply).toBeVisible();
    for (const name of names) {
      await test.step(name, async () => {
        const [draft, reply, waiting] = ["Half a note", "Half a reply", "Under way"].map(said);
        await page.context().setOffline(true);
        await panel.write(waiting);
        await panel.box.fill(draft);
        await thread.reply.fill(reply);
        await page.context().setOffline(false);
        await page.evaluate((name) => (window.sidenoteBreak = `/${name}.rs`), name);
        await put("breaks", shown(view, who));
        for (const id of ["panel", "thread", "breaks"]) {
          await expect(page.locator(`#${id}`).getByText("Something broke."), `${name}, ${id}`).toBeVisible();
        }
        // The page's error events are expected here.
        complaints.length = 0;
        await panel.root.getByRole("button", { name: "Start again" }).click();
        await expect(panel.box).toHaveValue(draft);
        await expect(thread.reply).toHaveValue(reply);
        await expect(panel.note(waiting).locator("time")).toBeVisible();
        await page.evaluate(() => document.querySelector("#breaks").remove());
      });
    }
    complaints.length = 0;
  });
}

const searchField = (page) => page.getByRole("textbox", { name: "Search contacts, messages and notes" });
const broken = (page) => page.getByRole("alertdialog", { name: /^Something broke/ });

/** The app's own page, with a module whose components can be broken. */
async function breakableApp(page) {
  await page.route(/\/sidenote-app-[^/]+\.js$/, (route) =>
    route.fulfill({
      contentType: "text/javascript",
      body: `
        import init, { mountApp } from "/breakable/sidenote.js";
        export { onPanic } from "/breakable/sidenote.js";
        export default async () => {
          await init();
          mountApp();
        };`,
    }),
  );
  await page.route("**/breakable/**", (route) => route.fulfill({ path: join(breakable, new URL(route.request().url()).pathname.slice(10)) }));
}

for (const [name, happen] of Object.entries(LATER)) {
  test(`when ${name} panics in the app, a reload goes on with the drafts and the unsent notes`, { tag: "@long" }, async ({
    signIn,
    person,
    api,
    networkProxy,
    complaints,
  }) => {
    const [who, other] = [await person(), await person()];
    const wire = await networkProxy();
    const [draft, reply, waiting] = ["Half a note", "Half a reply", "Under way"].map(said);
    const page = await signIn(maya, { at: wire.url, byForm: name === "sign_in" });
    await breakableApp(page);
    await page.clock.install();
    await page.goto(inboxWith([who.first]));
    const here = pane(page, who.first);
    await intercept(page, NOTE, "PUT", (route) => route.abort());
    await here.write(waiting);
    await expect(here.note(waiting)).toContainText("Not saved yet");
    await here.box.fill(draft);
    await here.reply.fill(reply);
    await page.evaluate((name) => (window.sidenoteBreak = `/${name}.rs`), name);
    await happen({ page, here, who, other, wire, agents: await api(sam) });
    await expect(broken(page)).toBeVisible();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    const gone = page.waitForEvent("framenavigated");
    await broken(page).getByRole("button", { name: "Reload" }).click();
    await gone;
    // As long as the page exists, answers and timers may still call into the broken module.
    complaints.length = 0;
    if (name === "sign_in") await fillSignIn(page, maya);
    if (ELSEWHERE.has(name)) await page.goto(inboxWith([who.first]));
    await expect(here.box).toHaveValue(draft);
    if (name !== "sign_in") await expect(here.reply).toHaveValue(reply);
    await expect(here.note(waiting).locator("time")).toBeVisible();
  });
}

test("when what says that a host has no token panics, the view says so and starts again", async ({
  guest,
  server,
  host,
  person,
  complaints,
}) => {
  host.widget = breakable;
  const who = await person();
  const page = await guest();
  let isThere = false;
  host.beforeToken = async () => (isThere ? 200 : 500);
  await page.evaluate(() => (window.sidenoteBreak = "src/widget/view.rs"));
  await page.evaluate(
    ([apiBase, contact]) => void window.host.element("panel", { "api-base": apiBase, view: "contact-panel", contact }),
    [server.url, who.id],
  );
  await expect(page.locator("#panel").getByText("Something broke.")).toBeVisible();
  expect(complaints.splice(0).join(), "the console says what broke").toContain("view.rs breaks, as a test has asked for");
  isThere = true;
  await page.locator("#panel").getByRole("button", { name: "Start again" }).click();
  await expect(profile(page.locator("#panel"), who.name).section("Notes")).toBeVisible();
  complaints.length = 0;
});

/**
 * Clicks a button while the module's next read of the clock fails, which leaves it halfway through a change, as a panic
 * does. In one step, since the module also reads the clock for other reasons.
 */
const breakBy = (button) =>
  button.evaluate((button) => {
    const clock = Date;
    globalThis.Date = new Proxy(clock, {
      construct() {
        globalThis.Date = clock;
        throw new RangeError("injected");
      },
    });
    button.click();
  });

test("when the app breaks it says so, a reload goes on, and no word is lost", async ({ signIn, person, complaints }) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const [draft, reply, waiting] = ["Half a thought", "Half a reply", "Under way"].map(said);
  await intercept(page, NOTE, "PUT", (route) => route.abort());
  await here.write(waiting);
  await expect(here.note(waiting)).toContainText("Not saved yet");
  await here.reply.fill(reply);
  await here.box.fill(draft);
  await breakBy(here.add);
  const dialog = page.getByRole("alertdialog", { name: /^Something broke/ });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Reload" })).toBeFocused();
  expect(complaints.splice(0).join()).toContain("injected");
  await page.unrouteAll();
  await dialog.getByRole("button", { name: "Reload" }).click();
  await expect(here.box).toHaveValue(draft);
  await expect(here.reply).toHaveValue(reply);
  await expect(here.note(waiting).locator("time")).toBeVisible();
});

/** From now on the browser has no storage for what the page wants to keep. */
const fillStorage = (page) =>
  page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });

test("when the app breaks where nothing can be kept, it says that, and what was typed can still be copied", async ({
  signIn,
  person,
  complaints,
}) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  await fillStorage(page);
  const draft = said("Half a thought");
  await here.box.fill(draft);
  await expect(page.getByText("This browser keeps nothing here")).toBeVisible();
  await breakBy(here.add);
  const dialog = page.getByRole("alertdialog", { name: /this browser keeps nothing here\. Copy what you still need/ });
  await expect(dialog).toBeInViewport();
  expect(complaints.splice(0).join()).toContain("injected");
  await here.box.click();
  await here.box.press("ControlOrMeta+a");
  expect(await page.evaluate(() => getSelection().toString())).toBe(draft);
});

/** As the module does when a session has ended; a broken one may have done so before it broke. */
const openDialog = (page) => page.evaluate(() => document.body.appendChild(document.createElement("dialog")).showModal());

for (const isKept of [true, false]) {
  test(`what says that the app broke is in reach whatever dialog is opened before or after it, where ${isKept ? "drafts are" : "nothing is"} kept`, async ({
    signIn,
    person,
    complaints,
  }) => {
    const who = await person();
    const page = await signIn(maya, { path: inboxWith([who.first]) });
    const here = pane(page, who.first);
    const draft = said("Half a thought");
    if (!isKept) await fillStorage(page);
    await here.box.fill(draft);
    if (!isKept) await expect(page.getByText("This browser keeps nothing here")).toBeVisible();
    await openDialog(page);
    await breakBy(here.add);
    const reload = page.getByRole("alertdialog", { name: /^Something broke/ }).getByRole("button", { name: "Reload" });
    await reload.click({ trial: true });
    await openDialog(page);
    await expect(page.locator("dialog[open]")).toHaveCount(1);
    expect(complaints.splice(0).join()).toContain("injected");
    if (!isKept) await here.box.click();
    await reload.click();
    await expect(here.box).toHaveValue(isKept ? draft : "");
  });
}

test("when one view of a host's page breaks, all of them go on from there, with their drafts and one connection", async ({
  guest,
  server,
  person,
  complaints,
}) => {
  const [one, other] = [await person(), await person()];
  const page = await guest();
  const open = new Set();
  page.on("request", (request) => request.url().endsWith("/api/v1/events") && request.method() === "GET" && open.add(request));
  for (const end of ["requestfailed", "requestfinished"]) page.on(end, (request) => open.delete(request));
  const views = Object.entries({ one, other }).map(([id, { id: contact, first, name }]) => [id, contact, first.id, name]);
  for (const [id, contact, conversation] of views) {
    await page.evaluate(
      ([id, attributes]) => void window.host.element(id, attributes),
      [id, { "api-base": server.url, view: "contact-panel", contact, conversation, theme: "dark" }],
    );
  }
  const [here, there] = views.map(([id, , , name]) => profile(page.locator(`#${id}`), name));
  const [mine, theirs] = ["About one", "About the other"].map(said);
  await here.box.fill(mine);
  await there.box.fill(theirs);
  await breakBy(here.add);
  for (const view of [here, there]) await expect(view.root.getByText("Something broke.")).toBeVisible();
  expect(complaints.splice(0).join()).toContain("injected");
  expect((await page.evaluate(() => window.host.record)).events.map(([name]) => name)).toContain("failed");
  await there.root.getByRole("button", { name: "Start again" }).click();
  await expect(here.box).toHaveValue(mine);
  await expect(there.box).toHaveValue(theirs);
  await expect.poll(() => open.size, "the broken module's stream has ended").toBe(1);
  await here.add.click();
  await expect(here.note(mine).locator("time")).toBeVisible();
  await page.evaluate(() => document.querySelector("#one").remove());
  await there.add.click();
  await expect(there.note(theirs).locator("time")).toBeVisible();
});

test("a view that is taken away while it says that it broke leaves nothing behind", async ({ guest, server, person, complaints }) => {
  const { id: contact, first, name } = await person();
  const page = await guest();
  await page.evaluate(
    ([apiBase, contact, conversation]) =>
      void (window.handle = window.host.mounted("gone", { apiBase, view: "contact-panel", contact, conversation })),
    [server.url, contact, first.id],
  );
  const here = profile(page.locator("#gone"), name);
  await here.box.fill("Half a thought");
  await breakBy(here.add);
  await expect(here.root.getByText("Something broke.")).toBeVisible();
  complaints.splice(0);
  await page.evaluate(() => window.handle.unmount());
  const left = await page.evaluate(() => {
    const { shadowRoot } = document.querySelector("#gone");
    return shadowRoot.childNodes.length + shadowRoot.adoptedStyleSheets.length;
  });
  expect(left).toBe(0);
});
