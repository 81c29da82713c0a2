// What is left in the browser's own files after an agent has signed out: searched byte by byte, as somebody would who
// has the disk.
import { chromium } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, fillSignIn, maya, sam, test } from "./harness.js";
import { inboxWith, pane } from "./screen.js";

/** A word that is nowhere else, short enough for no compression to split it. */
const canary = () => `canary${randomUUID().replaceAll("-", "").slice(0, 12)}`;

/** The files of a directory in which one of the words stands, in one byte or two for a character. */
async function filesWith(directory, words) {
  const found = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // The browser may remove a file of its cache meanwhile.
    const bytes = await readFile(path).catch((error) => {
      if (error.code !== "ENOENT") throw error;
      return Buffer.alloc(0);
    });
    for (const [what, word] of Object.entries(words)) {
      if (["latin1", "utf16le"].some((form) => bytes.includes(Buffer.from(word, form)))) {
        found.push(`${what}: ${path.slice(directory.length + 1)}`);
      }
    }
  }
  return found;
}

test("who signs out leaves no text in the browser's files", async ({ server, person, api, launchOptions }) => {
  const who = await person();
  const words = Object.fromEntries(
    ["draft", "emptied", "reply", "inside", "confirmed", "unsent", "refused", "colleague", "tag", "detail"].map((what) => [what, canary()]),
  );
  await (await api(sam)).addNote(who.first, `from a colleague: ${words.colleague}`);
  // The key is written in hexadecimal, and would be stored as bytes.
  const { storage_key } = await (await api(maya)).get("/me");
  words.key = storage_key;
  words.keyAsBytes = Buffer.from(storage_key, "hex").toString("latin1");
  const directory = await mkdtemp(join(tmpdir(), "sidenote-profile-"));
  try {
    const context = await chromium.launchPersistentContext(directory, { ...launchOptions, baseURL: server.url });
    const page = context.pages()[0];
    await page.goto(inboxWith([who.first]));
    await fillSignIn(page, maya);
    const here = pane(page, who.first);
    await expect(here.note(words.colleague)).toBeVisible();
    await here.write(`confirmed ${words.confirmed}`);
    await expect(here.note(words.confirmed).locator("time")).toBeVisible();
    await here.box.fill(words.emptied);
    await here.box.fill("");
    await here.noteMode.click();
    await here.conversationNote.fill(words.inside);
    await here.replyMode.click();
    await here.reply.fill(words.reply);
    await page.route("**/api/v1/contacts/*/notes/*", (route) =>
      route.request().postData()?.includes(words.refused)
        ? route.fulfill({ status: 403, contentType: "application/problem+json", body: '{"type":"/problems/forbidden","title":"x","status":403}' })
        : route.abort(),
    );
    await page.route("**/api/v1/contacts/*", (route) => (route.request().method() === "PATCH" ? route.abort() : route.continue()));
    await page.route("**/api/v1/contacts/*/tags/*", (route) => route.abort());
    await here.write(`refused ${words.refused}`);
    await expect(here.note(words.refused).getByRole("alert")).toBeVisible();
    await here.write(`unsent ${words.unsent}`);
    await expect(here.note(words.unsent)).toContainText("Not saved yet");
    await here.panel.getByRole("combobox", { name: "Add a tag" }).fill(words.tag);
    await here.panel.getByRole("combobox", { name: "Add a tag" }).press("Enter");
    await here.detail("Address").click();
    await here.panel.getByRole("textbox", { name: "Address" }).fill(words.detail);
    await here.panel.getByRole("button", { name: "Save" }).click();
    await here.box.fill(words.draft);
    await expect(here.section("Tags").getByText(words.tag)).toBeVisible();
    // The page is read from the disk once more: all of it is stored.
    await page.reload();
    await expect(here.box).toHaveValue(words.draft);
    expect(await filesWith(directory, words), "nor before").toEqual([]);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByLabel("Password")).toBeVisible();
    await context.close();
    const files = (await readdir(directory, { recursive: true })).filter((path) => path.includes("IndexedDB") && path.endsWith(".log"));
    expect(files.length, "this browser keeps a log of its storage").toBeGreaterThan(0);
    expect(await filesWith(directory, words)).toEqual([]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

/** Fills a field as some password managers do: without an event of typing. */
const fillSilently = (field, value) =>
  field.evaluate((field, value) => {
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }, value);

test("what a password manager fills in without typing signs the agent in, and in again", async ({ page, context }) => {
  const fill = async () => {
    await fillSilently(page.getByRole("textbox", { name: "E-mail", exact: true }), maya.email);
    await fillSilently(page.getByLabel("Password", { exact: true }), maya.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByLabel("Password", { exact: true })).toBeHidden();
  };
  await page.goto("/");
  await fill();
  await expect(page.getByRole("navigation", { name: "Sections" })).toBeVisible();
  await context.clearCookies();
  await page.getByRole("button", { name: "Assigned to me", exact: true }).click();
  await expect(page.getByLabel("Password", { exact: true })).toBeVisible();
  await fill();
});
