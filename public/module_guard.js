// Detects that the WebAssembly module has broken: it panicked, it trapped, or an exception left one of its functions
// halfway. Its memory can't be trusted after that. The app's page and the widget both use this file.

/** The error of wasm-bindgen's glue when a timer or an answer calls an instance that was replaced. */
const STALE = "Cannot invoke closure from previous WASM instance";

/**
 * Watches the module at `address`, which the browser names in stack traces; without it, only panics and calls are
 * watched. `tell()` is called once when the module breaks, after the current task's code has ended.
 */
export function watchModule(address, tell) {
  let isBroken = false;
  const broke = () => {
    if (isBroken) return;
    isBroken = true;
    queueMicrotask(tell);
  };
  // The browser calls the module's own listeners, timers and promises, so their exceptions reach only the page.
  const hear = (event) => {
    const error = event.error ?? event.reason;
    // Such a call loses nothing, so its error is not reported.
    if (error?.message === STALE) event.preventDefault();
    else if (address && String(error?.stack).includes(address)) broke();
  };
  return {
    get isBroken() {
      return isBroken;
    },
    /** For the module's panic hook. */
    broke,
    /** Calls the module. It refuses an option with a sentence; any other exception has broken it. */
    call(run) {
      try {
        return run();
      } catch (error) {
        if (typeof error === "string") throw new Error(error);
        broke();
        throw error;
      }
    },
    listen() {
      for (const kind of ["error", "unhandledrejection"]) addEventListener(kind, hear);
    },
    stop() {
      for (const kind of ["error", "unhandledrejection"]) removeEventListener(kind, hear);
    },
    /** A new instance has replaced the broken one. */
    restarted() {
      isBroken = false;
    },
  };
}
