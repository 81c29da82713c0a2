// What the module holds open in the page. A module that breaks can end nothing any more; the one in its place does.

/** Each by what it is, with what ends it. */
const held = new Map();

/** A stream that is followed. */
export function holdStream(controller) {
  held.set(controller, () => controller.abort());
}

/** `listener()` is called whenever the browser finds that it is online. */
export function holdOnline(listener) {
  addEventListener("online", listener);
  held.set(listener, () => removeEventListener("online", listener));
}

/** `listener(visible)` is called whenever the page is shown or hidden. */
export function holdVisibility(listener) {
  const tell = () => listener(document.visibilityState === "visible");
  document.addEventListener("visibilitychange", tell);
  held.set(listener, () => document.removeEventListener("visibilitychange", tell));
}

export function end(one) {
  held.get(one)?.();
  held.delete(one);
}

export function endAll() {
  for (const end of held.values()) end();
  held.clear();
}
