// What an agent has typed and the server has not confirmed, as texts by key. It lies in the page's memory, which outlives
// a module that breaks, and in the browser's storage, which outlives the page.
//
// A key of two words is a draft's: it is one for all pages of the browser, which tell each other what is typed. Any other
// is of something unsent: each page has its own under it, which it sends, and when it has gone the first one that finds it.

const STORE = "kept";
/** What names this page among those of the browser. */
const page = `${Date.now()} ${Math.random()}`;
/** A storage that has not opened after so many milliseconds is one that does not open. */
const PATIENCE = 3_000;

/** By owner: that owner's texts by key. */
const pages = new Map();
/** What is not known to be in storage, by the key it has there. No text: it is to be removed. */
const unsaved = new Map();
/** Drafts that are none any more, as other pages have said since their owner was opened here. */
const emptied = new Set();
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

const isDraft = (key) => key.split(" ").length === 2;
/** Under what a page's text is in storage. */
const full = (owner, key) => (isDraft(key) ? `${owner}\n${key}` : `${owner}\n${key}\n${page}`);

/** Everything that is kept for an owner and this page's to go on with: keys and texts in turn. */
export async function openStored(owner) {
  emptied.clear();
  const found = await stored(owner);
  const left = await claim(owner, found);
  for (const [key, text] of found) {
    // What was typed in the meantime, or is to be removed, is newer.
    const isOld = pageOf(owner).has(key) || unsaved.has(full(owner, key)) || emptied.has(full(owner, key));
    if (isDraft(key) && !isOld) pageOf(owner).set(key, text);
  }
  // Of one thing there may be two pending changes: this page's and the one that was left.
  return [...pageOf(owner), ...left.filter(([key, text]) => pageOf(owner).get(key) !== text)].flat();
}

function pageOf(owner) {
  if (!pages.has(owner)) pages.set(owner, new Map());
  return pages.get(owner);
}

/** Keeps a text; `undefined` forgets it. */
export function putStored(owner, key, text) {
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
export async function allStored() {
  await Promise.resolve();
  await writing;
  return isSafe;
}

/** Forgets everything of an owner, in the other pages' names too. */
export async function clearStored(owner) {
  for (const key of pageOf(owner).keys()) putStored(owner, key, undefined);
  const found = await stored(owner);
  if (found.length > 0) write(new Map(found.map(([, , at]) => [at, undefined])));
}

/**
 * `tell(isSafe)` is called when storage fails, and when it works again; at once if it has failed already.
 * `hear(key, text)` is called with a draft that is typed in another page (empty: none any more), and with what a page that
 * has gone has left unsent. It returns a number other than 0, unless its module has broken.
 */
export function watchStored(owner, tell, hear) {
  dropBroken();
  watchers.set(tell, { owner, hear });
  if (!isSafe) tell(isSafe);
  others ??= meet();
}

export function unwatchStored(tell) {
  const { owner } = watchers.get(tell) ?? {};
  watchers.delete(tell);
  dropBroken();
  if (owner === undefined || isWatched(owner)) return;
  // It is not told any more what becomes of drafts in other pages: when it is opened again they come from storage.
  for (const key of pageOf(owner).keys()) {
    if (isDraft(key) && !unsaved.has(full(owner, key))) pageOf(owner).delete(key);
  }
}

const isWatched = (owner) => [...watchers.values()].some((watcher) => watcher.owner === owner);

/** Forgets those whose module has broken; without any left, others take this page for one that has gone. */
function dropBroken() {
  for (const [tell, { hear }] of watchers) {
    try {
      if (hear("", "")) continue;
    } catch {
      // It is in no state to answer.
    }
    watchers.delete(tell);
  }
  if (watchers.size === 0) {
    others?.leave();
    others = undefined;
  }
}

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
  const awaited = new Set();
  let isHere = false;
  // A page holds its own lock for as long as it exists; a page that is given another page's lock knows that the other has
  // gone. A page therefore says its name only once it holds its lock: a browser may grant it late.
  const hold = () => {
    if (signal.aborted) return undefined;
    isHere = true;
    channel.postMessage({ here: page, greets: true });
    return new Promise((resolve) => (signal.onabort = resolve));
  };
  locks?.request(lockOf(page), { signal }, hold).catch(() => {});
  channel.onmessage = ({ data: { here, greets, owner, key, text } }) => {
    if (!here) {
      // Another agent's are nothing to this page.
      if (isWatched(owner)) know(owner, key, text);
      if (text === undefined) emptied.add(full(owner, key));
      hear(owner, key, text);
      return;
    }
    if (greets && isHere) channel.postMessage({ here: page });
    if (awaited.has(here)) return;
    awaited.add(here);
    const given = () => void awaited.delete(here);
    // Not while it is held: who looks on which locks there are finds this page's own too.
    locks?.request(lockOf(here), { signal }, given).then(inherit, () => {});
  };
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
  dropBroken();
  for (const owner of new Set([...watchers.values()].map((watcher) => watcher.owner))) {
    for (const [key, text] of await claim(owner, await stored(owner))) hear(owner, key, text);
  }
}

/** Makes this page's what a page has left unsent that is not there any more. Returns it: keys and texts. */
async function claim(owner, found) {
  const locks = await navigator.locks?.query().catch(() => undefined);
  const there = new Set(locks?.held.map(({ name }) => name)).add(lockOf(page));
  const left = found.filter(([key, , , from]) => !isDraft(key) && !there.has(lockOf(from)));
  if (left.length === 0) return left;
  const claimed = [];
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const [key, , at] of left) {
      const asked = store.get(at);
      asked.onsuccess = () => {
        const { result: text } = asked;
        // Unless another page has made it its own since.
        if (text === undefined) return;
        claimed.push([key, text]);
        store.delete(at);
        // This page's own pending change of the same thing is kept already.
        if (!pageOf(owner).has(key)) store.put(text, full(owner, key));
      };
    }
    await finished(transaction);
  } catch {
    opening = database = undefined;
    return left;
  }
  for (const [key, text] of claimed) if (!pageOf(owner).has(key)) pageOf(owner).set(key, text);
  return claimed;
}

async function write(batch) {
  let done = false;
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const [key, text] of batch) {
      if (text === undefined) store.delete(key);
      else store.put(text, key);
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

/** What is in storage for an owner: keys and texts, where each lies, and the page that it is of. */
async function stored(owner) {
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readonly");
    const store = transaction.objectStore(STORE);
    const range = IDBKeyRange.bound(`${owner}\n`, `${owner}\n\uffff`);
    const [keys, texts] = [store.getAllKeys(range), store.getAll(range)];
    await finished(transaction);
    return keys.result.map((at, nth) => {
      const [key, from] = at.slice(owner.length + 1).split("\n");
      return [key, texts.result[nth], at, from];
    });
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
        // The browser takes it away: it is opened again when it is needed next.
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
