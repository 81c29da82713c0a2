// The team: an admin invites somebody by a link, who joins; roles, and who is removed is out at once.
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { intercept, problem } from "./network.js";

const PASSWORD = "a long password";
const agents = (page) => page.getByRole("list", { name: "Agents" }).getByRole("listitem");
const agent = (page, name) => agents(page).filter({ hasText: name });
const invited = (page) => page.getByRole("region", { name: "Open invitations" }).getByRole("listitem");

async function invite(page, email, role) {
  await page.getByRole("textbox", { name: "E-mail address" }).fill(email);
  if (role) await page.getByRole("combobox", { name: "Role", exact: true }).selectOption(role);
  await page.getByRole("button", { name: "Make a link" }).click();
  return page.getByRole("textbox", { name: /^The link for/ }).inputValue();
}

async function join(page, name) {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel(/^A password/).fill(PASSWORD);
  await page.getByRole("button", { name: "Join" }).click();
}

test("an admin invites somebody, who joins by the link once and is in the inbox", async ({ startServer, signIn, browser }) => {
  const server = await startServer();
  const page = await signIn(maya, { server, path: "/inbox" });
  await page.getByRole("button", { name: "Team" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Team" })).toBeVisible();
  await expect(page).toHaveURL(/\/settings\/team$/);
  await expect(page).toHaveTitle(/Team – Sidenote$/);
  await expect(page.getByText("Nobody is invited at the moment.")).toBeVisible();
  await accessible(page);
  const link = await invite(page, "nora@acme.test", "Admin");
  await expect(invited(page)).toContainText("nora@acme.test");
  await expect(invited(page)).toContainText("as Admin, until");
  await accessible(page);

  const guest = await (await browser.newContext({ baseURL: server.url })).newPage();
  await guest.goto(link);
  await expect(guest.locator("form p").first()).toContainText(`${maya.name} invites you to`);
  await expect(guest).toHaveTitle(/Join the team – Sidenote$/);
  await accessible(guest);
  await join(guest, "Nora Lind");
  await expect(guest.getByRole("heading", { name: "All conversations" })).toBeVisible();
  await expect(guest).toHaveURL(`${server.url}/inbox`);
  await expect(agent(page, "Nora Lind")).toBeVisible();
  await expect(page.getByText("Nobody is invited at the moment.")).toBeVisible();
  await expect(agent(page, "Nora Lind").getByRole("combobox").locator("option:checked")).toHaveText("Admin");

  const late = await (await browser.newContext({ baseURL: server.url })).newPage();
  await late.goto(link);
  await expect(late.getByRole("alert")).toContainText("This link is not valid any more.");
  await accessible(late);

  // Once more with what she typed: by the sign-in.
  const again = await signIn({ email: "nora@acme.test", password: PASSWORD, name: "Nora Lind" }, { server, byForm: true });
  await expect(again.getByText("Nora Lind").first()).toBeVisible();
});

test("an agent who is removed is out at once; the last admin stays one", async ({ startServer, signIn }) => {
  const server = await startServer();
  const [page, other] = [await signIn(maya, { server, path: "/settings/team" }), await signIn(sam, { server, path: "/inbox" })];
  await expect(other.getByRole("heading", { name: "All conversations" })).toBeVisible();
  await expect(other.getByRole("button", { name: "Team" })).toHaveCount(0);
  await expect(agent(page, maya.name).getByRole("button")).toHaveCount(0);
  await agent(page, maya.name).getByRole("combobox").selectOption("Agent");
  await expect(page.getByRole("alert")).toContainText("The organization needs an admin.");
  await expect(agent(page, maya.name).getByRole("combobox").locator("option:checked")).toHaveText("Admin");
  // A role is there at once, without a reload.
  await agent(page, sam.name).getByRole("combobox").selectOption("Admin");
  await expect(other.getByRole("button", { name: "Team" })).toBeVisible();
  await agent(page, sam.name).getByRole("combobox").selectOption("Agent");
  await expect(other.getByRole("button", { name: "Team" })).toHaveCount(0);
  await agent(page, sam.name).getByRole("button", { name: /^Remove / }).click();
  const dialog = page.getByRole("dialog", { name: /^Remove .*Sam Rivera.* from the team\?$/ });
  await expect(dialog).toBeVisible();
  await accessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(agent(page, sam.name)).toHaveCount(1);
  await agent(page, sam.name).getByRole("button", { name: /^Remove / }).click();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(agent(page, sam.name)).toHaveCount(0);
  await expect(other.getByRole("dialog").getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("an invitation is withdrawn; a refusal and a failure are said", async ({ startServer, signIn, browser }) => {
  const server = await startServer();
  const page = await signIn(maya, { server, path: "/settings/team" });
  await page.getByRole("textbox", { name: "E-mail address" }).fill(sam.email);
  await page.getByRole("button", { name: "Make a link" }).click();
  await expect(page.getByRole("alert")).toHaveText("Somebody in the team has this e-mail address.");
  const link = await invite(page, `${said("nora").replace(" ", "-")}@acme.test`);
  const fault = await intercept(page, /\/api\/v1\/invitations\/[^/]+$/, "DELETE", (route, nth) =>
    nth === 1 ? route.fulfill(problem(500, "internal")) : route.continue(),
  );
  await invited(page).getByRole("button", { name: /^Withdraw/ }).click();
  await expect(page.getByText(/^The invitation was not withdrawn\./)).toBeVisible();
  expect(fault.count()).toBe(1);
  await invited(page).getByRole("button", { name: /^Withdraw/ }).click();
  await expect(page.getByText("Nobody is invited at the moment.")).toBeVisible();
  const guest = await (await browser.newContext({ baseURL: server.url })).newPage();
  await guest.goto(link);
  await expect(guest.getByRole("alert")).toContainText("This link is not valid any more.");
});

test("who is no admin is told so at the address of the team", async ({ signIn }) => {
  const page = await signIn(sam, { path: "/settings/team" });
  await expect(page.getByText("Only an admin can change the team.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Make a link" })).toHaveCount(0);
  await accessible(page);
});
