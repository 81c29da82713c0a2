// Typed text survives: a switch, a reload, a closed tab, a browser without a connection or without storage.
import { expect, test } from "./places.js";
import { SOON, passUntil } from "./clock.js";
import { crash, fillSignIn, maya, said, sam } from "./harness.js";
import { NOTE, intercept, problem } from "./network.js";
import { Newer } from "./newer.js";
import { inboxWith, pane, profile, trash, undo } from "./screen.js";

/** Installed before the page loads: a clock that is installed later does not control the timers that run already. */
const withClock = (page) => page.clock.install();

/** To be called before a page is loaded: it requests the leader's lock only when `askForLock()` is called there. */
const lateLock = (page) =>
  page.addInitScript(() => {
    const { prototype } = LockManager;
    const { request } = prototype;
    const asked = new Promise((resolve) => (globalThis.askForLock = resolve));
    prototype.request = async function (...wanted) {
      await asked;
      return request.apply(this, wanted);
    };
  });

/** To be called before a page is loaded: while `isDeaf` is set there, it ignores what the leader tab passes on. */
const deafenable = (page) =>
  page.addInitScript(() => {
    const { prototype } = BroadcastChannel;
    const { set } = Object.getOwnPropertyDescriptor(prototype, "onmessage");
    Object.defineProperty(prototype, "onmessage", {
      configurable: true,
      set(hear) {
        set.call(this, (event) => {
          const isPassedOn = ["Frames", "Outcome"].some((kind) => JSON.parse(event.data)[kind]);
          if (!globalThis.isDeaf || !isPassedOn) hear(event);
        });
      },
    });
  });

/** Types each text and sends it by Control+Enter, inside the page: two hundred texts typed from here take a minute. */
const typeAll = (box, texts) =>
  box.evaluate(async (element, texts) => {
    const turn = () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage("");
      });
    for (const text of texts) {
      element.value = text;
      element.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      await turn();
      const enter = { key: "Enter", code: "Enter", ctrlKey: true, bubbles: true, composed: true, cancelable: true };
      element.dispatchEvent(new KeyboardEvent("keydown", enter));
      await turn();
    }
  }, texts);

/** Tests that are the same in the app and in the widget. */
/** Everything in the browser's storage. */
const inStorage = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("sidenote");
        // Where there is no storage, it is not this that makes it.
        opening.onupgradeneeded = () => opening.transaction.abort();
        opening.onerror = () => resolve([]);
        opening.onsuccess = () => {
          const all = opening.result.transaction("kept").objectStore("kept").getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result);
          };
        };
      }),
  );

function stories() {
  test("drafts survive a reload and a closed tab: a contact's note, a reply and a conversation's note, each where it was", async ({
    work,
    person,
  }) => {
    const [one, other] = [await person(), await person()];
    const [about, reply, inside] = ["Half a note", "Half a reply", "Half a note inside"].map(said);
    const page = await work(maya, [one.first]);
    await pane(page, one.first).box.fill(about);
    await pane(page, one.first).reply.fill(reply);
    await pane(page, one.first).noteMode.click();
    await pane(page, one.first).conversationNote.fill(inside);
    const holds = async (screen) => {
      const here = pane(screen, one.first);
      await expect(here.box).toHaveValue(about);
      await expect(here.conversationNote, "the mode stays").toHaveValue(inside);
      await here.replyMode.click();
      await expect(here.reply).toHaveValue(reply);
      await here.noteMode.click();
    };
    await work.again(page);
    await holds(page);
    const first = await page.context().newPage();
    await page.close();
    const again = await work(maya, [one.first, other.first], { beside: first });
    await holds(again);
    await expect(pane(again, other.first).box, "never another contact's").toHaveValue("");
    await expect(pane(again, other.first).reply).toHaveValue("");
  });

  test("written and deleted without a connection, then reloaded: all goes out once and in order when it is back", async ({
    work,
    person,
    api,
  }) => {
    const who = await person();
    const agents = await api(maya);
    const gone = await agents.addNote(who.first, said("To be deleted"));
    const texts = ["First", "Second", "Third"].map(said);
    const [inside, answer] = [said("Inside"), said("An answer")];
    const page = await work(maya, [who.first]);
    const here = pane(page, who.first);
    await expect(here.note(gone.body)).toBeVisible();
    // The page itself still loads: only requests to the API fail.
    let isCut = true;
    await page.context().route(/\/api\/v1\/.*\/(notes|messages)\/[^/]+$/, (route) => (isCut ? route.abort() : route.fallback()));
    for (const text of texts) await here.write(text);
    await trash(here.note(gone.body)).click();
    await here.noteMode.click();
    await here.conversationNote.fill(inside);
    await here.addConversationNote.click();
    await here.replyMode.click();
    await here.reply.fill(answer);
    await here.send.click();
    await expect(here.note(texts[0])).toContainText("Not saved yet");
    await work.again(page);
    for (const text of texts) await expect(here.note(text), "it waits").toHaveCount(1);
    await expect(here.note(gone.body), "it is to be gone").toHaveCount(0);
    await expect(here.said(inside)).toHaveCount(1);
    await expect(here.said(answer)).toHaveCount(1);
    isCut = false;
    await work.again(page);
    for (const text of texts) await expect(here.note(text).locator("time")).toBeVisible();
    await expect(here.said(answer).locator("time")).toBeVisible();
    const notes = (await agents.notes(who.id)).map(({ body }) => body).filter((body) => texts.includes(body));
    expect(notes, "newest first, each once").toEqual(texts.toReversed());
    await expect.poll(() => agents.noteSaying(who.id, gone.body)).toBeUndefined();
    const thread = await agents.get(`/conversations/${who.first.id}/notes`);
    expect(thread.items.filter(({ body }) => body === inside)).toHaveLength(1);
  });

  test("while the browser knows that it is offline nothing is tried, and what was never sent is dropped without a request", async ({
    work,
    person,
    api,
  }) => {
    const who = await person();
    const [kept, dropped] = ["Kept", "Dropped"].map(said);
    const page = await work(maya, [who.first]);
    const here = pane(page, who.first);
    await expect(here.box).toBeVisible();
    await page.context().setOffline(true);
    const requests = [];
    page.on("request", (request) => request.method() !== "GET" && requests.push(request.method()));
    await here.write(dropped);
    await here.write(kept);
    await expect(here.note(kept)).toHaveCount(1);
    await expect(here.note(dropped)).toContainText("Will be saved when you are back online.");
    await trash(here.note(dropped)).click();
    await expect(here.note(dropped)).toHaveCount(0);
    expect(requests).toEqual([]);
    await page.context().setOffline(false);
    await expect(here.note(kept).locator("time")).toBeVisible();
    expect(await (await api(maya)).noteSaying(who.id, dropped)).toBeUndefined();
    expect(requests.filter((method) => method === "DELETE")).toEqual([]);
  });

  test("two hundred notes written offline go out in order and once when the connection is back, beside two agents at work", async ({
    work,
    person,
    api,
  }) => {
    const who = await person();
    const others = [await work(sam, [who.second]), await work(maya, [who.second])];
    const page = await work(maya, [who.first], { before: withClock });
    const here = pane(page, who.first);
    await expect(here.box).toBeVisible();
    await page.context().setOffline(true);
    const mark = said("Offline");
    const texts = Array.from({ length: 200 }, (_, nth) => `${mark} ${nth}`);
    await typeAll(here.box, texts);
    await expect(here.box).toHaveValue("");
    // An hour later.
    await page.clock.setSystemTime(Date.now() + 60 * 60 * 1_000);
    const among = [said("Meanwhile by Sam"), said("Meanwhile by Maya")];
    for (const [nth, other] of others.entries()) await pane(other, who.second).write(among[nth]);
    const back = Date.now();
    await page.context().setOffline(false);
    const agents = await api(maya);
    const all = async () => (await agents.allNotes(who.id)).map(({ body }) => body);
    const saved = async () => (await all()).filter((body) => body.startsWith(mark));
    await expect.poll(async () => (await saved()).length, { timeout: 120_000 }).toBe(200);
    const seconds = ((Date.now() - back) / 1_000).toFixed(1);
    console.log(`figure: 200 notes written offline, all in order and once ${seconds} s after the network was back`);
    expect(await saved(), "newest first, each once").toEqual(texts.toReversed());
    expect(await all()).toEqual(expect.arrayContaining(among));
    await expect(pane(others[0], who.second).note(texts.at(-1))).toHaveCount(1);
  });

  test("with a full storage everything works in this page, and it says that nothing is kept until there is room again", async ({
    work,
    person,
  }) => {
    const who = await person();
    const page = await work(maya, [who.first]);
    const here = pane(page, who.first);
    await expect(here.box).toBeVisible();
    // A browser reports this when a page writes, and updates its estimate of the free space only now and then.
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = function (...given) {
        if (!window.hasRoom) throw new DOMException("no room", "QuotaExceededError");
        return put.apply(this, given);
      };
    });
    const [note, later] = ["Without room", "With room again"].map(said);
    await here.box.fill(note);
    await expect(page.getByText("This browser keeps nothing here")).toBeVisible();
    await here.add.click();
    await expect(here.note(note).locator("time")).toBeVisible();
    await here.reply.fill("Typed without room");
    await page.evaluate(() => (window.hasRoom = true));
    await here.box.fill(later);
    await expect(page.getByText("This browser keeps nothing here")).toBeHidden();
    await work.again(page);
    await expect(here.box).toHaveValue(later);
    await expect(here.reply, "what could not be kept before is kept now").toHaveValue("Typed without room");
  });

  for (const end of ["is closed", "crashes"]) {
    test(`what a tab that ${end} has left unsent, another open one goes on with, and each note goes out once`, async ({
      work,
      person,
      api,
    }) => {
      const who = await person();
      const [mine, theirs] = ["In the first tab", "In the second tab"].map(said);
      const agents = await api(maya);
      const gone = await agents.addNote(who.first, said("Deleted in the first tab"));
      const first = await work(maya, [who.first], { before: withClock });
      const second = await work(maya, [who.first], { beside: first });
      const tabs = [first, second];
      for (const page of tabs) await expect(pane(page, who.first).note(gone.body)).toBeVisible();
      let isCut = true;
      await first.context().route(/\/api\/v1\/.*\/notes\/[^/]+$/, (route) => (isCut ? route.abort() : route.fallback()));
      await pane(first, who.first).write(mine);
      await trash(pane(first, who.first).note(gone.body)).click();
      await pane(second, who.first).write(theirs);
      for (const [nth, text] of [mine, theirs].entries()) {
        await expect(pane(tabs[nth], who.first).note(text)).toContainText("Not saved yet");
      }
      const here = pane(second, who.first);
      await expect(here.note(mine), "it waits in every tab").toContainText("Not saved yet");
      await expect(here.note(gone.body)).toHaveCount(0);
      if (end === "crashes") {
        await crash(first);
      } else {
        await first.close();
      }
      await expect(here.note(mine)).toHaveCount(1);
      await expect(here.note(gone.body)).toHaveCount(0);
      // All tabs of a browser share one fake clock, and a crashed tab stops it.
      if (end === "crashes") await first.close();
      isCut = false;
      for (const text of [mine, theirs]) {
        await passUntil(second, () => expect(here.note(text).locator("time")).toBeVisible(SOON));
      }
      await expect.poll(() => agents.noteSaying(who.id, gone.body)).toBeUndefined();
      const bodies = (await agents.notes(who.id)).map(({ body }) => body);
      for (const text of [mine, theirs]) expect(bodies.filter((body) => body === text)).toHaveLength(1);
    });
  }

  for (const late of ["", ", and whichever of the two sends"]) {
    test(`a note deleted in a tab that is closed stays deleted, though the tab that wrote it has not heard yet that it arrived${late}`, async ({
      work,
      person,
      api,
    }) => {
      const who = await person();
      const text = said("Written here, deleted there");
      // The tab that is to be closed is the leader, unless it requests the lock too late.
      const second = await work(maya, [who.first], { before: late ? lateLock : undefined });
      await expect(pane(second, who.first).box).toBeVisible();
      const prepare = (page) => Promise.all([withClock(page), deafenable(page)]);
      const first = await work(maya, [who.first], { beside: second, before: prepare });
      const [here, there] = [first, second].map((page) => pane(page, who.first));
      await expect(here.box).toBeVisible();
      if (late) await second.evaluate(() => globalThis.askForLock());
      // The request arrives, but its answer is lost.
      const browser = first.context();
      await intercept(browser, NOTE, "PUT", async (route, nth) => {
        if (nth === 1) await route.fetch();
        await route.abort();
      });
      // The tab that wrote it does not receive the event either, from the other tab or from the server.
      await first.evaluate(() => (globalThis.isDeaf = true));
      await first.route(/\/api\/v1\/(events|changes)/, (route) => route.abort());
      await intercept(browser, NOTE, "DELETE", (route) => route.abort());
      await here.write(text);
      await expect(there.note(text).locator("time")).toBeVisible();
      await trash(there.note(text)).click();
      await expect(there.note(text)).toHaveCount(0);
      await second.close();
      await expect(here.note(text)).toHaveCount(0);
      for (const routed of [browser, first]) await routed.unrouteAll({ behavior: "ignoreErrors" });
      await first.evaluate(() => (globalThis.isDeaf = false));
      const agents = await api(maya);
      await passUntil(first, async () => expect(await agents.noteSaying(who.id, text)).toBeUndefined());
      await expect(here.note(text)).toHaveCount(0);
    });
  }

  test("a tab opened beside another shows what that has under way and sends none of it", async ({ work, person, api }) => {
    const who = await person();
    const text = said("Thought better of");
    const first = await work(maya, [who.first]);
    await expect(pane(first, who.first).box).toBeVisible();
    await intercept(first, NOTE, "PUT", (route) => route.abort());
    await pane(first, who.first).write(text);
    await expect(pane(first, who.first).note(text)).toContainText("Not saved yet");
    const sent = [];
    const hear = (page) => page.on("request", (request) => NOTE.test(request.url()) && sent.push(request.method()));
    const second = await work(maya, [who.first], { beside: first, before: hear });
    await expect(pane(second, who.first).note(text)).toHaveCount(1);
    await trash(pane(first, who.first).note(text)).click();
    for (const tab of [first, second]) await expect(pane(tab, who.first).note(text)).toHaveCount(0);
    expect(sent).toEqual([]);
    await first.close();
    const last = said("From the second tab");
    await pane(second, who.first).write(last);
    await expect(pane(second, who.first).note(last).locator("time")).toBeVisible();
    expect(await (await api(maya)).noteSaying(who.id, text)).toBeUndefined();
    expect(sent.filter((method) => method === "PUT")).toHaveLength(1);
  });

  test("what is typed in one tab is in the others' boxes, and is gone from them once it is saved", async ({
    work,
    person,
    api,
  }) => {
    const who = await person();
    const first = await work(maya, [who.first]);
    const second = await work(maya, [who.first], { beside: first });
    const [here, there] = [first, second].map((page) => pane(page, who.first));
    await expect(there.box).toBeVisible();
    const [note, reply, inside] = ["A note", "A reply", "Inside"].map(said);
    await here.box.fill(note);
    await here.reply.fill(reply);
    await expect(there.box).toHaveValue(note);
    await expect(there.reply).toHaveValue(reply);
    await there.noteMode.click();
    await there.conversationNote.fill(inside);
    await expect(here.conversationNote, "the mode goes along").toHaveValue(inside);
    await there.add.click();
    await expect(there.note(note).locator("time")).toBeVisible();
    await expect(here.box).toHaveValue("");
    await expect(here.note(note)).toHaveCount(1);
    await here.replyMode.click();
    await expect(there.reply).toHaveValue(reply);
    const bodies = (await (await api(maya)).notes(who.id)).map(({ body }) => body);
    expect(bodies.filter((body) => body === note)).toHaveLength(1);
  });

  test("closed, assigned, tagged, a detail and a setting without a connection: shown in every tab, kept by a reload, and sent when it is back", async ({
    work,
    person,
    api,
  }) => {
    const who = await person();
    const [tag, address] = ["tag", "Harbour Street 1"].map(said);
    const page = await work(maya, [who.first]);
    const other = await work(maya, [who.first], { beside: page });
    const [here, there] = [page, other].map((page) => pane(page, who.first));
    await expect(there.box).toBeVisible();
    let isCut = true;
    const cut = (route) => (isCut && route.request().method() !== "GET" ? route.abort() : route.fallback());
    await page.context().route(/\/api\/v1\/(me|conversations|contacts)/, cut);
    await here.finish.click();
    await here.assign.click();
    await here.root.getByRole("button", { name: /^Maya .*\(you\)$/ }).click();
    const tags = here.panel.getByRole("combobox", { name: "Add a tag" });
    await tags.fill(tag);
    await tags.press("Enter");
    await here.detail("Address").click();
    const field = here.panel.getByRole("textbox", { name: "Address", exact: true });
    await field.fill(address);
    await field.press("Control+Enter");
    await here.root.getByRole("button", { name: "Sending options" }).click();
    await here.root.getByRole("checkbox", { name: "Enter sends" }).check();
    await page.keyboard.press("Escape");
    const shows = async (place) => {
      await expect(place.reopen).toBeVisible();
      await expect(place.assign).toContainText(maya.name);
      await expect(place.section("Tags").getByText(tag, { exact: true })).toHaveCount(1);
      await expect(place.detail("Address")).toContainText(address);
    };
    for (const place of [here, there]) await shows(place);
    await work.again(page);
    await shows(here);
    await expect(here.root.getByText("Not saved yet: The server can't be reached. Trying again.").first()).toBeVisible();
    isCut = false;
    await work.again(page);
    await work.again(other);
    const agents = await api(maya);
    await expect.poll(async () => (await agents.get(`/conversations/${who.first.id}`)).status).toBe("closed");
    await expect.poll(async () => (await agents.get(`/conversations/${who.first.id}`)).assignee_id).not.toBe(null);
    await expect.poll(async () => (await agents.get(`/contacts/${who.id}`)).tags.map(({ name }) => name)).toContain(tag);
    await expect.poll(async () => (await agents.get(`/contacts/${who.id}`)).address).toBe(address);
    await expect.poll(async () => (await agents.get("/me")).settings.enter_sends).toBe(true);
    for (const place of [here, there]) {
      await shows(place);
      await expect(place.root.getByText("Not saved yet")).toHaveCount(0);
    }
    await agents.change("/me", { enter_sends: false });
  });

  test("a refused change is still there after a reload, with its reason, in every tab until it is discarded in one", async ({
    work,
    person,
  }) => {
    const who = await person();
    const page = await work(maya, [who.first]);
    const other = await work(maya, [who.first], { beside: page });
    const [here, there] = [page, other].map((page) => pane(page, who.first));
    await expect(there.box).toBeVisible();
    const refuse = (route) => (route.request().method() === "PATCH" ? route.fulfill(problem(403, "forbidden")) : route.fallback());
    await page.context().route(/\/api\/v1\/conversations\/[^/]+$/, refuse);
    await here.finish.click();
    const sentence = (place) => place.root.getByText("Not closed: You are not allowed to do this.").first();
    for (const place of [here, there]) await expect(sentence(place)).toBeVisible();
    const said = await sentence(here).boundingBox();
    const [header, thread] = [here.root.locator("header").first(), here.thread];
    const below = async (place) => place.evaluate((element) => element.getBoundingClientRect().bottom);
    expect(said.y - (await below(header)), "the reason stands right below the header").toBeLessThan(40);
    expect((await thread.boundingBox()).y - said.y, "and the thread right below it").toBeLessThan(80);
    await work.again(page);
    await expect(sentence(here)).toBeVisible();
    await expect(here.finish).toBeVisible();
    await here.root.getByRole("button", { name: "Discard" }).first().click();
    for (const place of [here, there]) await expect(sentence(place)).toBeHidden();
    await work.again(page);
    await expect(here.finish).toBeVisible();
    await expect(sentence(here)).toBeHidden();
  });

  test("a refused note is still there after a reload, with its reason; the ones behind it have gone on", async ({
    work,
    person,
  }) => {
    const who = await person();
    const [refused, behind] = ["Refused", "Behind"].map(said);
    const page = await work(maya, [who.first]);
    const here = pane(page, who.first);
    await intercept(page, NOTE, "PUT", (route, nth) => (nth === 1 ? route.fulfill(problem(403, "forbidden")) : route.fallback()));
    await here.write(refused);
    await here.write(behind);
    await expect(here.note(behind).locator("time")).toBeVisible();
    await work.again(page);
    await expect(here.note(refused)).toContainText("Not saved");
    await here.note(refused).getByRole("button", { name: "Edit" }).click();
    await expect(here.box).toHaveValue(refused);
    await work.again(page);
    await expect(here.box).toHaveValue(refused);
    await expect(here.note(refused)).toHaveCount(0);
  });

  test("when the browser clears its storage, what is typed since is kept again", async ({ work, person }) => {
    const who = await person();
    const page = await work(maya, [who.first]);
    const here = pane(page, who.first);
    await here.box.fill("Before");
    const cleared = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const clearing = indexedDB.deleteDatabase("sidenote");
          clearing.onsuccess = () => resolve("cleared");
          clearing.onblocked = () => resolve("blocked");
        }),
    );
    expect(cleared, "nothing of ours holds it up").toBe("cleared");
    const draft = said("Since");
    await here.box.fill(draft);
    // The storage is made again for it, which takes a moment.
    await expect.poll(() => inStorage(page)).toHaveLength(1);
    await work.again(page);
    await expect(here.box).toHaveValue(draft);
  });

  test("a clock that is ten years off changes no order and no time", async ({ work, person, api }) => {
    const who = await person();
    const agents = await api(sam);
    const [mine, sams, again] = ["First", "Between", "Last"].map(said);
    for (const years of [10, -10]) {
      const now = new Date();
      const then = new Date(now.getFullYear() + years, now.getMonth(), 15);
      const page = await work(maya, [who.first], { before: (page) => page.clock.setSystemTime(then) });
      const here = pane(page, who.first);
      const texts = [mine, sams, again].map((text) => `${text} ${years}`);
      await here.write(texts[0]);
      await expect(here.note(texts[0]).locator("time")).toBeVisible();
      await agents.addNote(who.first, texts[1]);
      await expect(here.note(texts[1])).toBeVisible();
      await here.write(texts[2]);
      await expect(here.note(texts[2]).locator("time")).toBeVisible();
      const shown = await here.notes.getByRole("article").allInnerTexts();
      const order = texts.map((text) => shown.findIndex((note) => note.includes(text)));
      expect(order, "newest first").toEqual([2, 1, 0]);
      const at = await here.note(texts[0]).locator("time").getAttribute("datetime");
      expect(Math.abs(new Date(at) - now), "the server's own time").toBeLessThan(600_000);
    }
  });

  test("without storage everything works in this page, and it says that nothing is kept", async ({ work, person }) => {
    const who = await person();
    const withoutStorage = () =>
      Object.defineProperty(globalThis, "indexedDB", {
        get() {
          throw new DOMException("no storage here", "SecurityError");
        },
      });
    const page = await work(maya, [who.first], { before: (page) => page.addInitScript(withoutStorage) });
    const here = pane(page, who.first);
    const note = said("Without storage");
    await here.write(note);
    await expect(here.note(note).locator("time")).toBeVisible();
    await expect(page.getByText("This browser keeps nothing here")).toBeVisible();
  });

  test("what has waited for more than a day says so, until it is saved", async ({ work, person }) => {
    const who = await person();
    const text = said("Since yesterday");
    const page = await work(maya, [who.first], { before: withClock });
    const here = pane(page, who.first);
    await intercept(page, NOTE, "PUT", (route) => route.abort());
    await here.write(text);
    await expect(here.note(text)).toContainText("Not saved yet");
    const overdue = page.getByText("Something you wrote more than a day ago is not saved yet");
    await expect(overdue).toBeHidden();
    await page.clock.setSystemTime(Date.now() + 25 * 60 * 60 * 1_000);
    await expect(overdue).toBeVisible();
    await page.unrouteAll();
    await passUntil(page, () => expect(here.note(text).locator("time")).toBeVisible(SOON));
    await expect(overdue).toBeHidden();
  });

  test("a server that says more than this version knows is understood as far as it goes", async ({ work, person, api, server }) => {
    const who = await person();
    const agents = await api(sam);
    const [before, told, written] = ["Before", "Told", "Written"].map(said);
    await agents.addNote(who.first, before);
    const newer = await Newer.than(server.url);
    const page = await work(maya, [who.first], { at: newer.url });
    const here = pane(page, who.first);
    await expect(here.note(before)).toHaveCount(1);
    await agents.addNote(who.second, told);
    await expect(here.note(told)).toHaveCount(1);
    await here.write(written);
    await expect(here.note(written).locator("time")).toBeVisible();
    await trash(here.note(written)).click();
    await undo(page).click();
    await expect(here.note(written).locator("time")).toBeVisible();
    await page.close();
    await newer.dispose();
  });

  test("a note added in the moment of a switch belongs to the contact it was written about, twenty times over", async ({
    work,
    person,
    api,
  }) => {
    const [who, other] = [await person(), await person()];
    const round = [who.first, other.first, who.second, other.second];
    const page = await work(maya, [who.first]);
    const written = [];
    for (let nth = 0; nth < 20; nth += 1) {
      const [from, to] = [round[nth % 4], round[(nth + 1) % 4]];
      const here = pane(page, from);
      const text = said(`Switch ${nth}`);
      await here.box.fill(text);
      await work.leave(page, here.add, to);
      await expect(pane(page, to).box).toHaveValue("");
      written.push({ text, contact: from.contact_id });
    }
    const agents = await api(maya);
    for (const { id } of [who, other]) {
      const mine = written.filter(({ contact }) => contact === id).map(({ text }) => text);
      const there = async () => (await agents.notes(id)).map(({ body }) => body).filter((body) => body.startsWith("Switch "));
      await expect.poll(async () => (await there()).toSorted()).toEqual(mine.toSorted());
    }
    for (const { text, contact } of written) {
      await expect(pane(page, who.first).note(text)).toHaveCount(contact === who.id ? 1 : 0);
    }
  });
}

test("a view that is put into the page again has the draft as it is by then", async ({ guest, server, host, person }) => {
  const who = await person();
  const first = await guest();
  const second = await first.context().newPage();
  await second.goto(host.url);
  const attributes = { "api-base": server.url, view: "contact-panel", contact: who.id, conversation: who.first.id };
  const put = async (page) => {
    await expect(page.locator("html")).toHaveAttribute("data-ready", "yes");
    await page.evaluate((attributes) => void window.host.element("panel", attributes), attributes);
    return profile(page.locator("#panel"), who.name);
  };
  const [here, there] = [await put(first), await put(second)];
  await expect(there.box).toBeVisible();
  const note = said("Saved meanwhile");
  await here.box.fill(note);
  await expect(there.box).toHaveValue(note);
  await first.evaluate(() => document.querySelector("#panel").remove());
  await there.add.click();
  await expect(there.note(note).locator("time")).toBeVisible();
  await put(first);
  await expect(here.note(note)).toHaveCount(1);
  await expect(here.box).toHaveValue("");
});

for (const place of ["app", "widget"]) {
  test.describe(`in the ${place}`, () => {
    test.use({ place });
    stories();
  });
}

test("a view that is put into the page again goes on with what it had not sent", async ({ guest, server, person, api }) => {
  const who = await person();
  const page = await guest();
  await withClock(page);
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-ready", "yes");
  const put = () =>
    page.evaluate(
      (attributes) => void window.host.element("panel", attributes),
      { "api-base": server.url, view: "contact-panel", contact: who.id, conversation: who.first.id },
    );
  await put();
  const here = profile(page.locator("#panel"), who.name);
  const text = said("Not sent yet");
  await intercept(page, NOTE, "PUT", (route) => route.abort());
  await here.write(text);
  await expect(here.note(text)).toContainText("Not saved yet");
  await page.evaluate(() => document.querySelector("#panel").remove());
  await put();
  await expect(here.note(text)).toContainText("Not saved yet");
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await passUntil(page, () => expect(here.note(text).locator("time")).toBeVisible(SOON));
  const bodies = (await (await api(maya)).notes(who.id)).map(({ body }) => body);
  expect(bodies.filter((body) => body === text)).toHaveLength(1);
});

test("who signs out leaves nothing unsent behind, in no tab", async ({ signIn, person }) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]), byForm: true });
  const other = await page.context().newPage();
  await other.goto(inboxWith([who.first]));
  let attempts = 0;
  await page.context().route(NOTE, (route) => {
    attempts += 1;
    return route.abort();
  });
  for (const tab of [page, other]) {
    const text = said("Never sent");
    await pane(tab, who.first).write(text);
    await expect(pane(tab, who.first).note(text)).toContainText("Not saved yet");
  }
  expect(await inStorage(page)).toHaveLength(2);
  const before = attempts;
  await page.getByRole("button", { name: "Sign out" }).click();
  for (const tab of [page, other]) await expect(tab.getByLabel("Password")).toBeVisible();
  // The request under way fails once more.
  await expect.poll(() => attempts).toBeGreaterThanOrEqual(before + 1);
  for (const tab of [page, other]) await tab.reload();
  expect(await inStorage(page)).toEqual([]);
});

test("a draft is gone once it is saved or emptied, and for whoever signs in after its agent has signed out", async ({
  signIn,
  person,
}) => {
  const who = await person();
  const page = await signIn(maya, { path: inboxWith([who.first]), byForm: true });
  const here = pane(page, who.first);
  const note = said("Saved");
  await here.write(note);
  await expect(here.note(note).locator("time")).toBeVisible();
  await here.reply.fill("Not to be said");
  await here.reply.fill("");
  await page.reload();
  await expect(here.box).toHaveValue("");
  await expect(here.reply).toHaveValue("");
  await here.box.fill("Mine alone");
  await page.getByRole("button", { name: "Sign out" }).click();
  await fillSignIn(page, sam);
  await expect(page.getByLabel("Password")).toBeHidden();
  await page.goto(inboxWith([who.first]));
  await expect(here.box).toHaveValue("");
  const kept = await inStorage(page);
  expect(kept, "nothing is left in the browser").toEqual([]);
});

test("who goes back after signing out finds nothing of what was there", async ({ signIn, person, api }) => {
  const who = await person();
  const note = said("Not for whoever is next");
  await (await api(sam)).addNote(who.first, note);
  const page = await signIn(maya, { path: inboxWith([who.first]), byForm: true });
  await expect(pane(page, who.first).note(note)).toBeVisible();
  await pane(page, who.first).panel.getByRole("link", { name: who.name }).first().click();
  await expect(profile(page.getByRole("main"), who.name).note(note)).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  const isEmpty = async () => {
    await expect(page.getByLabel("Password")).toBeVisible();
    expect(await page.content()).not.toContain(note);
  };
  await isEmpty();
  for (const step of ["goBack", "goForward", "goBack"]) {
    await page[step]();
    await isEmpty();
  }
  await page.goto("/favicon.svg");
  await page.goBack();
  await isEmpty();
});
