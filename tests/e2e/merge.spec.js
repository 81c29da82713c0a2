// Two contacts who are one person: merged by an agent, for everybody at once, and separated again.
import { randomBytes } from "node:crypto";
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { NOTE, holdBack } from "./network.js";
import { inboxWith, pane, profile, toast, undo } from "./screen.js";

/** What the people were called before: later tests are given them too. */
const before = [];
test.afterEach(async ({ api }) => {
  const agents = await api(maya);
  for (const { id, details } of before.splice(0)) await agents.change(`/contacts/${id}`, details);
});

/** Two people with names that no other test knows. */
async function two(api, person) {
  const [one, other, agents] = [await person(), await person(), await api(maya)];
  const people = [];
  for (const who of [one, other]) {
    const name = `Q${randomBytes(4).toString("hex")} Duarte`;
    const { email, language, birthday } = await agents.get(`/contacts/${who.id}`);
    before.push({ id: who.id, details: { name: who.name, email, language, birthday } });
    await agents.change(`/contacts/${who.id}`, { name });
    const named = (conversation) => ({ ...conversation, contact: { id: who.id, name } });
    people.push({ ...who, name, first: named(who.first), second: named(who.second) });
  }
  return people;
}

const merge = (api, from, into) => api.request.post(`/api/v1/contacts/${from.id}/merge`, { data: { into: into.id } });
const separate = (api, from) => api.request.post(`/api/v1/contacts/${from.id}/merge/undo`);
/** The pane of a conversation, now with another contact. */
const paneOf = (page, conversation, { name }) => pane(page, { ...conversation, contact: { name } });
const dialog = (page) => page.getByRole("dialog", { name: /^Merge .* with another contact$/ });

test("by keyboard alone an agent merges two contacts, everybody sees the notes of both at once, and Undo separates them", async ({
  signIn,
  api,
  person,
}) => {
  const [[gone, second], agents] = [await two(api, person), await api(maya)];
  // On another channel: both panes have one name afterwards.
  const isOther = ({ channel }) => channel.kind !== gone.first.channel.kind;
  const kept = { ...second, first: [second.first, second.second].find(isOther) };
  const [ofGone, ofKept] = [said("About the one"), said("About the other")];
  await agents.addNote(gone.first, ofGone);
  await agents.addNote(kept.first, ofKept);
  const open = inboxWith([gone.first, kept.first]);
  const [page, other] = [await signIn(maya, { path: open }), await signIn(sam, { path: open })];
  for (const side of [page, other]) {
    await expect(pane(side, gone.first).note(ofGone)).toBeVisible();
    await expect(pane(side, kept.first).note(ofKept)).toBeVisible();
  }

  await pane(page, kept.first).section("Actions").getByRole("button", { name: "Merge…" }).focus();
  await page.keyboard.press("Enter");
  const find = dialog(page).getByRole("textbox", { name: "Find the other contact" });
  await expect(find).toBeFocused();
  await accessible(page);
  await page.keyboard.type(gone.name.split(" ")[0]);
  const found = dialog(page).getByRole("list", { name: "Contacts" }).getByRole("button");
  await expect(found).toHaveCount(1);
  await expect(found).toContainText(gone.name);
  await page.keyboard.press("Tab");
  await expect(found).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toContainText(/\d+ conversations? and \d+ notes? of .* move to /);
  await expect(dialog(page).getByRole("radio", { checked: true }).first()).toBeVisible();
  await accessible(page);
  await dialog(page).getByRole("button", { name: "Merge", exact: true }).focus();
  await page.keyboard.press("Enter");

  await expect(dialog(page)).toBeHidden();
  await expect(toast(page)).toContainText("was merged into");
  for (const side of [page, other]) {
    for (const conversation of [gone.first, kept.first]) {
      const here = paneOf(side, conversation, kept);
      await expect(here.note(ofGone)).toBeVisible();
      await expect(here.note(ofKept)).toBeVisible();
      await expect(here.notes.getByRole("article").filter({ hasText: ofGone })).toHaveCount(1);
    }
  }
  const since = said("About the one, since");
  await paneOf(other, gone.first, kept).write(since);
  await expect(paneOf(page, kept.first, kept).note(since)).toBeVisible();

  await undo(page).click();
  for (const side of [page, other]) {
    await expect(pane(side, gone.first).note(ofGone)).toBeVisible();
    await expect(pane(side, gone.first).note(since)).toBeVisible();
    await expect(pane(side, kept.first).note(ofKept)).toBeVisible();
    await expect(pane(side, kept.first).note(ofGone)).toHaveCount(0);
    await expect(pane(side, kept.first).note(since)).toHaveCount(0);
  }
});

test("the preview says what differs, and the agent chooses who stays and which details", async ({ signIn, api, person }) => {
  const [[one, other], agents] = [await two(api, person), await api(maya)];
  await agents.change(`/contacts/${one.id}`, { email: `${one.id}@one.example`, language: "pt", birthday: null });
  await agents.change(`/contacts/${other.id}`, { email: `${other.id}@other.example`, language: "fr", birthday: "1990-04-01" });
  const page = await signIn(maya, { path: inboxWith([one.first]) });
  await pane(page, one.first).section("Actions").getByRole("button", { name: "Merge…" }).click();
  await dialog(page).getByRole("textbox").fill(other.name);
  await dialog(page).getByRole("list", { name: "Contacts" }).getByRole("button").click();
  const group = (name) => dialog(page).getByRole("group", { name, exact: true });
  await group("Who stays").getByRole("radio").nth(1).check();
  await expect(group("E-mail").getByRole("radio")).toHaveCount(2);
  await expect(group("Birthday"), "an empty one is filled").toHaveCount(0);
  await expect(group("Language").getByRole("radio", { checked: true })).toHaveAccessibleName("fr");
  await group("Language").getByRole("radio").nth(1).check();
  await dialog(page).getByRole("button", { name: "Merge", exact: true }).click();
  const here = paneOf(page, one.first, other);
  await expect(here.heading).toBeVisible();
  const merged = await agents.get(`/contacts/${one.id}`);
  expect([merged.id, merged.name, merged.language, merged.birthday]).toEqual([other.id, other.name, "pt", "1990-04-01"]);
  expect(merged.email).toBe(`${other.id}@other.example`);
  await expect(here.panel.getByText(`${one.id}@one.example`), "the other address is still theirs").toBeVisible();
  await separate(agents, one);
});

test("a merge is undone from Activity by who did it, and nobody else is offered that", async ({ signIn, api, person }) => {
  const [[gone, kept], agents] = [await two(api, person), await api(maya)];
  await merge(agents, gone, kept);
  const button = (page) => paneOf(page, kept.first, kept).section("Activity").getByRole("button", { name: "Undo the merge" });
  const line = (page) => paneOf(page, kept.first, kept).section("Activity").getByText(/merged .* into this contact/);
  const [page, other] = [
    await signIn(maya, { path: inboxWith([kept.first]) }),
    await signIn(sam, { path: inboxWith([kept.first]) }),
  ];
  await expect(line(other)).toBeVisible();
  await expect(button(other)).toHaveCount(0);
  await accessible(page);
  await button(page).click();
  await expect(button(page)).toHaveCount(0);
  await expect(paneOf(page, kept.first, kept).section("Activity").getByText(/undid the merge with/)).toBeVisible();
  expect((await agents.get(`/contacts/${gone.id}`)).id).toBe(gone.id);
});

test("what is typed and what is under way goes along, and nothing of it is lost or doubled", async ({ signIn, api, person }) => {
  const [[gone, kept], agents] = [await two(api, person), await api(maya)];
  const [sent, draft] = [said("Under way"), said("Half a note")];
  const page = await signIn(sam, { path: inboxWith([gone.first]) });
  const here = pane(page, gone.first);
  const held = await holdBack(page, NOTE, "PUT");
  await here.write(sent);
  await expect.poll(held.count).toBe(1);
  await here.box.fill(draft);
  await merge(agents, gone, kept);
  const there = paneOf(page, gone.first, kept);
  await expect(there.note(sent), "not confirmed, and there").toHaveCount(1);
  await expect(there.box).toHaveValue(draft);
  held.letGo();
  await expect.poll(async () => (await agents.notes(kept.id)).filter(({ body }) => body === sent).length).toBe(1);
  await expect(there.note(sent)).toHaveCount(1);
  await expect(there.note(sent)).not.toContainText(/Not saved|Saving/);
  await there.add.click();
  await expect.poll(async () => (await agents.notes(kept.id)).filter(({ body }) => body === draft).length).toBe(1);
  await separate(agents, gone);
  await expect(pane(page, gone.first).note(sent)).toHaveCount(1);
  await expect(pane(page, gone.first).note(draft)).toHaveCount(1);
});

test("a note written without a connection is with the one who stays when it is back", async ({ signIn, api, person, networkProxy }) => {
  const [[gone, kept], agents, text] = [await two(api, person), await api(maya), said("Written offline")];
  const proxy = await networkProxy();
  const page = await signIn(sam, { at: proxy.url, path: inboxWith([gone.first]) });
  await expect(pane(page, gone.first).box).toBeVisible();
  await page.context().setOffline(true);
  await pane(page, gone.first).write(text);
  await merge(agents, gone, kept);
  await page.context().setOffline(false);
  await expect.poll(async () => (await agents.notes(kept.id)).filter(({ body }) => body === text).length).toBe(1);
  await expect(paneOf(page, gone.first, kept).note(text)).toHaveCount(1);
  await separate(agents, gone);
});

test("the address of a merged contact leads to the one who stays, also while the page is open", async ({ signIn, api, person }) => {
  const [[gone, kept], agents, text] = [await two(api, person), await api(maya), said("About the one who stays")];
  await agents.addNote(kept.first, text);
  const page = await signIn(sam, { path: `/contacts/${gone.id}` });
  await expect(page.getByRole("heading", { level: 1, name: gone.name })).toBeAttached();
  await merge(agents, gone, kept);
  await expect(page.getByRole("heading", { level: 1, name: kept.name })).toBeAttached();
  await expect(profile(page.locator(".contact-panel"), kept.name).note(text)).toBeVisible();
  await page.reload();
  await expect(profile(page.locator(".contact-panel"), kept.name).note(text)).toBeVisible();
  await separate(agents, gone);
  await expect(page.getByRole("heading", { level: 1, name: gone.name })).toBeAttached();
});

test("an agent who merges somebody that a colleague has merged meanwhile is told so", async ({ signIn, api, person }) => {
  const [[gone, kept], agents, third] = [await two(api, person), await api(sam), await person()];
  const page = await signIn(maya, { path: inboxWith([kept.first]) });
  await pane(page, kept.first).section("Actions").getByRole("button", { name: "Merge…" }).click();
  await dialog(page).getByRole("textbox").fill("nobody has this name at all");
  await expect(dialog(page).getByText("No other contact was found.")).toBeVisible();
  await dialog(page).getByRole("textbox").fill(gone.name);
  await dialog(page).getByRole("list", { name: "Contacts" }).getByRole("button").click();
  await merge(agents, gone, third);
  await dialog(page).getByRole("button", { name: "Merge", exact: true }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("was merged with another one in the meantime");
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await expect(pane(page, kept.first).panel).toBeVisible();
  await separate(agents, gone);
});
