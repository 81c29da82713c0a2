// The tabs of one browser that follow the same server as the same agent. One leads: it holds the connection and passes on
// what it hears. A tab that closes or crashes lets go of the lock that makes it the leader, and the next one has it.

/** Every place that this page has. A module that breaks can leave none; the one in its place does. */
const joined = new Set();

/**
 * `lead()` is called when this tab leads from now on, `hear(message)` with what other tabs tell, `yield_()` when another tab
 * has taken the lead. Nothing, where the browser has no locks or channels: then every tab stands alone.
 */
export function joinTabs(name, lead, hear, yield_) {
  if (!globalThis.navigator?.locks || !globalThis.BroadcastChannel) return undefined;
  let channel;
  try {
    channel = new BroadcastChannel(name);
  } catch {
    // As in a frame that may have no storage.
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
    // Given up before it was ours; or taken by another tab, to which this one seemed dead.
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
