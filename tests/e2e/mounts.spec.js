// Thousands of mounts of the widget in another product's page: nothing of it may stay behind.
import { expect, test } from "./guest.js";
import config from "./playwright.config.js";

// The browser's compilers allocate late for code that has become hot: they are switched off.
const { launchOptions } = config.use;
test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, "--js-flags=--no-opt --no-maglev --no-sparkplug"] } });

/** The mounts after which the page is looked at first and last. Beside a view that stays they are quick. */
const ROUNDS = { alone: [100, 1_000], beside: [1_000, 4_000] };
/** Of JavaScript's heap. */
const MOST_GROWTH = 1.05;
/**
 * The bytes by which the module's memory may grow for each mount. It grows by pages of 65,536, and never shrinks: it is
 * the most that was needed at once, which depends on when the browser collects closures.
 */
const MOST_BYTES = 300;

/** Counts the callbacks that the page has requested and that have not run. */
function watchTimers() {
  const waiting = new Set();
  const { setTimeout: later, clearTimeout: never, requestAnimationFrame: frame, cancelAnimationFrame: noFrame } = window;
  window.setTimeout = (run, delay, ...rest) => {
    const id = later(() => (waiting.delete(id), run(...rest)), delay);
    waiting.add(id);
    return id;
  };
  window.clearTimeout = (id) => (waiting.delete(id), never(id));
  window.requestAnimationFrame = (run) => {
    const id = frame((now) => (waiting.delete(`frame ${id}`), run(now)));
    waiting.add(`frame ${id}`);
    return id;
  };
  window.cancelAnimationFrame = (id) => (waiting.delete(`frame ${id}`), noFrame(id));
  window.waiting = waiting;
}

/** Mounts and unmounts this many views, one of each kind in turn. Runs in the page. */
async function comeAndGo([count, apiBase, contact, conversation, other]) {
  const { host } = window;
  const views = [
    { view: "inbox" },
    { view: "conversation", conversation: other },
    { view: "contact-panel", contact, conversation },
  ];
  const signs = [".conversation-row", ".thread", ".add-note-field"];
  for (let round = 0; round < count; round++) {
    const place = document.createElement("div");
    host.places.append(place);
    const handle = host.mount(place, { apiBase, getToken: host.getToken, ...views[round % 3] });
    await handle.ready;
    // A third of them is unmounted before anything is shown, the others after it.
    while (round % 9 > 2 && !place.shadowRoot.querySelector(signs[round % 3])) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    handle.unmount();
    place.remove();
  }
}

/** Counts the page's requests that have not ended. */
function watchConnections(page) {
  const open = new Set();
  page.on("request", (request) => open.add(request));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => open.delete(request));
  return open;
}

/** What the page holds after a garbage collection. */
async function held(page, cdp) {
  for (let pass = 0; pass < 3; pass++) await cdp.send("HeapProfiler.collectGarbage");
  const { metrics } = await cdp.send("Performance.getMetrics");
  const value = (name) => metrics.find((metric) => metric.name === name).value;
  const wasm = await page.evaluate(async () => (await window.host.load()).memory.buffer.byteLength);
  return { nodes: value("Nodes"), listeners: value("JSEventListeners"), heap: value("JSHeapUsedSize"), wasm };
}

for (const beside of [false, true]) {
  const suffix = beside ? ", beside a view that stays" : "";
  test(`thousands of mounts and unmounts leave nothing behind${suffix}`, { tag: "@long" }, async ({ open, server, host, person }) => {
    test.setTimeout(600_000);
    const [begin, end] = beside ? ROUNDS.beside : ROUNDS.alone;
    const who = await person();
    const page = await open({ baseURL: host.url });
    await page.addInitScript(watchTimers);
    const connections = watchConnections(page);
    await page.goto("/");
    await expect(page.locator("html")).toHaveAttribute("data-ready", "yes");
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Performance.enable");
    if (beside) {
      await page.evaluate((apiBase) => window.host.mounted("stays", { apiBase }).ready, server.url);
      await expect(page.locator("#stays .conversation-row").first()).toBeVisible();
    }
    // The view that stays mounted has its stream and its timers.
    const streams = beside ? 1 : 0;
    await expect.poll(() => connections.size).toBe(streams);
    const clocks = await page.evaluate(() => window.waiting.size);
    const after = async (rounds, nodes) => {
      await page.evaluate(comeAndGo, [rounds, server.url, who.first.contact_id, who.first.id, who.second.id]);
      // Requests that are under way when a view is unmounted end by themselves.
      await expect.poll(() => connections.size, "connections").toBe(streams);
      await expect.poll(() => page.evaluate(() => window.waiting.size), "timers").toBeLessThanOrEqual(clocks);
      // The browser collects unreferenced nodes at a time of its own.
      await expect.poll(async () => (await held(page, cdp)).nodes, "nodes").toBeLessThanOrEqual(nodes);
      return held(page, cdp);
    };
    // A module's memory never shrinks: the first round uses as much as any later one, an inbox with all that it loads.
    await page.evaluate(([apiBase]) => void (window.whole = window.host.mounted("whole", { apiBase })), [server.url]);
    await expect(page.locator("#whole .conversation-row").first()).toBeVisible();
    await expect.poll(() => connections.size, "everything is loaded").toBe(1);
    await page.evaluate(() => {
      // Its handle is kept, as a host may do.
      window.whole.unmount();
      document.querySelector("#whole").remove();
    });
    const first = await after(begin - 1, Infinity);
    const last = await after(end - begin, first.nodes);
    console.log(`mounts${suffix}: after ${begin} ${JSON.stringify(first)}, after ${end} ${JSON.stringify(last)}`);
    expect(last.listeners, "listeners").toBeLessThanOrEqual(first.listeners);
    expect(last.heap / first.heap, "JavaScript's heap").toBeLessThanOrEqual(MOST_GROWTH);
    expect((last.wasm - first.wasm) / (end - begin), "the module's memory, bytes a mount").toBeLessThanOrEqual(MOST_BYTES);
    const left = await page.evaluate(() => document.adoptedStyleSheets.length + window.host.places.childElementCount);
    expect(left).toBe(streams);
    expect(await page.evaluate(() => window.host.record.errors)).toEqual([]);
  });
}
