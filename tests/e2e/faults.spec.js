// Agents at work over networks that break all the time, compared with a record of what they did. `SIDENOTE_FAULT_RUNS`
// sets the number of actions; a failure names the seed of its round.
import { expect, maya, said, sam, test } from "./harness.js";
import { inboxWith, pane, toast, trash, undo } from "./screen.js";

/** Actions in a round; after it the network is repaired and all screens are compared. */
const ACTIONS = 10;
const ROUNDS = Math.ceil(Number(process.env.SIDENOTE_FAULT_RUNS ?? 20) / ACTIONS);

/** The same numbers in every run: mulberry32. */
function dice(seed) {
  let state = seed;
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
}

test("whatever breaks on the way, three browsers and the server end up with the same notes: no word lost, none twice, none back", async ({
  startServer,
  signIn,
  visitor,
  api,
  networkProxy,
}) => {
  test.setTimeout(120_000 + ROUNDS * 60_000);
  // Long enough for an undo to get through the broken network.
  const server = await startServer("--undo-window-ms 600000");
  const agents = await api(sam, { server });
  const clients = [];
  for (const agent of [maya, sam, maya]) {
    const wire = await networkProxy(server);
    clients.push({ wire, agent, page: await signIn(agent, { server, at: wire.url, viewport: { width: 1440, height: 2400 } }) });
  }
  let acted = 0;
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const roll = dice(seed);
    const who = await visitor({ server });
    const here = ({ page }) => pane(page, who.conversation);
    for (const client of clients) {
      await client.page.goto(inboxWith([who.conversation]));
      await expect(here(client).box).toBeVisible();
    }
    /** The notes that each client has written and not deleted. */
    const written = clients.map(() => new Set());
    /** The actions of the round, for debugging a failure. */
    const story = [`seed ${seed}`];
    const told = () => story.join("\n");
    for (let nth = 0; nth < ACTIONS; nth += 1) {
      const at = roll(clients.length);
      const [client, mine] = [clients[at], written[at]];
      const broken = clients[roll(clients.length)].wire;
      switch (roll(4)) {
        case 0:
          broken.disconnect();
          story.push("a connection is cut");
          break;
        case 1:
          broken.reconnect();
          broken.cutAfter(roll(3_000));
          story.push("a connection breaks soon");
          break;
        case 2:
          broken.reconnect();
          broken.cutAfter(Infinity);
          story.push("a connection is whole");
          break;
      }
      const texts = [...mine];
      if (texts.length === 0 || roll(3) > 0) {
        const text = said(`${seed}.${nth}`);
        await here(client).write(text);
        story.push(`${at} writes ${text}`);
        await expect(here(client).note(text), told()).toHaveCount(1);
        mine.add(text);
      } else {
        const text = texts[roll(texts.length)];
        const before = await undo(client.page).count();
        await trash(here(client).note(text)).click();
        story.push(`${at} deletes ${text}`);
        await expect(here(client).note(text), told()).toHaveCount(0);
        // A note that was never confirmed is removed without a toast.
        if (roll(2) === 0 && (await undo(client.page).count()) > before) {
          await undo(client.page).last().click();
          story.push(`${at} brings it back`);
          await expect(here(client).note(text), told()).toHaveCount(1);
        } else {
          mine.delete(text);
        }
      }
      acted += 1;
    }
    for (const { wire, page } of clients) {
      wire.cutAfter(Infinity);
      wire.reconnect();
      // The event that a browser sends when it has a network again.
      await page.evaluate(() => dispatchEvent(new Event("online")));
    }
    const expected = written.flatMap((mine) => [...mine]).toSorted();
    const stored = async () => (await agents.notes(who.id)).map(({ body }) => body);
    await expect.poll(async () => (await stored()).toSorted(), { message: told(), timeout: 70_000 }).toEqual(expected);
    const inOrder = await stored();
    for (const client of clients) {
      const shown = async () => {
        const articles = await here(client).notes.getByRole("article").allInnerTexts();
        return articles.map((article) => inOrder.find((text) => article.includes(text)));
      };
      await expect.poll(shown, { message: `${told()}\nas ${client.agent.name} sees it`, timeout: 70_000 }).toEqual(inOrder);
      await expect(here(client).notes.locator("time")).toHaveCount(inOrder.length);
      const alerts = () => toast(client.page).getByRole("alert").allInnerTexts();
      expect(await alerts(), `${told()}\nnothing failed for good`).toEqual([]);
    }
  }
  const breaks = clients.reduce((sum, { wire }) => sum + wire.breaks, 0);
  console.log(`figure: three browsers, ${acted} actions, ${breaks} connections broken: 0 lost, 0 doubled, 0 resurrected, 0 divergent`);
});
