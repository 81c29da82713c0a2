// What an agent has typed and the server has not confirmed, as texts by key. It lies in the page's memory, which outlives
// a module that breaks, and in the browser's storage, which outlives the page.

const STORE = "kept";
/** A storage that has not opened after so many milliseconds is one that does not open. */
const PATIENCE = 3_000;

/** By owner: that owner's texts by key. */
const pages = new Map();
/** What is not yet in storage, by the key it has there. No text: it is to be removed. */
let waiting = new Map();
let writing;
let opening;
/** Whether the last attempt to write came through. */
let isSafe = true;
const watchers = new Set();

const full = (owner, key) => `${owner}\n${key}`;

/** Everything that is kept for an owner: keys and texts in turn. */
export async function openKept(owner) {
  let page = pages.get(owner);
  if (!page) {
    page = new Map();
    pages.set(owner, page);
    for (const [key, text] of await stored(owner)) {
      // What was typed in the meantime is newer.
      if (!page.has(key)) page.set(key, text);
    }
  }
  return [...page].flat();
}

/** Keeps a text; `undefined` forgets it. */
export function putKept(owner, key, text) {
  let page = pages.get(owner);
  if (!page) pages.set(owner, (page = new Map()));
  if (text === undefined) page.delete(key);
  else page.set(key, text);
  waiting.set(full(owner, key), text);
  writing ??= Promise.resolve().then(write);
}

/** Resolves when all that was put so far is in storage: true; or can't be: false. */
export async function savedKept() {
  await writing;
  return isSafe;
}

/** Forgets everything of an owner. */
export function clearKept(owner) {
  for (const key of pages.get(owner)?.keys() ?? []) putKept(owner, key, undefined);
  pages.delete(owner);
}

/** `listener(isSafe)` is called when storage fails, and when it works again; at once if it has failed already. */
export function watchKept(listener) {
  watchers.add(listener);
  if (!isSafe) listener(isSafe);
}

export function unwatchKept(listener) {
  watchers.delete(listener);
}

function be(safe) {
  if (safe === isSafe) return;
  isSafe = safe;
  for (const listener of watchers) listener(isSafe);
}

async function write() {
  const batch = waiting;
  waiting = new Map();
  let done = false;
  try {
    const database = await open();
    const transaction = database.transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const [key, text] of batch) {
      if (text === undefined) store.delete(key);
      else store.put(text, key);
    }
    done = await finished(transaction);
  } catch {
    // No storage here, or not any more.
    opening = undefined;
  }
  // Tried again with whatever is put next, unless that is newer.
  if (!done) waiting = new Map([...batch, ...waiting]);
  writing = done && waiting.size ? write() : undefined;
  be(done);
  return writing;
}

async function stored(owner) {
  try {
    const database = await open();
    const transaction = database.transaction(STORE, "readonly");
    const store = transaction.objectStore(STORE);
    const range = IDBKeyRange.bound(full(owner, ""), full(owner, "\uffff"));
    const [keys, texts] = [store.getAllKeys(range), store.getAll(range)];
    await finished(transaction);
    return keys.result.map((key, nth) => [key.slice(owner.length + 1), texts.result[nth]]);
  } catch {
    opening = undefined;
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
        const database = request.result;
        // The browser takes it away: it is opened anew when it is needed next.
        const close = () => {
          database.close();
          opening = undefined;
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
