// Stores texts by owner and key in IndexedDB. Unwritten texts stay in the page's memory, which outlives a module that
// panics.

const STORE = "kept";
/** Opening storage fails after so many milliseconds. */
const PATIENCE = 3_000;

/** Writes that are not yet confirmed, by full key. No text: a removal. */
const unsaved = new Map();
/** The next batch to write, if any. */
let waiting;
/** Resolves when all writes so far have ended. */
let writing = Promise.resolve();
let database;
let opening;
/** Whether the last write succeeded. */
let isSafe = true;
const watchers = new Set();

const full = (owner, key) => `${owner}\n${key}`;

/** Opens the storage, so that what is asked of it next does not wait. */
export const prepareStored = () => open().catch(() => undefined);

/** Everything that is stored for an owner: keys and texts in turn. */
export async function openStored(owner) {
  const texts = new Map(await stored(owner));
  for (const [at, text] of unsaved) {
    if (!at.startsWith(full(owner, ""))) continue;
    const key = at.slice(owner.length + 1);
    if (text === undefined) texts.delete(key);
    else texts.set(key, text);
  }
  return [...texts].flat();
}

/** Stores a text; `undefined` removes it. */
export function putStored(owner, key, text) {
  put(full(owner, key), text);
}

function put(at, text) {
  unsaved.set(at, text);
  if (!waiting) {
    waiting = new Map();
    // All writes of one change in one transaction, without delay: the page may be closing.
    queueMicrotask(() => {
      // Retries failed writes too.
      const batch = isSafe ? waiting : new Map(unsaved);
      waiting = undefined;
      const written = write(batch);
      writing = Promise.all([writing, written]);
    });
  }
  waiting.set(at, text);
}

/** Resolves when all writes so far have ended: true if they are in storage, false if storage fails. */
export async function allStored() {
  await Promise.resolve();
  await writing;
  return isSafe;
}

/** Removes everything of an owner. */
export async function clearStored(owner) {
  const kept = [...unsaved.keys()].filter((at) => at.startsWith(full(owner, "")));
  for (const at of kept) put(at, undefined);
  for (const [key] of await stored(owner)) put(full(owner, key), undefined);
}

/** `tell(isSafe)` is called when storage fails, and when it works again; at once if it has failed already. */
export function watchStored(tell) {
  watchers.add(tell);
  if (!isSafe) tell(isSafe);
}

export const unwatchStored = (tell) => watchers.delete(tell);

function be(safe) {
  if (safe === isSafe) return;
  isSafe = safe;
  for (const tell of watchers) {
    try {
      tell(isSafe);
    } catch {
      // The watcher's module has panicked.
      watchers.delete(tell);
    }
  }
}

async function write(batch) {
  let done = false;
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const [at, text] of batch) {
      if (text === undefined) store.delete(at);
      else store.put(text, at);
    }
    // Commits without waiting for the results, which may come too late for a closing page.
    transaction.commit?.();
    done = await finished(transaction);
  } catch {
    // No storage, or the connection was closed.
    opening = database = undefined;
  }
  if (done) {
    for (const [at, text] of batch) {
      if (unsaved.get(at) === text) unsaved.delete(at);
    }
  }
  be(done);
}

/** The stored entries of an owner: keys and texts. */
async function stored(owner) {
  try {
    const transaction = (database ?? (await open())).transaction(STORE, "readonly");
    const store = transaction.objectStore(STORE);
    const range = IDBKeyRange.bound(full(owner, ""), full(owner, "\uffff"));
    const [keys, texts] = [store.getAllKeys(range), store.getAll(range)];
    await finished(transaction);
    return keys.result.map((at, nth) => [at.slice(owner.length + 1), texts.result[nth]]);
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
        // The browser closes the connection; the next access opens it again.
        const close = () => {
          database?.close();
          opening = database = undefined;
        };
        database.onclose = close;
        database.onversionchange = close;
        over(resolve, database);
      };
    } catch (error) {
      // For example in a frame without access to storage.
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
