// The example pages: the packed package in a plain page and in two frameworks, each built with its users' tools.
import { expect, test } from "./guest.js";
import { maya, said } from "./harness.js";
import { Host } from "./host.js";
import { profile } from "./screen.js";

for (const [kind, pages] of [
  ["a plain page", "plain"],
  ["React, built with Vite", "react/dist"],
  ["Vue, built with Vite", "vue/dist"],
]) {
  test(`the widget in ${kind}`, async ({ open, server, visitor, api }) => {
    const host = await Host.beside(server, pages);
    const [one, other] = [await visitor(), await visitor()];
    host.customers = [one, other].map(({ name, id, conversation }) => ({ name, contact: id, conversation: conversation.id }));
    const page = await open({ baseURL: host.url, viewport: { width: 1200, height: 900 } });
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto("/");

    // The panel of the first customer; then the same element shows the second.
    const first = profile(page.locator("main.customers"), one.name);
    const second = profile(page.locator("main.customers"), other.name);
    const text = said("From the product's own page");
    await first.write(text);
    await expect(first.note(text).locator("time")).toBeVisible();
    await page.getByRole("button", { name: other.name, exact: true }).click();
    await expect(first.notes).toHaveCount(0);
    await second.box.fill("not sent");
    await expect(second.root.getByText(text)).toHaveCount(0);

    // Another view in its place, which notifies the page of what is opened in it.
    await page.getByRole("button", { name: "Inbox", exact: true }).click();
    await page.getByRole("link", { name: new RegExp(`^${one.name}`) }).click();
    await expect(page.getByRole("status").filter({ hasText: /^Open: [0-9a-f-]{36}$/ })).toBeVisible();

    // And back: the note that was written is there, and the server has it once.
    await page.getByRole("button", { name: "Customers" }).click();
    await page.getByRole("button", { name: one.name, exact: true }).click();
    await expect(first.note(text)).toHaveCount(1);
    await expect(first.box).toHaveValue("");
    expect((await (await api(maya)).notes(one.id)).filter(({ body }) => body === text)).toHaveLength(1);
    expect(errors).toEqual([]);
    await host.dispose();
  });
}
