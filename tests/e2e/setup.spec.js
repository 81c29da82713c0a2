// The first hour: nothing but an empty database and the address that the server prints.
import { accessible, expect, test } from "./harness.js";

test("over an empty database the printed address makes the organization and its admin, once, without a terminal", async ({ startServer, browser }) => {
  const server = await startServer("", { demo: false });
  const [address] = /http:\S+\/setup#\S+/.exec(server.output);
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  await expect(page).toHaveTitle("Set up Sidenote – Sidenote");
  await accessible(page);
  await page.getByLabel("The organization’s name").fill("Acme Ltd");
  await page.getByLabel(/^Its short name/).fill("Acme!");
  await page.getByLabel("Your name").fill("Maya");
  await page.getByLabel("Your e-mail address").fill("maya@acme.test");
  await page.getByLabel(/^A password/).fill("a long password");
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByRole("alert")).toContainText("Not valid: Its short name");
  await accessible(page);
  await page.getByLabel(/^Its short name/).fill("acme");
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByText("Nothing here. You are all caught up.")).toBeVisible();
  await expect(page.getByText("Acme Ltd")).toBeVisible();
  await accessible(page);
  await page.getByRole("button", { name: "Team" }).click();
  await expect(page.getByRole("list", { name: "Agents" })).toContainText("Maya (you)");

  const late = await (await browser.newContext()).newPage();
  await late.goto(address);
  await expect(late.getByRole("alert")).toContainText("This address is not valid.");
  await server.restart();
  expect(server.output).not.toContain("/setup#");
});
