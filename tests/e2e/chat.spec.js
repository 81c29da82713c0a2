// The contact's chat page: one visitor in all tabs, what the box takes, links, unread answers, limits.
import { expect, maya, said, test } from "./harness.js";
import { problem } from "./network.js";

const box = (page) => page.getByRole("textbox", { name: "Your message" });
const bubble = (page, text) => page.locator(".bubble").filter({ hasText: text });
const token = (page) => page.evaluate(() => localStorage.getItem("sidenote-chat:acme:token"));

async function write(page, text) {
  await box(page).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(bubble(page, text)).toBeVisible();
  await expect(page.getByText("Sending…")).toHaveCount(0);
}

test("two first tabs are one visitor, also after the storage was cleared while they are open", async ({ open, server }) => {
  const first = await open({ baseURL: server.url });
  const second = await first.context().newPage();
  await Promise.all([first.goto("/chat/acme"), second.goto("/chat/acme")]);
  const [one, two, three] = ["From the first", "From the second", "From a third"].map(said);
  await write(second, two);
  await expect(bubble(first, two)).toBeVisible();
  await write(first, one);
  await expect(bubble(second, one)).toBeVisible();
  const known = await token(first);
  await first.evaluate(() => localStorage.clear());
  const third = await first.context().newPage();
  await third.goto("/chat/acme");
  await expect(bubble(third, one)).toBeVisible();
  await write(third, three);
  await expect(bubble(first, three)).toBeVisible();
  await first.evaluate(() => localStorage.clear());
  await first.reload();
  await expect(bubble(first, three)).toBeVisible();
  expect(await token(first)).toBe(known);
});

test("a text is counted as the server counts, cleaned, and never cut", async ({ chatPage }) => {
  const page = await chatPage();
  const remark = page.locator("#remark");
  const send = page.getByRole("button", { name: "Send" });
  await box(page).fill("👋".repeat(10_000));
  await expect(remark).toHaveText("10000 / 10000");
  await expect(send).toBeEnabled();
  await box(page).fill("👋".repeat(10_001));
  await expect(remark).toHaveText("1 character too many. Shorten the message to send it.");
  await expect(send).toBeDisabled();
  await box(page).press("Enter");
  expect(await box(page).inputValue(), "nothing is cut").toHaveLength(20_002);
  await box(page).fill("");
  await box(page).evaluate((field) => {
    field.focus();
    const data = new DataTransfer();
    data.setData("text/plain", "One\vtwo\u2028three\u0007");
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(box(page)).toHaveValue("One\ntwo\nthree");
  await expect(remark).toHaveText("1 control character, which nobody can see, was removed.");
  await page.keyboard.press("Control+z");
  await expect(box(page)).toHaveValue("");
  await write(page, "short");
  await expect(remark).toBeHidden();
});

test("addresses in messages are links, and nothing else is", async ({ chatPage }) => {
  const page = await chatPage();
  const text = "See www.example.com/a_(b)), Https://example.com/x! or mailto:a@example.com; javascript:alert(1) https://a@evil.example";
  await write(page, text);
  await expect(bubble(page, text)).toBeVisible();
  const links = await bubble(page, text).locator("a").evaluateAll((all) => all.map(({ textContent, href, rel, target }) => [textContent, href, rel, target]));
  const rest = ["noopener noreferrer nofollow", "_blank"];
  expect(links).toEqual([
    ["www.example.com/a_(b)", "https://www.example.com/a_(b)", ...rest],
    ["Https://example.com/x", "https://example.com/x", ...rest],
    ["mailto:a@example.com", "mailto:a@example.com", ...rest],
  ]);
});

test("the title counts the answers that the visitor has not seen in any tab", async ({ chatPage, visitor, api }) => {
  const who = await visitor();
  const page = await chatPage(who);
  const title = await page.title();
  expect(title).toMatch(/^Chat with \u2068[^\u2068\u2069]+\u2069$/);
  const hide = (hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  const agents = await api(maya);
  for (const answer of ["One", "Two"].map(said)) {
    await agents.reply(who.conversation, answer);
    await expect(bubble(page, answer)).toHaveCount(1);
  }
  await expect(page).toHaveTitle(`(2) ${title}`);
  await hide(false);
  await expect(page).toHaveTitle(title);
});

test("a visitor who was refused by a limit is told when to try again", async ({ chatPage }) => {
  const page = await chatPage();
  const messages = /\/contact\/v1\/messages\/[^/]+$/;
  let seconds = 1;
  const refuse = (route) => {
    const answer = problem(429, "too-many-requests");
    return route.fulfill({ ...answer, headers: { ...answer.headers, "Retry-After": String(seconds) } });
  };
  await page.route(messages, refuse, { times: 1 });
  const text = said("Quick");
  await box(page).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Not sent yet – too many messages at once. Trying again in 1 second.")).toBeVisible();
  await expect(page.getByText("Not sent yet")).toHaveCount(0);
  await expect(bubble(page, text)).toBeVisible();
  seconds = 600;
  await page.route(messages, refuse, { times: 1 });
  await box(page).fill(said("Quicker"));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("Not sent – too many messages at once. Try again in 600 seconds.")).toBeVisible();
  await page.getByRole("button", { name: "Retry" }).click();
  await expect(page.getByText("Not sent")).toHaveCount(0);
});
