import { mount } from "/node_modules/@sidenote/inbox/index.js";
import { getToken, product } from "./product.js";

const customers = document.querySelector("#customers");
const inbox = document.querySelector("#inbox");

// The element: it begins when it is told where tokens come from.
const panel = document.querySelector("sidenote-inbox");
panel.apiBase = product.sidenote;
panel.getToken = getToken;

const buttons = product.customers.map((customer) => {
  const button = document.createElement("button");
  button.textContent = customer.name;
  button.addEventListener("click", () => show(customer));
  const item = document.createElement("li");
  item.append(button);
  document.querySelector("#names").append(item);
  return button;
});

function show(customer) {
  panel.contact = customer.contact;
  panel.conversation = customer.conversation;
  for (const [at, button] of buttons.entries()) button.ariaPressed = String(product.customers[at] === customer);
}
show(product.customers[0]);

// The function: for a view that comes and goes.
let view;
document.querySelector("#to-inbox").addEventListener("click", () => {
  if (view) return;
  [customers.hidden, inbox.hidden] = [true, false];
  const place = document.createElement("div");
  place.className = "inbox";
  inbox.append(place);
  const handle = mount(place, { apiBase: product.sidenote, getToken });
  view = { place, handle };
});
document.querySelector("#to-customers").addEventListener("click", () => {
  [customers.hidden, inbox.hidden] = [false, true];
  view?.handle.unmount();
  view?.place.remove();
  view = undefined;
});

inbox.addEventListener("sidenote:open", ({ detail }) => {
  document.querySelector("#open").textContent = `Open: ${detail.conversationId}`;
});
