// Locators for the parts of an agent's screen, by their accessible names.
import { expect } from "./harness.js";

export const CHANNELS = {
  sms: "SMS",
  whatsapp: "WhatsApp",
  email: "E-mail",
  chat: "Web chat",
  voice: "Voice",
  messenger: "Messenger",
  instagram: "Instagram",
};

const named = (name) => ({ name, exact: true });

/** A name as it is shown: in one line, with nothing that turns or hides it, at most four marks on a letter, and cut at
 * sixty characters. */
export function shown(name) {
  const plain = name.replace(/\p{Bidi_Control}|[\u034f\u200b]/gu, "").replace(/([\u0300-\u036f]{4})[\u0300-\u036f]+/g, "$1");
  const letters = [...plain.replace(/\s+/g, " ").trim()];
  return letters.length > 60 ? `${letters.slice(0, 59).join("").trimEnd()}…` : letters.join("");
}

/** A name within a sentence that is one string, such as an accessible name: isolated from it. */
export const isolated = (name) => `\u2068${shown(name)}\u2069`;

/** The inbox's address with these conversations open side by side, each with its panel or without. */
export function inboxWith(conversations, { panels = conversations, ...query } = {}) {
  const ids = (list) => list.map(({ id }) => id).join(",");
  const parts = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  if (conversations.length) parts.push(`open=${ids(conversations)}`);
  if (panels.length) parts.push(`panel=${ids(panels)}`);
  return `/inbox?${parts.join("&")}`;
}

/** The profile of a contact in `root`: a pane's panel, or the contact's own page. */
export function profile(root, name) {
  const notes = root.getByRole("list", named(`Notes about ${isolated(name)}`));
  const box = root.getByRole("textbox", named("Add note"));
  const add = root.getByRole("button", named("Add note"));
  return {
    root,
    notes,
    box,
    add,
    /** The note with `text`. */
    note: (text) => notes.getByRole("article").filter({ hasText: text }),
    write: async (text) => {
      await box.fill(text);
      await add.click();
    },
    /** One of the six sections, by its heading. */
    section: (title) => root.locator("section").filter({ has: root.page().getByRole("heading", { level: 3, name: title }) }),
    detail: (field) => root.getByRole("button", { name: new RegExp(`Change ${field}$`) }),
    sections: root.getByRole("heading", { level: 3 }),
  };
}

/** The pane of a conversation. */
export function pane(page, { contact: { name }, channel: { kind } }) {
  const root = page.getByRole("region", named(`Conversation with ${isolated(name)}, ${CHANNELS[kind]}`));
  const thread = root.getByRole("region", named(`Messages and notes with ${isolated(name)}, ${CHANNELS[kind]}`));
  const panel = root.getByRole("complementary", named(`Profile of ${isolated(name)}, ${CHANNELS[kind]}`));
  return {
    ...profile(panel, name),
    root,
    panel,
    thread,
    /** The contact icon in the rail. */
    icon: root.getByRole("button", { name: /^Contact profile/ }),
    heading: root.getByRole("heading", { level: 2, ...named(shown(name)) }).first(),
    said: (text) => thread.getByRole("article").filter({ hasText: text }),
    replyMode: root.getByRole("button", named("Reply")),
    noteMode: root.getByRole("button", named("Note")),
    reply: root.getByRole("textbox", named(`Reply to ${isolated(name)}`)),
    send: root.getByRole("button", named("Send")),
    conversationNote: root.getByRole("textbox", named("Conversation note")),
    addConversationNote: root.getByRole("button", named("Add Note")),
    close: root.getByRole("button", named("Close this pane")),
    assign: root.locator("header").getByRole("button", { name: /^Assign:/ }).first(),
    /** Check mark or arrow in the head. */
    finish: root.locator("header").getByRole("button", named("Close conversation")),
    reopen: root.locator("header").getByRole("button", named("Reopen conversation")),
  };
}

/** The row of a conversation in the list. */
export function row(page, { contact: { name }, channel: { kind } }) {
  const beside = page.getByRole("button", named(`Open beside: ${isolated(name)}, ${CHANNELS[kind]}`));
  const item = page.getByRole("region", named("Conversations")).getByRole("listitem").filter({ has: beside });
  return { root: item, beside, link: item.getByRole("link") };
}

export const trash = (note) => note.getByRole("button", { name: /^Delete note by/ });
export const toast = (page) => page.getByRole("region", named("Messages from Sidenote"));
export const undo = (page) => toast(page).getByRole("button", named("Undo"));
export const reconnecting = (page) => page.getByText("Reconnecting — what you see may be old");

/** Scrolls as an agent would, until it is visible. */
export async function scrollTo(locator) {
  await locator.scrollIntoViewIfNeeded();
  await expect(locator).toBeInViewport();
}

/** Red, green, blue and hue of a computed colour, after its transition. */
export async function colour(locator, property) {
  const text = await locator.evaluate(async (element, name) => {
    // Each colour changes for 120 ms; a transition that is replaced by another counts as ended.
    const running = () => element.getAnimations().filter(({ playState }) => playState === "running");
    while (running().length > 0) await Promise.allSettled(running().map(({ finished }) => finished));
    return getComputedStyle(element)[name];
  }, property);
  const [r, g, b] = text.match(/[\d.]+/g).map(Number);
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  const turn = high === r ? (g - b) / (high - low) : high === g ? 2 + (b - r) / (high - low) : 4 + (r - g) / (high - low);
  return { r, g, b, hue: high === low ? Number.NaN : (turn * 60 + 360) % 360 };
}

/** WCAG's contrast of two colours. */
export function contrast(one, other) {
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
