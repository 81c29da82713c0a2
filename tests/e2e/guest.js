// The harness for tests of the widget: a host product beside the server, and that product's page.
import { expect, test as base } from "./harness.js";
import { Host } from "./host.js";

export { expect };

export const test = base.extend({
  host: async ({ server }, use) => {
    const host = await Host.beside(server);
    await use(host);
    await host.dispose();
  },
  /** The host's page, ready for the widget. */
  guest: async ({ open, host }, use) => {
    await use(async (options) => {
      const page = await open({ baseURL: host.url, viewport: { width: 1600, height: 1000 }, ...options });
      await page.goto("/");
      await expect(page.locator("html")).toHaveAttribute("data-ready", "yes");
      return page;
    });
  },
});
