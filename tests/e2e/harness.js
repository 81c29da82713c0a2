// What every end-to-end test stands on. Import `test` and `expect` from here, never from Playwright itself.
//
//   server         one per worker, shared by its tests, over a fresh database with the demonstration data. Has `url`,
//                  `database`, `output`, `kill()`, `stop()`, `restart(flags)`. `page.goto("/…")` goes to it.
//   serverFlags    further flags for it, as one string: test.use({ serverFlags: "--undo-window-ms 500 --scrub-ms 100" });
//                  files with different flags get different workers, so set it at the top of a file.
//   startServer    (flags?) → a further Server for this test alone; for whoever kills it, fills it or counts in it.
//   signIn         (agent, { server }?) → a page of a browser context of its own, signed in through the form.
//                  A second tab of the same agent: `await page.context().newPage()`, then `goto("/")`.
//   api            (agent, { server }?) → an APIRequestContext signed in as that agent, for arranging and for checking
//                  what the server says: `await (await api(maya)).put("/api/v1/…", { data: { … } })`.
//   complaints     what pages opened here wrote to their consoles as errors, and uncaught exceptions. Checked after each
//                  test: it must be empty. Failed requests are not in it; refusing them is what some tests are about.
//
//   maya, sam      of the same organization, maya an admin; gia of another one.
//   accessible     (page) → fails, with each finding, if axe has any.
//
// There is no waiting for a time to pass: expect(locator) and expect.poll wait for the thing itself.
import { test as base, expect } from "@playwright/test";
import axe from "axe-core";
import { Server } from "./server.js";

export { expect };

export const maya = { email: "maya@acme.test", password: "demo" };
export const sam = { email: "sam@acme.test", password: "demo" };
export const gia = { email: "gia@globex.test", password: "demo" };

export const test = base.extend({
  serverFlags: ["", { option: true, scope: "worker" }],

  server: [
    async ({ serverFlags }, use) => {
      const server = await Server.start(words(serverFlags));
      await use(server);
      await server.dispose();
    },
    { scope: "worker", timeout: 120_000 },
  ],

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  startServer: async ({}, use) => {
    const started = [];
    await use(async (flags = "") => {
      const server = await Server.start(words(flags));
      started.push(server);
      return server;
    });
    await Promise.all(started.map((server) => server.dispose()));
  },

  complaints: [
    async ({}, use) => {
      const complaints = [];
      await use(complaints);
      expect(complaints, "nothing may complain in a page's console").toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, complaints }, use) => {
    listen(context, complaints);
    await use(context);
  },

  signIn: async ({ browser, server, complaints }, use) => {
    const contexts = [];
    await use(async (agent, options = {}) => {
      const context = await browser.newContext({ baseURL: (options.server ?? server).url });
      contexts.push(context);
      listen(context, complaints);
      const page = await context.newPage();
      await page.goto("/");
      await fillSignIn(page, agent);
      await expect(page.getByLabel("Password")).toBeHidden();
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },

  api: async ({ playwright, server }, use) => {
    const opened = [];
    await use(async (agent, options = {}) => {
      const baseURL = (options.server ?? server).url;
      // What the app's own requests carry; without them the server takes a change for a forged one.
      const extraHTTPHeaders = { "X-Sidenote": "1", Origin: baseURL };
      const request = await playwright.request.newContext({ baseURL, extraHTTPHeaders });
      opened.push(request);
      const answer = await request.post("/api/v1/session", { data: agent });
      expect(answer.status(), "the API signs the agent in").toBe(204);
      return request;
    });
    await Promise.all(opened.map((request) => request.dispose()));
  },
});

/** Fills the sign-in form of `page` and sends it, whatever comes of it. */
export async function fillSignIn(page, { email, password }) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Fails with each finding if axe has any for the page as it is now. */
export async function accessible(page) {
  // Evaluated by the debugger, not as a script element: the page's own policy would refuse that, and rightly.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const findings = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target})`));
  expect(findings, "axe finds nothing").toEqual([]);
}

function listen(context, complaints) {
  context.on("console", (message) => {
    const isFailedRequest = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isFailedRequest) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(String(error.error())));
}

function words(flags) {
  return flags.split(" ").filter(Boolean);
}
