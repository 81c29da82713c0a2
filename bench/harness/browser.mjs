// Starts browsers and opens measured pages in them. Playwright and the browser's flags are those of the end-to-end tests.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { installProbe } from "./probe.mjs";
import { lastMessage, NEWEST_NOTE, USUAL } from "./seed.mjs";

const tests = resolve(import.meta.dirname, "../../tests/e2e");
const { chromium } = createRequire(resolve(tests, "package.json"))("@playwright/test");
const { default: config } = await import(resolve(tests, "playwright.config.js"));

const TIMEOUT_MS = 300_000;
const MEGABYTE = 1024 * 1024;

/** 10 Mbit/s in both directions, with 40 ms for each way there and back. */
export const SLOW_LINE = { offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 10e6 / 8 };

export const launch = () => chromium.launch(config.use.launchOptions);

/** A new context of a browser, without cookies and with an empty cache, with the sizes and language of the tests. */
export async function newContext(browser, options = {}) {
  const { viewport, locale, timezoneId } = config.use;
  const context = await browser.newContext({ viewport, locale, timezoneId, ...options });
  context.setDefaultTimeout(TIMEOUT_MS);
  return context;
}

/** What says that conversation 1 and its notes are there. */
export const firstSigns = (subject, messages = USUAL.messages) => ({
  conversation: { text: lastMessage(1, { messages }), within: subject.signs.thread },
  notes: { text: NEWEST_NOTE, within: subject.signs.notes },
});

/** A page of an agent in a context of its own, with what the protocol of the browser's tools can say about it. */
export class MeasuredPage {
  page;
  cdp;
  context;
  /** When conversation 1 and its notes were painted, in milliseconds since navigation; `shown.both`: the later of them. */
  shown;

  /** Opens conversation 1 of a subject and waits until it is painted. `context`: for a further tab of the same agent. */
  static async open(browser, subject, { context, network, messages } = {}) {
    const opened = new MeasuredPage();
    opened.context = context ?? (await newContext(browser));
    await subject.signIn(opened.context);
    opened.page = await opened.context.newPage();
    opened.cdp = await opened.context.newCDPSession(opened.page);
    await opened.cdp.send("Performance.enable");
    if (network) {
      await opened.cdp.send("Network.enable");
      await opened.cdp.send("Network.emulateNetworkConditions", network);
    }
    await opened.page.addInitScript(installProbe);
    await opened.page.addInitScript((signs) => (window.probe.start = window.probe.whenPainted(signs)), firstSigns(subject, messages));
    await opened.page.goto(subject.url + subject.address(1), { waitUntil: "commit" });
    const { painted } = await opened.page.evaluate(() => window.probe.start);
    opened.shown = { ...painted, both: Math.max(painted.conversation, painted.notes) };
    return opened;
  }

  /** Clicks, and returns the milliseconds from the click until the text is painted within a part of the page. */
  async clickUntil(selector, text, within) {
    await this.page.evaluate(([text, within]) => window.probe.expect(text, within), [text, within]);
    await this.page.locator(selector).first().click({ noWaitAfter: true });
    const { clicked, painted } = await this.page.evaluate(() => window.probe.effect);
    return painted - clicked;
  }

  /** Seconds that the page's main thread has spent, by kind of work. */
  async mainThread() {
    const { metrics } = await this.cdp.send("Performance.getMetrics");
    const value = (name) => metrics.find((metric) => metric.name === name).value;
    return { task: value("TaskDuration"), script: value("ScriptDuration") };
  }

  memory() {
    return memoryOf(this.cdp);
  }
}

/** What a page holds after a garbage collection: megabytes of JavaScript and of WebAssembly modules, nodes, listeners. */
export async function memoryOf(cdp) {
  for (let pass = 0; pass < 3; pass += 1) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  const { nodes, jsEventListeners } = await cdp.send("Memory.getDOMCounters");
  return { heap: usedSize / MEGABYTE, module: (await moduleBytes(cdp)) / MEGABYTE, nodes, listeners: jsEventListeners };
}

/** The size of all WebAssembly memories of a page, without its help. */
async function moduleBytes(cdp) {
  const objectGroup = "module-memory";
  const { result: prototype } = await cdp.send("Runtime.evaluate", { expression: "WebAssembly.Memory.prototype", objectGroup });
  const { objects } = await cdp.send("Runtime.queryObjects", { prototypeObjectId: prototype.objectId, objectGroup });
  const { result } = await cdp.send("Runtime.callFunctionOn", {
    objectId: objects.objectId,
    functionDeclaration: "function () { return this.reduce((sum, memory) => sum + memory.buffer.byteLength, 0); }",
    returnByValue: true,
  });
  await cdp.send("Runtime.releaseObjectGroup", { objectGroup });
  return result.value;
}
