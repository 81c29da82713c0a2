// Several conversations or contacts at once: ticked by mouse or keyboard, changed in the same way, with one undo for all.
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { holdBack, intercept, problem } from "./network.js";
import { isolated, undo } from "./screen.js";

const BULK = /\/api\/v1\/bulk\/[^/]+$/;
const select = (page) => page.getByRole("button", { name: "Select several" });
const boxes = (page) => page.getByRole("checkbox", { name: /^Select (?!all)/ });
const box = (page, who) => page.getByRole("checkbox", { name: new RegExp(`^Select .*${who.name}`) });
const rows = (page) => page.getByRole("region", { name: "Conversations", exact: true }).getByRole("listitem");
const row = (page, who) => rows(page).filter({ hasText: who.name });
const bar = (page) => page.getByRole("group", { name: "Change the selected ones" });
const action = (page, name) => bar(page).getByRole("button", { name, exact: true });
const count = (page) => bar(page).getByRole("status");

/** So many visitors, the last one on top of the list. */
async function visitors(visitor, number, options) {
  const all = [];
  for (let n = 0; n < number; n += 1) all.push(await visitor(options));
  return all;
}

const status = async (agents, who) => (await agents.get(`/conversations/${who.conversation.id}`)).status;

test("several conversations are ticked by their pictures, a range with Shift, closed for everybody, and one undo opens them", async ({
  signIn,
  visitor,
  api,
}) => {
  const [first, second, third, other] = (await visitors(visitor, 4)).reverse();
  const [page, colleague, agents] = [await signIn(maya, { path: "/inbox" }), await signIn(sam, { path: "/inbox" }), await api(maya)];
  await row(page, first).hover();
  await box(page, first).click();
  await expect(count(page)).toHaveText("1 selected");
  await box(page, third).click({ modifiers: ["Shift"] });
  await expect(count(page)).toHaveText("3 selected");
  await expect(box(page, second)).toBeChecked();
  await expect(box(page, other)).not.toBeChecked();
  await accessible(page);
  await action(page, "Close").click();
  for (const who of [first, second, third]) {
    await expect(row(page, who)).toHaveCount(0);
    await expect(row(colleague, who)).toHaveCount(0);
  }
  await expect(row(page, other)).toHaveCount(1);
  await expect(page.getByText("3 conversations closed")).toBeVisible();
  await expect(bar(page)).toHaveCount(0);
  expect(await status(agents, second)).toBe("closed");
  await undo(page).click();
  for (const who of [first, second, third]) await expect(row(colleague, who)).toHaveCount(1);
  await expect(page.getByText("3 put back as they were.")).toBeAttached();
  expect(await status(agents, second)).toBe("open");
});

test("by keyboard alone: tick, range, assign, undo, and Escape", async ({ signIn, visitor, api }) => {
  const [first, second] = (await visitors(visitor, 2)).reverse();
  const [page, agents] = [await signIn(maya, { path: "/inbox" }), await api(maya)];
  await row(page, first).getByRole("link").focus();
  await page.keyboard.press("x");
  await expect(count(page)).toHaveText("1 selected");
  await page.keyboard.press("Tab");
  await expect(box(page, first)).toBeFocused();
  await page.keyboard.press("Space");
  await expect(box(page, first)).not.toBeChecked();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(row(page, second).getByRole("link")).toBeFocused();
  await page.keyboard.press("Shift+X");
  await expect(count(page)).toHaveText("2 selected");
  await action(page, "Assign").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("searchbox", { name: "Find a teammate" })).toBeFocused();
  await page.keyboard.type("sam");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByText(`2 conversations assigned to ${isolated(sam.name)}`)).toBeVisible();
  await expect(select(page)).toBeFocused();
  await expect.poll(async () => (await agents.get(`/conversations/${first.conversation.id}`)).assignee_id).toBeTruthy();
  await undo(page).focus();
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await agents.get(`/conversations/${second.conversation.id}`)).assignee_id).toBeFalsy();
  await row(page, first).getByRole("link").focus();
  await page.keyboard.press("x");
  await page.keyboard.press("Escape");
  await expect(bar(page)).toHaveCount(0);
});

test("what fails is named and stays ticked, and the rest is done", async ({ signIn, visitor, api }) => {
  const [full, fine] = await visitors(visitor, 2);
  const [agents, tag] = [await api(maya), said("late")];
  for (let n = 0; n < 100; n += 1) await agents.put(`/contacts/${full.id}/tags/t${n}`);
  const page = await signIn(maya, { path: "/inbox" });
  await select(page).click();
  await box(page, full).click();
  await box(page, fine).click();
  await action(page, "Tags").click();
  await page.getByRole("combobox", { name: "Add a tag" }).fill(tag);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText(`1 could not be changed: ${isolated(full.name)} (has as many as possible).`);
  await expect(count(page)).toHaveText("1 selected");
  await expect(box(page, full)).toBeChecked();
  await expect(page.getByText(`“${isolated(tag)}” put on 1 contact`)).toBeVisible();
  const tags = async () => (await agents.get(`/contacts/${fine.id}`)).tags.map(({ name }) => name);
  expect(await tags()).toEqual([tag]);
  await accessible(page);
  await undo(page).click();
  await expect.poll(tags).toEqual([]);
});

test("without a connection the ticked ones are changed through the outbox, and the undo too", async ({ signIn, visitor, api }) => {
  const [first, second] = (await visitors(visitor, 2)).reverse();
  const [page, agents] = [await signIn(maya, { path: "/inbox" }), await api(maya)];
  await select(page).click();
  await box(page, first).click();
  await box(page, second).click();
  await page.context().setOffline(true);
  await action(page, "Close").click();
  await expect(row(page, first)).toHaveCount(0);
  await expect(row(page, second)).toHaveCount(0);
  await undo(page).click();
  await expect(row(page, first)).toHaveCount(1);
  await box(page, first).click();
  await action(page, "Close").click();
  await expect(row(page, first)).toHaveCount(0);
  await page.context().setOffline(false);
  await expect.poll(() => status(agents, first)).toBe("closed");
  expect(await status(agents, second)).toBe("open");
});

test("all that fit are changed, also what is not loaded; progress is shown, and it can be stopped", async ({ startServer, signIn, person, api }) => {
  const server = await startServer();
  const agents = await api(maya, { server });
  // More than one page.
  const { id: contact_id, first } = await person({ server });
  for (let n = 0; n < 90; n += 1) {
    await agents.put(`/conversations/${crypto.randomUUID()}`, { contact_id, channel_id: first.channel.id });
  }
  const open = async () => {
    const first = await agents.get("/conversations?status=open&limit=100");
    const rest = first.next_cursor ? (await agents.get(`/conversations?status=open&limit=100&cursor=${first.next_cursor}`)).items : [];
    return first.items.length + rest.length;
  };
  const before = await open();
  expect(before).toBeGreaterThan(100);
  const page = await signIn(maya, { server, path: "/inbox" });
  await select(page).click();
  await page.getByRole("checkbox", { name: "Select all that are loaded" }).click();
  await expect(count(page)).toHaveText("100 selected");
  await action(page, "Select all that fit").click();
  await expect(count(page)).toHaveText("All that fit are selected");
  await accessible(page);
  const held = await holdBack(page, BULK, "PUT");
  await action(page, "Close").click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(action(page, "Assign")).toBeDisabled();
  await accessible(page);
  held.letGo();
  await expect(page.getByText(`${before} conversations closed`)).toBeVisible();
  await expect(page.getByText("Nothing here. You are all caught up.")).toBeVisible();
  await undo(page).click();
  await expect.poll(open).toBe(before);
});

test("a refusal and a server in trouble are said, and everything stays ticked", async ({ signIn, visitor }) => {
  const who = await visitor();
  const page = await signIn(maya, { path: "/inbox" });
  await intercept(page, BULK, "PUT", (route) => route.fulfill(problem(422, "invalid-field")));
  await select(page).click();
  await box(page, who).click();
  await action(page, "Close").click();
  await expect(page.getByRole("alert")).toContainText("Stopped after 0 changes");
  await expect(box(page, who)).toBeChecked();
  await expect(row(page, who)).toHaveCount(1);
});

test("an undo that the server can't do now is offered again", async ({ signIn, visitor, api }) => {
  const who = await visitor();
  const [page, agents] = [await signIn(maya, { path: "/inbox" }), await api(maya)];
  await select(page).click();
  await box(page, who).click();
  await action(page, "Close").click();
  await expect(page.getByText("1 conversation closed")).toBeVisible();
  await page.clock.install();
  const fault = await intercept(page, /\/undo$/, "POST", (route, nth) =>
    nth <= 5 ? route.fulfill(problem(503, "busy", { retryable: true })) : route.continue(),
  );
  await undo(page).click();
  // It is tried five times, with pauses of eight seconds at most.
  await expect(async () => {
    await page.clock.runFor(2_000);
    expect(fault.count()).toBe(5);
  }).toPass({ intervals: [0] });
  await expect(page.getByText(/^Not undone:/)).toBeVisible();
  await undo(page).click();
  await expect.poll(() => status(agents, who)).toBe("open");
});

test("contacts are put on a list and taken off a tag, all at once", async ({ signIn, person, api }) => {
  const [one, other, agents] = [await person(), await person(), await api(maya)];
  const [tag, list] = [said("tag"), said("list")];
  for (const { id } of [one, other]) await agents.put(`/contacts/${id}/tags/${encodeURIComponent(tag)}`);
  const page = await signIn(maya, { path: `/contacts?tag=${encodeURIComponent(tag)}` });
  await select(page).click();
  await page.getByRole("checkbox", { name: "Select all that are loaded" }).click();
  await expect(count(page)).toHaveText("2 selected");
  await accessible(page);
  await action(page, "Lists").click();
  await page.getByRole("combobox", { name: "Add to a list" }).fill(list);
  await page.keyboard.press("Enter");
  await expect(page.getByText(`2 contacts put on the list “${isolated(list)}”`)).toBeVisible();
  expect((await agents.get(`/contacts/${one.id}`)).lists.map(({ name }) => name)).toContain(list);
  await select(page).click();
  await boxes(page).first().click();
  await action(page, "Tags").click();
  await page.getByRole("combobox", { name: "Take off a tag" }).fill(tag);
  await page.keyboard.press("Enter");
  await expect(boxes(page)).toHaveCount(1);
  await expect(page.getByText(`“${isolated(tag)}” taken off 1 contact`)).toBeVisible();
});
