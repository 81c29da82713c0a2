// What an agent has typed and the server has not confirmed, as texts by key. It lies in the page's memory, which outlives
// a module that breaks, and in the browser's storage, which outlives the page.

const STORE = "kept";
/** A storage that has not opened after so many milliseconds is one that does not open. */
const PATIENCE = 3_000;

/** By owner: that owner's texts by key. */
const pages = new Map();
/** By owner: resolves when what was in storage is there. */
const loading = new Map();
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
const watchers = new Set();

const full = (owner, key) => `${owner}\n${key}`;

/** Everything that is kept for an owner: keys and texts in turn. */
export async function openKept(owner) {
  if (!loading.has(owner)) loading.set(owner, load(owner));
  await loading.get(owner);
  return [...pageOf(owner)].flat();
}

async function load(owner) {
  for (const [key, text] of await stored(owner)) {
    // What was typed in the meantime is newer.
    if (!pageOf(owner).has(key) && !unsaved.has(full(owner, key))) pageOf(owner).set(key, text);
  }
}

function pageOf(owner) {
  if (!pages.has(owner)) pages.set(owner, new Map());
  return pages.get(owner);
}

/** Keeps a text; `undefined` forgets it. */
export function putKept(owner, key, text) {
  if (text === undefined) pageOf(owner).delete(key);
  else pageOf(owner).set(key, text);
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

/** Resolves when all that was put so far is in storage: true; or can't be: false. */
export async function savedKept() {
  await Promise.resolve();
  await writing;
  return isSafe;
}

/** Forgets everything of an owner. */
export function clearKept(owner) {
  for (const key of pageOf(owner).keys()) putKept(owner, key, undefined);
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

async function stored(owner) {
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readonly");
    const store = transaction.objectStore(STORE);
    const range = IDBKeyRange.bound(full(owner, ""), full(owner, "\uffff"));
    const [keys, texts] = [store.getAllKeys(range), store.getAll(range)];
    await finished(transaction);
    return keys.result.map((key, nth) => [key.slice(owner.length + 1), texts.result[nth]]);
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
