// Ten thousand notes about one contact, twenty thousand conversations: the page stays small, and its rows in order.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Agent, request as ask } from "node:http";
import { promisify } from "node:util";
import { expect, maya, test } from "./harness.js";
import { inboxWith, pane } from "./screen.js";
import { program } from "./server.js";

const NOTES = 10_000;
const CONVERSATIONS = 20_000;
const TO_CLOSE = 10_000;
const MOST_ELEMENTS = 2_000;

test("ten thousand notes of one contact can be scrolled through, with at most two thousand elements on the page", { tag: "@long" }, async ({
  startServer,
  sessions,
  visitor,
  signIn,
}, testInfo) => {
  test.setTimeout(480_000);
  const server = await startServer();
  const who = await visitor({ server });
  const { cookies } = await sessions(server, maya);
  const text = (n) => `Note ${String(n).padStart(5, "0")}${"\nwith another line".repeat(n % 3)}`;
  await many(NOTES, server.url, cookies, (n) => ({
    path: `/api/v1/contacts/${who.id}/notes/${randomUUID()}`,
    // One after the other within each connection; across connections the server decides the order.
    data: { body: text(n), conversation_id: who.conversation.id },
  }));
  const page = await signIn(maya, { server, path: inboxWith([who.conversation]) });
  const here = pane(page, who.conversation);
  const notes = here.notes.getByRole("article");
  const count = here.section("Notes").getByRole("heading");
  await expect(notes.first()).toBeVisible();
  const elements = {};
  const look = async (where) => {
    await settled(page);
    elements[where] = await page.evaluate(() => document.querySelectorAll("*").length);
    expect(elements[where], where).toBeLessThanOrEqual(MOST_ELEMENTS);
    await expectReadingOrder(here.notes);
  };
  await look("at the top, first page");
  await scrollToEnd(here.panel.locator(".panel-body"), async () => (await count.textContent()).includes(`${NOTES}`));
  await expect(count, "all are loaded").toHaveText(`Notes ${NOTES}`);
  await look("at the end");
  const seqs = await numbers(here.notes);
  expect(seqs.at(-1).size).toBe(NOTES);
  await here.panel.locator(".panel-body").evaluate((body) => (body.scrollTop = body.scrollHeight / 2));
  await expect.poll(async () => (await numbers(here.notes)).some(({ at }) => at > 4_000 && at < 6_000)).toBe(true);
  await look("in the middle");
  await here.panel.locator(".panel-body").evaluate((body) => (body.scrollTop = 0));
  await expect(here.sections.first()).toBeInViewport();
  await look("at the top, all loaded");
  // A note that is written now comes first, at once.
  await here.write("The newest of all");
  await expect(notes.first()).toContainText("The newest of all");
  testInfo.annotations.push({ type: "elements", description: JSON.stringify(elements) });
});

test("twenty thousand conversations can be scrolled through, with at most two thousand elements on the page", { tag: "@long" }, async ({
  startServer,
  signIn,
}, testInfo) => {
  test.setTimeout(480_000);
  const server = await startServer();
  const archive = testInfo.outputPath("archive.mbox");
  await writeFile(archive, letters(CONVERSATIONS));
  const words = ["import", "--db", server.database, "--org", "acme", archive];
  await promisify(execFile)(program, words, { maxBuffer: 64 << 20 });
  const page = await signIn(maya, { server });
  const list = page.getByRole("region", { name: "Conversations", exact: true });
  const rows = list.getByRole("list");
  const scroller = list.locator(".conversations-scroll");
  await expect(rows.getByRole("listitem").first()).toBeVisible();
  const elements = {};
  const look = async (where) => {
    await settled(page);
    elements[where] = await page.evaluate(() => document.querySelectorAll("*").length);
    expect(elements[where], where).toBeLessThanOrEqual(MOST_ELEMENTS);
    await expectReadingOrder(rows);
  };
  await look("at the top, first page");
  await scrollToEnd(scroller, async () => (await numbers(rows)).some(({ size }) => size >= CONVERSATIONS));
  await look("at the end");
  await scroller.evaluate((body) => (body.scrollTop = body.scrollHeight / 2));
  await expect.poll(async () => (await numbers(rows)).some(({ at }) => at > 9_000 && at < 11_500)).toBe(true);
  await look("in the middle");
  await scroller.evaluate((body) => (body.scrollTop = 0));
  await expect.poll(async () => (await numbers(rows))[0].at).toBe(1);
  await look("at the top, all loaded");
  testInfo.annotations.push({ type: "elements", description: JSON.stringify(elements) });
});

test("ten thousand conversations are closed, and one undo opens them all", { tag: "@long" }, async ({ startServer, signIn, api }, testInfo) => {
  test.setTimeout(480_000);
  const server = await startServer();
  const archive = testInfo.outputPath("archive.mbox");
  await writeFile(archive, letters(TO_CLOSE));
  const words = ["import", "--db", server.database, "--org", "acme", archive];
  await promisify(execFile)(program, words, { maxBuffer: 64 << 20 });
  const [page, agents] = [await signIn(maya, { server }), await api(maya, { server })];
  const counted = async (status) => {
    let [count, cursor] = [0, ""];
    do {
      const { items, next_cursor } = await agents.get(`/conversations?status=${status}&limit=100${cursor && `&cursor=${cursor}`}`);
      [count, cursor] = [count + items.length, next_cursor ?? ""];
    } while (cursor);
    return count;
  };
  const [open, closed] = [await counted("open"), await counted("closed")];
  expect(open).toBeGreaterThan(TO_CLOSE);
  await page.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
    }).observe({ entryTypes: ["longtask"] });
  });
  await page.getByRole("button", { name: "Select several" }).click();
  await page.getByRole("checkbox", { name: "Select all that are loaded" }).click();
  await page.getByRole("button", { name: "Select all that fit" }).click();
  await page.getByRole("group", { name: "Change the selected ones" }).getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  // Meanwhile the list is used.
  await page.getByRole("button", { name: "Assigned to me" }).click();
  await page.getByRole("button", { name: "All conversations" }).click();
  await expect(page.getByText(`${open} conversations closed`)).toBeVisible({ timeout: 240_000 });
  expect(await counted("open")).toBe(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText(`${open} put back as they were.`)).toBeAttached({ timeout: 240_000 });
  expect(await counted("open")).toBe(open);
  expect(await counted("closed")).toBe(closed);
  const longest = await page.evaluate(() => window.longest);
  testInfo.annotations.push({ type: "longest task over 50 ms, in milliseconds", description: String(longest) });
  console.log(`figure: ten thousand conversations closed and opened again, longest task over 50 ms: ${longest} ms`);
});

/** The position and the size of the list, as each rendered row states them. */
function numbers(list) {
  return list.evaluate((element) =>
    [...element.children]
      .filter((item) => item.hasAttribute("aria-posinset"))
      .map((item) => ({ at: Number(item.getAttribute("aria-posinset")), size: Number(item.getAttribute("aria-setsize")) })),
  );
}

/** The rows are in the document in reading order: each lies below the one before, and they are numbered so. */
async function expectReadingOrder(list) {
  const rows = await list.evaluate((element) =>
    [...element.children]
      .filter((item) => item.hasAttribute("aria-posinset"))
      .map((item) => [Number(item.getAttribute("aria-posinset")), item.getBoundingClientRect().top]),
  );
  expect(rows.length).toBeGreaterThan(3);
  for (const [n, [at, top]] of rows.slice(1).entries()) {
    expect(at).toBeGreaterThan(rows[n][0]);
    expect(top).toBeGreaterThan(rows[n][1]);
  }
}

/** Scrolls to the end, again whenever that loads more, until `done`. */
async function scrollToEnd(scroller, done) {
  await expect(async () => {
    await scroller.evaluate((body) => (body.scrollTop = body.scrollHeight));
    expect(await done()).toBe(true);
  }).toPass({ intervals: [0], timeout: 300_000 });
}

/** Waits for two frames after the last change: rows are measured and placed in the first. */
function settled(page) {
  return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Sends `count` PUTs over eight keep-alive connections; by hand, because a trace of each takes longer than a request. */
async function many(count, url, cookies, make) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const { hostname, port, origin } = new URL(url);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const put = ({ path, data }) =>
    new Promise((done, failed) => {
      const headers = { cookie, origin, "x-sidenote": "1", "content-type": "application/json" };
      const sent = ask({ agent, hostname, port, path, method: "PUT", headers }, (answer) => {
        answer.resume();
        answer.on("end", () => (answer.statusCode === 201 ? done() : failed(new Error(`${path}: ${answer.statusCode}`))));
      });
      sent.on("error", failed);
      sent.end(JSON.stringify(data));
    });
  let next = 0;
  const worker = async () => {
    while (next < count) await put(make(next++));
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  agent.destroy();
}

/** A mail archive of `count` letters, each from a different sender. */
function letters(count) {
  const at = (n) => new Date(Date.UTC(2024, 0, 1) + n * 60_000);
  const one = (n) => {
    const date = at(n).toUTCString();
    return [
      `From writer${n}@mail.example ${date}`,
      `From: Writer ${n} <writer${n}@mail.example>`,
      "To: team@acme.test",
      `Date: ${date.replace("GMT", "+0000")}`,
      `Message-ID: <letter-${n}@mail.example>`,
      `Subject: Question ${n}`,
      "",
      `This is letter ${n}.`,
      "",
    ].join("\n");
  };
  return Array.from({ length: count }, (_, n) => one(n)).join("\n");
}
