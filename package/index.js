// The interface for pages: the element <sidenote-inbox> and the function mount(). The module beside this file does the
// work; this file holds only what must be JavaScript.
import { watchModule } from "./module_guard.js";
import init, { __wbg_reset_state as newInstance, brokenStrings, mount as mountInModule, onPanic } from "./sidenote.js";
import css from "./style.js";

const ATTRIBUTES = {
  "api-base": "apiBase",
  view: "view",
  conversation: "conversation",
  contact: "contact",
  "contact-by": "contactBy",
  theme: "theme",
  locale: "locale",
};

let loading;
/** Every view on the page. */
const views = new Set();
/** The texts for a broken module. */
let words;
/** Watches whether the module breaks; all views use the one module. */
let guard;

/** Loads the module, once for the page. Called early, it spares the first mount the wait. */
export function load(module) {
  loading ??= start(module ?? new URL("./sidenote_bg.wasm", import.meta.url));
  return loading;
}

async function start(module) {
  const address = module instanceof Response ? module.url : module instanceof URL || typeof module === "string" ? new URL(module, document.baseURI).href : "";
  guard = watchModule(address, () => views.forEach((view) => view.say()));
  const exports = await init({ module_or_path: module });
  onPanic(guard.broke);
  words = brokenStrings();
  return exports;
}

/** Replaces the broken module by a new instance; drafts and unsent changes are stored outside of it. */
function startAgain() {
  newInstance();
  onPanic(guard.broke);
  guard.restarted();
  for (const view of views) {
    try {
      view.begin();
    } catch (error) {
      // If this one breaks too, all views show the notice again.
      console.error(error);
    }
  }
}

/**
 * Shows a view in an element. Returns at once; calls of the handle before the module is loaded are carried out then.
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
      mounted = guard.call(() => mountInModule(element, current, css, emit));
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
    if (views.size === 0) guard.listen();
    views.add(view);
    // The module broke before this view was added.
    if (guard.isBroken) return view.say();
    try {
      view.begin();
    } catch (error) {
      // Invalid options end this view only; a broken module affects all views.
      if (!guard.isBroken) forget(view);
      throw error;
    }
  });
  // A page that doesn't await `ready` is notified by an event.
  ready.catch((error) => emit("failed", { message: String(error?.message ?? error) }));
  const once = (want) => {
    if (isOver) return;
    if (mounted) want();
    else wanted.push(want);
  };
  return {
    ready,
    open: (conversation) => once(() => guard.call(() => mounted.open(String(conversation)))),
    setToken: (token) => once(() => guard.call(() => mounted.setToken(token))),
    update(changed) {
      current = { ...current, ...changed };
      if (mounted && !isOver) guard.call(() => mounted.update(current));
    },
    unmount() {
      isOver = true;
      wanted.length = 0;
      if (forget(view) && !mounted && element?.shadowRoot) {
        element.shadowRoot.replaceChildren();
        element.shadowRoot.adoptedStyleSheets = [];
      }
      if (mounted) guard.call(() => mounted.free());
      mounted = undefined;
      // A host may keep the handle, which must not keep the element in memory.
      element = undefined;
    },
  };
}

/** Removes a view. Without views there is no listener left on the page. Returns whether the view was there. */
function forget(view) {
  const wasThere = views.delete(view);
  if (wasThere && views.size === 0) guard.stop();
  return wasThere;
}

/** The notice in place of a view when the module has broken. */
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

  /** Called whenever a token is needed. Setting it starts the view; setting another one restarts it. */
  get getToken() {
    return this.#getToken;
  }

  set getToken(getToken) {
    if (getToken === this.#getToken) return;
    this.#getToken = getToken;
    this.#end();
    this.#begin();
  }

  /** Used in place of the browser's own `fetch`. Setting it restarts the view. */
  get fetch() {
    return this.#fetch;
  }

  set fetch(fetch) {
    if (fetch === this.#fetch) return;
    this.#fetch = fetch;
    this.#end();
    this.#begin();
  }

  /** Resolves when the view is shown; rejects with a sentence if it can't be. */
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
    // A property that was set before the element was defined hides the one of this class.
    for (const name of ["fetch", "getToken"].filter((name) => Object.hasOwn(this, name))) {
      const { [name]: value } = this;
      delete this[name];
      this[name] = value;
    }
    this.#begin();
  }

  disconnectedCallback() {
    // Moving an element within the page disconnects and reconnects it: the view continues.
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
      // A contact and its conversation are two attributes, but one change.
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

// Not without a page (server-side rendering), and not twice.
if (globalThis.customElements && !customElements.get("sidenote-inbox")) {
  customElements.define("sidenote-inbox", SidenoteInbox);
}
