// The page of contacts: everybody, by words, tag and list, with what is chosen in the address.
import { readFile } from "node:fs/promises";
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { intercept, problem } from "./network.js";

const CONTACTS = /\/api\/v1\/contacts\?/;
const heading = (page) => page.getByRole("heading", { level: 1, name: "Contacts" });
const rows = (page) => page.getByRole("list", { name: "Contacts" }).getByRole("link");
const row = (page, name) => rows(page).filter({ hasText: name });
const words = (page) => page.getByRole("textbox", { name: "Search contacts" });
const byTag = (page) => page.getByRole("combobox", { name: "Filter by tag" });
const byList = (page) => page.getByRole("combobox", { name: "Filter by list" });

/** What the people were called before: later tests are given them too. */
const before = [];
test.afterEach(async ({ api }) => {
  const agents = await api(maya);
  for (const { id, name } of before.splice(0)) await agents.change(`/contacts/${id}`, { name });
});

test("an agent finds a contact among all, by keyboard, and comes back to where they were", async ({ signIn, api, person }) => {
  const [who, agents, found] = [await person(), await api(maya), said("Zed")];
  before.push(who);
  await agents.change(`/contacts/${who.id}`, { name: found });
  const page = await signIn(maya, { path: "/inbox" });
  await page.getByRole("button", { name: "Contacts" }).focus();
  await page.keyboard.press("Enter");
  await expect(heading(page)).toBeVisible();
  await expect(page).toHaveTitle(/^(\(\d+\) )?Contacts – Sidenote$/);
  await expect.poll(() => rows(page).count()).toBeGreaterThan(10);
  await accessible(page);
  await words(page).focus();
  await page.keyboard.type(found);
  await expect(rows(page)).toHaveCount(1);
  await expect(page).toHaveURL(/\/contacts\?q=Zed/);
  await row(page, found).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: found })).toBeAttached();
  await page.goBack();
  await expect(words(page)).toHaveValue(found);
  await expect(rows(page)).toHaveCount(1);
  await words(page).focus();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/contacts$/);
  await expect.poll(() => rows(page).count()).toBeGreaterThan(10);
});

test("tag and list narrow it down, together and in the address, and nobody fits says so", async ({ signIn, api, person }) => {
  const [one, other, agents] = [await person(), await person(), await api(maya)];
  const [tag, list] = [said("tag"), said("list")];
  const id = crypto.randomUUID();
  for (const { id } of [one, other]) await agents.put(`/contacts/${id}/tags/${encodeURIComponent(tag)}`);
  await agents.put(`/contacts/${other.id}/lists/${id}`, { name: list });
  const page = await signIn(sam, { path: "/contacts" });
  await byTag(page).selectOption({ label: tag });
  await expect(rows(page)).toHaveCount(2);
  await byList(page).selectOption({ label: list });
  await expect(rows(page)).toHaveCount(1);
  await expect(row(page, other.name)).toContainText(tag);
  await expect(row(page, other.name)).toContainText(list);
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
  await expect(byTag(page).locator("option:checked")).toHaveText(tag);
  await words(page).fill("nobody has this name");
  await expect(page.getByText("No contact fits this.")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect.poll(() => rows(page).count()).toBeGreaterThan(10);
});

test("the list is live: who is new, renamed, tagged or merged is so at once", async ({ signIn, api }) => {
  const [agents, made] = [await api(maya), said("New")];
  // The newest ones: a long list renders no rows further down.
  const newest = (name) => agents.put(`/contacts/by/external-id/${encodeURIComponent(name)}`, {});
  const [who, other] = [await newest(said("One")), await newest(said("Other"))];
  const page = await signIn(sam, { path: "/contacts" });
  await expect(row(page, who.name)).toBeVisible();
  await newest(made);
  await expect(rows(page).first()).toContainText(made);
  const renamed = said("Renamed");
  await agents.change(`/contacts/${who.id}`, { name: renamed });
  await expect(row(page, renamed)).toHaveCount(1);
  await agents.request.post(`/api/v1/contacts/${who.id}/merge`, { data: { into: other.id } });
  await expect(row(page, renamed)).toHaveCount(0);
  await agents.request.post(`/api/v1/contacts/${who.id}/merge/undo`);
  await expect(row(page, renamed)).toHaveCount(1);
});

test("an agent writes first to an address, of somebody known or new, and stands in the new conversation", async ({ signIn, api, person }) => {
  const [who, agents, address] = [await person(), await api(maya), `${said("new").replace(" ", ".")}@example.com`];
  const page = await signIn(maya, { path: "/contacts" });
  const dialog = page.getByRole("dialog", { name: "New conversation" });
  const begin = dialog.getByRole("button", { name: "Start a conversation" });
  const [mail, name] = [dialog.getByRole("textbox", { name: "E-mail" }), dialog.getByRole("textbox", { name: "Name of a new contact" })];
  const email = (await agents.get("/me")).channels.find(({ kind }) => kind === "email").id;
  await page.getByRole("button", { name: "New conversation" }).click();
  await dialog.getByRole("combobox").selectOption(email);
  await expect(begin).toBeDisabled();
  await accessible(page);
  await mail.fill("no address");
  await begin.click();
  await expect(dialog.getByRole("alert")).toContainText("Write one e-mail address");
  await mail.fill(address);
  await name.fill("Nina New");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: /^Conversation with .*Nina New.*, E-mail$/ })).toBeVisible();
  const made = await agents.get(`/contacts/by/email/${encodeURIComponent(address)}`);
  expect(made.name).toBe("Nina New");

  // Somebody who is known is not made again.
  const known = `${who.id}@known.example`;
  await agents.change(`/contacts/${who.id}`, { email: known });
  await page.getByRole("button", { name: "Contacts" }).click();
  await page.getByRole("button", { name: "New conversation" }).click();
  await dialog.getByRole("combobox").selectOption(email);
  await mail.fill(known.toUpperCase());
  await name.fill("Another name");
  await begin.click();
  await expect(page.getByRole("region", { name: new RegExp(`^Conversation with .*${who.name}.*, E-mail$`) })).toBeVisible();
  expect((await agents.get(`/contacts/${who.id}`)).name).toBe(who.name);
});

test("an admin saves what the list shows as a file, and others are not offered that", async ({ signIn, api, person }) => {
  const [who, agents, tag] = [await person(), await api(maya), said("tag")];
  await agents.put(`/contacts/${who.id}/tags/${encodeURIComponent(tag)}`);
  const page = await signIn(maya, { path: `/contacts?tag=${encodeURIComponent(tag)}` });
  await expect(rows(page)).toHaveCount(1);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as CSV" }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("contacts.csv");
  const [head, line, end] = (await readFile(await download.path(), "utf8")).split("\r\n");
  expect(head).toMatch(/^\ufeffname,email,/);
  expect(line).toContain(tag);
  expect(end).toBe("");
  const other = await signIn(sam, { path: "/contacts" });
  await expect(rows(other).first()).toBeVisible();
  await expect(other.getByRole("button", { name: "Export as CSV" })).toHaveCount(0);
});

test("a list that can't be loaded says why, and is there after another try", async ({ signIn }) => {
  const page = await signIn(sam, { path: "/inbox" });
  await intercept(page, CONTACTS, "GET", (route) => route.fulfill(problem(503, "busy", { retryable: true })));
  await page.getByRole("button", { name: "Contacts" }).click();
  await expect(page.getByRole("alert")).toContainText("The server is busy.");
  await accessible(page);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(rows(page).first()).toBeVisible();
});

for (const [width, scheme] of [[390, "light"], [390, "dark"], [1440, "dark"]]) {
  test(`axe finds nothing on the page of contacts at ${width} px, ${scheme}`, async ({ signIn }) => {
    const page = await signIn(maya, { path: "/contacts" });
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: scheme });
    await expect(rows(page).first()).toBeVisible();
    await accessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}
