// A component that panics, each in turn: all views of the page say so, go on from there, and no word is lost.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "./guest.js";
import { said, sam } from "./harness.js";
import { breakable } from "./host.js";
import { pane, profile } from "./screen.js";

const components = resolve(import.meta.dirname, "../../src/components");

/** By the view that shows them: what is broken while that is being put into the page. */
const BROKEN = {
  inbox: ["channel_mark", "conversation_list", "conversation_row", "filters", "inbox", "inbox_nav", "toasts"],
  conversation: [
    "assign_menu",
    "composer",
    "conversation_header",
    "conversation_note_item",
    "icon_rail",
    "message_item",
    "pane",
    "thread",
  ],
  "contact-panel": [
    "actions_section",
    "activity_section",
    "add_note_box",
    "contact_profile_panel",
    "detail_field",
    "details_section",
    "lists_section",
    "note_item",
    "notes_section",
    "tags_section",
  ],
};
/** These speak in no view that is put into a page: of the stand-alone page, or when something else went wrong. */
const ELSEWHERE = ["connection_line", "contact_page", "load_problem", "sign_in", "timestamp", "widget"];

test("every component that can be broken is", () => {
  const speaks = (file) => readFileSync(join(components, file), "utf8").includes("words()");
  const files = readdirSync(components).filter((file) => file.endsWith(".rs") && speaks(file));
  expect([...Object.values(BROKEN).flat(), ...ELSEWHERE].toSorted()).toEqual(files.map((file) => file.slice(0, -3)).toSorted());
});

for (const [view, names] of Object.entries(BROKEN)) {
  test(`whichever component of the view ${view} panics, the others' drafts and unsent notes are there afterwards`, async ({
    guest,
    server,
    host,
    person,
    api,
    complaints,
  }) => {
    test.setTimeout(300_000);
    host.widget = breakable;
    let who;
    // Not the web chat, by which an answer leaves.
    do who = await person();
    while (who.second.channel.kind === "chat");
    const agents = await api(sam);
    await agents.addNote(who.first, said("A note"));
    await agents.addConversationNote(who.second, said("A note inside"));
    // On a channel that it can't leave by: that is said.
    await agents.reply(who.second, said("A reply"));
    const page = await guest();
    const put = (id, attributes) =>
      page.evaluate(([id, attributes]) => void window.host.element(id, attributes), [id, { "api-base": server.url, ...attributes }]);
    await put("panel", { view: "contact-panel", contact: who.id, conversation: who.first.id });
    await put("thread", { view: "conversation", conversation: who.first.id });
    const panel = profile(page.locator("#panel"), who.name);
    const thread = pane(page, who.first);
    await expect(panel.box).toBeVisible();
    await expect(thread.reply).toBeVisible();
    for (const name of names) {
      await test.step(name, async () => {
        const [draft, reply, waiting] = ["Half a note", "Half a reply", "Under way"].map(said);
        await page.context().setOffline(true);
        await panel.write(waiting);
        await panel.box.fill(draft);
        await thread.reply.fill(reply);
        await page.context().setOffline(false);
        await page.evaluate((name) => (window.sidenoteBreak = `src/components/${name}.rs`), name);
        await put("breaks", { view, contact: who.id, conversation: who.second.id });
        for (const id of ["panel", "thread", "breaks"]) {
          await expect(page.locator(`#${id}`).getByText("Something broke."), `${name}, ${id}`).toBeVisible();
        }
        // What the page hears of it is no complaint of ours.
        complaints.length = 0;
        await panel.root.getByRole("button", { name: "Start again" }).click();
        await expect(panel.box).toHaveValue(draft);
        await expect(thread.reply).toHaveValue(reply);
        await expect(panel.note(waiting).locator("time")).toBeVisible();
        await page.evaluate(() => document.querySelector("#breaks").remove());
      });
    }
    complaints.length = 0;
  });
}
