// One contact's notes as a guest in another product's page: `mount(element)` loads and shows them in a shadow root.

const STYLE = `
  section { font: 14px/1.45 system-ui, sans-serif; color: #1c1c1f; height: 100%; overflow: auto }
  article { margin: 8px; padding: 8px; border: 1px solid #ddd; border-radius: 8px }
  time { color: #777; font-size: 12px }
`;

export async function mount(element) {
  const answer = fetch("/api/conversations/1");
  const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = STYLE;
  const section = document.createElement("section");
  root.replaceChildren(style, section);
  const { notes } = await (await answer).json();
  section.append(...notes.map(row));
  return { unmount: () => root.replaceChildren() };
}

function row({ author, at, text }) {
  const [made, name, time, words] = ["article", "b", "time", "p"].map((tag) => document.createElement(tag));
  name.textContent = author;
  time.textContent = new Date(at).toLocaleDateString();
  words.textContent = text;
  made.append(name, " ", time, words);
  return made;
}
