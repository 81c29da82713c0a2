// The first visit: what the page asks for and shows before the module runs.
import { expect, maya, test } from "./harness.js";
import { holdBack } from "./network.js";
import { inboxWith, pane } from "./screen.js";

const MODULE = /\.wasm$/;
/** What only the module asks for: live events, and what stands below the first screen. */
const LATER = /\/(events|activity|conversations|changes\?.*)$/;

/** The GETs to the API so far, by path. */
function asked(page) {
  const paths = [];
  page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    const path = `${pathname}${search}`.replace(/&$/, "");
    if (request.method() === "GET" && pathname.startsWith("/api/") && !LATER.test(path)) paths.push(path);
  });
  return paths;
}

/** Opens an address in a new tab of a signed-in browser, with the module held back. */
async function opened(signIn, path, options = {}) {
  const page = await (await signIn(maya, options)).context().newPage();
  const paths = asked(page);
  const module = await holdBack(page, MODULE, "GET");
  await page.goto(path, { waitUntil: "commit" });
  return { page, paths, letGo: module.letGo };
}

test("what an address needs is asked for before the module runs, and once", async ({ signIn, person, visitor }) => {
  const [who, guest] = [await person(), await visitor()];
  const places = [
    { path: "/", count: 2 },
    { path: "/inbox?section=mine&status=any&sort=oldest", count: 2 },
    { path: inboxWith([guest.conversation]), count: 6 },
    { path: inboxWith([who.first, guest.conversation]), count: 10 },
    // Not in the list, so it is asked for by itself.
    { path: `/inbox?section=mine&status=closed&open=${guest.conversation.id}`, count: 7 },
    { path: `/contacts/${guest.id}`, count: 4 },
  ];
  for (const { path, count } of places) {
    const { page, paths, letGo } = await opened(signIn, path);
    await expect.poll(() => paths.length, path).toBe(count);
    letGo();
    await expect(page.locator(".connection-line")).toBeAttached();
    await expect(page.getByRole("main").getByText("Loading")).toHaveCount(0);
    for (const section of await page.getByRole("region", { name: /^Notes of/ }).all()) await expect(section).toBeVisible();
    await page.waitForLoadState("load");
    expect(paths, `${path}: the module asks for nothing again`).toEqual([...new Set(paths)]);
    expect(paths.length, `${path}: ${paths.join(" ")}`).toBe(count);
    await page.close();
  }
});

test("an answer that the server has refused early is asked for again by the module", async ({ signIn, visitor }) => {
  const who = await visitor();
  const page = await (await signIn(maya)).context().newPage();
  const paths = asked(page);
  let refused = 0;
  await page.route(/\/messages$/, async (route) => {
    if (refused++) return route.continue();
    await route.fulfill({ status: 503, contentType: "application/problem+json", body: '{"type":"/problems/busy","status":503}' });
  });
  await page.goto(inboxWith([who.conversation]));
  await expect(pane(page, who.conversation).root.getByRole("article").first()).toBeVisible();
  expect(paths.filter((path) => path.endsWith("/messages"))).toHaveLength(2);
});

for (const width of [1440, 390]) {
  test(`the frame of the inbox is there before the module, at ${width} pixels, and nothing jumps`, async ({ signIn, visitor }) => {
    const who = await visitor();
    const viewport = { width, height: 900 };
    const { page, letGo } = await opened(signIn, inboxWith([who.conversation], { panels: [] }), { viewport });
    await expect(page.locator(".shell")).toBeVisible();
    letGo();
    await expect(pane(page, who.conversation).root.getByRole("article").first()).toBeVisible();
    await expect(page.locator(".shell")).toHaveCount(0);
    const shift = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const { value } of list.getEntries()) sum += value;
          }).observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => setTimeout(() => resolve(sum)));
        }),
    );
    expect(shift).toBe(0);
  });
}

test("without a session the frame goes before the module is there", async ({ page }) => {
  const module = await holdBack(page, MODULE, "GET");
  const paths = asked(page);
  await page.goto("/", { waitUntil: "commit" });
  await expect(page.locator(".shell")).toHaveCount(0);
  expect(paths).toEqual(["/api/v1/me"]);
  module.letGo();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
});
