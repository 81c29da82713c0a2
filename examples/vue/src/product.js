// What this product's own back end says. See docs/embed/back-end.md for `/sidenote-token`.

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Asked by the widget whenever it needs a token; one function for all of the page, so that all views share one store. */
export const getToken = () => ask("/sidenote-token");

/** `{ sidenote: "https://inbox.example", customers: [{ name, contact, conversation }] }`, the last two being ids of Sidenote. */
export const product = await ask("/product");
