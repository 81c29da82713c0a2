// The host's own script: a router that takes every link of its origin, key listeners on the whole page, and a record of
// what happened.
import { load, mount } from "/inbox/index.js";

const record = { keys: [], shortcuts: [], typing: [], navigations: [], clicks: 0, events: [], errors: [] };
const getToken = async () => {
  const answer = await fetch("/sidenote-token");
  if (!answer.ok) throw new Error("no token");
  return answer.json();
};

function go(path) {
  record.navigations.push(path);
  history.pushState({}, "", path);
  document.querySelector("#where").textContent = path;
}

document.addEventListener("click", (event) => {
  const link = event.composedPath().find((it) => it instanceof HTMLAnchorElement);
  if (!link || event.defaultPrevented || link.origin !== location.origin) return;
  event.preventDefault();
  go(link.pathname);
});
window.addEventListener("popstate", () => record.navigations.push(`back to ${location.pathname}`));
window.addEventListener("keydown", (event) => record.keys.push(event.key));
/** Shortcuts of one key each, as products have them; inactive while somebody types. */
const SHORTCUTS = { s: "star", "/": "search", n: "next" };
window.addEventListener("keydown", (event) => {
  const { target } = event;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable) return;
  const shortcut = SHORTCUTS[event.key];
  if (!shortcut) return;
  event.preventDefault();
  record.shortcuts.push(shortcut);
});
for (const name of ["keypress", "keyup", "beforeinput", "input", "compositionstart", "compositionend", "copy", "cut", "paste"]) {
  window.addEventListener(name, (event) => record.typing.push(`${name} ${event.key ?? event.data ?? ""}`.trim()));
}
window.addEventListener("error", (event) => record.errors.push(event.message));
window.addEventListener("unhandledrejection", (event) => record.errors.push(String(event.reason)));
document.querySelector("#press").addEventListener("click", () => (record.clicks += 1));
for (const name of ["open", "note-added", "note-deleted", "auth-needed", "failed"]) {
  document.addEventListener(`sidenote:${name}`, (event) => record.events.push([name, event.detail, event.target.id]));
}

const places = document.querySelector("#places");
/** Adds an element of the widget to the page. */
function element(id, attributes) {
  const widget = document.createElement("sidenote-inbox");
  widget.id = id;
  for (const [name, value] of Object.entries(attributes)) widget.setAttribute(name, value);
  widget.getToken = getToken;
  places.append(widget);
  return widget;
}

/** Mounts a view in a plain element. */
function mounted(id, options) {
  const place = document.createElement("div");
  place.id = id;
  places.append(place);
  return mount(place, { getToken, ...options });
}

Object.assign(window, { host: { record, getToken, element, mounted, mount, load, places } });
document.documentElement.dataset.ready = "yes";
