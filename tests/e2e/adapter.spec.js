// Another product's notes in the widget, through an adapter.
import { Chatwoot } from "./chatwoot.js";
import { expect, test } from "./guest.js";
import { profile, trash, undo } from "./screen.js";

test("the contact panel over another product's notes: read, added once, told of, deleted and brought back", async ({
  guest,
  host,
}) => {
  const chatwoot = new Chatwoot();
  host.routes.set("/chatwoot", (...all) => chatwoot.answer(...all));
  chatwoot.write(41, 6, "Prefers to be called before noon");
  const page = await guest();
  await page.evaluate(async () => {
    const { chatwoot } = await import("/inbox/adapters/chatwoot.js");
    const me = { id: 5, name: "Nora Lind" };
    const options = chatwoot({ base: "/chatwoot", account: 1, contact: 41, me, pollMs: 200 });
    await window.host.mounted("panel", { apiBase: location.origin, ...options }).ready;
  });
  const here = profile(page.locator("#panel"), "Ana Duarte");
  await expect(here.note("Prefers to be called before noon")).toContainText("Omar Haddad");

  // The answer to the first attempt is lost; the second attempt finds the note that the first has made.
  let lost = 0;
  chatwoot.beforeAnswer = async () => lost++ > 0;
  await here.write("Wants the blue one");
  await expect(here.note("Wants the blue one").locator("time")).toBeVisible();
  await expect(here.note("Wants the blue one")).toHaveCount(1);
  expect(chatwoot.posted).toBe(1);
  expect(chatwoot.notes.map(({ content }) => content)).toEqual(["Prefers to be called before noon", "Wants the blue one"]);

  // A colleague writes and deletes in the other product.
  const theirs = chatwoot.write(41, 6, "Moved to another town");
  await expect(here.note("Moved to another town")).toBeVisible();
  chatwoot.notes.splice(chatwoot.notes.indexOf(theirs), 1);
  await expect(here.note("Moved to another town")).toHaveCount(0);

  // Deleted, and restored to its place.
  await trash(here.note("Wants the blue one")).click();
  await expect(here.note("Wants the blue one")).toHaveCount(0);
  await expect.poll(() => chatwoot.notes.length).toBe(1);
  await undo(page).click();
  await expect(here.note("Wants the blue one").locator("time")).toBeVisible();
  await expect.poll(() => chatwoot.notes.map(({ content }) => content)).toContain("Wants the blue one");

  const errors = await page.evaluate(() => window.host.record.errors);
  expect(errors).toEqual([]);
});
