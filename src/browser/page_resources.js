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

/** Calls `listener(printing)` before the page is printed and after; and when its media become those of paper, which is
 * how a browser shows the page as it would print it. */
export function holdPrinting(listener) {
  const paper = matchMedia("print");
  const tell = () => listener(paper.matches);
  const begin = () => listener(true);
  const end = () => listener(false);
  paper.addEventListener("change", tell);
  addEventListener("beforeprint", begin);
  addEventListener("afterprint", end);
  held.set(listener, () => {
    paper.removeEventListener("change", tell);
    removeEventListener("beforeprint", begin);
    removeEventListener("afterprint", end);
  });
}

export function end(one) {
  held.get(one)?.();
  held.delete(one);
}

export function endAll() {
  for (const end of held.values()) end();
  held.clear();
}
