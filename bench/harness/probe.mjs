// What runs in the measured page: when a text is painted, how long frames and tasks take, how much the layout shifts.
// `installProbe` is sent to the page as source and runs before the page's own scripts; it must not use anything outside.

export function installProbe() {
  const probe = { longTasks: [], layoutShift: 0 };
  window.probe = probe;

  const record = (type, each) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  record("longtask", ({ startTime, duration }) => probe.longTasks.push({ startTime, duration }));
  record("layout-shift", ({ value, hadRecentInput }) => (probe.layoutShift += hadRecentInput ? 0 : value));

  /** The part of the page at a selector; ` >>> ` leads into a shadow root. */
  const find = (selector) => {
    const [first, ...inside] = selector.split(" >>> ");
    return inside.reduce((found, part) => found?.shadowRoot?.querySelector(part), document.querySelector(first));
  };
  const shows = ({ text, within }) => Boolean(find(within)?.textContent.includes(text));

  /** Calls back in a task of its own after the frame that is being made, when that frame has been handed over. */
  const afterFrame = (run) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = run;
    port2.postMessage(null);
  };

  /**
   * Resolves to the moments at which texts are painted, by name. A text is looked for after each change of the page and
   * at the start of each frame. It counts as painted when the frame with it is done: the current one, if the page was
   * changed by a callback of that frame, else the next one. `dom` has the moments at which they were found.
   */
  function whenPainted(texts, { isWatched = true } = {}) {
    const missing = new Map(Object.entries(texts));
    const painted = {};
    const dom = {};
    let isInFrame = false;
    return new Promise((resolve) => {
      let found = [];
      const look = () => {
        for (const [name, sign] of missing) {
          if (!shows(sign)) continue;
          missing.delete(name);
          dom[name] = performance.now();
          found.push(name);
        }
      };
      const observer = new MutationObserver(look);
      if (isWatched) observer.observe(document, { childList: true, subtree: true, characterData: true });
      const frame = () => {
        isInFrame = true;
        look();
        afterFrame(() => {
          isInFrame = false;
          const now = performance.now();
          // What was found before this frame, or within it, is painted now.
          for (const name of found) painted[name] = now;
          found = [];
          if (missing.size > 0) return;
          observer.disconnect();
          resolve({ painted, dom });
        });
        if (missing.size > 0 || found.length > 0) requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
  }
  probe.whenPainted = whenPainted;

  /** Begins to wait for a text, and for the click that brings it. `probe.effect` resolves to both moments. */
  probe.expect = (text, within) => {
    let clicked;
    addEventListener("click", ({ timeStamp }) => (clicked = timeStamp), { capture: true, once: true });
    probe.effect = whenPainted({ text: { text, within } }).then(({ painted, dom }) => ({
      clicked,
      painted: painted.text,
      dom: dom.text,
    }));
  };

  /** The same for a text that must appear in each of many places, which `window.notePlaces()` returns. */
  probe.expectEverywhere = (text) => {
    let clicked;
    addEventListener("click", ({ timeStamp }) => (clicked = timeStamp), { capture: true, once: true });
    const places = window.notePlaces();
    const has = (place) => place.textContent.includes(text);
    probe.effect = new Promise((resolve) => {
      const frame = () => {
        // Two places are looked at within the frame, and all of them when it is over.
        const isThere = has(places[0]) && has(places.at(-1));
        afterFrame(() => {
          const painted = performance.now();
          if (isThere && places.every(has)) resolve({ clicked, painted });
          else requestAnimationFrame(frame);
        });
      };
      requestAnimationFrame(frame);
    });
  };

  /** Records how long each frame takes, until the function that it returns is called. */
  probe.recordFrames = () => {
    const frames = [];
    let last;
    let isOver = false;
    const frame = (now) => {
      if (last !== undefined) frames.push(now - last);
      last = now;
      if (!isOver) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return () => {
      isOver = true;
      return frames;
    };
  };

  /** Scrolls through everything in this many frames, and returns how long each took. */
  probe.scrollThrough = async (selector, count) => {
    const scroller = find(selector);
    const step = (scroller.scrollHeight - scroller.clientHeight) / count;
    const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    scroller.scrollTop = 0;
    for (let settled = 0; settled < 30; settled += 1) await nextFrame();
    const frames = [];
    let last = await nextFrame();
    for (let nth = 1; nth < count; nth += 1) {
      scroller.scrollTop = nth * step;
      const now = await nextFrame();
      frames.push(now - last);
      last = now;
    }
    return frames;
  };

  /** How much of the long tasks since a moment lies over 50 ms each. */
  probe.blocking = (since = 0) =>
    probe.longTasks.filter(({ startTime }) => startTime >= since).reduce((sum, { duration }) => sum + duration - 50, 0);
}
