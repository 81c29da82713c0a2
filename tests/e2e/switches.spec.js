// Hundreds of switches between conversations: what was shown before leaves nothing in the page.
import { expect, maya, test } from "./harness.js";
import config from "./playwright.config.js";

// The browser's compilers allocate late for code that has become hot: they are switched off.
const { launchOptions } = config.use;
test.use({ launchOptions: { ...launchOptions, args: [...launchOptions.args, "--js-flags=--no-opt --no-maglev --no-sparkplug"] } });

/** The bytes by which the module's memory may grow for each switch. It grows by pages of 65,536, and never shrinks. */
const MOST_BYTES = 200;
const WARM_UP = 100;
const SWITCHES = 500;

/** Keeps the memory of the page's module: the page itself doesn't hand it out. */
function keepMemory() {
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await instantiate.apply(WebAssembly, given);
      window.moduleMemory = (made.instance ?? made).exports.memory;
      return made;
    };
  }
}

/** Opens one conversation of the list after the other, each until its composer is there. Runs in the page. */
async function switchAround(count) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const rows = () => [...document.querySelectorAll(".conversation-row a")].slice(0, 6);
  for (let nth = 0; nth < count; nth += 1) {
    const before = document.querySelector(".composer-text");
    rows()[nth % 6].click();
    while ([before, null].includes(document.querySelector(".composer-text"))) await frame();
    await frame();
  }
}

/** The bytes of the module's memory after a garbage collection: closures of the past are given back in one. */
async function moduleBytes(page, cdp) {
  for (let pass = 0; pass < 3; pass += 1) await cdp.send("HeapProfiler.collectGarbage");
  return page.evaluate(() => window.moduleMemory.buffer.byteLength);
}

test("five hundred switches between conversations leave nothing behind", { tag: "@long" }, async ({ signIn }) => {
  test.setTimeout(300_000);
  const page = await signIn(maya, { path: "/" });
  await page.addInitScript(keepMemory);
  await page.reload();
  await expect(page.locator(".conversation-row").nth(6)).toBeVisible();
  const cdp = await page.context().newCDPSession(page);
  await page.evaluate(switchAround, WARM_UP);
  const first = await moduleBytes(page, cdp);
  for (let part = 0; part < 5; part += 1) {
    await page.evaluate(switchAround, SWITCHES / 5);
    await moduleBytes(page, cdp);
  }
  const last = await moduleBytes(page, cdp);
  console.log(`switches: the module's memory is ${first} bytes after ${WARM_UP}, ${last} after ${SWITCHES} more`);
  expect((last - first) / SWITCHES, "the module's memory, bytes a switch").toBeLessThanOrEqual(MOST_BYTES);
});
