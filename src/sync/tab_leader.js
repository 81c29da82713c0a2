// Leader election among the tabs of one browser that follow the same server as the same agent. The tab that holds the
// Web Lock leads: it holds the connection and broadcasts events. A tab that closes or crashes releases the lock, and
// the next one gets it.

/** This page's memberships. A module that panics can't leave them; the module that replaces it does. */
const joined = new Set();

/**
 * Joins the tabs named `name`. Calls `lead()` when this tab becomes the leader, `hear(message)` for messages of other
 * tabs, and `yield_()` when another tab has taken the lead. Returns `undefined` where the browser has no locks or
 * channels: then each tab works alone.
 */
export function joinTabs(name, lead, hear, yield_) {
  if (!globalThis.navigator?.locks || !globalThis.BroadcastChannel) return undefined;
  let channel;
  try {
    channel = new BroadcastChannel(name);
  } catch {
    // For example in a frame without access to storage.
    return undefined;
  }
  let waiting;
  let release;
  let hasLeft = false;
  const hold = () =>
    new Promise((resolve) => {
      if (hasLeft) return resolve();
      release = resolve;
      lead();
    });
  const lost = () => {
    // Aborted before the lock was granted; or stolen by another tab, to which this one seemed dead.
    if (hasLeft || !release) return;
    release = undefined;
    yield_();
    wait();
  };
  const wait = () => {
    waiting = new AbortController();
    navigator.locks.request(name, { signal: waiting.signal }, hold).catch(lost);
  };
  channel.onmessage = ({ data }) => hear(data);
  wait();
  const tabs = {
    tell: (message) => channel.postMessage(message),
    take() {
      waiting.abort();
      navigator.locks.request(name, { steal: true }, hold).catch(lost);
    },
    leave() {
      hasLeft = true;
      waiting.abort();
      release?.();
      channel.close();
      joined.delete(tabs);
    },
  };
  joined.add(tabs);
  return tabs;
}

export const tellTabs = (tabs, message) => tabs.tell(message);
export const takeLead = (tabs) => tabs.take();
export const leaveTabs = (tabs) => tabs.leave();
export const leaveAllTabs = () => joined.forEach(leaveTabs);
