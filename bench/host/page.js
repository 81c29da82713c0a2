// Another product's page with the widget: `show(id)` adds a place and mounts a contact's panel in it, `hide(id)` removes
// both, `showMany(count)` fills a grid with panels of the same contact. The package is loaded by the first of them.

const { sidenote, customers } = await (await fetch("/product")).json();
const [{ contact, conversation }] = customers;
const getToken = async () => (await fetch("/sidenote-token")).json();
const handles = new Map();

async function mountIn(place) {
  const { mount } = await import("/inbox/index.js");
  const handle = mount(place, { apiBase: sidenote, getToken, view: "contact-panel", contact, conversation });
  handles.set(place, handle);
  return handle.ready;
}

function add(parent, className, id) {
  const place = document.createElement("div");
  Object.assign(place, { className, id });
  parent.append(place);
  return place;
}

window.show = (id) => mountIn(add(document.body, "place", id));

window.hide = (id) => {
  const place = document.getElementById(id);
  handles.get(place).unmount();
  place.remove();
};

window.showMany = (count) => {
  const panels = document.getElementById("panels");
  const places = Array.from({ length: count }, (_, nth) => add(panels, "panel", `panel-${nth}`));
  return Promise.all(places.map(mountIn));
};

/** Scrolls each of the many panels to its notes. */
window.scrollToNotes = () => {
  for (const { shadowRoot } of document.querySelectorAll(".panel")) {
    const [body, rows] = [".panel-body", ".note-rows"].map((selector) => shadowRoot.querySelector(selector));
    body.scrollTop += rows.getBoundingClientRect().top - body.getBoundingClientRect().top;
  }
};

/** Where each of the many panels has its notes. */
window.notePlaces = () => [...document.querySelectorAll(".panel")].map(({ shadowRoot }) => shadowRoot.querySelector(".note-rows"));

document.documentElement.dataset.ready = "yes";
