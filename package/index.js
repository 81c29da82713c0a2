// What pages know of Sidenote: the element <sidenote-inbox> and the function mount(). The work is done by the module
// beside this file; here is only what has to be JavaScript.
import { watchModule } from "./module_guard.js";
import init, { __wbg_reset_state as newInstance, brokenStrings, mount as mountInModule, onPanic } from "./sidenote.js";
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
/** Notices when the module breaks; all views stand on the one module. */
let guard;

/** Loads the module, once for the page. Called early it saves the first mount the wait. */
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

/** Gives the broken module up for another; what was typed is kept outside of it. */
function startAgain() {
  newInstance();
  onPanic(guard.broke);
  guard.restarted();
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
    // It broke before this view came.
    if (guard.isBroken) return view.say();
    try {
      view.begin();
    } catch (error) {
      // Options that can't be used are this view's affair, a broken module is everybody's.
      if (!guard.isBroken) forget(view);
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
      // A host may keep the handle; it keeps nothing that was in the element.
      element = undefined;
    },
  };
}

/** A page without views has no listener of ours. Returns whether the view was there. */
function forget(view) {
  const wasThere = views.delete(view);
  if (wasThere && views.size === 0) guard.stop();
  return wasThere;
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
