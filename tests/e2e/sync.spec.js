// Every screen shows the same: two agents, several windows, and an unreliable network.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { SOON, hearBreaks, passUntil, stop } from "./clock.js";
import { expect, fillSignIn, maya, said, sam, test } from "./harness.js";
import { CONVERSATION_NOTE, MESSAGE, NOTE, NOTES, holdAnswer, holdBack, intercept, problem } from "./network.js";
import { inboxWith, isolated, pane, reconnecting, row, toast, trash, undo } from "./screen.js";
import { program } from "./server.js";

test("what one agent does to notes, tags and conversations a second agent and a second window see live", async ({
  signIn,
  person,
}) => {
  const [note, inside, answer, tag] = [said("Live note"), said("Live inside"), said("Live answer"), said("tag")];
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const window2 = await page.context().newPage();
  await window2.goto(inboxWith([who.first]));
  const sams = await signIn(sam, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const elsewhere = [pane(window2, who.first), pane(sams, who.first)];
  for (const place of elsewhere) await expect(place.box).toBeVisible();
  await here.write(note);
  await here.noteMode.click();
  await here.conversationNote.fill(inside);
  await here.addConversationNote.click();
  await here.replyMode.click();
  await here.reply.fill(answer);
  await here.send.click();
  await here.panel.getByRole("combobox", { name: "Add a tag" }).fill(tag);
  await here.panel.getByRole("combobox", { name: "Add a tag" }).press("Enter");
  for (const place of [here, ...elsewhere]) {
    await expect(place.note(note)).toHaveCount(1);
    await expect(place.said(inside)).toHaveCount(1);
    await expect(place.said(answer)).toHaveCount(1);
    await expect(place.section("Tags").getByText(tag, { exact: true })).toHaveCount(1);
  }
  await trash(here.note(note)).click();
  for (const place of [here, ...elsewhere]) await expect(place.note(note)).toHaveCount(0);
  await undo(page).click();
  for (const place of [here, ...elsewhere]) await expect(place.note(note)).toHaveCount(1);
  await here.section("Tags").getByRole("button", { name: `Remove tag ${isolated(tag)}` }).click();
  for (const place of [here, ...elsewhere]) {
    await expect(place.section("Tags").getByText(tag, { exact: true })).toHaveCount(0);
  }
});

test("after a cut everything that was missed is there without a reload: added, deleted, restored, said, renamed", async ({
  signIn,
  person,
  api,
  networkProxy,
}) => {
  const who = await person();
  const agents = await api(sam);
  const [kept, lost, back] = [said("Stays"), said("Is deleted"), said("Is deleted and restored")];
  const notes = {};
  for (const text of [kept, lost, back]) notes[text] = await agents.addNote(who.first, text);
  const inside = await agents.addConversationNote(who.first, said("Inside, is deleted"));
  const wire = await networkProxy();
  const page = await signIn(maya, { at: wire.url });
  await page.clock.install();
  await page.goto(inboxWith([who.first]));
  const here = pane(page, who.first);
  for (const text of [kept, lost, back]) await expect(here.note(text)).toBeVisible();
  await expect(here.said(inside.body)).toBeVisible();
  await page.evaluate(() => (globalThis.notReloaded = true));
  wire.disconnect();
  const [added, answer, name] = [said("Is added"), said("Is answered"), said("New name")];
  await agents.delete(`/contacts/${who.id}/notes/${notes[lost].id}`);
  await agents.delete(`/contacts/${who.id}/notes/${notes[back].id}`);
  await agents.request.post(`/api/v1/contacts/${who.id}/notes/${notes[back].id}/restore`);
  await agents.delete(`/conversations/${who.first.id}/notes/${inside.id}`);
  await agents.addNote(who.second, added);
  await agents.reply(who.first, answer);
  await agents.change(`/contacts/${who.id}`, { external_id: name });
  wire.reconnect();
  await passUntil(page, () => expect(here.note(added)).toHaveCount(1, SOON));
  await expect(here.note(lost)).toHaveCount(0);
  await expect(here.note(kept)).toHaveCount(1);
  await expect(here.note(back)).toHaveCount(1);
  await expect(here.said(inside.body)).toHaveCount(0);
  await expect(here.said(answer)).toHaveCount(1);
  await expect(here.detail("External id")).toContainText(name);
  expect(await page.evaluate(() => globalThis.notReloaded)).toBe(true);
});

test("five seconds without a connection a line says that what is shown may be old, and it goes when it isn't", async ({
  startServer,
  signIn,
  person,
  api,
}) => {
  const server = await startServer();
  const who = await person({ server });
  const texts = [said("Before the crash"), said("After the crash")];
  const [page, sams] = [await signIn(maya, { server }), await signIn(sam, { server })];
  for (const screen of [page, sams]) await screen.clock.install();
  const broken = await hearBreaks(page);
  await page.goto(inboxWith([who.first]));
  await sams.goto(inboxWith([who.second]));
  for (const [screen, conversation] of [[page, who.first], [sams, who.second]]) {
    await expect(pane(screen, conversation).box).toBeVisible();
  }
  await (await api(sam, { server })).addNote(who.first, texts[0]);
  for (const [screen, conversation] of [[page, who.first], [sams, who.second]]) {
    await expect(pane(screen, conversation).note(texts[0]), "it is live").toBeVisible();
  }
  await stop(page);
  await server.kill();
  await broken();
  await page.clock.runFor(4_900);
  await expect(reconnecting(page), "a short gap shows nothing").toBeHidden();
  await page.clock.runFor(100);
  await expect(reconnecting(page)).toBeVisible();
  await expect(pane(page, who.first).note(texts[0]), "what is known stays").toBeVisible();
  // Written while the server is unreachable: shown, marked as unsaved, and never lost.
  await pane(page, who.first).write(texts[1]);
  await expect(pane(page, who.first).note(texts[1])).toContainText("Not saved yet");
  await server.restart();
  await passUntil(page, () => expect(reconnecting(page)).toBeHidden(SOON));
  await passUntil(page, () => expect(pane(page, who.first).note(texts[1]).locator("time")).toBeVisible(SOON));
  await passUntil(sams, () => expect(pane(sams, who.second).note(texts[1])).toHaveCount(1, SOON));
  await expect(pane(sams, who.second).note(texts[0])).toHaveCount(1);
});

test("a refused note stays with its text and the reason, Edit puts the text back, Discard takes it away", async ({
  signIn,
  person,
  api,
}) => {
  const [edited, discarded] = [said("Refused and edited"), said("Refused and discarded")];
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const [here, beside] = [pane(page, who.first), pane(page, who.second)];
  await intercept(page, NOTE, "PUT", (route) => route.fulfill(problem(422, "wrong-contact")));
  await here.write(edited);
  for (const place of [here, beside]) {
    await expect(place.note(edited)).toContainText("Not saved: That conversation belongs to another contact.");
    await expect(place.note(edited).getByRole("alert")).toBeVisible();
    await expect(trash(place.note(edited))).toHaveCount(0);
  }
  await here.box.fill("Typed since");
  await here.note(edited).getByRole("button", { name: "Edit" }).click();
  await expect(here.box).toHaveValue(`${edited}\nTyped since`);
  for (const place of [here, beside]) await expect(place.note(edited)).toHaveCount(0);
  await here.box.fill(discarded);
  await here.add.click();
  await here.note(discarded).getByRole("button", { name: "Discard" }).click();
  for (const place of [here, beside]) await expect(place.note(discarded)).toHaveCount(0);
  await expect(here.box).toHaveValue("");
  expect(await (await api(sam)).noteSaying(who.id, "Refused and")).toBeUndefined();
});

test("a refused conversation note and a refused reply keep their text and give it back too", async ({ signIn, person }) => {
  const [inside, answer] = [said("Refused inside"), said("Refused answer")];
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first], { panels: [] }) });
  const here = pane(page, who.first);
  await intercept(page, CONVERSATION_NOTE, "PUT", (route) => route.fulfill(problem(422, "invalid-body")));
  await intercept(page, MESSAGE, "PUT", (route) => route.fulfill(problem(403, "forbidden")));
  await here.noteMode.click();
  await here.conversationNote.fill(inside);
  await here.addConversationNote.click();
  await expect(here.said(inside)).toContainText("Not saved: The text is blank, too long, or holds characters");
  await here.said(inside).getByRole("button", { name: "Edit" }).click();
  await expect(here.conversationNote).toHaveValue(inside);
  await here.replyMode.click();
  await here.reply.fill(answer);
  await here.send.click();
  await expect(here.said(answer)).toContainText("Not delivered: You are not allowed to do this.");
  await here.said(answer).getByRole("button", { name: "Edit" }).click();
  await expect(here.reply).toHaveValue(answer);
  await expect(here.said(answer)).toHaveCount(0);
});

test("a note is shown at once in both panes, and is the same element before and after the server has confirmed it", async ({
  signIn,
  person,
  api,
}) => {
  const text = said("Shown before it is saved");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const places = [pane(page, who.first), pane(page, who.second)];
  await expect(places[1].box).toBeVisible();
  const sending = await holdBack(page, NOTE, "PUT");
  await places[0].write(text);
  for (const [n, place] of places.entries()) {
    await expect(place.note(text)).toContainText("Saving");
    await expect(place.note(text).locator("time")).toHaveCount(0);
    await place.note(text).evaluate((element, mark) => (element.mark = mark), n);
  }
  expect(await (await api(maya)).noteSaying(who.id, text)).toBeUndefined();
  sending.letGo();
  for (const [n, place] of places.entries()) {
    await expect(place.note(text).locator("time")).toBeVisible();
    expect(await place.note(text).evaluate((element) => element.mark)).toBe(n);
  }
});

test("the live event may come before the answer: still one note, the same element, saved when the event says so", async ({
  signIn,
  person,
}) => {
  const text = said("Overtaken by its own event");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const [here, beside] = [pane(page, who.first), pane(page, who.second)];
  const answering = await holdAnswer(page, NOTE, "PUT");
  await here.write(text);
  await here.note(text).evaluate((element) => (element.mark = "kept"));
  await expect(here.note(text).locator("time"), "the event has said that it is saved").toBeVisible();
  answering.letGo();
  await here.write(said("Sent after it"));
  await expect(here.note("Sent after it").locator("time")).toBeVisible();
  await expect(here.note(text)).toHaveCount(1);
  await expect(beside.note(text)).toHaveCount(1);
  expect(await here.note(text).evaluate((element) => element.mark)).toBe("kept");
});

test("a busy server and then a lost answer: the note is tried again until it is saved, once", async ({
  signIn,
  person,
  api,
}) => {
  const text = said("Third time lucky");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const met = await intercept(page, NOTE, "PUT", async (route, nth) => {
    if (nth === 1) return route.fulfill(problem(503, "busy", { retryable: true }));
    if (nth === 2) {
      // The request reaches the server, but the answer is lost.
      await route.fetch();
      return route.abort("connectionreset");
    }
    return route.continue();
  });
  await here.write(text);
  await expect(here.note(text)).toContainText("Not saved yet: The server is busy. Trying again.");
  await expect(here.note(text).locator("time")).toBeVisible();
  await expect(here.note(text)).toHaveCount(1);
  expect(met.count()).toBeGreaterThanOrEqual(2);
  const all = await (await api(maya)).notes(who.id);
  expect(all.filter(({ body }) => body === text)).toHaveLength(1);
});

test("a server that says when to come back is not asked before, and the note says why it waits", async ({ signIn, person }) => {
  const text = said("Not so fast");
  const who = await person();
  const page = await signIn(maya);
  await page.clock.install();
  // Until this page has the stream, the one before it may send for it, and its successor does not know of the wait.
  const leading = page.waitForResponse(/\/events$/);
  await page.goto(inboxWith([who.first]));
  await leading;
  const here = pane(page, who.first);
  const asked = await intercept(page, NOTE, "PUT", async (route, nth) => {
    if (nth > 1) return route.continue();
    const refusal = problem(429, "too-many-requests", { retryable: true });
    await route.fulfill({ ...refusal, headers: { "retry-after": "3" } });
  });
  await expect(here.box).toBeVisible();
  await stop(page);
  await here.write(text);
  await expect(here.note(text)).toContainText("Not saved yet: ");
  // Without the server's `Retry-After` the request would be repeated after a second at most.
  await page.clock.runFor(2_900);
  await expect(here.note(text)).toContainText("Not saved yet: ");
  expect(asked.count()).toBe(1);
  await page.clock.runFor(100);
  await expect(here.note(text).locator("time")).toBeVisible();
  expect(asked.count()).toBe(2);
});

test("a stream that has fallen silent, though nothing says that it broke, is reopened after thirty-five seconds", async ({
  signIn,
  person,
  api,
  networkProxy,
}) => {
  const who = await person();
  const wire = await networkProxy();
  const page = await signIn(maya, { at: wire.url });
  await page.clock.install();
  await page.goto(inboxWith([who.first]));
  const here = pane(page, who.first);
  const [before, after] = ["Before the silence", "In the silence"].map(said);
  const agents = await api(sam);
  await agents.addNote(who.first, before);
  await expect(here.note(before)).toHaveCount(1);
  wire.freeze();
  await agents.addNote(who.first, after);
  await page.clock.fastForward(30_000);
  await expect(here.note(after), "a stream may be silent for so long").toHaveCount(0);
  await page.clock.fastForward(6_000);
  await expect(here.note(after)).toHaveCount(1);
});

test("after the server has gone back to a backup open pages start over by themselves, and what was deleted stays so", async ({
  startServer,
  signIn,
  person,
  api,
}) => {
  const server = await startServer();
  const who = await person({ server });
  const agents = await api(sam, { server });
  const [kept, deleted, since, draft, last] = ["Kept", "Deleted since", "Added since", "Half a thought", "Goes on"].map(said);
  await agents.addNote(who.first, kept);
  const gone = await agents.addNote(who.first, deleted);
  const [db, backup] = [server.database, join(server.database, "../backup.db")];
  const run = (...words) => promisify(execFile)(program, words);
  await run("backup", "--db", db, "--to", backup);
  const screens = [await signIn(maya, { server }), await signIn(sam, { server })];
  for (const screen of screens) await screen.clock.install();
  await screens[0].goto(inboxWith([who.first]));
  await screens[1].goto(inboxWith([who.second]));
  const places = [pane(screens[0], who.first), pane(screens[1], who.second)];
  await agents.delete(`/contacts/${who.id}/notes/${gone.id}`);
  await agents.addNote(who.first, since);
  for (const place of places) {
    await expect(place.note(since)).toHaveCount(1);
    await expect(place.note(deleted)).toHaveCount(0);
  }
  await places[0].box.fill(draft);
  await server.stop();
  await run("restore", "--db", db, "--from", backup);
  await server.restart();
  for (const [nth, place] of places.entries()) {
    // The server does not have the note any more.
    await passUntil(screens[nth], () => expect(place.note(since)).toHaveCount(0, SOON));
    await expect(place.note(kept)).toHaveCount(1);
    await expect(place.note(deleted)).toHaveCount(0);
  }
  await expect(places[0].box).toHaveValue(draft);
  await places[1].write(last);
  for (const [nth, place] of places.entries()) {
    await passUntil(screens[nth], () => expect(place.note(last).locator("time")).toBeVisible(SOON));
  }
});

test("a double click adds one note, one reply and one conversation note", async ({ signIn, person, api }) => {
  const [note, inside, answer] = [said("Twice clicked"), said("Twice clicked inside"), said("Twice clicked answer")];
  const who = await person();
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await here.box.fill(note);
  await here.add.dblclick();
  await expect(here.note(note).locator("time")).toHaveCount(1);
  await here.reply.fill(answer);
  await here.send.dblclick();
  await expect(here.said(answer).locator("time")).toHaveCount(1);
  await here.noteMode.click();
  await here.conversationNote.fill(inside);
  await here.addConversationNote.dblclick();
  await expect(here.said(inside).locator("time")).toHaveCount(1);
  const agents = await api(maya);
  const bodies = async (path) => (await agents.get(path)).items.map(({ body }) => body);
  expect((await bodies(`/contacts/${who.id}/notes`)).filter((body) => body === note)).toHaveLength(1);
  expect((await bodies(`/conversations/${who.first.id}/messages`)).filter((body) => body === answer)).toHaveLength(1);
  expect((await bodies(`/conversations/${who.first.id}/notes`)).filter((body) => body === inside)).toHaveLength(1);
});

test("Ctrl+Enter and ⌘+Enter add a note, Enter alone begins a new line", async ({ signIn, person, api }) => {
  const [control, command] = [said("By control"), said("By command")];
  const who = await person();
  const here = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await here.box.fill(control);
  await here.box.press("Enter");
  await here.box.pressSequentially("second line");
  await expect(here.box).toHaveValue(`${control}\nsecond line`);
  await here.box.press("Control+Enter");
  await expect(here.note(control).locator("time")).toBeVisible();
  await expect(here.box).toHaveValue("");
  await here.box.fill(command);
  await here.box.press("Meta+Enter");
  await expect(here.note(command).locator("time")).toBeVisible();
  await here.box.fill("  \n ");
  await here.box.press("Control+Enter");
  await expect(here.box, "nothing to see is nothing to send").toHaveValue("  \n ");
  expect((await (await api(sam)).noteSaying(who.id, control)).body).toBe(`${control}\nsecond line`);
});

test("while an input method is composing, Enter sends nothing, whatever the setting", async ({ signIn, person, api }) => {
  const text = said("作成中");
  const who = await person();
  const page = await signIn(maya);
  // As an agent for whom Enter sends; only in this page, so that no other test's setting changes.
  await page.route("**/api/v1/me", async (route) => {
    const response = await route.fetch();
    const me = await response.json();
    await route.fulfill({ response, json: { ...me, settings: { enter_sends: true } } });
  });
  await page.goto(inboxWith([who.first]));
  const here = pane(page, who.first);
  const enter = (field, keys) =>
    field.evaluate((element, init) => {
      const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init });
      element.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
      element.dispatchEvent(event);
      return event.defaultPrevented;
    }, keys);
  for (const [field, keys] of [
    [here.box, { ctrlKey: true, isComposing: true }],
    [here.box, { ctrlKey: true, keyCode: 229 }],
    [here.box, { metaKey: true, isComposing: true, keyCode: 229 }],
    [here.reply, { isComposing: true }],
    [here.reply, { keyCode: 229 }],
    [here.reply, { ctrlKey: true, keyCode: 229 }],
  ]) {
    await field.fill(text);
    expect(await enter(field, keys), "the key is the input method's").toBe(false);
    await expect(field).toHaveValue(text);
  }
  // After the composition the same keys send.
  await here.reply.press("Shift+Enter");
  await expect(here.reply).toHaveValue(`${text}\n`);
  await here.reply.press("Enter");
  await expect(here.said(text)).toHaveCount(1);
  await here.box.press("Control+Enter");
  await expect(here.note(text)).toHaveCount(1);
  await expect(here.note(text).locator("time"), "it is saved").toBeVisible();
  expect((await (await api(sam)).notes(who.id)).filter(({ body }) => body === text)).toHaveLength(1);
});

test("from contact to contact and back each draft is where it was, and never anywhere else", async ({ signIn, visitor }) => {
  const [note, answer, inside] = [said("Draft note"), said("Draft answer"), said("Draft inside")];
  const [who, other] = [await visitor(), await visitor()];
  const page = await signIn(maya, { path: inboxWith([who.conversation]) });
  const [here, there] = [pane(page, who.conversation), pane(page, other.conversation)];
  await here.box.fill(note);
  await here.reply.fill(answer);
  await here.noteMode.click();
  await expect(here.conversationNote, "each mode has its own").toHaveValue("");
  await here.conversationNote.fill(inside);
  await here.replyMode.click();
  await expect(here.reply).toHaveValue(answer);
  await row(page, other.conversation).link.click();
  await expect(there.box).toHaveValue("");
  await expect(there.reply).toHaveValue("");
  await there.noteMode.click();
  await expect(there.conversationNote).toHaveValue("");
  for (const text of [note, answer, inside]) {
    expect(await fieldsSaying(page, text), "another contact never shows it").toBe(0);
  }
  await row(page, who.conversation).link.click();
  await expect(here.box).toHaveValue(note);
  await expect(here.reply).toHaveValue(answer);
  await here.noteMode.click();
  await expect(here.conversationNote).toHaveValue(inside);
});

test("two panels of one contact share the draft of a note, two composers share nothing", async ({ signIn, person }) => {
  const [note, answer] = [said("Shared draft"), said("Not shared")];
  const [who, other] = [await person(), await person()];
  const page = await signIn(maya, { path: inboxWith([who.first, who.second, other.first]) });
  const [here, beside, stranger] = [who.first, who.second, other.first].map((conversation) => pane(page, conversation));
  await here.box.fill(note);
  await expect(beside.box).toHaveValue(note);
  await beside.box.press("End");
  await beside.box.pressSequentially(", continued");
  await expect(here.box).toHaveValue(`${note}, continued`);
  await here.reply.fill(answer);
  await expect(beside.reply).toHaveValue("");
  await expect(stranger.box).toHaveValue("");
  await expect(stranger.reply).toHaveValue("");
  await beside.add.click();
  await expect(here.box).toHaveValue("");
  await expect(here.note(note)).toHaveCount(1);
});

test("an answer about one contact that comes after the agent went to another never paints there", async ({
  signIn,
  visitor,
  api,
}) => {
  const text = said("Late answer");
  const [who, other] = [await visitor(), await visitor()];
  await (await api(sam)).addNote(who.conversation, text);
  const page = await signIn(maya, { path: inboxWith([other.conversation]) });
  await expect(pane(page, other.conversation).box).toBeVisible();
  const reading = await holdAnswer(page, NOTES, "GET");
  await row(page, who.conversation).link.click();
  await expect(pane(page, who.conversation).root).toBeVisible();
  await expect.poll(reading.count).toBe(1);
  await row(page, other.conversation).link.click();
  await expect(pane(page, other.conversation).panel).toBeVisible();
  const answered = page.waitForResponse(NOTES);
  reading.letGo();
  await answered;
  await expect(pane(page, other.conversation).root.getByText(text)).toHaveCount(0);
  await expect(pane(page, other.conversation).panel.getByRole("heading", { level: 2 })).toHaveText(other.name);
  // The note was stored: back in its conversation, it is shown.
  await row(page, who.conversation).link.click();
  await expect(pane(page, who.conversation).note(text)).toBeVisible();
  await row(page, other.conversation).link.click();
  await expect(pane(page, other.conversation).panel).toBeVisible();
  await expect(page.getByText(text)).toHaveCount(0);
});

test("a note deleted before the server has confirmed it never comes to be", async ({ signIn, person, api }) => {
  const text = said("Regretted at once");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const sending = await holdBack(page, NOTE, "PUT");
  const deleting = page.waitForResponse((response) => NOTE.test(response.url()) && response.request().method() === "DELETE");
  await here.write(text);
  await trash(here.note(text)).click();
  await expect(here.note(text)).toHaveCount(0);
  sending.letGo();
  await deleting;
  await expect(here.note(text)).toHaveCount(0);
  await expect.poll(async () => (await (await api(sam)).noteSaying(who.id, text)) === undefined).toBe(true);
});

test("a note whose id a colleague deleted while it was on its way leaves nothing behind but a message", async ({
  signIn,
  person,
  api,
}) => {
  const text = said("Overtaken by a deletion");
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const here = pane(page, who.first);
  const agents = await api(sam);
  await intercept(page, NOTE, "PUT", async (route) => {
    await agents.request.delete(new URL(route.request().url()).pathname);
    await route.continue();
  });
  await here.write(text);
  await expect(toast(page).getByRole("alert")).toContainText("It was deleted in the meantime.");
  await expect(page.getByText(text)).toHaveCount(0);
});

test("a refused deletion brings the note back and says why, and a refused Undo says that it is gone", async ({
  signIn,
  person,
  api,
}) => {
  const text = said("Not to be deleted");
  const who = await person();
  await (await api(maya)).addNote(who.first, text);
  const page = await signIn(maya, { path: inboxWith([who.first, who.second]) });
  const [here, beside] = [pane(page, who.first), pane(page, who.second)];
  await intercept(page, NOTE, "DELETE", (route, nth) => (nth === 1 ? route.fulfill(problem(403, "forbidden")) : route.continue()));
  await trash(here.note(text)).click();
  await expect(toast(page).getByRole("alert")).toContainText("You are not allowed to do this.");
  for (const place of [here, beside]) await expect(place.note(text)).toHaveCount(1);
  await intercept(page, /\/restore$/, "POST", (route) => route.fulfill(problem(410, "gone")));
  await trash(beside.note(text)).click();
  await expect(here.note(text)).toHaveCount(0);
  await undo(page).last().click();
  await expect(page.getByText("The note could not be brought back: it is gone for good.")).toBeVisible();
  for (const place of [here, beside]) await expect(place.note(text)).toHaveCount(0);
});

test("a session that ends keeps the page and what was typed; signing in again over it sends what was waiting", async ({
  signIn,
  person,
  api,
}) => {
  const [sent, draft] = [said("Sent without a session"), said("Typed without a session")];
  const who = await person();
  // A session of its own, since it is ended here.
  const page = await signIn(maya, { byForm: true });
  // A request that is sent later would find out first that the session has ended.
  const all = [/\/events$/, /\/activity$/].map((path) => page.waitForResponse(path));
  await page.goto(inboxWith([who.first]));
  await Promise.all(all);
  const here = pane(page, who.first);
  await expect(here.box).toBeVisible();
  await page.context().clearCookies();
  await here.write(sent);
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("Your session has ended.")).toBeVisible();
  await expect(here.note(sent)).toHaveCount(1);
  await fillSignIn(page, maya);
  await expect(dialog).toBeHidden();
  await expect(here.note(sent).locator("time")).toBeVisible();
  await here.box.fill(draft);
  await expect(here.box).toHaveValue(draft);
  expect((await (await api(sam)).notes(who.id)).filter(({ body }) => body === sent)).toHaveLength(1);
});

/** How many fields of a page contain `text`. */
function fieldsSaying(page, text) {
  return page.getByRole("textbox").evaluateAll((all, wanted) => all.filter(({ value }) => value.includes(wanted)).length, text);
}
