// Any text that anybody writes is shown as text: never as markup or script, and never so that it changes another line.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, maya, said, sam, test } from "./harness.js";
import { CONVERSATION_NOTE, NOTE } from "./network.js";
import { inboxWith, isolated, pane, profile, row, shown } from "./screen.js";
import { program } from "./server.js";

/** Each would do something in a page that took it for more than text. */
const PAYLOADS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  '"><script>alert(1)</script>',
  "'><img src=x onerror=alert(1)>",
  "</textarea><script>alert(1)</script>",
  "</title></style></noscript><script>alert(1)</script>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<iframe srcdoc='<script>parent.alert(1)</script>'>",
  "<base href=//evil.example/>",
  "<meta http-equiv=refresh content='0;url=//evil.example/'>",
  "<link rel=stylesheet href=//evil.example/x.css>",
  "<style>*{display:none!important}</style>",
  "<form action=//evil.example/><input name=password autofocus></form>",
  "<details open ontoggle=alert(1)><summary>x</summary></details>",
  "<video><source onerror=alert(1)></video>",
  "<x contenteditable autofocus onfocus=alert(1)>x</x>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<template><img src=x onerror=alert(1)></template>",
  '<a href="javascript:alert(1)">press here</a>',
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "[press here](javascript:alert(1))",
  "![x](https://evil.example/x.png)",
  "# Heading\n\n- **bold** `code`\n\n---",
  'https://example.com/"onmouseover="alert(1)',
  "https://example.com/<script>alert(1)</script>",
  "{{constructor.constructor('alert(1)')()}} ${alert(1)} <%= 7*7 %> #{7*7}",
  "{name} {when} {reason} {count} {who}",
  "&lt;b&gt; &amp;amp; &#60;i&#62; %3Cscript%3E \\u003cscript\\u003e",
  "<!-- --> ]]> <![CDATA[x]]> <?php echo 1 ?> <!DOCTYPE x>",
  "__proto__ constructor toString undefined null NaN [object Object]",
  "'; DROP TABLE contact_note; -- \" OR 1=1",
  "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324a\u0357\u0314l\u0489go \u{1F468}\u200D\u{1F469}\u200D\u{1F467} \u2028 \u2029 e\u0301",
  "\u202Ereversed\u202C \u2067isolated\u2069 \u061Cשלום",
  `unbroken${"x".repeat(600)}`,
];

/** A payload as a field takes it: separators of lines become line breaks, or spaces in a field of one line. */
const typed = (text) => text.replace(/[\u2028\u2029]/g, "\n");
const typedInLine = (text) => text.replace(/[\n\u2028\u2029]+/g, " ");

/** Fails at the end of a test if a page did anything that text can't do. */
const watched = test.extend({
  watch: async ({}, use) => {
    const happened = [];
    const pages = [];
    await use(async (page) => {
      pages.push(page);
      const own = new URL(page.url()).origin;
      page.on("dialog", (dialog) => {
        happened.push(`dialog: ${dialog.message()}`);
        return dialog.dismiss();
      });
      page.on("request", (request) => {
        if (!request.url().startsWith(own) && !request.url().startsWith("data:")) happened.push(`fetched ${request.url()}`);
      });
      page.on("framenavigated", (frame) => {
        if (frame !== page.mainFrame()) happened.push(`a frame: ${frame.url()}`);
      });
      const listen = () =>
        addEventListener("securitypolicyviolation", (event) => {
          (globalThis.violations ??= []).push(`${event.violatedDirective} ${event.blockedURI}`);
        });
      await page.addInitScript(listen);
      await page.evaluate(listen);
      return page;
    });
    for (const page of pages) happened.push(...(await page.evaluate(() => globalThis.violations ?? [])));
    expect(happened, "text does nothing").toEqual([]);
  },
});

/** Checks the texts of `bodies` in their order, and the elements they are made of. */
async function expectLiterally(bodies, texts) {
  await expect(bodies).toHaveCount(texts.length);
  expect(await bodies.evaluateAll((all) => all.map((one) => one.textContent))).toEqual(texts);
  const made = await bodies.evaluateAll((all) => all.flatMap((one) => [...one.querySelectorAll("*")].map((it) => it.outerHTML)));
  for (const element of made) {
    // Plain web addresses become links; nothing else becomes an element.
    expect(element).toMatch(/^<a href="https:\/\/(example\.com|evil\.example)\/[^"]*" target="_blank" rel="noopener noreferrer( nofollow)?" dir="ltr">/);
  }
}

/** The text that somebody wrote, inside a note or a message: the one isolated run of text in its body. */
const bodiesIn = (list) => list.locator("bdi.text");

watched("hostile contact notes are shown literally, typed and after a reload", async ({ signIn, visitor, watch, api }) => {
  const who = await visitor();
  const page = await watch(await signIn(maya, { path: inboxWith([who.conversation]) }));
  const here = pane(page, who.conversation);
  for (const text of PAYLOADS) await here.write(text);
  await expect(here.notes.getByText("Saving")).toHaveCount(0);
  const newestFirst = PAYLOADS.map(typed).toReversed();
  await expectLiterally(bodiesIn(here.notes), newestFirst);
  expect((await (await api(sam)).notes(who.id)).map(({ body }) => body), "stored as written").toEqual(newestFirst);
  await page.reload();
  await expectLiterally(bodiesIn(here.notes), newestFirst);
  await page.goto(`/contacts/${who.id}`);
  const { name } = who.conversation.contact;
  await expectLiterally(bodiesIn(profile(page.getByRole("main"), name).notes), newestFirst);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider, "nor does a long word widen the page").toBe(0);
});

watched("hostile conversation notes and replies are shown literally, to the team and to the contact", async ({
  signIn,
  visitor,
  chatPage,
  watch,
  api,
}) => {
  const who = await visitor({ says: "First" });
  const page = await watch(await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) }));
  const here = pane(page, who.conversation);
  await here.noteMode.click();
  for (const text of PAYLOADS.slice(0, 19)) {
    await here.conversationNote.fill(text);
    await here.addConversationNote.click();
  }
  await here.replyMode.click();
  for (const text of PAYLOADS.slice(19)) {
    await here.reply.fill(text);
    await here.send.click();
  }
  const inOrder = ["First", ...PAYLOADS.map(typed)];
  await expectLiterally(bodiesIn(here.thread), inOrder);
  await expect(here.thread.getByText("Saving")).toHaveCount(0);
  await page.reload();
  await expectLiterally(bodiesIn(here.thread), inOrder);
  const preview = row(page, who.conversation).root.locator(".row-preview bdi");
  await expect(preview).toHaveText(PAYLOADS.at(-1).slice(0, 140));
  const chat = await watch(await chatPage(who));
  const toContact = ["First", ...PAYLOADS.slice(19).map(typed)];
  await expectLiterally(chat.getByRole("listitem").locator("p.bubble > bdi"), toContact);
  expect((await (await api(sam)).get(`/conversations/${who.conversation.id}/notes`)).items).toHaveLength(19);
});

watched("hostile messages from the web chat are shown literally, on the contact's page and in the inbox", async ({
  signIn,
  visitor,
  chatPage,
  watch,
}) => {
  const who = await visitor({ says: PAYLOADS[0] });
  const page = await watch(await signIn(maya, { path: inboxWith([who.conversation], { panels: [] }) }));
  const chat = await watch(await chatPage(who));
  const box = chat.getByRole("textbox", { name: "Your message" });
  for (const text of PAYLOADS.slice(1)) {
    await box.fill(text);
    await chat.getByRole("button", { name: "Send" }).click();
  }
  const written = PAYLOADS.map(typed);
  await expectLiterally(bodiesIn(pane(page, who.conversation).thread), written);
  await expect(chat.getByText("Sending…")).toHaveCount(0);
  await expectLiterally(chat.getByRole("listitem").locator("p.bubble > bdi"), written);
  await chat.reload();
  await expectLiterally(chat.getByRole("listitem").locator("p.bubble > bdi"), written);
});

watched("hostile names of contacts are shown as text in the list, the heads, the composer and the panel", async ({
  signIn,
  visitor,
  watch,
  api,
}) => {
  const who = await visitor();
  const agents = await api(sam);
  const page = await watch(await signIn(maya, { path: `/inbox?open=${who.conversation.id}&panel=${who.conversation.id}` }));
  const heads = page.getByRole("main").getByRole("heading", { level: 2 });
  const names = PAYLOADS.filter((text) => !/[\n\u2028\u2029]/.test(text)).map((text) => text.slice(0, 200));
  await expect(heads).toHaveCount(2);
  for (const name of names) {
    await agents.change(`/contacts/${who.id}`, { name });
    // A head may be rendered again with the name: check both together until they agree.
    await expect.poll(() => heads.evaluateAll((all) => all.map((one) => one.textContent))).toEqual([shown(name), shown(name)]);
    const list = page.getByRole("region", { name: "Conversations", exact: true });
    await expect.poll(() => list.locator(".row-name").evaluateAll((all) => all.map((one) => one.textContent))).toContain(shown(name));
    const made = await heads.evaluateAll((all) => all.flatMap((one) => [...one.querySelectorAll("*")].map((it) => it.tagName)));
    expect(made.filter((tag) => !["A", "BDI"].includes(tag))).toEqual([]);
  }
});

watched("hostile tags are shown as text, and can be removed again", async ({ signIn, visitor, watch, api }) => {
  const who = await visitor();
  const page = await watch(await signIn(maya, { path: inboxWith([who.conversation]) }));
  const here = pane(page, who.conversation);
  const tags = [...PAYLOADS.filter((text) => text.length <= 40 && !text.includes("\n")).map(typedInLine), "a/b?c#d%2F", "é +&="];
  expect(tags.length).toBeGreaterThan(12);
  const box = here.panel.getByRole("combobox", { name: "Add a tag" });
  for (const tag of tags) {
    await box.fill(tag);
    await box.press("Enter");
  }
  const inTags = () => here.section("Tags").getByRole("listitem").locator("bdi").evaluateAll((all) => all.map((one) => one.textContent));
  await expect.poll(async () => (await inTags()).toSorted()).toEqual(tags.map(shown).toSorted());
  const stored = async () => (await (await api(sam)).get(`/contacts/${who.id}`)).tags.map(({ name }) => name).toSorted();
  await expect.poll(stored).toEqual(tags.toSorted());
  // By keys: what slides under the pointer takes no click for a while.
  for (const tag of tags) await here.panel.getByRole("button", { name: `Remove tag ${isolated(tag)}`, exact: true }).press("Enter");
  await expect.poll(stored).toEqual([]);
  await expect(here.section("Tags").getByText("No tags yet.")).toBeVisible();
});

watched("a refused hostile note goes back into the box as it was", async ({ signIn, visitor, watch }) => {
  const who = await visitor();
  const page = await watch(await signIn(maya, { path: inboxWith([who.conversation]) }));
  const here = pane(page, who.conversation);
  for (const path of [NOTE, CONVERSATION_NOTE]) {
    await page.route(path, (route) =>
      route.fulfill({
        status: 422,
        contentType: "application/problem+json",
        // What a hostile answer might contain: the app uses only its code.
        body: JSON.stringify({ type: `/problems/${PAYLOADS[1]}`, title: `${PAYLOADS[1]} title`, status: 422, detail: PAYLOADS[2] }),
      }),
    );
  }
  await here.write(PAYLOADS[5]);
  await expect(here.note(PAYLOADS[5]).getByRole("alert")).toContainText("Not saved:");
  for (const text of [PAYLOADS[1], PAYLOADS[2]]) await expect(page.getByText(text)).toHaveCount(0);
  await here.note(PAYLOADS[5]).getByRole("button", { name: "Edit" }).click();
  await expect(here.box).toHaveValue(PAYLOADS[5]);
});

test("a name that turns the direction of writing does not turn the line it stands in", async ({
  startServer,
  signIn,
  visitor,
  chatPage,
  api,
}) => {
  const server = await startServer();
  const twisted = { email: "twisted@acme.test", password: "a long enough password", name: "\u202Eeilrahc" };
  const words = ["agent", "add", "--db", server.database, "--org", "acme", "--email", twisted.email, "--name", twisted.name];
  await promisify(execFile)(program, words, { env: { ...process.env, SIDENOTE_PASSWORD: twisted.password } });
  const who = await visitor({ server, name: "\u202Eedoc\u2067" });
  const text = said("\u202Egnihtyreve snrut");
  const colleague = await api(twisted, { server });
  const note = await colleague.addNote(who.conversation, text);
  const page = await signIn(maya, { server, path: inboxWith([who.conversation]) });
  const article = page.getByRole("article").filter({ hasText: note.body.slice(-8) });
  await expect(article).toBeVisible();
  const [author, time, button] = [article.getByText("eilrahc"), article.locator("time"), article.getByRole("button")];
  const left = async (locator) => (await locator.boundingBox()).x;
  expect(await left(author)).toBeLessThan(await left(time));
  expect(await left(time)).toBeLessThan(await left(button.last()));
  // Within the time too: its first character is left of its last.
  const ends = await time.evaluate((element) => {
    const letter = (at) => {
      const range = document.createRange();
      range.setStart(element.firstChild, at);
      range.setEnd(element.firstChild, at + 1);
      return range.getBoundingClientRect().left;
    };
    return [letter(0), letter(element.firstChild.length - 1)];
  });
  expect(ends[0]).toBeLessThan(ends[1]);
  for (const run of await page.getByText(/\u202E/).all()) {
    expect(await run.evaluate((element) => element.closest("bdi")?.className), await run.innerHTML()).toMatch(/^(text|row-preview|)$/);
  }
  await expect(page.locator(".row-name, .note-author, h2, option").getByText(/\u202E/)).toHaveCount(0);
  const chat = await chatPage(who, { server });
  await colleague.reply(who.conversation, "Hello from the team");
  const by = chat.getByRole("listitem").filter({ hasText: "Hello from the team" }).locator(".by bdi");
  await expect(by, "the contact's page too").toHaveText("eilrahc");
  expect(await by.textContent()).toBe("eilrahc");
});

test("a note of ten thousand characters is saved, one of more can't be and loses nothing", async ({
  signIn,
  visitor,
  api,
}) => {
  const who = await visitor();
  const here = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
  // A character beyond the basic plane counts as one, as on the server.
  const full = "😀".repeat(9_990) + "0123456789";
  await here.box.fill(full);
  await expect(here.panel.getByText("10000 / 10000")).toBeVisible();
  await expect(here.add).toBeEnabled();
  await here.box.fill(`${full}abc`);
  await expect(here.panel.getByText("3 characters too many. Shorten the note to save it.")).toBeVisible();
  await expect(here.add).toBeDisabled();
  await here.box.press("Control+Enter");
  await expect(here.box).toHaveValue(`${full}abc`);
  await expect(here.notes.getByRole("article")).toHaveCount(0);
  await here.box.fill(full);
  await here.add.click();
  await expect(here.note("0123456789").locator("time")).toBeVisible();
  expect((await (await api(sam)).notes(who.id))[0].body).toBe(full);
});

test("what nobody could see can't be saved, and control characters are left out with a sentence", async ({ signIn, visitor }) => {
  const who = await visitor();
  const here = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
  for (const blank of ["", "   ", "\n\n", "\u200b\u2060", "\u3164", "\ufeff\u00a0"]) {
    await here.box.fill(blank);
    await expect(here.panel.getByText("Type your note first.")).toHaveCount(0);
    await here.add.click();
    await expect(here.panel.getByText("Type your note first."), JSON.stringify(blank)).toBeVisible();
  }
  await expect(here.notes.getByRole("article")).toHaveCount(0);
  await here.box.fill("bell \u0007");
  await expect(here.box).toHaveValue("bell ");
  await expect(here.panel.getByText("1 control character, which nobody can see, was removed.")).toBeVisible();
  await here.add.click();
  await expect(here.notes.getByRole("article")).toContainText("bell");
});

for (const [what, text, hint] of [
  ["a card number", "Visa 4111-1111-1111-1111, 12/30", "This looks like a card number."],
  ["a password", "her password: hunter22", "This looks like a password."],
  ["an access token", "use ghp_0123456789abcdefghij", "This looks like an access token."],
  ["a national id", "SSN 078-05-1120", "This looks like a national id."],
]) {
  test(`a note with ${what} gets a hint that it had better not hold it`, async ({ signIn, visitor }) => {
    const who = await visitor();
    const here = pane(await signIn(maya, { path: inboxWith([who.conversation]) }), who.conversation);
    await here.box.fill(text);
    await expect(here.panel.getByText(`${hint} Avoid adding sensitive information.`)).toBeVisible();
    await expect(here.add).toBeEnabled();
    await here.box.fill("Order 4111 1111 1111 1112, call after 14:00");
    await expect(here.panel.getByText("Avoid adding sensitive information.")).toBeHidden();
  });
}
