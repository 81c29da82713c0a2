// A module that has trapped, or was left by an exception half way, is broken: what it was changing is changed in part.
// Nothing calls it any more; whoever has put it into the page is told, once.
let tellBroken = () => {};
export let isBroken = false;
export function whenBroken(tell) {
tellBroken = tell;
}
function guarded(exports) {
isBroken = false;
let isOurs = false;
const guard = (run) => (...given) => {
if (isOurs) return undefined;
try {
return run(...given);
} catch (error) {
isBroken = isOurs = true;
queueMicrotask(() => tellBroken(error));
throw error;
}
};
// What the glue calls while the module calls it needs no guard of its own.
const isInner = (name) => /^__(wbindgen_(malloc|realloc|free|exn_store)|externref_)/.test(name);
return Object.fromEntries(
Object.entries(exports).map(([name, it]) => [name, typeof it === "function" && !isInner(name) ? guard(it) : it]),
);
}
