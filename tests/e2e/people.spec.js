// What an agent does with a person in the panel: block and unsubscribe, and lists.
import { accessible, expect, maya, said, sam, test } from "./harness.js";
import { MESSAGE, holdBack } from "./network.js";
import { inboxWith, pane, toast, undo } from "./screen.js";

const FLAGS = [
  { set: "Block", clear: "Unblock", done: "Contact blocked", why: "is blocked: no reply can be sent.", line: "blocked the contact", field: "blocked" },
  {
    set: "Unsubscribe",
    clear: "Resubscribe",
    done: "Contact unsubscribed",
    why: "is unsubscribed: no reply can be sent.",
    line: "unsubscribed the contact",
    field: "unsubscribed",
  },
];

const actions = (here) => here.section("Actions");
const button = (here, name) => actions(here).getByRole("button", { name, exact: true });
const notice = (here, why) => here.root.getByRole("status").filter({ hasText: why });

for (const { set, clear, done, why, line, field } of FLAGS) {
  test(`${set} says what it will do, stops replies for everybody at once, and Undo takes it back`, async ({ signIn, api, person }) => {
    const [who, agents] = [await person(), await api(maya)];
    const [page, other] = [
      await signIn(maya, { path: inboxWith([who.first]) }),
      await signIn(sam, { path: inboxWith([who.first]) }),
    ];
    const [here, there] = [pane(page, who.first), pane(other, who.first)];
    await expect(button(here, set)).toHaveAccessibleDescription(/^Nobody can reply/);
    await here.reply.fill("Half a reply");
    await expect(here.send).toBeEnabled();
    await button(here, set).click();
    await expect(toast(page)).toContainText(done);
    for (const side of [here, there]) {
      await expect(notice(side, why)).toBeVisible();
      await expect(side.root.getByText("will see this")).toHaveCount(0);
      await expect(button(side, clear)).toBeVisible();
      await expect(side.send).toBeDisabled();
    }
    await expect(here.reply, "what was typed stays").toHaveValue("Half a reply");
    // The team may write to each other.
    await here.noteMode.click();
    await expect(notice(here, why)).toBeHidden();
    await here.replyMode.click();
    await accessible(page);
    await expect(here.section("Activity").getByText(`${maya.name} ${line}`)).toBeVisible();
    await undo(page).click();
    for (const side of [here, there]) {
      await expect(notice(side, why)).toBeHidden();
      await expect(button(side, set)).toBeVisible();
    }
    await expect(here.send).toBeEnabled();
    await expect.poll(async () => (await agents.get(`/contacts/${who.id}`))[field]).toBe(false);
  });
}

test("the composer offers to unblock", async ({ signIn, api, person }) => {
  const [who, agents] = [await person(), await api(maya)];
  await agents.request.post(`/api/v1/contacts/${who.id}/block`);
  const page = await signIn(sam, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  await notice(here, "is blocked").getByRole("button", { name: "Unblock" }).click();
  await expect(notice(here, "is blocked")).toBeHidden();
  await expect.poll(async () => (await agents.get(`/contacts/${who.id}`)).blocked).toBe(false);
});

test("a reply under way to somebody who is blocked meanwhile is refused with the reason, and its text is kept", async ({
  signIn,
  api,
  person,
}) => {
  const [who, agents, text] = [await person(), await api(maya), said("Under way")];
  const page = await signIn(sam, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const held = await holdBack(page, MESSAGE, "PUT");
  await here.reply.fill(text);
  await here.send.click();
  await expect.poll(held.count).toBe(1);
  await agents.request.post(`/api/v1/contacts/${who.id}/block`);
  held.letGo();
  await expect(here.thread.getByRole("alert")).toContainText("The contact is blocked.");
  await here.thread.getByRole("button", { name: "Edit" }).click();
  await expect(here.reply).toHaveValue(text);
  await agents.request.post(`/api/v1/contacts/${who.id}/unblock`);
});

test("what is done without a connection is there after a reload, and arrives", async ({ signIn, api, person, networkProxy }) => {
  const [who, agents, list] = [await person(), await api(maya), said("Offline list")];
  const proxy = await networkProxy();
  const page = await signIn(sam, { at: proxy.url, path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  await expect(button(here, "Unsubscribe")).toBeVisible();
  proxy.disconnect();
  await button(here, "Unsubscribe").click();
  await here.section("Lists").getByRole("combobox", { name: "Add to a list" }).fill(list);
  await page.keyboard.press("Enter");
  await expect(button(here, "Resubscribe")).toBeVisible();
  await expect(here.section("Lists").getByText(list)).toBeVisible();
  expect((await agents.get(`/contacts/${who.id}`)).unsubscribed).toBe(false);
  proxy.reconnect();
  await expect.poll(async () => (await agents.get(`/contacts/${who.id}`)).unsubscribed).toBe(true);
  await expect.poll(async () => (await agents.get(`/contacts/${who.id}`)).lists.map(({ name }) => name)).toContain(list);
  await agents.request.post(`/api/v1/contacts/${who.id}/resubscribe`);
});

test("a list is made by typing, chosen by the next agent, and left, live in every panel", async ({ signIn, api, person }) => {
  const [who, another, name] = [await person(), await person(), said("Beta testers")];
  const [page, other] = [
    await signIn(maya, { path: inboxWith([who.first]) }),
    await signIn(sam, { path: inboxWith([who.first, another.first]) }),
  ];
  const lists = (side, conversation) => pane(side, conversation).section("Lists");
  const [mine, theirs, others] = [lists(page, who.first), lists(other, who.first), lists(other, another.first)];
  await mine.getByRole("combobox", { name: "Add to a list" }).fill(name);
  await page.keyboard.press("Enter");
  for (const side of [mine, theirs]) await expect(side.getByRole("listitem").filter({ hasText: name })).toHaveCount(1);
  const field = others.getByRole("combobox", { name: "Add to a list" });
  await field.focus();
  await expect(others.locator(`option[value="${name}"]`)).toBeAttached();
  await field.fill(name);
  await other.keyboard.press("Enter");
  await expect(others.getByRole("listitem").filter({ hasText: name })).toHaveCount(1);
  const agents = await api(maya);
  const all = async () => (await agents.get("/lists")).items.filter((list) => list.name === name);
  await expect.poll(async () => (await all()).length).toBe(1);
  await mine.getByRole("button", { name: new RegExp(`^Take off the list .*${name}`) }).click();
  for (const side of [mine, theirs]) await expect(side.getByRole("listitem").filter({ hasText: name })).toHaveCount(0);
  await expect(pane(page, who.first).section("Activity").getByText(`took them off the list ${name}`)).toBeVisible();
});

test("an agent starts a conversation on the contact's default channel, and on another one from the contact's page", async ({
  signIn,
  api,
  person,
}) => {
  const [who, agents] = [await person(), await api(maya)];
  await agents.change(`/contacts/${who.id}`, { default_channel: who.second.channel.kind });
  const page = await signIn(maya, { path: inboxWith([who.first]) });
  const start = (root) => root.getByRole("button", { name: "Start a conversation" });
  const known = (await agents.get(`/contacts/${who.id}/conversations`)).items.map(({ id }) => id);
  await start(pane(page, who.first).panel).click();
  const here = pane(page, who.second);
  await expect(here.thread.getByText("No messages yet. Write the first one below.")).toBeVisible();
  await here.reply.fill("Hello, we have news");
  await here.send.click();
  await expect(here.said("Hello, we have news")).toBeVisible();
  const started = async () => (await agents.get(`/contacts/${who.id}/conversations`)).items.filter(({ id }) => !known.includes(id));
  await expect.poll(async () => (await started()).map(({ preview }) => preview?.text)).toEqual(["Hello, we have news"]);
  const [{ assignee_id, channel }] = await started();
  expect(channel.kind).toBe(who.second.channel.kind);
  expect(assignee_id).toBe((await agents.get("/me")).agent.id);

  await page.goto(`/contacts/${who.id}`);
  const channels = page.getByRole("combobox", { name: "Channel of the new conversation" });
  await expect(channels.locator("option:checked")).toHaveAttribute("value", channel.id);
  await channels.selectOption(who.first.channel.id);
  await start(page).click();
  await expect(pane(page, who.first).thread.getByText("No messages yet.")).toBeVisible();
  await accessible(page);
});

test("a conversation that can't be started is refused with the reason", async ({ signIn, api, person }) => {
  const [who, agents] = [await person(), await api(maya)];
  await agents.request.post(`/api/v1/contacts/${who.id}/block`);
  const page = await signIn(maya, { path: `/contacts/${who.id}` });
  await page.getByRole("button", { name: "Start a conversation" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Not started: The contact is blocked." })).toBeVisible();
  await agents.request.post(`/api/v1/contacts/${who.id}/unblock`);
});
