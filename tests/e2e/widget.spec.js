// The widget in another product's page: what it does there, and what it must not touch.
import { expect, test } from "./guest.js";
import { axeFindings, maya, said, sam } from "./harness.js";
import { colour, inboxWith, pane, profile } from "./screen.js";

const record = (page) => page.evaluate(() => window.host.record);
/** Adds a view of this server to the page. */
const put = (page, id, attributes) => page.evaluate(([id, attributes]) => void window.host.element(id, attributes), [id, attributes]);

test("an inbox in a foreign page works, whatever the page's styles, keys and links", async ({
  guest,
  server,
  visitor,
  signIn,
}) => {
  const who = await visitor();
  const page = await guest();
  await put(page, "inbox", { "api-base": server.url });
  const widget = page.locator("#inbox");
  const link = widget.getByRole("link", { name: new RegExp(`^${who.name}`) });
  await expect(link).toBeVisible();
  // A page has one `main` element, and the widget must not add another.
  await expect(widget.getByRole("main")).toHaveCount(0);
  await expect(widget.getByRole("region", { name: "Inbox", exact: true })).toBeVisible();
  await link.click();
  const here = pane(page, who.conversation);
  await here.icon.click();
  const text = said("From within another product");
  await here.write(text);
  await expect(here.note(text).locator("time")).toBeVisible();
  // A colleague sees it in the stand-alone inbox.
  const there = pane(await signIn(sam, { path: inboxWith([who.conversation]) }), who.conversation);
  await expect(there.note(text)).toBeVisible();
  await there.write(said("Back"));
  await expect(here.notes.getByRole("article")).toHaveCount(2);

  const { navigations, events, errors } = await record(page);
  expect(navigations, "the page's router was not asked").toEqual([]);
  expect(errors).toEqual([]);
  expect(events).toContainEqual(["open", { conversationId: who.conversation.id }, "inbox"]);
  const added = events.filter(([name]) => name === "note-added");
  expect(added).toHaveLength(2);
  expect(Object.keys(added[0][1]).toSorted(), "ids and nothing else").toEqual(["contactId", "noteId"]);
  expect(JSON.stringify(events)).not.toContain(text);
  await expect(page).toHaveURL(`${new URL(page.url()).origin}/`);
  await expect(page, "its title is its own").toHaveTitle("Another product");

  // The page's styles don't affect the widget, and the widget's don't affect the page.
  const style = (locator, name) => locator.evaluate((it, name) => getComputedStyle(it)[name], name);
  const note = here.note(text).locator(".note-body");
  expect(await style(note, "fontStyle")).toBe("normal");
  expect(await style(note, "textTransform")).toBe("none");
  expect(await style(note, "letterSpacing")).toBe("normal");
  expect(Number.parseFloat(await style(note, "fontSize"))).toBeLessThan(20);
  expect(await style(page.locator("#title"), "fontSize")).toBe("31px");
  expect(await style(page.locator("#title"), "textTransform")).toBe("uppercase");
});

test("a widget that is scrolled out of view is not painted, and shows what came meanwhile when it is in view", async ({ guest, server, person, api }) => {
  const who = await person();
  const page = await guest();
  const attributes = { "api-base": server.url, view: "contact-panel", contact: who.first.contact_id, conversation: who.first.id };
  await put(page, "panel", attributes);
  const notes = page.locator("#panel").getByRole("list", { name: /^Notes about/ });
  const field = page.locator("#panel").getByRole("textbox", { name: "Add note" });
  const isPainted = () => field.evaluate((field) => field.checkVisibility({ contentVisibilityAuto: true }));
  await field.scrollIntoViewIfNeeded();
  await expect.poll(isPainted).toBe(true);
  await page.evaluate(() => {
    const above = document.createElement("div");
    above.style.blockSize = "20000px";
    document.body.prepend(above);
    scrollTo(0, 0);
  });
  await expect.poll(isPainted).toBe(false);
  const text = said("While nobody looked");
  await (await api(sam)).addNote(who.first, text);
  await expect(notes.getByRole("article").filter({ hasText: text })).toHaveCount(1);
  expect(await isPainted()).toBe(false);
  const note = notes.getByRole("article").filter({ hasText: text });
  await note.scrollIntoViewIfNeeded();
  await expect(note).toBeInViewport({ ratio: 1 });
  await expect.poll(isPainted).toBe(true);
});

test("the page's own links, keys, buttons and history go on as they did", async ({ guest, server, visitor }) => {
  const who = await visitor();
  const alone = await guest();
  const beside = await guest();
  await put(beside, "inbox", { "api-base": server.url });
  await expect(beside.locator("#inbox").getByRole("link", { name: new RegExp(`^${who.name}`) })).toBeVisible();
  const seen = [];
  for (const page of [alone, beside]) {
    await page.locator("#press").click();
    await page.locator("#search").pressSequentially("ab/?k");
    await page.keyboard.press("Escape");
    await page.locator("#own-link").click();
    await expect(page.locator("#where")).toHaveText("/customers/7");
    await page.goBack();
    await expect.poll(async () => (await record(page)).navigations).toContain("back to /");
    await page.locator("#own-link").press("Enter");
    const { keys, navigations, clicks, errors } = await record(page);
    const styles = await page.evaluate(() =>
      ["html", "body", "#title", "#press", "#search", "#own-link", "#banner"].map((it) => {
        const style = getComputedStyle(document.querySelector(it));
        return [...style].map((name) => `${name}: ${style.getPropertyValue(name)}`).filter((line) => !/size|origin|block|height|inset|bottom|top/.test(line));
      }),
    );
    seen.push({ keys, navigations, clicks, errors, styles, search: await page.locator("#search").inputValue() });
  }
  expect(seen[1]).toEqual(seen[0]);
});

test("what is typed into the widget reaches none of the page's shortcuts, and the widget's own keys work", async ({ guest, server, person }) => {
  const who = await person();
  const page = await guest();
  const heard = async () => {
    const { keys, shortcuts, typing } = await record(page);
    return { keys, shortcuts, typing };
  };
  const nothing = { keys: [], shortcuts: [], typing: [] };
  /** As a person presses it: the key is released after its effect. */
  const escape = async (done) => {
    await page.keyboard.down("Escape");
    await done();
    await page.keyboard.up("Escape");
  };
  await put(page, "view", { "api-base": server.url, view: "conversation", conversation: who.first.id });
  const here = pane(page, who.first);
  await here.icon.click();
  const text = said("s/n: snooze next");
  for (const field of [here.box, here.reply]) {
    await field.click();
    await page.keyboard.type(text);
    await expect(field).toHaveValue(text);
  }
  await here.assign.click();
  const search = page.getByRole("searchbox", { name: "Find a teammate" });
  await expect(search).toBeFocused();
  await page.keyboard.type("n/s");
  await expect(search).toHaveValue("n/s");
  await escape(() => expect(search, "Escape empties the search").toHaveValue(""));
  await escape(() => expect(search, "and then closes the menu").toBeHidden());
  await expect(here.assign, "the focus is where it came from").toBeFocused();
  await here.detail("External id").click();
  const detail = here.panel.getByRole("textbox", { name: "External id" });
  await detail.click();
  await page.keyboard.type("s/n");
  await escape(() => expect(here.detail("External id"), "Escape ends the edit").toBeFocused());
  await expect(here.panel, "and that alone").toBeVisible();
  await here.noteMode.click();
  await here.conversationNote.click();
  for (const combination of ["Control+k", "Control+s", "Meta+k", "Control+Slash"]) await page.keyboard.press(combination);
  await here.conversationNote.evaluate((field) => {
    for (const type of ["compositionstart", "compositionend"]) {
      field.dispatchEvent(new CompositionEvent(type, { data: "作", bubbles: true, composed: true }));
    }
    field.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, composed: true }));
  });
  await here.box.click();
  await page.keyboard.press("Control+Enter");
  await expect(here.note(text).locator("time")).toBeVisible();
  expect(await heard()).toEqual(nothing);

  // Escape closes the panel and stays inside the widget, wherever the focus moves.
  await here.box.click();
  await escape(() => expect(here.icon).toBeFocused());
  await expect(here.panel).toBeHidden();
  expect(await heard()).toEqual(nothing);

  // Keys that the widget does not use reach the page: Escape in a field, and keys outside of fields.
  await here.conversationNote.click();
  await page.keyboard.press("Escape");
  expect((await heard()).keys).toEqual(["Escape"]);
  await page.keyboard.press("Tab");
  await expect(here.conversationNote).not.toBeFocused();
  await here.icon.focus();
  await page.keyboard.press("n");
  expect((await heard()).shortcuts).toEqual(["next"]);
});

test("three views on a page have one store and one connection, and stay in step", async ({ guest, server, person }) => {
  const who = await person();
  const page = await guest();
  const streams = [];
  page.on("request", (request) => request.url().endsWith("/api/v1/events") && request.method() === "GET" && streams.push(request));
  await put(page, "panel", { "api-base": server.url, view: "contact-panel", contact: who.first.contact_id, conversation: who.first.id });
  await put(page, "conversation", { "api-base": server.url, view: "conversation", conversation: who.second.id });
  await page.evaluate(
    ([apiBase, contact, conversation]) => void window.host.mounted("function", { apiBase, view: "contact-panel", contact, conversation }),
    [server.url, who.first.contact_id, who.second.id],
  );
  const box = (id) => page.locator(`#${id}`).getByRole("textbox", { name: "Add note" });
  const text = said("In step");
  await box("panel").fill(text);
  await expect(box("function"), "one draft").toHaveValue(text);
  await page.locator("#panel").getByRole("button", { name: "Add note" }).click();
  for (const id of ["panel", "function"]) {
    await expect(page.locator(`#${id}`).getByRole("article").filter({ hasText: text }).locator("time")).toBeVisible();
  }
  await expect(page.locator("#conversation").getByRole("region", { name: /^Messages and notes/ })).toBeVisible();
  expect(streams).toHaveLength(1);
});

test("two ways to a token on one page stay apart", async ({ guest, server, host, person }) => {
  const who = await person();
  const page = await guest();
  const options = { "api-base": server.url, view: "contact-panel", contact: who.first.contact_id, conversation: who.first.id };
  await put(page, "one", options);
  await expect(page.locator("#one").getByRole("textbox", { name: "Add note" })).toBeVisible();
  host.agent = sam.email;
  await page.evaluate((options) => {
    const other = document.createElement("sidenote-inbox");
    other.id = "other";
    for (const [name, value] of Object.entries(options)) other.setAttribute(name, value);
    other.getToken = async () => (await fetch("/sidenote-token")).json();
    window.host.places.append(other);
  }, options);
  const text = said("By another agent");
  const other = page.locator("#other");
  await other.getByRole("textbox", { name: "Add note" }).fill(text);
  await expect(page.locator("#one").getByRole("textbox", { name: "Add note" }), "drafts are an agent's own").toHaveValue("");
  await other.getByRole("button", { name: "Add note" }).click();
  const note = page.locator("#one").getByRole("article").filter({ hasText: text });
  await expect(note, "it comes by the server").toContainText(sam.name);
});

test("a host without a token says what is missing, and goes on when it has one", async ({ guest, server, host, visitor }) => {
  const who = await visitor();
  host.beforeToken = async () => 500;
  const page = await guest();
  await put(page, "inbox", { "api-base": server.url });
  const widget = page.locator("#inbox");
  await expect(widget.getByText("Your session has ended, and this page has not renewed it yet.")).toBeVisible();
  await expect.poll(async () => (await record(page)).events).toContainEqual(["auth-needed", {}, "inbox"]);
  host.beforeToken = async () => 200;
  await widget.getByRole("button", { name: "Try again" }).click();
  await expect(widget.getByRole("link", { name: new RegExp(`^${who.name}`) })).toBeVisible();
});

test("a token that is revoked while somebody types is asked for again, and nothing is lost", async ({ guest, server, host, person }) => {
  const who = await person();
  const page = await guest();
  await put(page, "panel", { "api-base": server.url, view: "contact-panel", contact: who.first.contact_id, conversation: who.first.id });
  const widget = page.locator("#panel");
  const box = widget.getByRole("textbox", { name: "Add note" });
  const text = said("Typed before and saved after");
  await box.fill(text);
  host.beforeToken = async () => 500;
  expect((await host.ask("revocations", { agent: maya.email })).status).toBe(204);
  await widget.getByRole("button", { name: "Add note" }).click();
  await expect(widget.getByText("this page has not renewed it yet")).toBeVisible();
  await expect(widget.getByRole("article").filter({ hasText: text }), "it stays, and waits").toBeVisible();
  const token = await (await host.ask("tokens", { agent: maya.email, origin: host.url })).json();
  await page.evaluate((token) => document.querySelector("#panel").setToken(token), token);
  await expect(widget.getByRole("article").filter({ hasText: text }).locator("time")).toBeVisible();
  await expect(widget.getByText("this page has not renewed it yet")).toHaveCount(0);
});

test("an element that is moved goes on, one that is removed while saving saves all the same", async ({ guest, server, person, api }) => {
  const who = await person();
  const page = await guest();
  await put(page, "panel", { "api-base": server.url, view: "contact-panel", contact: who.first.contact_id, conversation: who.first.id });
  const box = page.locator("#panel").getByRole("textbox", { name: "Add note" });
  await box.fill("Half a sent");
  await page.evaluate(() => {
    const another = document.createElement("div");
    document.body.append(another);
    another.append(document.querySelector("#panel"));
  });
  await expect(box).toHaveValue("Half a sent");
  const text = said("Saved by whoever is gone");
  await box.fill(text);
  await page.evaluate(() => {
    const panel = document.querySelector("#panel");
    [...panel.shadowRoot.querySelectorAll("button")].find((it) => it.textContent.trim() === "Add note").click();
    panel.remove();
  });
  await expect.poll(async () => (await api(sam)).noteSaying(who.first.contact_id, text)).toBeTruthy();
});

test("options that can't be used are refused with a sentence", async ({ guest, server }) => {
  const page = await guest();
  const refused = (options) =>
    page.evaluate(
      ([apiBase, options]) => window.host.mounted(`m${Math.random()}`, { apiBase, ...options }).ready.then(() => "shown", (error) => error.message),
      [server.url, options],
    );
  expect(await refused({ view: "contact-panel" })).toBe("the view contact-panel needs contact, the id of one, or contactBy");
  for (const contactBy of ["4711", "shoe-size:44", "email:"]) {
    expect(await refused({ view: "contact-panel", contactBy })).toBe("contactBy must be external-id:…, email:… or phone:…");
  }
  expect(await refused({ view: "everything" })).toBe("view must be inbox, conversation or contact-panel");
  expect(await refused({ view: "conversation", conversation: "7" })).toBe("conversation must be an id, a UUID");
  expect(await refused({ locale: "not a tag" })).toBe("locale must be a BCP 47 language tag, as pt-BR");
  expect(await refused({ getToken: "token" })).toBe("getToken must be a function that returns a token");
});

test("dates are written as the option locale says, and again when it changes", async ({ guest, server, person, api }) => {
  const { id: contact, first } = await person();
  const text = said("At some time");
  const { created_at } = await (await api(sam)).addNote(first, text);
  const page = await guest({ locale: "en-GB", timezoneId: "Europe/Lisbon" });
  await put(page, "panel", { "api-base": server.url, view: "contact-panel", contact, locale: "ja" });
  const time = page.locator("#panel").getByRole("article").filter({ hasText: text }).locator("time");
  const written = (locale) =>
    new Intl.DateTimeFormat(locale, {
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      timeZone: "Europe/Lisbon",
    }).format(new Date(created_at));
  // Versions of ICU use different kinds of space.
  const says = (locale) => new RegExp(written(locale).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/\s/g, "\\s"));
  await expect(time).toHaveText(says("ja"));
  await page.evaluate(() => (document.querySelector("#panel").locale = "de"));
  await expect(time).toHaveText(says("de"));
  await page.evaluate(() => document.querySelector("#panel").removeAttribute("locale"));
  await expect(time, "as the browser").toHaveText(says("en-GB"));
});

test("a host's sheet changes the widget's properties and parts, and of that element alone", async ({ guest, server, person }) => {
  const { first } = await person();
  const page = await guest();
  const shown = { "api-base": server.url, view: "contact-panel", contact: first.contact_id, conversation: first.id };
  for (const id of ["themed", "plain"]) await put(page, id, shown);
  const looks = {};
  for (const id of ["themed", "plain"]) {
    const here = profile(page.locator(`#${id}`), first.contact.name);
    const text = said(id);
    await here.write(text);
    await expect(here.note(text).locator("time")).toBeVisible();
    await here.box.fill("A draft, so that the button is on");
    const look = async (locator, property) => locator.evaluate((it, name) => getComputedStyle(it)[name], property);
    // A hovered button has another shade.
    await page.mouse.move(0, 0);
    await colour(here.add, "backgroundColor");
    looks[id] = [
      await look(here.add, "backgroundColor"),
      await look(here.box, "backgroundColor"),
      await look(here.note(text), "outlineColor"),
    ];
  }
  expect(looks.themed).toEqual(["rgb(0, 100, 80)", "rgb(250, 240, 160)", "rgb(4, 5, 6)"]);
  expect(looks.plain).not.toContain("rgb(4, 5, 6)");
  expect(looks.plain[0]).not.toBe("rgb(0, 100, 80)");
});

for (const width of [1600, 700, 390]) {
  test(`one conversation, or one contact's profile, fills a place of ${width} pixels`, async ({ guest, server, person }) => {
    const { id: contact, first, name } = await person();
    const page = await guest({ viewport: { width, height: 900 } });
    for (const [id, attributes] of Object.entries({
      thread: { view: "conversation", conversation: first.id },
      panel: { view: "contact-panel", contact, conversation: first.id },
    })) {
      await page.evaluate(
        ([id, attributes]) => void window.host.element(id, attributes),
        [id, { "api-base": server.url, ...attributes }],
      );
    }
    const [thread, panel] = [pane(page, first), profile(page.locator("#panel"), name)];
    await expect(thread.reply).toBeVisible();
    await expect(panel.box).toBeVisible();
    await expect(thread.close, "there is no list to go back to").toBeHidden();
    for (const [place, inside] of [["#thread", thread.root], ["#panel", page.locator("#panel .panel")]]) {
      const [{ x, width: wide }, own] = [await page.locator(place).boundingBox(), await inside.boundingBox()];
      expect([own.x, own.width], place).toEqual([x, wide]);
    }
    await panel.box.scrollIntoViewIfNeeded();
    await expect(panel.box).toBeInViewport();
  });
}

test("the panel of whoever the host's system knows by its own id, and a quiet one for somebody unknown", async ({ guest, server, person, api }) => {
  const [who, agents, text] = [await person(), await api(maya), said("Known to the shop")];
  const [key, unknown, later] = [said("shop/"), said("shop/"), said("shop/")];
  await agents.change(`/contacts/${who.id}`, { external_id: key });
  await agents.addNote(who.first, text);
  const page = await guest();
  const shown = { "api-base": server.url, view: "contact-panel", conversation: who.first.id, "contact-by": `external-id:${key}` };
  await put(page, "panel", shown);
  const panel = page.locator("#panel");
  await expect(profile(panel, who.name).note(text)).toBeVisible();
  const since = said("Added since");
  await profile(panel, who.name).write(since);
  await expect(profile(panel, who.name).note(since)).toBeVisible();

  const look = (id) => panel.evaluate((element, by) => element.setAttribute("contact-by", by), `external-id:${id}`);
  await look(unknown);
  await expect(panel.getByText(/^Nobody is known as .* yet\.$/)).toBeVisible();
  await expect(profile(panel, who.name).note(text)).toHaveCount(0);
  // Landmarks are the host's.
  const ours = (finding) => finding.includes("#panel") && !finding.startsWith("region:");
  expect((await axeFindings(page)).filter(ours)).toEqual([]);
  await panel.getByRole("button", { name: "Add as a contact" }).click();
  await expect(panel.getByRole("heading", { level: 2, name: unknown })).toBeVisible();

  // A colleague, or the host's back end, adds them while the panel is open.
  await look(later);
  await expect(panel.getByText(/^Nobody is known as/)).toBeVisible();
  await agents.put(`/contacts/by/external-id/${encodeURIComponent(later)}`, { name: "Zoë Later" });
  await expect(panel.getByRole("heading", { level: 2, name: "Zoë Later" })).toBeVisible();
});
