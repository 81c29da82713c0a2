// Resources that the module holds open in the page. A module that has panicked can't close them; the module that
// replaces it does.

/** The function that closes each resource. */
const held = new Map();

/** Registers a stream. */
export function holdStream(controller) {
  held.set(controller, () => controller.abort());
}

/** Calls `listener()` whenever the browser comes online. */
export function holdOnline(listener) {
  addEventListener("online", listener);
  held.set(listener, () => removeEventListener("online", listener));
}

/** Calls `listener(visible)` whenever the page is shown or hidden. */
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
