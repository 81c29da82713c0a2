// The inbox: finding, reading and answering a conversation, assigning it, and closing it.
import { expect, fillSignIn, gia, maya, said, sam, test } from "./harness.js";
import { intercept, problem } from "./network.js";
import { CHANNELS, inboxWith, isolated, pane, profile, row, toast, trash } from "./screen.js";

const list = (page) => page.getByRole("region", { name: "Conversations", exact: true });
const rows = (page) => list(page).getByRole("listitem");
const section = (page, name) => page.getByRole("navigation", { name: "Sections" }).getByRole("button", { name });
const tab = (page, name) => page.getByRole("group", { name: "Status" }).getByRole("button", { name });
const filter = (page, name) => page.getByRole("combobox", { name, exact: true });
/** The names in the list, from the top. */
const namesIn = (conversations) => conversations.map(({ contact }) => contact.name);

/** The list shows exactly these, in this order, as far as it renders rows. */
async function expectRows(page, conversations) {
  await expect(rows(page).first()).toBeVisible();
  await expect
    .poll(async () => {
      const shown = await rows(page).locator("bdi").first().or(rows(page).locator(".row-name")).allTextContents();
      return shown.slice(0, 8);
    })
    .toEqual(namesIn(conversations).slice(0, 8));
}

test("sections and tabs show the conversations that the server has for them", async ({ signIn, startServer, api }) => {
  const server = await startServer();
  const agents = await api(sam, { server });
  const page = await signIn(sam, { server });
  for (const [name, query] of [
    ["All conversations", "section=all"],
    ["Assigned to me", "section=mine"],
    ["Unassigned", "section=unassigned"],
  ]) {
    await section(page, name).click();
    await expect(section(page, name)).toHaveAttribute("aria-current", "page");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    for (const status of ["Open", "Automated", "Closed"]) {
      await tab(page, status).click();
      await expect(tab(page, status)).toHaveAttribute("aria-pressed", "true");
      const wanted = await agents.conversations(`&${query}&status=${status.toLowerCase()}`);
      if (wanted.length) await expectRows(page, wanted);
      else await expect(list(page).getByText("Nothing here. You are all caught up.")).toBeVisible();
    }
  }
});

test("the list is filtered by channel and by agent, and sorted newest, oldest, or unread first", async ({
  signIn,
  startServer,
  api,
}) => {
  const server = await startServer();
  const agents = await api(maya, { server });
  const { channels, agents: team } = await agents.get("/me");
  const page = await signIn(maya, { server });
  const whatsapp = channels.find(({ kind }) => kind === "whatsapp");
  await filter(page, "Channel").selectOption(whatsapp.id);
  await expectRows(page, await agents.conversations(`&status=open&channel=${whatsapp.id}`));
  const priya = team.find(({ name }) => name === "Priya Raman");
  await filter(page, "Agent").selectOption(priya.id);
  await expectRows(page, await agents.conversations(`&status=open&channel=${whatsapp.id}&assignee=${priya.id}`));
  await filter(page, "Channel").selectOption("");
  await expectRows(page, await agents.conversations(`&status=open&assignee=${priya.id}`));
  await filter(page, "Agent").selectOption("");
  await filter(page, "Sort").selectOption("oldest");
  await expectRows(page, await agents.conversations("&status=open&sort=oldest"));
  await filter(page, "Sort").selectOption("unread");
  const unread = await agents.conversations("&status=open&sort=unread");
  expect(unread[0].unread).toBe(true);
  await expectRows(page, unread);
  await expect(rows(page).first()).toContainText("Unread");
});

test("filters that nothing fits say so and offer to be cleared", async ({ signIn, api }) => {
  const { channels } = await (await api(maya)).get("/me");
  const voice = channels.find(({ kind }) => kind === "voice");
  const page = await signIn(maya, { path: `/inbox?status=automated&channel=${voice.id}` });
  await expect(list(page).getByText("No conversation fits these filters.")).toBeVisible();
  await list(page).getByRole("button", { name: "Clear filters" }).click();
  await expect(filter(page, "Channel")).toHaveValue("");
  await expect(tab(page, "Automated")).toHaveAttribute("aria-pressed", "true");
  await expect(rows(page).first()).toBeVisible();
});

test("a row says who, on which channel, what was said last, whose it is and whether it is unread", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor({ says: said("Is anybody there?") });
  const agents = await api(maya);
  const { agents: team } = await agents.get("/me");
  await agents.change(`/conversations/${who.conversation.id}`, { assignee_id: team.find(({ name }) => name === sam.name).id });
  const page = await signIn(sam);
  const item = row(page, who.conversation).root;
  await expect(item).toContainText("Is anybody there?");
  await expect(item.getByRole("img", { name: "Web chat" })).toBeVisible();
  await expect(item).toContainText(`Assigned to ${sam.name}`);
  await expect(item).toContainText("Unread");
  await expect(item.locator("time")).toHaveText(/^\d\d:\d\d$/);
  // Opening it marks it as read, for this agent only.
  await row(page, who.conversation).link.click();
  await expect(item).not.toContainText("Unread");
  expect((await agents.get(`/conversations/${who.conversation.id}`)).unread).toBe(true);
  await expect.poll(async () => (await (await api(sam)).get(`/conversations/${who.conversation.id}`)).unread).toBe(false);
  // The row's preview shows a conversation note, marked as one; it never shows a contact note.
  const inside = said("For the team");
  await agents.addConversationNote(who.conversation, inside);
  await expect(item).toContainText(`Note: ${inside}`);
  const note = await agents.addNote(who.conversation, said("About them"));
  await expect(pane(page, who.conversation).icon).toHaveAccessibleName("Contact profile, 1 new note");
  await expect(item).not.toContainText(note.body);
  await expect(item).toContainText(`Note: ${inside}`);
});

test("the address carries filters, panes and panels: reload, back and forward, and another tab show the same", async ({
  signIn,
  visitor,
}) => {
  const [who, other] = [await visitor(), await visitor()];
  const page = await signIn(maya);
  await filter(page, "Sort").selectOption("unread");
  await expect(page).toHaveURL(/sort=unread/);
  await page.goto(inboxWith([who.conversation], { panels: [], sort: "unread" }));
  await row(page, other.conversation).beside.click();
  await pane(page, other.conversation).icon.click();
  await expect(pane(page, other.conversation).panel).toBeVisible();
  const address = page.url();
  expect(address).toContain(inboxWith([who.conversation, other.conversation], { panels: [other.conversation], sort: "unread" }));
  const asLeft = async (screen) => {
    await expect(pane(screen, who.conversation).root).toBeVisible();
    await expect(pane(screen, who.conversation).panel).toBeHidden();
    await expect(pane(screen, other.conversation).panel).toBeVisible();
    await expect(filter(screen, "Sort")).toHaveValue("unread");
  };
  await page.reload();
  await asLeft(page);
  await page.goBack();
  await expect(pane(page, other.conversation).root).toBeVisible();
  await expect(pane(page, other.conversation).panel).toBeHidden();
  await page.goBack();
  await expect(pane(page, other.conversation).root).toBeHidden();
  await expect(pane(page, who.conversation).root).toBeVisible();
  await page.goForward();
  await page.goForward();
  await asLeft(page);
  const second = await page.context().newPage();
  await second.goto(address);
  await asLeft(second);
});

test("conversations open beside each other, of one contact too, and each pane can be closed", async ({ signIn, person, visitor }) => {
  const [who, other] = [await person(), await visitor()];
  const page = await signIn(maya, { path: `/inbox?status=any&open=${who.first.id}` });
  const panes = page.getByRole("region", { name: /^Conversation with / });
  await expect(panes).toHaveCount(1);
  await row(page, other.conversation).beside.click();
  await expect(panes).toHaveCount(2);
  await page.goto(inboxWith([who.first, who.second, other.conversation], { panels: [] }));
  await expect(panes).toHaveCount(3);
  const boxes = await panes.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
  expect(boxes, "side by side, in the order they were opened").toEqual([...boxes].sort((a, b) => a - b));
  await pane(page, who.second).close.click();
  await expect(panes).toHaveCount(2);
  await expect(pane(page, who.second).root).toBeHidden();
  expect(page.url()).not.toContain(who.second.id);
  await pane(page, who.first).close.click();
  await pane(page, other.conversation).close.click();
  await expect(page.getByText("Choose a conversation to read it here.")).toBeVisible();
});

test("a conversation is assigned by keyboard, with a search, and a colleague sees it live", async ({
  signIn,
  person,
  api,
}) => {
  const who = await person();
  await (await api(maya)).change(`/conversations/${who.first.id}`, { assignee_id: null });
  const page = await signIn(maya, { path: inboxWith([who.first], { panels: [] }) });
  const sams = await signIn(sam, { path: inboxWith([who.first], { panels: [] }) });
  await expect(pane(sams, who.first).assign).toHaveAccessibleName("Assign: Unassigned");
  const here = pane(page, who.first);
  await here.assign.focus();
  await page.keyboard.press("Enter");
  const search = page.getByRole("searchbox", { name: "Find a teammate" });
  await expect(search).toBeFocused();
  await page.keyboard.type("nobody by that name");
  await expect(page.getByText("No teammate by that name.")).toBeVisible();
  await search.fill("");
  await expect(page.getByRole("dialog").getByRole("button", { name: `${maya.name} (you)` })).toBeVisible();
  await expect(page.getByRole("dialog").getByText("Jonas Weber"), "who was removed can't be chosen").toBeHidden();
  await search.fill("prIY");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Priya Raman", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(search).toBeHidden();
  await expect(here.assign).toHaveAccessibleName(`Assign: ${isolated("Priya Raman")}`);
  await expect(here.assign, "the focus is where it came from").toBeFocused();
  await expect(pane(sams, who.first).assign).toHaveAccessibleName(`Assign: ${isolated("Priya Raman")}`);
  await page.keyboard.press("Enter");
  await expect(search).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(search).toBeHidden();
  await expect(here.assign).toBeFocused();
});

test("a conversation is closed and reopened, leaves the open list and comes back, for a colleague too", async ({
  signIn,
  visitor,
}) => {
  const who = await visitor();
  const page = await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) });
  const sams = await signIn(sam);
  await expect(row(sams, who.conversation).root).toBeVisible();
  const here = pane(page, who.conversation);
  await here.finish.click();
  await expect(here.reopen).toBeVisible();
  await expect(here.root.getByText("Closed", { exact: true })).toBeVisible();
  await expect(row(page, who.conversation).root).toBeHidden();
  await expect(row(sams, who.conversation).root).toBeHidden();
  await tab(sams, "Closed").click();
  await expect(row(sams, who.conversation).root).toBeVisible();
  // A second click within half a second would belong to the first.
  await here.reopen.press("Enter");
  await expect(here.finish).toBeVisible();
  await expect(row(page, who.conversation).root).toBeVisible();
  await expect(row(sams, who.conversation).root).toBeHidden();
});

test("what a contact writes in the web chat shows live, and reopens a closed conversation", async ({
  signIn,
  visitor,
  chatPage,
  api,
}) => {
  const text = said("One more thing");
  const who = await visitor();
  await (await api(sam)).change(`/conversations/${who.conversation.id}`, { status: "closed" });
  const page = await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) });
  const here = pane(page, who.conversation);
  await expect(here.reopen).toBeVisible();
  const chat = await chatPage(who);
  await chat.getByRole("textbox", { name: "Your message" }).fill(text);
  await chat.getByRole("button", { name: "Send" }).click();
  await expect(here.said(text)).toBeVisible();
  await expect(here.finish).toBeVisible();
  await expect(rows(page).first(), "the newest is at the top").toContainText(text);
});

test("a reply reaches the contact's chat page, under the agent's first name", async ({ signIn, visitor, chatPage }) => {
  const text = said("We are looking into it");
  const who = await visitor();
  const chat = await chatPage(who);
  const here = pane(await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) }), who.conversation);
  await here.reply.fill(text);
  await here.send.click();
  await expect(here.said(text).locator("time")).toBeVisible();
  await expect(here.said(text)).not.toContainText("Not delivered");
  const message = chat.getByRole("listitem").filter({ hasText: text });
  await expect(message).toContainText("Maya");
  await expect(message).not.toContainText("Lindqvist");
  await expect(here.reply).toHaveValue("");
});

test("a reply on a channel with no way out says that it was not delivered", async ({ signIn, api }) => {
  const text = said("Your table is booked");
  const agents = await api(maya);
  const { channels } = await agents.get("/me");
  const [sms] = await agents.conversations(`&channel=${channels.find(({ kind }) => kind === "sms").id}`);
  const here = pane(await signIn(maya, { path: inboxWith([sms], { panels: [] }) }), sms);
  await here.reply.fill(text);
  await here.send.click();
  await expect(here.said(text)).toContainText("Not delivered: this channel has no way to send yet.");
});

test("when a colleague's note was the last word, a reply is warned to go to the contact", async ({ signIn, visitor, api }) => {
  const who = await visitor();
  const page = await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) });
  const here = pane(page, who.conversation);
  const name = who.conversation.contact.name;
  const warning = here.root.getByText(`This reply goes to ${name}. Switch to Note to answer ${sam.name}.`);
  await expect(here.reply).toBeVisible();
  await expect(warning).toBeHidden();
  await (await api(sam)).addConversationNote(who.conversation, said("Maya, can you take this?"));
  await expect(warning).toBeVisible();
  await here.root.getByRole("button", { name: "Switch to Note" }).click();
  await expect(here.conversationNote).toBeVisible();
  await expect(warning).toBeHidden();
  const answer = said("I will");
  await here.conversationNote.fill(answer);
  await here.addConversationNote.click();
  await expect(here.said(answer).locator("time")).toBeVisible();
  await expect(here.conversationNote, "sending a note does not change the mode").toBeVisible();
  await here.replyMode.click();
  await expect(warning, "the last word is her own").toBeHidden();
});

test("a conversation note is in the order of the thread, and can be deleted and brought back", async ({
  signIn,
  visitor,
  api,
}) => {
  const [before, inside, after] = [said("First word"), said("Between"), said("Last word")];
  const who = await visitor({ says: before });
  await (await api(maya)).addConversationNote(who.conversation, inside);
  await who.say(after);
  const page = await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) });
  const here = pane(page, who.conversation);
  await expect(here.thread.getByRole("article")).toHaveText([before, inside, after].map((text) => new RegExp(text)));
  await trash(here.said(inside)).click();
  await expect(here.said(inside)).toHaveCount(0);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(here.thread.getByRole("article")).toHaveText([before, inside, after].map((text) => new RegExp(text)));
});

test("details are edited in place and saved field by field, seen live by a colleague, and refused with a reason", async ({
  signIn,
  visitor,
}) => {
  const who = await visitor();
  const [phone, name] = ["+1 555 0177", said("Renée")];
  const page = await signIn(maya, { path: inboxWith([who.conversation]) });
  const sams = pane(await signIn(sam, { path: inboxWith([who.conversation]) }), who.conversation);
  const here = pane(page, who.conversation);
  const edit = async (panel, field, value) => {
    await panel.detail(field).click();
    const input = panel.panel.getByRole("textbox", { name: field, exact: true });
    await input.fill(value);
    await input.press("Enter");
  };
  await expect(sams.detail("Phone")).toBeVisible();
  await edit(here, "Phone", phone);
  await expect(here.detail("Phone")).toContainText(phone);
  await expect(sams.detail("Phone")).toContainText(phone);
  await edit(here, "Birthday", "yesterday");
  await expect(here.panel.getByText("Write the date as YYYY-MM-DD.")).toBeVisible();
  await here.panel.getByRole("button", { name: "Cancel" }).click();
  await expect(here.detail("Birthday")).toContainText("Add");
  await edit(here, "E-mail", "not an address");
  await expect(here.panel.getByText("Write one e-mail address, such as ana@example.com.")).toBeVisible();
  await expect(here.panel.getByRole("textbox", { name: "E-mail", exact: true })).toHaveValue("not an address");
  await page.keyboard.press("Escape");
  await expect(here.detail("E-mail")).toBeVisible();
  await here.detail("Default channel").click();
  await here.panel.getByRole("combobox", { name: "Default channel" }).selectOption({ label: "WhatsApp" });
  await here.panel.getByRole("button", { name: "Save" }).click();
  await expect(sams.detail("Default channel")).toContainText("WhatsApp");
  // A new name appears everywhere at once: in both heads, the list and the composer.
  await edit(here, "Name", name);
  const renamed = { ...who.conversation, contact: { name } };
  await expect(pane(page, renamed).panel.getByRole("heading", { level: 2 })).toHaveText(name);
  await expect(pane(page, renamed).reply).toBeVisible();
  await expect(row(page, renamed).root).toBeVisible();
});

for (const [choice, wins] of [["Keep mine", "Mine"], ["Keep theirs", "Theirs"]]) {
  test(`two agents change one detail: the second is told, and “${choice}” decides`, async ({ signIn, visitor, api }) => {
    const who = await visitor();
    const page = await signIn(maya, { path: inboxWith([who.conversation]) });
    const here = pane(page, who.conversation);
    await here.detail("Address").click();
    const input = here.panel.getByRole("textbox", { name: "Address", exact: true });
    await input.fill("Mine");
    await (await api(sam)).change(`/contacts/${who.id}`, { address: "Theirs", external_id: "Something else" });
    await input.press("Control+Enter");
    await expect(here.panel.getByRole("alert").filter({ hasText: "Somebody changed this to “Theirs”" })).toBeVisible();
    expect((await (await api(sam)).get(`/contacts/${who.id}`)).address, "nothing is overwritten silently").toBe("Theirs");
    await here.panel.getByRole("button", { name: choice }).click();
    await expect(here.detail("Address")).toContainText(wins);
    await expect(here.detail("External id")).toContainText("Something else");
    await expect.poll(async () => (await (await api(sam)).get(`/contacts/${who.id}`)).address).toBe(wins);
  });
}

test("a change of another detail in the meantime is no conflict", async ({ signIn, visitor, api }) => {
  const who = await visitor();
  const here = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
  await here.detail("Phone").click();
  await here.panel.getByRole("textbox", { name: "Phone", exact: true }).fill("+1 555 0142");
  await (await api(sam)).change(`/contacts/${who.id}`, { external_id: "Changed meanwhile" });
  await here.panel.getByRole("button", { name: "Save" }).click();
  await expect(here.detail("Phone")).toContainText("+1 555 0142");
  await expect(here.detail("External id")).toContainText("Changed meanwhile");
});

test("activity says who did what, and never a note's text", async ({ signIn, visitor, api }) => {
  const [secret, inside] = [said("The text of a note"), said("The text inside")];
  const who = await visitor();
  const [agents, sams] = [await api(maya), await api(sam)];
  const note = await sams.addNote(who.conversation, secret);
  await sams.addConversationNote(who.conversation, inside);
  await agents.delete(`/contacts/${who.id}/notes/${note.id}`);
  await sams.put(`/contacts/${who.id}/tags/vip`);
  const here = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
  const activity = here.section("Activity");
  await expect(activity).toContainText("The contact opened a conversation");
  await expect(activity).toContainText(`${sam.name} added a note`);
  await expect(activity).toContainText(`${maya.name} deleted a note`);
  await expect(activity).toContainText(`${sam.name} added the tag vip`);
  await here.finish.click();
  await expect(activity, "live").toContainText(`${maya.name} closed a conversation`);
  await expect(activity).not.toContainText(secret);
  await expect(activity).not.toContainText(inside);
  expect(JSON.stringify(await agents.get(`/contacts/${who.id}/activity`))).not.toContain("The text");
});

test("an address with nothing behind it says so and offers a way on", async ({ signIn }) => {
  const nowhere = crypto.randomUUID();
  const page = await signIn(maya, { path: `/inbox?open=${nowhere}` });
  await expect(page.getByText("This conversation does not exist, or belongs to another organization.")).toBeVisible();
  await page.getByRole("button", { name: "Close this pane" }).click();
  await expect(page.getByText("Choose a conversation to read it here.")).toBeVisible();
  for (const [address, sentence] of [
    [`/contacts/${nowhere}`, "This contact does not exist, or belongs to another organization."],
    ["/contacts/7", "There is nothing at this address."],
    ["/no/such/place", "There is nothing at this address."],
  ]) {
    await page.goto(address);
    await expect(page.getByText(sentence)).toBeVisible();
    await page.getByRole("button", { name: "Go to the inbox" }).click();
    await expect(rows(page).first()).toBeVisible();
  }
});

test("what can't be loaded says why and offers to try again: list, conversation, thread, profile, notes", async ({
  signIn,
  visitor,
}) => {
  const who = await visitor();
  const page = await signIn(maya);
  await expect(rows(page).first()).toBeVisible();
  let isDown = true;
  const fail = (route) => (isDown ? route.fulfill(problem(503, "busy", { retryable: true })) : route.continue());
  for (const path of [/\/conversations\?.*status=closed/, /\/messages(\?|$)/, /\/contacts\/[^/]+$/, /\/contacts\/[^/]+\/notes/]) {
    await intercept(page, path, "GET", fail);
  }
  await tab(page, "Closed").click();
  await expect(list(page).getByText("This could not be loaded. The server is busy.")).toBeVisible();
  await tab(page, "Open").click();
  await row(page, who.conversation).link.click();
  const here = pane(page, who.conversation);
  await expect(here.thread.getByText("This could not be loaded.")).toBeVisible();
  await here.icon.click();
  // The head shows the name even so, which the conversation holds.
  await expect(here.panel.getByRole("heading", { level: 2 })).toHaveText(who.name);
  await expect(here.panel.getByText("This could not be loaded.").first()).toBeVisible();
  isDown = false;
  await here.thread.getByRole("button", { name: "Try again" }).click();
  await expect(here.thread.getByRole("article").first()).toBeVisible();
  // First the profile can be loaded, then its parts: each has a button of its own.
  const again = here.panel.getByRole("button", { name: "Try again" });
  await expect(async () => {
    if (await again.count()) await again.first().click();
    await expect(again).toHaveCount(0, { timeout: 1_000 });
  }).toPass();
  await expect(here.detail("Name")).toBeVisible();
  // Going back to a list that could not be loaded tries again by itself.
  await tab(page, "Closed").click();
  await expect(rows(page).first()).toBeVisible();
});

test("after signing out, going back shows nothing of the notes", async ({ signIn, person, api }) => {
  const text = said("Not for whoever sits here next");
  const who = await person();
  await (await api(sam)).addNote(who.first, text);
  const page = await signIn(maya, { byForm: true });
  await page.goto(inboxWith([who.first]));
  await expect(pane(page, who.first).note(text)).toBeVisible();
  await pane(page, who.first).close.click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText(text)).toHaveCount(0);
  await page.goBack();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText(text)).toHaveCount(0);
  await page.goto(inboxWith([who.first]));
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  expect(await page.content()).not.toContain(text);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain(text);
  // Somebody else signs in on the same page and sees nothing of hers.
  await fillSignIn(page, gia);
  await expect(page.getByText("This conversation does not exist, or belongs to another organization.")).toBeVisible();
  expect(await page.content()).not.toContain(who.name);
});

test("another organization sees none of this one's contacts and is told that they do not exist", async ({
  signIn,
  person,
  api,
}) => {
  const who = await person();
  const { request } = await api(gia);
  const note = await (await api(sam)).addNote(who.first, said("Ours"));
  const nowhere = crypto.randomUUID();
  for (const of of [
    (contact) => ["GET", `/contacts/${contact}`],
    (contact) => ["GET", `/contacts/${contact}/notes`],
    (contact) => ["GET", `/contacts/${contact}/activity`],
    (contact) => ["GET", `/contacts/${contact}/conversations`],
    (contact) => ["DELETE", `/contacts/${contact}/notes/${note.id}`],
    (contact) => ["POST", `/contacts/${contact}/notes/${note.id}/restore`],
    (contact) => ["PUT", `/contacts/${contact}/tags/vip`],
  ]) {
    const answers = [];
    for (const contact of [who.id, nowhere]) {
      const [method, path] = of(contact);
      const answer = await request.fetch(`/api/v1${path}`, { method });
      answers.push({ status: answer.status(), body: await answer.text() });
    }
    expect(answers[0].status).toBe(404);
    expect(answers[0], "as for one that never was").toEqual(answers[1]);
  }
  const page = await signIn(gia);
  await expect(rows(page).first()).toBeVisible();
  await expect(page.getByText("Globex Freight")).toBeVisible();
  await expect(page.getByText(who.name)).toHaveCount(0);
  await page.goto(`/contacts/${who.id}`);
  await expect(page.getByText("This contact does not exist, or belongs to another organization.")).toBeVisible();
  expect((await (await api(sam)).noteSaying(who.id, note.body)).id, "it is still there").toBe(note.id);
});

test("an agent can't delete a colleague's note and is told why, an admin can", async ({ signIn, person, api }) => {
  const text = said("Maya's own");
  const who = await person();
  const note = await (await api(maya)).addNote(who.first, text);
  const page = await signIn(sam, { path: inboxWith([who.first]) });
  const here = pane(page, who.first);
  const button = trash(here.note(text));
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAttribute("title", `Only ${isolated(maya.name)} or an admin can delete this note.`);
  // The button can be focused and pressed, since only that announces the reason.
  await button.press("Enter");
  await expect(toast(page).getByRole("alert")).toContainText(`Only ${isolated(maya.name)} or an admin can delete this note.`);
  await expect(here.note(text)).toBeVisible();
  const answer = await (await api(sam)).request.delete(`/api/v1/contacts/${who.id}/notes/${note.id}`);
  expect(answer.status()).toBe(403);
  expect(await answer.json()).toMatchObject({ type: "/problems/forbidden", retryable: false });
  const sams = await (await api(sam)).addNote(who.first, said("Sam's own"));
  await expect(trash(here.note(sams.body))).toHaveAttribute("aria-disabled", "false");
  const admins = pane(await signIn(maya, { path: inboxWith([who.first]) }), who.first);
  await trash(admins.note(sams.body)).click();
  await expect(admins.note(sams.body)).toHaveCount(0);
  await expect(here.note(sams.body)).toHaveCount(0);
});

test("the contact's page lists the conversations on every channel, and opens them", async ({ signIn, person, api }) => {
  const who = await person();
  const all = await (await api(maya)).get(`/contacts/${who.id}/conversations`);
  const page = await signIn(maya, { path: `/contacts/${who.id}` });
  await expect(profile(page.getByRole("main"), who.name).sections).toHaveCount(6);
  const links = page.getByRole("region", { name: "Conversations" }).getByRole("link");
  await expect(links).toHaveCount(all.items.length);
  for (const [n, { channel }] of all.items.entries()) await expect(links.nth(n)).toContainText(CHANNELS[channel.kind]);
  await links.first().click();
  await expect(page).toHaveURL(new RegExp(`open=${all.items[0].id}`));
});

test("the page's title says who is open and how many of the list are unread", async ({ signIn, startServer, visitor, person, api }) => {
  const server = await startServer();
  const agents = await api(sam, { server });
  const unread = async () => (await agents.conversations("&status=open")).filter((one) => one.unread).length;
  const titled = (count, place) => (count ? `(${count}) ${place} – Sidenote` : `${place} – Sidenote`);
  const [who, other] = [await visitor({ server }), await visitor({ server, name: "<b>Ada</b> \u202eecalevoL" })];
  const somebody = await person({ server });
  const page = await signIn(sam, { server });
  const count = await unread();
  expect(count, "those two, at the least").toBeGreaterThanOrEqual(2);
  await expect(page).toHaveTitle(titled(count, "Inbox"));
  await who.say("And one thing more");
  await row(page, who.conversation).link.click();
  await expect(page, "what is read is not counted").toHaveTitle(titled(count - 1, isolated(who.name)));
  await row(page, other.conversation).beside.click();
  // A name is shown as text, and its direction does not change the text around it.
  await expect(page).toHaveTitle(titled(count - 2, `${isolated(who.name)}, ${isolated("<b>Ada</b> ecalevoL")}`));
  const third = await visitor({ server });
  await expect(page, "a message that comes in counts").toHaveTitle(titled(count - 1, `${isolated(who.name)}, ${isolated("<b>Ada</b> ecalevoL")}`));
  expect(await unread(), "as the server has it").toBe(count - 1);
  await agents.change(`/conversations/${third.conversation.id}`, { status: "closed" });
  await expect(page, "and what leaves the list does not").toHaveTitle(titled(count - 2, `${isolated(who.name)}, ${isolated("<b>Ada</b> ecalevoL")}`));
  await page.goto(inboxWith([somebody.first, somebody.second], { status: "any" }));
  await expect(page, "two conversations of one contact").toHaveTitle(new RegExp(`^(\\(\\d+\\) )?${isolated(somebody.name)} – Sidenote$`));
  await page.goto(`/contacts/${somebody.id}`);
  await expect(page).toHaveTitle(new RegExp(`${isolated(somebody.name)} \\(contact\\) – Sidenote$`));
  await page.goto("/nowhere");
  await expect(page).toHaveTitle(/There is nothing at this address\. – Sidenote$/);
});

test("signed out, the page's title is the sign-in's", async ({ open, server }) => {
  const page = await open({ baseURL: server.url });
  await page.goto("/");
  await expect(page).toHaveTitle("Sign in – Sidenote");
  await fillSignIn(page, sam);
  await expect(page).toHaveTitle(/Inbox – Sidenote$/);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveTitle("Sign in – Sidenote");
});
