// Starts the app. It is a file of its own because the Content-Security-Policy allows no inline script. The addresses of
// the glue code and of the module contain a hash, so they are read from the script element that Trunk wrote.
import { watchModule } from "./module_guard.js";

const { js, wasm } = document.querySelector("script[data-wasm]").dataset;

function say(sentence) {
  document.querySelector(".shell")?.remove();
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.className = "boot-failure";
  words.textContent = sentence;
  document.body.append(words);
}

/** A dialog of the broken module would cover the notice, and the module's code may still open one. */
function closeOtherDialogs(own) {
  const close = () => {
    for (const dialog of document.querySelectorAll("dialog[open]")) if (dialog !== own) dialog.close();
  };
  close();
  new MutationObserver(close).observe(document.body, { subtree: true, childList: true, attributeFilter: ["open"] });
}

/** Shows the notice: the module is gone, and only a reload helps. */
function sayBroken() {
  const dialog = document.createElement("dialog");
  dialog.className = "broken";
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", "broken");
  const [words, button] = ["p", "button"].map((name) => document.createElement(name));
  words.id = "broken";
  // Without storage the typed text is only on the page behind the notice.
  const isKept = !document.querySelector(".connection-line .not-kept");
  words.textContent = isKept
    ? "Something broke. Reload the page to go on: nothing you typed is lost."
    : "Something broke, and this browser keeps nothing here. Copy what you still need from this page, then reload it.";
  button.type = "button";
  button.className = "button primary";
  button.textContent = "Reload";
  button.addEventListener("click", () => location.reload());
  // The dialog must not be closed: the module behind the page is gone.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.append(words, button);
  document.body.append(dialog);
  closeOtherDialogs(dialog);
  if (isKept) dialog.showModal();
  else dialog.show();
}

if (typeof WebAssembly !== "object") {
  say("Sidenote could not start: this browser has no WebAssembly, or it is turned off. Try a newer browser.");
} else {
  try {
    const app = await import(js);
    await app.default({ module_or_path: wasm });
    const guard = watchModule(new URL(wasm, location.href).href, sayBroken);
    app.onPanic(guard.broke);
    guard.listen();
  } catch (error) {
    console.error(error);
    say("Sidenote could not start. Check your connection, then reload the page.");
  }
}
