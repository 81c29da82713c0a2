// What an agent has typed and the server has not confirmed, as texts by key. It lies in the page's memory, which outlives
// a module that breaks, and in the browser's storage, which outlives the page.
//
// A key of two words is a draft's: it is one for all pages of the browser, which tell each other what is typed. Any other
// is of something unsent: it belongs to the page that sends it, and when that has gone to the first one that finds it.

const STORE = "kept";
/** What names this page among those of the browser. */
const page = `${Date.now()} ${Math.random()}`;
/** A storage that has not opened after so many milliseconds is one that does not open. */
const PATIENCE = 3_000;

/** By owner: that owner's texts by key. */
const pages = new Map();
/** What is not known to be in storage, by the key it has there. No text: it is to be removed. */
const unsaved = new Map();
/** What was put since the last write began; nothing when nothing was. */
let waiting;
/** Resolves when every write so far is over. */
let writing = Promise.resolve();
let database;
let opening;
/** Whether the last attempt to write came through. */
let isSafe = true;
/** Who hears what becomes of texts: by the function that is told whether they are safe. */
const watchers = new Map();
/** The connection to the browser's other pages, while anybody watches. */
let others;

const full = (owner, key) => `${owner}\n${key}`;
const isDraft = (key) => key.split(" ").length === 2;

/** Everything that is kept for an owner: keys and texts in turn. */
export async function openKept(owner) {
  const found = await stored(owner);
  take(owner, [...found.filter(([key]) => isDraft(key)), ...(await claim(owner, found))]);
  return [...pageOf(owner)].flat();
}

/** What is new to this page becomes its own. Returns it. */
function take(owner, texts) {
  // What was typed in the meantime is newer.
  const fresh = texts.filter(([key]) => !pageOf(owner).has(key) && !unsaved.has(full(owner, key)));
  for (const [key, text] of fresh) pageOf(owner).set(key, text);
  return fresh;
}

function pageOf(owner) {
  if (!pages.has(owner)) pages.set(owner, new Map());
  return pages.get(owner);
}

/** Keeps a text; `undefined` forgets it. */
export function putKept(owner, key, text) {
  know(owner, key, text);
  if (isDraft(key)) others?.channel.postMessage({ owner, key, text });
  unsaved.set(full(owner, key), text);
  if (!waiting) {
    waiting = new Map();
    // Everything of one change together, and at once: the page may be on its way out.
    queueMicrotask(() => {
      // What failed before is tried again.
      const batch = isSafe ? waiting : new Map(unsaved);
      waiting = undefined;
      const written = write(batch);
      writing = Promise.all([writing, written]);
    });
  }
  waiting.set(full(owner, key), text);
}

function know(owner, key, text) {
  if (text === undefined) pageOf(owner).delete(key);
  else pageOf(owner).set(key, text);
}

/** Resolves when all that was put so far is in storage: true; or can't be: false. */
export async function savedKept() {
  await Promise.resolve();
  await writing;
  return isSafe;
}

/** Forgets everything of an owner, in the other pages' names too. */
export function clearKept(owner) {
  const forget = (key) => putKept(owner, key, undefined);
  [...pageOf(owner).keys()].forEach(forget);
  stored(owner).then((found) => found.forEach(([key]) => forget(key)));
}

/**
 * `tell(isSafe)` is called when storage fails, and when it works again; at once if it has failed already.
 * `hear(key, text)` is called with a draft that is typed in another page (empty: none any more), and with what a page that
 * has gone has left unsent.
 */
export function watchKept(owner, tell, hear) {
  watchers.set(tell, { owner, hear });
  if (!isSafe) tell(isSafe);
  others ??= meet();
}

export function unwatchKept(tell) {
  const { owner } = watchers.get(tell) ?? {};
  watchers.delete(tell);
  if (owner !== undefined && !isWatched(owner)) {
    // It is not told any more what becomes of them in other pages: when it is opened again they come from storage.
    for (const key of pageOf(owner).keys()) if (!unsaved.has(full(owner, key))) pageOf(owner).delete(key);
  }
  if (watchers.size === 0) {
    others?.leave();
    others = undefined;
  }
}

const isWatched = (owner) => [...watchers.values()].some((watcher) => watcher.owner === owner);

function be(safe) {
  if (safe === isSafe) return;
  isSafe = safe;
  for (const tell of watchers.keys()) tell(isSafe);
}

const lockOf = (name) => `sidenote page ${name}`;

/** Meets the browser's other pages. Nothing, where it has no locks or channels: then every page stands alone. */
function meet() {
  let channel;
  try {
    channel = new BroadcastChannel("sidenote kept");
  } catch {
    return undefined;
  }
  const over = new AbortController();
  const { signal } = over;
  const { locks } = navigator;
  // Its own lock a page holds for as long as it is there; whoever is given another's knows that that page has gone.
  locks?.request(lockOf(page), { signal }, () => new Promise((resolve) => (signal.onabort = resolve))).catch(() => {});
  channel.onmessage = ({ data: { here, greets, owner, key, text } }) => {
    if (!here) {
      // Another agent's are nothing to this page.
      if (isWatched(owner)) know(owner, key, text);
      hear(owner, key, text);
      return;
    }
    if (greets) channel.postMessage({ here: page });
    // Not while it is held: who looks on which locks there are finds this page's own too.
    locks?.request(lockOf(here), { signal }, () => {}).then(inherit, () => {});
  };
  channel.postMessage({ here: page, greets: true });
  const leave = () => {
    over.abort();
    channel.close();
  };
  return { channel, leave };
}

function hear(owner, key, text = "") {
  for (const watcher of watchers.values()) if (watcher.owner === owner) watcher.hear(key, text);
}

/** A page has gone: what it has left unsent is this one's to send, unless another one was quicker. */
async function inherit() {
  for (const owner of new Set([...watchers.values()].map((watcher) => watcher.owner))) {
    for (const [key, text] of take(owner, await claim(owner, await stored(owner)))) hear(owner, key, text);
  }
}

/** Makes those texts this page's that a page has left which is not there any more. Returns them. */
async function claim(owner, found) {
  const locks = await navigator.locks?.query().catch(() => undefined);
  const there = new Set(locks?.held.map(({ name }) => name));
  const left = found.filter(([, , from]) => !there.has(lockOf(from)));
  if (left.length === 0) return left;
  const claimed = [];
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const [key, text, from] of left) {
      const asked = store.get(full(owner, key));
      asked.onsuccess = () => {
        // Unless it is done with, or another page has made it its own since.
        if (asked.result === undefined || pair(asked.result)[1] !== from) return;
        store.put([text, page], full(owner, key));
        claimed.push([key, text]);
      };
    }
    await finished(transaction);
    return claimed;
  } catch {
    opening = database = undefined;
    return left;
  }
}

async function write(batch) {
  let done = false;
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const [key, text] of batch) {
      if (text === undefined) store.delete(key);
      else store.put([text, page], key);
    }
    // Without waiting for the answers, which may come too late for a page that goes.
    transaction.commit?.();
    done = await finished(transaction);
  } catch {
    // No storage here, or not any more.
    opening = database = undefined;
  }
  if (done) {
    for (const [key, text] of batch) {
      if (unsaved.get(key) === text) unsaved.delete(key);
    }
  }
  be(done);
}

/** A text and the page that it is of; the text alone is nobody's. */
const pair = (value) => [].concat(value);

/** What is in storage for an owner: keys, texts, and the page each is of. */
async function stored(owner) {
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readonly");
    const store = transaction.objectStore(STORE);
    const range = IDBKeyRange.bound(full(owner, ""), full(owner, "\uffff"));
    const [keys, texts] = [store.getAllKeys(range), store.getAll(range)];
    await finished(transaction);
    return keys.result.map((key, nth) => [key.slice(owner.length + 1), ...pair(texts.result[nth])]);
  } catch {
    opening = database = undefined;
    be(false);
    return [];
  }
}

function open() {
  opening ??= new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("storage does not open")), PATIENCE);
    const over = (settle, value) => {
      clearTimeout(timer);
      settle(value);
    };
    try {
      const request = indexedDB.open("sidenote", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onerror = () => over(reject, request.error);
      request.onsuccess = () => {
        database = request.result;
        // The browser takes it away: it is opened anew when it is needed next.
        const close = () => {
          database?.close();
          opening = database = undefined;
        };
        database.onclose = close;
        database.onversionchange = close;
        over(resolve, database);
      };
    } catch (error) {
      // As in a frame that may have no storage.
      over(reject, error);
    }
  });
  return opening;
}

function finished(transaction) {
  return new Promise((resolve) => {
    transaction.oncomplete = () => resolve(true);
    transaction.onabort = () => resolve(false);
  });
}
