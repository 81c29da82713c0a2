// Contacts from a file: what is shown before the import, what comes of it, and twice changes nothing.
import { readFile } from "node:fs/promises";
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { intercept, problem } from "./network.js";

const IMPORT = /\/api\/v1\/contacts\/import$/;
const dialog = (page) => page.getByRole("dialog", { name: "Import contacts" });
const counts = (page) => dialog(page).getByRole("listitem");
const choose = (page, text, name = "people.csv") =>
  dialog(page).getByLabel("Choose a file").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
const start = (page) => dialog(page).getByRole("button", { name: "Import", exact: true });

async function open(page) {
  await page.getByRole("button", { name: "Import…" }).click();
  await expect(dialog(page)).toBeVisible();
}

test("an admin imports a file: its columns are recognized, can be changed, and the same file again changes nothing", async ({ signIn, api }) => {
  const [one, two, tag] = [said("Ines"), said("Otto"), said("spring")];
  const id = (name) => name.replace(" ", "-");
  const file = [
    "First name;Last name;E-mail;Shoe size;Labels",
    `${one};Prado;${id(one)}@mail.example;"${tag}, vip";`,
    `${two};;${id(two)}@mail.example;${tag};`,
  ].join("\r\n");
  const page = await signIn(maya, { path: "/contacts" });
  await open(page);
  await accessible(page);
  await expect(start(page)).toBeDisabled();
  await choose(page, file);
  await expect(dialog(page).getByText("2 rows.")).toBeVisible();
  await expect(dialog(page).getByRole("cell", { name: "Prado" })).toBeVisible();
  await expect(dialog(page).getByRole("combobox", { name: /E-mail/ }).locator("option:checked")).toHaveText("E-mail");
  const size = dialog(page).getByRole("combobox", { name: /Shoe size/ });
  await expect(size.locator("option:checked")).toHaveText("Leave out");
  await size.selectOption("Tags");
  await accessible(page);
  await start(page).click();
  await expect(dialog(page).getByRole("status")).toHaveText("The import is done.");
  await expect(counts(page)).toHaveText(["2 new", "0 changed", "0 unchanged", "0 with problems"]);
  await accessible(page);
  await dialog(page).getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("link").filter({ hasText: `${one} Prado` })).toContainText(tag);
  const agents = await api(maya);
  const known = await agents.get(`/contacts/by/email/${id(one)}@mail.example`);
  expect(known.tags.map(({ name }) => name).toSorted()).toEqual([tag, "vip"].toSorted());
  await open(page);
  await choose(page, file);
  await dialog(page).getByRole("combobox", { name: /Shoe size/ }).selectOption("Tags");
  await start(page).click();
  await expect(counts(page)).toHaveText(["0 new", "0 changed", "2 unchanged", "0 with problems"]);
});

test("what was exported is imported without a change, and details are replaced only if that is chosen", async ({ startServer, signIn, api }) => {
  const server = await startServer();
  const page = await signIn(maya, { server, path: "/contacts" });
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as CSV" }).click();
  const exported = await readFile(await (await saved).path(), "utf8");
  await open(page);
  await choose(page, exported);
  await dialog(page).getByRole("radio", { name: "Replace them by those of the file" }).check();
  await start(page).click();
  await expect(dialog(page).getByRole("status")).toHaveText("The import is done.");
  await expect(counts(page).nth(0)).toHaveText("0 new");
  await expect(counts(page).nth(1)).toHaveText("0 changed");
  await dialog(page).getByRole("button", { name: "Close" }).click();
  const agents = await api(maya, { server });
  const who = (await agents.get("/contacts?limit=100")).items.find(({ email, language }) => email && language);
  const language = async () => (await agents.get(`/contacts/${who.id}`)).language;
  const file = `email,language\n${who.email},nl\n`;
  for (const [choice, after] of [["Fill the empty ones only", who.language], ["Replace them by those of the file", "nl"]]) {
    await open(page);
    await choose(page, file);
    await dialog(page).getByRole("radio", { name: choice }).check();
    await start(page).click();
    await expect(dialog(page).getByRole("status")).toHaveText("The import is done.");
    await dialog(page).getByRole("button", { name: "Close" }).click();
    expect(await language()).toBe(after);
  }
});

test("rows with problems are named, and after a failure the import goes on", async ({ signIn }) => {
  const name = said("row").replace(" ", "-");
  const rows = Array.from({ length: 150 }, (_, n) => `${name}-${n}@mail.example,`);
  rows[119] = "no address,";
  rows[5] = `${name}-5@mail.example,31.31.1990`;
  const page = await signIn(maya, { path: "/contacts" });
  await open(page);
  await choose(page, `Name\nNobody is known by this`);
  await expect(dialog(page).getByRole("alert")).toContainText("One column must hold the e-mail address");
  await expect(start(page)).toBeDisabled();
  await choose(page, "PK\u0003\u0004", "people.xlsx");
  await expect(dialog(page).getByRole("alert")).toHaveText("This file is no text. Save the table as CSV first.");
  await choose(page, "Email");
  await expect(dialog(page).getByRole("alert")).toHaveText("There is no row in this file.");
  await choose(page, ["Email,Birthday", ...rows].join("\n"));
  await intercept(page, IMPORT, "POST", (route, nth) => (nth === 2 ? route.fulfill(problem(403, "forbidden")) : route.continue()));
  await start(page).click();
  await expect(dialog(page).getByRole("alert")).toContainText("The import has stopped.");
  await expect(dialog(page).getByRole("status")).toHaveText("100 of 150 rows");
  await accessible(page);
  await dialog(page).getByRole("button", { name: "Go on" }).click();
  await expect(dialog(page).getByRole("status")).toHaveText("The import is done.");
  await expect(dialog(page).getByText("148 new")).toBeVisible();
  await expect(dialog(page).getByText("Row 7: “Birthday” is not valid")).toBeVisible();
  await expect(dialog(page).getByText("Row 121: “E-mail” is not valid")).toBeVisible();
});

test("an agent who is no admin is not offered the import", async ({ signIn }) => {
  const page = await signIn(sam, { path: "/contacts" });
  await expect(page.getByRole("button", { name: "New conversation" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Import…" })).toHaveCount(0);
});
