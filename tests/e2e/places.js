// The two places where an agent works: Sidenote's own app, and the widget in another product's page. A test that is the
// same in both runs in each:
//
//   test.describe(…, () => { test.use({ place: "widget" }); … })
//
//   work         (agent, conversations, { beside, before, at }?) → a page with these conversations and their contact panels
//                open. `beside`: in another tab of that page's browser. `before(page)`: called before it is loaded. `at`:
//                another address of the server.
//   work.again   (page) → reloads the page, with the same conversations open.
//   work.leave   (page, locator, conversation) → clicks, and in the same turn goes to that conversation alone.
import { expect, test as base } from "./guest.js";
import { inboxWith, pane } from "./screen.js";

export { expect };

export const test = base.extend({
  place: ["app", { option: true }],
  work: async ({ place, signIn, guest, host, server }, use) => {
    await use(place === "app" ? inApp(signIn) : inWidget(guest, host, server));
  },
});

function inApp(signIn) {
  const work = async (agent, conversations, { beside, before, at } = {}) => {
    const path = inboxWith(conversations);
    const page = beside ? await beside.context().newPage() : await signIn(agent, { at, path: before ? undefined : path });
    await before?.(page);
    if (beside || before) await page.goto(path);
    return page;
  };
  const again = (page) => page.reload();
  const leave = (page, button, conversation) =>
    button.evaluate((element, path) => {
      element.click();
      history.pushState({}, "", path);
      dispatchEvent(new PopStateEvent("popstate"));
    }, inboxWith([conversation]));
  return Object.assign(work, { again, leave });
}

function inWidget(guest, host, server) {
  const known = new WeakMap();
  const put = async (page) => {
    const { agent, conversations, base } = known.get(page);
    host.agent = agent.email;
    await expect(page.locator("html")).toHaveAttribute("data-ready", "yes");
    for (const { id } of conversations) {
      await page.evaluate(
        ([id, attributes]) => void window.host.element(id, attributes),
        [`with-${id}`, { "api-base": base, view: "conversation", conversation: id }],
      );
    }
    for (const one of conversations) await showPanel(page, one);
  };
  const showPanel = async (page, conversation) => {
    const here = pane(page, conversation);
    if ((await here.icon.getAttribute("aria-expanded")) !== "true") await here.icon.click();
    await expect(here.box).toBeVisible();
  };
  const work = async (agent, conversations, { beside, before, at } = {}) => {
    if (at) host.also = at;
    const page = beside ? await beside.context().newPage() : await guest();
    known.set(page, { agent, conversations, base: at ?? server.url });
    await before?.(page);
    if (beside || before) await page.goto(host.url);
    await put(page);
    return page;
  };
  const again = async (page) => {
    await page.reload();
    await put(page);
  };
  const leave = async (page, button, conversation) => {
    await button.evaluate((element, id) => {
      element.click();
      const { host } = element.getRootNode();
      host.setAttribute("conversation", id);
    }, conversation.id);
    await showPanel(page, conversation);
  };
  return Object.assign(work, { again, leave });
}
