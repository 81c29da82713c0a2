// What pages know of Sidenote: the element <sidenote-inbox> and the function mount(). The work is done by the module
// beside this file; here is only what has to be JavaScript.
import init, { __wbg_reset_state as anotherModule, brokenWords, isBroken, mount as mountInModule, whenBroken } from "./sidenote.js";
import css from "./style.js";

const ATTRIBUTES = {
  "api-base": "apiBase",
  view: "view",
  conversation: "conversation",
  contact: "contact",
  theme: "theme",
  locale: "locale",
};

let loading;
/** Every view on the page. */
const views = new Set();
/** What is said when the module has broken. */
let words;

/** Loads the module, once for the page. Called early it saves the first mount the wait. */
export function load(module) {
  loading ??= init({ module_or_path: module ?? new URL("./sidenote_bg.wasm", import.meta.url) }).then((exports) => {
    words = brokenWords();
    // All views stand on the one module.
    whenBroken(() => views.forEach((view) => view.say()));
    return exports;
  });
  return loading;
}

/** Gives the broken module up for another; what was typed is kept outside of it. */
function startAgain() {
  anotherModule();
  for (const view of views) {
    try {
      view.begin();
    } catch (error) {
      // Should this one break too, all of them say so again.
      console.error(error);
    }
  }
}

/**
 * Shows a view in an element. Returns at once; what is asked of the handle before the module is there is done then.
 */
export function mount(element, options) {
  let current = { ...options };
  let mounted;
  let isOver = false;
  const wanted = [];
  const emit = (name, detail) => {
    element?.dispatchEvent(new CustomEvent(`sidenote:${name}`, { detail, bubbles: true, composed: true }));
  };
  const view = {
    begin() {
      element.shadowRoot?.replaceChildren();
      mounted = mountInModule(element, current, css, emit);
      for (const want of wanted.splice(0)) want();
    },
    say() {
      const [sentence, action] = words;
      mounted = undefined;
      (element.shadowRoot ?? element.attachShadow({ mode: "open" })).replaceChildren(notice(sentence, action, current.theme));
      emit("failed", { message: sentence });
    },
  };
  const ready = load(options?.module).then(() => {
    if (isOver) return;
    views.add(view);
    // It broke before this view came.
    if (isBroken) return view.say();
    try {
      view.begin();
    } catch (error) {
      // Options that can't be used are this view's affair, a broken module is everybody's.
      if (!isBroken) views.delete(view);
      throw error;
    }
  });
  // Whoever waits for `ready` hears of it too; a page that doesn't is told by an event.
  ready.catch((error) => emit("failed", { message: String(error?.message ?? error) }));
  const once = (want) => {
    if (isOver) return;
    if (mounted) want();
    else wanted.push(want);
  };
  return {
    ready,
    open: (conversation) => once(() => mounted.open(String(conversation))),
    setToken: (token) => once(() => mounted.setToken(token)),
    update(changed) {
      current = { ...current, ...changed };
      if (mounted && !isOver) mounted.update(current);
    },
    unmount() {
      isOver = true;
      wanted.length = 0;
      if (views.delete(view) && !mounted && element?.shadowRoot) {
        element.shadowRoot.replaceChildren();
        element.shadowRoot.adoptedStyleSheets = [];
      }
      mounted?.free();
      mounted = undefined;
      // A host may keep the handle; it keeps nothing that was in the element.
      element = undefined;
    },
  };
}

/** What stands in the place of a view when the module has broken. */
function notice(sentence, action, theme) {
  const [root, gate, words, button] = ["div", "div", "p", "button"].map((name) => document.createElement(name));
  root.className = "widget";
  root.part = "root";
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  gate.className = "widget-gate load-problem";
  gate.setAttribute("role", "alert");
  words.textContent = sentence;
  button.type = "button";
  button.className = "button";
  button.textContent = action;
  button.addEventListener("click", startAgain);
  gate.append(words, button);
  root.append(gate);
  return root;
}

const HTMLElementOrNothing = globalThis.HTMLElement ?? class {};

/** The element. Attributes are options; `getToken` is a property. */
export class SidenoteInbox extends HTMLElementOrNothing {
  static observedAttributes = Object.keys(ATTRIBUTES);

  #getToken;
  #fetch;
  #handle;
  #changed;

  /** Asked for a token whenever one is needed. Setting it begins; setting another begins anew. */
  get getToken() {
    return this.#getToken;
  }

  set getToken(getToken) {
    if (getToken === this.#getToken) return;
    this.#getToken = getToken;
    this.#end();
    this.#begin();
  }

  /** What answers in the place of the browser's own `fetch`. Setting it begins anew. */
  get fetch() {
    return this.#fetch;
  }

  set fetch(fetch) {
    if (fetch === this.#fetch) return;
    this.#fetch = fetch;
    this.#end();
    this.#begin();
  }

  /** Resolves when the view is there; rejects with a sentence when it can't be. */
  get ready() {
    return this.#handle?.ready ?? Promise.reject(new Error("getToken is not set, or the element is in no page"));
  }

  open(conversation) {
    this.#handle?.open(conversation);
  }

  setToken(token) {
    this.#handle?.setToken(token);
  }

  connectedCallback() {
    // A property that was set before the element was known to the page hides the one of this class.
    for (const name of ["fetch", "getToken"].filter((name) => Object.hasOwn(this, name))) {
      const { [name]: value } = this;
      delete this[name];
      this[name] = value;
    }
    this.#begin();
  }

  disconnectedCallback() {
    // Moving an element within the page takes it out and puts it back: that is no reason to begin anew.
    queueMicrotask(() => {
      if (!this.isConnected) this.#end();
    });
  }

  attributeChangedCallback(attribute, before, value) {
    if (before === value) return;
    if (attribute === "api-base") {
      this.#end();
      this.#begin();
    } else if (this.#handle) {
      // A contact and its conversation are two attributes and one change.
      if (!this.#changed) queueMicrotask(() => this.#change());
      this.#changed = { ...this.#changed, [ATTRIBUTES[attribute]]: value ?? undefined };
    }
  }

  #change() {
    this.#handle?.update(this.#changed);
    this.#changed = undefined;
  }

  #begin() {
    if (this.#handle || !this.isConnected || !this.#getToken) return;
    const options = { getToken: this.#getToken, fetch: this.#fetch };
    for (const [attribute, name] of Object.entries(ATTRIBUTES)) {
      options[name] = this.getAttribute(attribute) ?? undefined;
    }
    this.#handle = mount(this, options);
  }

  #end() {
    this.#handle?.unmount();
    this.#handle = undefined;
  }
}

for (const [attribute, name] of Object.entries(ATTRIBUTES)) {
  Object.defineProperty(SidenoteInbox.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      return this.getAttribute(attribute) ?? undefined;
    },
    set(value) {
      if (value === undefined || value === null) this.removeAttribute(attribute);
      else this.setAttribute(attribute, value);
    },
  });
}

// Not where there is no page (a server that renders), and not twice.
if (globalThis.customElements && !customElements.get("sidenote-inbox")) {
  customElements.define("sidenote-inbox", SidenoteInbox);
}
