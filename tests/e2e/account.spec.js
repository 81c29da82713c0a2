// One's own settings: name, Enter sends, password, and where one is signed in.
import { accessible, expect, maya, sam, test } from "./harness.js";

const section = (page, name) => page.getByRole("region", { name }).or(page.getByRole("form", { name }));

test("an agent changes their name for everybody, how Enter works, and their password", async ({ startServer, signIn }) => {
  const server = await startServer();
  const [page, colleague] = [await signIn(sam, { server, path: "/inbox" }), await signIn(maya, { server, path: "/settings/team" })];
  await page.getByRole("button", { name: "Settings" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await expect(page).toHaveURL(/\/settings\/me$/);
  await expect(page).toHaveTitle(/Settings – Sidenote$/);
  await accessible(page);
  const name = section(page, "Your name");
  await expect(name.getByRole("button", { name: "Save" })).toBeDisabled();
  await name.getByRole("textbox").fill("Samuel Rivera");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved.")).toBeAttached();
  await expect(name.getByRole("button", { name: "Save" })).toBeDisabled();
  await expect(colleague.getByText("Samuel Rivera")).toBeVisible();
  await page.getByRole("checkbox", { name: "Enter sends" }).check();
  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Enter sends" })).toBeChecked();
  await expect(section(page, "Your name").getByRole("textbox")).toHaveValue("Samuel Rivera");

  const password = section(page, "Password");
  await password.getByLabel("Your password now").fill("guessed");
  await password.getByLabel(/^The new one/).fill("another password");
  await password.getByRole("button", { name: "Change the password" }).click();
  await expect(password.getByRole("alert")).toHaveText("That is not your password now.");
  await accessible(page);
  await password.getByLabel("Your password now").fill(sam.password);
  await password.getByRole("button", { name: "Change the password" }).click();
  await expect(password.getByRole("status")).toHaveText("Changed. You are signed out everywhere else.");
  const again = await signIn({ ...sam, password: "another password" }, { server, byForm: true });
  await expect(again.getByRole("heading", { name: "All conversations" })).toBeVisible();
});

test("an agent sees where they are signed in, and signs out everywhere else at once", async ({ startServer, signIn }) => {
  const server = await startServer();
  const there = await signIn(sam, { server, byForm: true, path: "/inbox" });
  await expect(there.getByRole("heading", { name: "All conversations" })).toBeVisible();
  const page = await signIn(sam, { server, byForm: true, path: "/inbox" });
  await page.getByRole("button", { name: "Settings" }).click();
  const sessions = section(page, "Where you are signed in");
  await expect(sessions.getByRole("listitem")).toHaveCount(2);
  await expect(sessions.getByRole("listitem").first()).toContainText("since");
  await sessions.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(sessions.getByRole("listitem")).toHaveCount(1);
  await expect(sessions.getByRole("listitem")).toContainText("Here");
  await expect(sessions.getByRole("button", { name: "Sign out everywhere else" })).toBeDisabled();
  await expect(there.getByRole("dialog").getByRole("button", { name: "Sign in" })).toBeVisible();
});
