// The search: an agent finds a person, a note or a message by the beginnings of its words, and stands before it.
import { randomBytes } from "node:crypto";
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { problem } from "./network.js";
import { inboxWith, pane, trash, undo } from "./screen.js";

const SEARCH = /\/api\/v1\/search\?/;

/** A word that no other text has. */
const word = () => `q${randomBytes(5).toString("hex")}`;

const field = (page) => page.getByRole("textbox", { name: "Search contacts, messages and notes" });
const group = (page, name) => page.getByRole("region", { name, exact: true });
const hits = (page, name) => group(page, name).getByRole("link");
const status = (page) => page.getByRole("status").filter({ hasText: /\bresults?$/ });

test("a message far up in a thread is found by the beginning of a word, in view, marked and with the focus", async ({
  signIn,
  api,
  person,
}) => {
  const [who, found, agents] = [await person(), word(), await api(maya)];
  await agents.reply(who.first, `It is the ${found.toUpperCase()}enbach parcel.`);
  for (let n = 0; n < 130; n++) await agents.reply(who.first, `Something else ${n}`);
  const page = await signIn(maya, { path: "/inbox" });
  await field(page).fill(found);
  const hit = hits(page, "Messages");
  await expect(hit).toHaveCount(1);
  await expect(hit.locator("mark")).toHaveText(found.toUpperCase());
  await expect(hit).toContainText(maya.name);
  await hit.click();
  const message = pane(page, who.first).said(found.toUpperCase());
  await expect(message).toBeInViewport({ ratio: 0.99 });
  await expect(message).toBeFocused();
  await expect(message).toHaveClass(/found/);
  await expect(page).toHaveURL(new RegExp(`q=${found}&open=${who.first.id}`));
});

test("a contact note that is not loaded is found, and its panel opens at it", async ({ signIn, api, person }) => {
  const [who, found, agents] = [await person(), word(), await api(sam)];
  await agents.addNote(who.second, `Prefers ${found} on Fridays`);
  for (let n = 0; n < 120; n++) await agents.addNote(who.first, `Another note ${n}`);
  const page = await signIn(maya, { path: "/inbox" });
  await field(page).fill(`frid ${found}`);
  await hits(page, "Contact notes").click();
  const here = pane(page, who.second);
  await expect(here.note(found)).toBeInViewport({ ratio: 0.99 });
  await expect(here.note(found)).toBeFocused();
  await expect(here.note(found)).toHaveClass(/found/);
});

test("a collapsed Notes section opens for a note that was found", async ({ signIn, api, person }) => {
  const [who, found, agents] = [await person(), word(), await api(sam)];
  await agents.addNote(who.first, `Has a ${found}`);
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const toggle = pane(page, who.first).section(/^Notes/).getByRole("button", { name: /^Notes/ });
  await toggle.click();
  await expect(toggle).toHaveAttribute("aria-expanded", "false");
  await field(page).fill(found);
  await hits(page, "Contact notes").click();
  await expect(pane(page, who.first).note(found)).toBeFocused();
});

test("with the keyboard alone: search, look through the hits, open one, and come back", async ({ signIn, api, person }) => {
  const [who, found, agents] = [await person(), word(), await api(maya)];
  await agents.addConversationNote(who.first, `First ${found}`);
  await agents.reply(who.second, `Second ${found}`);
  const page = await signIn(maya, { path: "/inbox" });
  await expect(page.getByRole("list", { name: "Conversations" }).getByRole("listitem").first()).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  await page.keyboard.type(found);
  await expect(hits(page, "Conversation notes")).toHaveCount(1);
  await expect(status(page)).toHaveText("2 results");
  await page.keyboard.press("ArrowDown");
  await expect(hits(page, "Messages")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(hits(page, "Conversation notes")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(field(page)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(pane(page, who.second).said(`Second ${found}`)).toBeFocused();
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
  expect(await page.evaluate(() => getSelection().toString()), "the next word takes its place").toBe(found);
  await page.keyboard.press("Escape");
  await expect(field(page)).toHaveValue("");
  await expect(page.getByRole("list", { name: "Conversations" })).toBeVisible();
  await expect(page).not.toHaveURL(/q=/);
});

test("the search is in the address: a reload keeps it, and the way back ends it", async ({ signIn, api, person }) => {
  const [who, found, agents] = [await person(), word(), await api(maya)];
  await agents.change(`/contacts/${who.first.contact_id}`, { external_id: `${found} & 50%` });
  const page = await signIn(maya, { path: "/inbox?sort=oldest" });
  await field(page).fill(`${found} & 50%`);
  await expect(hits(page, "Contacts")).toHaveCount(1);
  await page.reload();
  await expect(field(page)).toHaveValue(`${found} & 50%`);
  await expect(hits(page, "Contacts")).toHaveCount(1);
  await hits(page, "Contacts").click();
  await expect(page).toHaveURL(new RegExp(`/contacts/${who.first.contact_id}$`));
  await page.goBack();
  await expect(hits(page, "Contacts")).toHaveCount(1);
  await page.keyboard.press("Control+k");
  await page.goBack();
  await expect(field(page)).toHaveValue("");
  await expect(page).toHaveURL(/sort=oldest$/);
});

test("Control and K on a contact's page leads to the field in the inbox", async ({ signIn, person }) => {
  const who = await person();
  const page = await signIn(maya, { path: `/contacts/${who.first.contact_id}` });
  await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
});

test("a note that somebody deletes leaves the hits, and comes back with Undo", async ({ signIn, api, person }) => {
  const [who, found, agents] = [await person(), word(), await api(maya)];
  await agents.addNote(who.first, `Only ${found}`);
  const [page, other] = [await signIn(maya, { path: "/inbox" }), await signIn(maya, { path: inboxWith([who.first]) })];
  await field(page).fill(found);
  await expect(hits(page, "Contact notes")).toBeVisible();
  await trash(pane(other, who.first).note(found)).click();
  await expect(hits(page, "Contact notes")).toBeHidden();
  await undo(other).click();
  await expect(hits(page, "Contact notes")).toBeVisible();
});

test("more hits come on request, and another search starts over", async ({ signIn, api, person }) => {
  const [who, found, agents] = [await person(), word(), await api(maya)];
  for (let n = 0; n < 31; n++) await agents.reply(who.first, `${found} number ${n}`);
  const page = await signIn(maya, { path: "/inbox" });
  await field(page).fill(found);
  await expect(hits(page, "Messages")).toHaveCount(5);
  const more = group(page, "Messages").getByRole("button", { name: "Show more" });
  await more.click();
  await expect(hits(page, "Messages")).toHaveCount(25);
  await more.click();
  await expect(hits(page, "Messages")).toHaveCount(31);
  await expect(more).toBeHidden();
  await field(page).fill(`${found} 30`);
  await expect(hits(page, "Messages")).toHaveCount(1);
});

test("nothing found and a failure are said in words, and a failed search is tried again", async ({ signIn }) => {
  const page = await signIn(maya, { path: "/inbox" });
  const nothing = word();
  await field(page).fill(nothing);
  await expect(page.getByText(`Nothing found for “${nothing}”.`)).toBeVisible();
  await accessible(page);
  await page.route(SEARCH, (route) => route.fulfill(problem(503, "busy", { retryable: true })));
  await field(page).fill(word());
  await expect(page.getByRole("alert")).toContainText("could not be loaded");
  await page.unroute(SEARCH);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText(/^Nothing found/)).toBeVisible();
});

test("a search within a contact's notes finds those that are not loaded", async ({ signIn, api, person }) => {
  const [who, found, agents] = [await person(), word(), await api(sam)];
  await agents.addNote(who.first, `Long ago: ${found}`);
  for (let n = 0; n < 110; n++) await agents.addNote(who.first, `Later ${n}`);
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const search = here.panel.getByRole("searchbox", { name: "Search these notes" });
  await search.fill(found.slice(2).toUpperCase());
  await expect(here.note(found)).toBeVisible();
  await expect(here.notes.getByRole("article")).toHaveCount(1);
  await search.fill(said("nobody wrote"));
  await expect(here.panel.getByText("No note says that.")).toBeVisible();
  await search.fill("");
  await expect(here.note("Later 109")).toBeAttached();
});

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
    test(`the hits have no findings of axe, ${colorScheme} at ${viewport.width} px`, async ({ signIn, api, person }) => {
      const [who, found, agents] = [await person(), word(), await api(maya)];
      await agents.addNote(who.first, `A note: ${found}`);
      await agents.addConversationNote(who.first, `Internal: ${found}`);
      await agents.reply(who.first, `A message: ${found}`);
      await agents.change(`/contacts/${who.first.contact_id}`, { external_id: found });
      const page = await signIn(maya, { path: `/inbox?q=${found}`, colorScheme, viewport });
      for (const name of ["Contacts", "Contact notes", "Messages", "Conversation notes"]) {
        await expect(hits(page, name)).toHaveCount(1);
      }
      await accessible(page);
      await hits(page, "Messages").click();
      await expect(pane(page, who.first).said(`A message: ${found}`)).toBeFocused();
      await accessible(page);
    });
  }
}
