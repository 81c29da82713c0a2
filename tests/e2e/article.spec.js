// The article about contact notes, sentence by sentence. Each sentence of the article that says what happens is a key
// of this table, and each test's name is a value. The last test of the file compares the table with the article and the
// tests.
import { readFile } from "node:fs/promises";
import { expect, gia, maya, said, sam, test } from "./harness.js";
import { CHANNELS, colour, contrast, inboxWith, isolated, pane, profile, row, scrollTo, toast, trash, undo } from "./screen.js";

const ARTICLE = {
  "Contact Notes allow your team to capture and share important internal context about a contact.":
    "a colleague reads what an agent has written about a contact",
  "They help teammates understand history, preferences, or important details when engaging with a contact, regardless of who is messaging them or which channel is used.":
    "a note written beside one channel is there beside the contact's other channel, whoever opens it",
  "Contact Notes are fully internal. They are visible to other users in your organization but are never visible to the contact.":
    "the contact's own chat page shows nothing of a note",
  "Contact Notes persist across all conversations with a contact. This makes them different from Conversation Notes, which apply only to a single conversation.":
    "a note stays when the agent moves from conversation to conversation and reloads",
  "Contact Notes are distinct and separate from Conversation Notes.":
    "a conversation note is in its thread alone, and a contact note is in no thread",
  "Contact Notes are specific to a contact, but persist across all of the conversation that the Contact is in.":
    "a note about one contact is not beside another's conversation",
  "Conversation Notes are specific to the one conversation. Conversation Notes do not persist across conversations.":
    "a conversation note is not in another conversation of the same contact",
  "Contact Notes persist across all conversations and channels for that contact and are visible to all users in your organization.":
    "no other organization sees a note, and every agent of this one does",
  "A side panel that displays a contact’s details, actions, tags, lists, notes, and activity.":
    "the panel shows details, actions, tags, lists, notes and activity, in this order",
  "Open the Omnichannel Inbox. Open a conversation with the contact. Click the contact icon in the right-hand sidebar to open the Contact Profile Panel. Scroll to the Notes section.":
    "from the inbox through a conversation and the contact icon at its right edge an agent comes to the notes",
  "All Contact Notes for the contact appear here and are visible to other users in your organization.":
    "all notes of the contact are in the Notes section, whoever wrote them and wherever",
  "Contact Notes can be added only from within a conversation.":
    "on the contact's own page notes can be read, and the box says to open a conversation first",
  "You can also review other contact details here, such as language and default channel.":
    "language and default channel are among the details",
  "Type your message in the yellow Add note input box.": "the Add note box is yellow, in light and in dark",
  "Click the purple Add note button to save.": "the Add note button is purple, in light and in dark",
  "The note is immediately added to the contact profile and will appear in all conversations associated with that contact.":
    "an added note is at once beside every open conversation of the contact, and live in a colleague's browser",
  "Each note shows: The user who added the note. The note content. The date and time it was added. A trashcan icon to delete the note.":
    "a note shows its author, its text with its line breaks, its date and time, and a trashcan",
  "Click the trashcan icon to delete a note.":
    "one click on the trashcan takes a note away everywhere, and ten seconds long Undo brings it back everywhere",
  "Deleted notes are permanently removed and no longer appear across conversations.":
    "a deleted note is gone for good: from both browsers, from the server's answers and from its files",
  "Do not use Contact Notes for single-thread discussion. Use Conversation Notes instead.":
    "the box says that a note is for every conversation, the composer that it is for this one only",
  "Keep notes concise and factual to support team handoffs.": "a counter appears when a note grows too long",
  "Avoid adding sensitive information unless required.": "a card number gets a hint, and can be saved all the same",
  "Remember that Contact Notes are internal only and never visible to the contact.":
    "what the contact's page is sent does not change by a byte when notes are written and deleted",
  "Cannot add a contact note | Not viewing a conversation | Open a conversation with the contact first.":
    "from the contact's own page one click opens a conversation, and there the note can be added",
  "Contact note not visible | Viewing a different contact | Confirm the conversation belongs to the correct contact.":
    "with two contacts side by side each panel's head says whose it is",
  "Deleted note still visible | Cached view | Refresh the page or reopen the Contact Profile Panel.":
    "a note deleted while an agent had no connection goes without a reload when it is back",
  "Confusion between note types | Mixing contact and conversation notes | Use Contact Notes for persistent context and Conversation Notes for single conversations.":
    "the two kinds of note differ in colour and words, and a conversation note can be kept as contact note",
};

test("a colleague reads what an agent has written about a contact", async ({ signIn, person }) => {
  const text = said("Prefers a call before nine");
  const who = await person();
  const mine = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await mine.write(text);
  await expect(mine.note(text)).toBeVisible();
  // Opened only now, so that the note is fetched instead of received over the stream.
  const sams = pane(await signIn(sam, { path: inboxWith([who.first]) }), who.first);
  await expect(sams.note(text)).toContainText(maya.name);
});

test("a note written beside one channel is there beside the contact's other channel, whoever opens it", async ({
  signIn,
  person,
}) => {
  const text = said("Allergic to nuts");
  const who = await person();
  expect(who.first.channel.kind).not.toBe(who.second.channel.kind);
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  await pane(page, who.first).write(text);
  await expect(pane(page, who.first).note(text).locator("time")).toBeVisible();
  await page.goto(inboxWith([who.second]));
  await expect(pane(page, who.second).note(text)).toBeVisible();
  const sams = await signIn(sam, { path: inboxWith([who.second]) });
  await expect(pane(sams, who.second).note(text)).toBeVisible();
});

test("the contact's own chat page shows nothing of a note", async ({ signIn, visitor, chatPage, api }) => {
  const [note, internal, answer] = [said("Owes us money"), said("Be careful with this one"), said("How can we help?")];
  const who = await visitor();
  const chat = await chatPage(who);
  const sent = [];
  chat.on("response", async (response) => sent.push(await response.text().catch(() => "")));
  const mine = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
  await mine.write(note);
  await expect(mine.note(note)).toBeVisible();
  await (await api(sam)).addConversationNote(who.conversation, internal);
  await mine.reply.fill(answer);
  await mine.send.click();
  // The reply was sent after both notes, so anything of them would have arrived before it.
  await expect(chat.getByRole("listitem").filter({ hasText: answer })).toBeVisible();
  await chat.reload();
  await expect(chat.getByRole("listitem").filter({ hasText: answer })).toBeVisible();
  for (const text of [note, internal]) {
    expect(await chat.content()).not.toContain(text);
    expect(sent.join("\n")).not.toContain(text);
    expect(await chat.evaluate(() => JSON.stringify(localStorage))).not.toContain(text);
  }
});

test("a note stays when the agent moves from conversation to conversation and reloads", async ({ signIn, visitor }) => {
  const text = said("Writes best in the evening");
  const [who, other] = [await visitor(), await visitor()];
  const page = await signIn(maya, { path: inboxWith([who.conversation]) });
  await pane(page, who.conversation).write(text);
  await expect(pane(page, who.conversation).note(text).locator("time")).toBeVisible();
  await row(page, other.conversation).link.click();
  await expect(pane(page, other.conversation).panel).toBeVisible();
  await expect(pane(page, who.conversation).root).toBeHidden();
  await row(page, who.conversation).link.click();
  await expect(pane(page, who.conversation).note(text)).toBeVisible();
  await page.reload();
  await expect(pane(page, who.conversation).note(text)).toBeVisible();
});

test("a conversation note is in its thread alone, and a contact note is in no thread", async ({ signIn, person }) => {
  const [about, inside] = [said("Likes tea"), said("Waiting for the courier")];
  const who = await person();
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await here.write(about);
  await here.noteMode.click();
  await here.conversationNote.fill(inside);
  await here.addConversationNote.click();
  await expect(here.said(inside)).toBeVisible();
  await expect(here.note(about)).toBeVisible();
  await expect(here.said(about)).toHaveCount(0);
  await expect(here.note(inside)).toHaveCount(0);
});

test("a note about one contact is not beside another's conversation", async ({ signIn, person }) => {
  const text = said("Has two children");
  const [who, other] = [await person(), await person()];
  const page = await signIn(maya, { path: inboxWith([who.first, other.first]) });
  const [here, there] = [pane(page, who.first), pane(page, other.first)];
  await expect(there.section("Notes")).toBeVisible();
  await here.write(text);
  await expect(here.note(text)).toBeVisible();
  await expect(page.getByText(text)).toHaveCount(1);
  await expect(there.note(text)).toHaveCount(0);
});

test("a conversation note is not in another conversation of the same contact", async ({ signIn, person, api }) => {
  const text = said("Asked the warehouse");
  const who = await person();
  await (await api(sam)).addConversationNote(who.first, text);
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  await expect(pane(page, who.first).said(text)).toBeVisible();
  await expect(pane(page, who.second).thread.getByRole("article").first()).toBeVisible();
  await expect(pane(page, who.second).root.getByText(text)).toHaveCount(0);
});

test("no other organization sees a note, and every agent of this one does", async ({ signIn, person, api }) => {
  const text = said("Knows our founder");
  const who = await person();
  const note = await (await api(sam)).addNote(who.first, text);
  const page = await signIn(maya, { path: inboxWith([who.second]) });
  await expect(pane(page, who.second).note(text)).toBeVisible();
  const { request } = await api(gia);
  for (const path of [`/contacts/${who.id}/notes`, `/contacts/${who.id}`, `/conversations/${who.first.id}`]) {
    expect((await request.get(`/api/v1${path}`)).status(), path).toBe(404);
  }
  expect((await request.delete(`/api/v1/contacts/${who.id}/notes/${note.id}`)).status()).toBe(404);
  const gias = await signIn(gia, { path: inboxWith([who.first]) });
  await expect(gias.getByText("This conversation does not exist, or belongs to another organization.")).toBeVisible();
  expect(await gias.content()).not.toContain(text);
});

test("the panel shows details, actions, tags, lists, notes and activity, in this order", async ({ signIn, person }) => {
  const who = await person();
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await expect(here.sections).toHaveText([/^Details/, /^Actions/, /^Tags/, /^Lists/, /^Notes/, /^Activity/]);
  const tops = await here.sections.evaluateAll((all) => all.map((heading) => heading.getBoundingClientRect().top));
  expect(tops).toEqual([...tops].sort((a, b) => a - b));
});

test("from the inbox through a conversation and the contact icon at its right edge an agent comes to the notes", async ({
  signIn,
  api,
}) => {
  const [first] = await (await api(maya)).conversations("&status=open");
  const page = await signIn(maya);
  await row(page, first).link.click();
  const here = pane(page, first);
  await expect(here.panel).toBeHidden();
  await expect(here.icon).toHaveAttribute("aria-expanded", "false");
  const [edge, icon] = [await here.root.boundingBox(), await here.icon.boundingBox()];
  expect(edge.x + edge.width - (icon.x + icon.width), "the icon is at the right edge").toBeLessThan(icon.width);
  await here.icon.click();
  await expect(here.panel).toBeVisible();
  await expect(here.icon).toHaveAttribute("aria-expanded", "true");
  await scrollTo(here.box);
  await expect(here.notes.or(here.panel.getByText(/^No notes about/)).first()).toBeVisible();
  // The other ways to the notes: the section menu, and the keyboard.
  await here.panel.getByRole("navigation").getByRole("button", { name: "Details" }).click();
  await expect(here.detail("Name")).toBeInViewport();
  await here.panel.getByRole("navigation").getByRole("button", { name: "Notes" }).click();
  await expect(here.box).toBeInViewport();
  await page.keyboard.press("Tab");
  await expect(here.box).toBeFocused();
});

test("all notes of the contact are in the Notes section, whoever wrote them and wherever", async ({
  signIn,
  person,
  api,
}) => {
  const who = await person();
  const texts = [said("From Maya by the first"), said("From Sam by the second"), said("From Sam by the first")];
  await (await api(maya)).addNote(who.first, texts[0]);
  await (await api(sam)).addNote(who.second, texts[1]);
  await (await api(sam)).addNote(who.first, texts[2]);
  const known = await (await api(sam)).notes(who.id);
  const here = pane(await signIn(sam, { path: inboxWith([who.second]) }), who.second);
  await expect(here.notes.getByRole("article")).toHaveCount(known.length);
  for (const [n, { body, author }] of known.entries()) {
    const note = here.notes.getByRole("article").nth(n);
    await expect(note, "newest first").toContainText(body.split("\n")[0]);
    await expect(note).toContainText(author.name);
  }
  expect(known.slice(0, 3).map(({ body }) => body)).toEqual(texts.toReversed());
});

test("on the contact's own page notes can be read, and the box says to open a conversation first", async ({
  signIn,
  person,
  api,
}) => {
  const text = said("Drives a red van");
  const who = await person();
  await (await api(sam)).addNote(who.first, text);
  const page = await signIn(maya, { path: `/contacts/${who.id}` });
  const here = profile(page.getByRole("main"), who.name);
  await expect(here.note(text)).toBeVisible();
  await expect(here.box).toBeDisabled();
  await expect(here.add).toBeDisabled();
  await expect(page.getByText("Open a conversation with the contact first.", { exact: true })).toBeVisible();
  await expect(here.box).toHaveAccessibleDescription("Open a conversation with the contact first.");
  // The server refuses a note too that names no conversation, or one of another contact.
  const { request } = await api(maya);
  const other = await person();
  const put = (data) => request.put(`/api/v1/contacts/${who.id}/notes/${crypto.randomUUID()}`, { data });
  expect((await put({ body: "No conversation" })).status()).toBe(422);
  expect((await put({ body: "Another's", conversation_id: other.first.id })).status()).toBe(422);
  expect((await put({ body: said("Its own"), conversation_id: who.second.id })).status()).toBe(201);
});

test("language and default channel are among the details", async ({ signIn, person, api }) => {
  const who = await person();
  const { language, default_channel } = await (await api(maya)).get(`/contacts/${who.id}`);
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  const details = here.section("Details");
  await expect(details.getByRole("term").filter({ hasText: /^Language$/ })).toBeVisible();
  await expect(details.getByRole("term").filter({ hasText: /^Default channel$/ })).toBeVisible();
  await expect(here.detail("Language")).toContainText(language);
  await expect(here.detail("Default channel")).toContainText(CHANNELS[default_channel]);
});

for (const colorScheme of ["light", "dark"]) {
  const suffix = colorScheme === "light" ? "" : " (dark)";

  test(`the Add note box is yellow, in light and in dark${suffix}`, async ({ signIn, person }) => {
    const who = await person();
    const here = pane(await signIn(maya, { path: inboxWith([who.first]), colorScheme }), who.first);
    await here.box.fill("Yellow");
    const [field, ink] = [await colour(here.box, "backgroundColor"), await colour(here.box, "color")];
    expect(field.hue).toBeGreaterThan(42);
    expect(field.hue).toBeLessThan(66);
    expect(Math.min(field.r, field.g) - field.b, "not a grey").toBeGreaterThan(30);
    expect(contrast(field, ink)).toBeGreaterThan(7);
    await expect(here.box).toHaveAttribute("placeholder", "Add note");
  });

  test(`the Add note button is purple, in light and in dark${suffix}`, async ({ signIn, person }) => {
    const text = said("Purple");
    const who = await person();
    const here = pane(await signIn(maya, { path: inboxWith([who.first]), colorScheme }), who.first);
    await here.box.fill(text);
    await expect(here.add).toHaveText("Add note");
    await expect(here.add).toBeEnabled();
    const [face, ink] = [await colour(here.add, "backgroundColor"), await colour(here.add, "color")];
    expect(face.hue).toBeGreaterThan(250);
    expect(face.hue).toBeLessThan(290);
    expect(face.b - face.g, "not a grey").toBeGreaterThan(80);
    expect(contrast(face, ink)).toBeGreaterThan(4.5);
    await here.add.click();
    await expect(here.note(text).locator("time"), "it is saved").toBeVisible();
    await expect(here.box).toHaveValue("");
  });
}

test("an added note is at once beside every open conversation of the contact, and live in a colleague's browser", async ({
  signIn,
  person,
}) => {
  const text = said("Moved to another town");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const sams = await signIn(sam, { path: inboxWith([who.second]) });
  await expect(pane(sams, who.second).box).toBeVisible();
  await pane(page, who.first).write(text);
  await expect(pane(page, who.first).note(text)).toHaveCount(1);
  await expect(pane(page, who.second).note(text)).toHaveCount(1);
  await expect(pane(sams, who.second).note(text)).toHaveCount(1);
  await expect(pane(sams, who.second).note(text)).toContainText(maya.name);
});

test("a note shows its author, its text with its line breaks, its date and time, and a trashcan", async ({
  signIn,
  person,
  api,
}) => {
  const mark = said("First line");
  const who = await person();
  const { created_at } = await (await api(sam)).addNote(who.first, `${mark}\n\n  third line, indented\nfourth`);
  const looking = { path: inboxWith([who.first]), locale: "en-GB", timezoneId: "Asia/Tokyo" };
  const note = pane(await signIn(maya, looking), who.first).note(mark);
  await expect(note).toContainText(sam.name);
  const text = note.getByText(mark);
  expect(await text.evaluate((element) => element.innerText)).toBe(`${mark}\n\n  third line, indented\nfourth`);
  const time = note.locator("time");
  await expect(time).toHaveText(/^\d{1,2} \w{3,4} \d{4}, \d\d:\d\d$/);
  expect(new Date(await time.getAttribute("datetime"))).toEqual(new Date(created_at));
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" });
  await expect(time, "in the reader's own zone").toContainText(clock.format(new Date(created_at)));
  await expect(trash(note)).toBeVisible();
  await expect(trash(note)).toHaveAccessibleName(/^Delete note by \u2068Sam Rivera\u2069, \d{1,2} \w+ \d{4}, \d\d:\d\d$/);
});

test("one click on the trashcan takes a note away everywhere, and ten seconds long Undo brings it back everywhere", async ({
  signIn,
  person,
  api,
}) => {
  const text = said("Wants invoices on paper");
  const who = await person();
  const before = await (await api(maya)).addNote(who.first, text);
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const sams = await signIn(sam, { path: inboxWith([who.second]) });
  const everywhere = [pane(page, who.first), pane(page, who.second), pane(sams, who.second)];
  for (const place of everywhere) await expect(place.note(text)).toBeVisible();
  await trash(everywhere[0].note(text)).click();
  for (const place of everywhere) await expect(place.note(text)).toHaveCount(0);
  await expect(toast(page)).toContainText("Note deleted");
  await undo(page).click();
  for (const place of everywhere) await expect(place.note(text)).toHaveCount(1);
  const after = await (await api(maya)).noteSaying(who.id, text);
  expect({ ...after, rev: 0 }).toEqual({ ...before, rev: 0 });
  // Once more, and this time the ten seconds pass, on the page's fake clock.
  await page.clock.install();
  await page.reload();
  await expect(pane(page, who.second).note(text)).toBeVisible();
  await page.clock.pauseAt(new Date(Date.now() + 60_000));
  await trash(pane(page, who.first).note(text)).click();
  await expect(undo(page)).toBeVisible();
  await page.clock.runFor(9_900);
  await expect(undo(page)).toBeVisible();
  await page.clock.runFor(200);
  await expect(undo(page)).toBeHidden();
});

test("a deleted note is gone for good: from both browsers, from the server's answers and from its files", async ({
  startServer,
  signIn,
  person,
  api,
}) => {
  const server = await startServer("--undo-window-ms 300 --purge-ms 50");
  const text = said("Never to be read again");
  const who = await person({ server });
  const note = await (await api(maya, { server })).addNote(who.first, text);
  const page = await signIn(maya, { server, path: inboxWith([who.first]) });
  const sams = await signIn(sam, { server, path: inboxWith([who.second]) });
  await expect(pane(sams, who.second).note(text)).toBeVisible();
  expect(await filesHolding(server.database, text)).not.toEqual([]);
  await trash(pane(page, who.first).note(text)).click();
  await expect(pane(page, who.first).note(text)).toHaveCount(0);
  await expect(pane(sams, who.second).note(text)).toHaveCount(0);
  await expect.poll(() => filesHolding(server.database, text)).toEqual([]);
  const { request } = await api(maya, { server });
  const address = `/api/v1/contacts/${who.id}/notes/${note.id}`;
  expect((await request.put(address, { data: { body: text, conversation_id: who.first.id } })).status()).toBe(410);
  expect((await request.post(`${address}/restore`)).status()).toBe(410);
  for (const path of ["notes", "activity", "conversations"]) {
    expect(await (await request.get(`/api/v1/contacts/${who.id}/${path}`)).text()).not.toContain(text);
  }
  // The toast promises ten seconds, but this server gave less: it says so, and the note stays deleted.
  await undo(page).click();
  await expect(page.getByText("The note could not be brought back: it is gone for good.")).toBeVisible();
  for (const browser of [page, sams]) {
    await expect(browser.getByText(text)).toHaveCount(0);
    expect(await browser.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(text);
    await browser.reload();
  }
  await expect(pane(page, who.first).box).toBeVisible();
  await expect(pane(sams, who.second).box).toBeVisible();
  await expect(pane(page, who.first).note(text)).toHaveCount(0);
  await expect(pane(sams, who.second).note(text)).toHaveCount(0);
});

test("the box says that a note is for every conversation, the composer that it is for this one only", async ({
  signIn,
  person,
}) => {
  const who = await person();
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await expect(here.box).toHaveAccessibleDescription(`Only your team, every conversation with ${who.name}`);
  await expect(here.root.getByText(`${who.name} will see this`)).toBeVisible();
  await here.noteMode.click();
  await expect(here.root.getByText("Only your team, only this conversation")).toBeVisible();
  await expect(here.root.getByText(`${who.name} will see this`)).toBeHidden();
});

test("a counter appears when a note grows too long", async ({ signIn, person }) => {
  const who = await person();
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await here.box.fill("x".repeat(8_999));
  await expect(here.panel.getByText("/ 10000")).toBeHidden();
  await here.box.fill("x".repeat(9_000));
  await expect(here.panel.getByText("9000 / 10000")).toBeVisible();
  await expect(here.add).toBeEnabled();
});

test("a card number gets a hint, and can be saved all the same", async ({ signIn, person }) => {
  const text = said("Card 4111 1111 1111 1111 of");
  const who = await person();
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  const hint = here.panel.getByText("This looks like a card number. Avoid adding sensitive information.");
  await here.box.fill("Card 4111 1111 1111 1112");
  await expect(hint).toBeHidden();
  await here.box.fill(text);
  await expect(hint).toBeVisible();
  await here.add.click();
  await expect(here.note(text).locator("time")).toBeVisible();
  await expect(hint).toBeHidden();
});

test("what the contact's page is sent does not change by a byte when notes are written and deleted", async ({
  visitor,
  api,
}) => {
  const who = await visitor();
  const agents = await api(maya);
  await agents.reply(who.conversation, said("Hello, how can we help?"));
  const asSeen = async () => {
    const answer = await agents.request.get("/contact/v1/messages", { headers: { Authorization: `Bearer ${who.token}` } });
    const { date, "x-request-id": id, ...headers } = answer.headers();
    return { status: answer.status(), headers, body: await answer.text() };
  };
  const before = await asSeen();
  expect(before.status).toBe(200);
  expect(JSON.parse(before.body).items).toHaveLength(2);
  const note = await agents.addNote(who.conversation, said("Written after"));
  await agents.addConversationNote(who.conversation, said("Inside, after"));
  expect(await asSeen()).toEqual(before);
  await agents.delete(`/contacts/${who.id}/notes/${note.id}`);
  expect(await asSeen()).toEqual(before);
});

test("from the contact's own page one click opens a conversation, and there the note can be added", async ({
  signIn,
  person,
}) => {
  const text = said("Now from within a conversation");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  await here.panel.getByRole("link", { name: who.name }).click();
  await expect(page).toHaveURL(`/contacts/${who.id}`);
  await expect(profile(page.getByRole("main"), who.name).box).toBeDisabled();
  const conversations = page.getByRole("region", { name: "Conversations" });
  await conversations.getByRole("link").filter({ hasText: CHANNELS[who.second.channel.kind] }).first().click();
  const opened = page.getByRole("region", { name: `Conversation with ${isolated(who.name)}, ${CHANNELS[who.second.channel.kind]}` });
  await opened.getByRole("button", { name: /^Contact profile/ }).click();
  const panel = profile(opened.getByRole("complementary"), who.name);
  await expect(panel.box).toBeEnabled();
  await panel.write(text);
  await expect(panel.note(text).locator("time")).toBeVisible();
});

test("with two contacts side by side each panel's head says whose it is", async ({ signIn, person, api }) => {
  const [who, other] = [await person(), await person()];
  const [of, about] = [said("Of the first"), said("Of the second")];
  await (await api(sam)).addNote(who.first, of);
  await (await api(sam)).addNote(other.first, about);
  const page = await signIn(maya, { path: inboxWith([who.first, other.first]) });
  for (const [{ first, name }, text] of [[who, of], [other, about]]) {
    const here = pane(page, first);
    await expect(here.heading).toHaveText(name);
    await expect(here.panel.getByRole("heading", { level: 2 })).toHaveText(name);
    await expect(here.note(text)).toBeVisible();
    await scrollTo(here.note(text));
    await expect(here.panel.getByRole("heading", { level: 2 }), "the head doesn't scroll away").toBeInViewport();
  }
  await expect(page.getByText(of)).toHaveCount(1);
  await expect(page.getByText(about)).toHaveCount(1);
});

test("a note deleted while an agent had no connection goes without a reload when it is back", async ({
  signIn,
  person,
  api,
  networkProxy,
}) => {
  const text = said("Soon to be deleted");
  const who = await person();
  const agents = await api(sam);
  const note = await agents.addNote(who.first, text);
  const wire = await networkProxy();
  const page = await signIn(maya, { at: wire.url, path: inboxWith([who.first, who.second]) });
  await expect(pane(page, who.first).note(text)).toBeVisible();
  await expect(pane(page, who.second).note(text)).toBeVisible();
  await page.evaluate(() => (globalThis.notReloaded = true));
  wire.disconnect();
  await agents.delete(`/contacts/${who.id}/notes/${note.id}`);
  await expect(pane(page, who.first).note(text), "it cannot know yet").toBeVisible();
  wire.reconnect();
  await expect(pane(page, who.first).note(text)).toHaveCount(0);
  await expect(pane(page, who.second).note(text)).toHaveCount(0);
  expect(await page.evaluate(() => globalThis.notReloaded)).toBe(true);
});

test("the two kinds of note differ in colour and words, and a conversation note can be kept as contact note", async ({
  signIn,
  person,
  api,
}) => {
  const [about, inside] = [said("Kind of the contact"), said("Kind of the conversation")];
  const who = await person();
  await (await api(sam)).addNote(who.first, about);
  await (await api(sam)).addConversationNote(who.first, inside);
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const here = pane(page, who.first);
  const internal = here.said(inside);
  await expect(internal).toContainText("Internal — this conversation only");
  await expect(here.note(about)).not.toContainText("this conversation only");
  const faces = [await colour(internal, "backgroundColor"), await colour(here.note(about), "backgroundColor")];
  expect(faces[0]).not.toEqual(faces[1]);
  expect(await internal.evaluate((element) => getComputedStyle(element).borderStyle)).toContain("dashed");
  await internal.getByRole("button", { name: "Keep as contact note" }).click();
  await expect(here.note(inside)).toHaveCount(1);
  await expect(here.note(inside)).toContainText(maya.name);
  await expect(pane(page, who.second).note(inside)).toHaveCount(1);
  await expect(internal, "the original stays where it was").toHaveCount(1);
  await expect.poll(async () => (await (await api(sam)).noteSaying(who.id, inside))?.body).toBe(inside);
});

test("every sentence of the article has a test in this file", async ({}, { file }) => {
  const source = await readFile(file, "utf8");
  const missing = Object.values(ARTICLE).filter((name) => source.split(name).length < 3);
  expect(missing, "each name is there twice: in the table and over its test").toEqual([]);
});

/** The database's files that contain `text`. */
async function filesHolding(database, text) {
  const files = ["", "-wal", "-shm"].map((end) => database + end);
  const holding = await Promise.all(files.map(async (file) => (await readFile(file).catch(() => Buffer.alloc(0))).includes(text)));
  return files.filter((_, n) => holding[n]);
}
