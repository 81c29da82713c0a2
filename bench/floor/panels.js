// The newest notes of one contact in `?panels=K` panels at once. A new note takes over the node of the oldest one.

const ROWS_OF_PANEL = 10;

const count = Number(new URLSearchParams(location.search).get("panels"));
const { notes } = await (await fetch("/api/conversations/1")).json();
const template = document.createElement("div");
template.className = "note";
template.append("");

function row(text) {
  const made = template.cloneNode(true);
  made.firstChild.data = text;
  return made;
}

const panels = Array.from({ length: count }, () => {
  const panel = document.createElement("div");
  panel.className = "panel";
  panel.append(...notes.slice(0, ROWS_OF_PANEL).map((note) => row(note.text)));
  return panel;
});
document.getElementById("panels").append(...panels);

const field = document.getElementById("field");
document.getElementById("save").addEventListener("click", () => {
  const text = field.value;
  field.value = "";
  for (const panel of panels) {
    const oldest = panel.childElementCount < ROWS_OF_PANEL ? row("") : panel.lastChild;
    oldest.firstChild.data = text;
    panel.prepend(oldest);
  }
  fetch("/api/notes", { method: "POST", body: JSON.stringify({ contact: 1, text }) });
});

window.notePlaces = () => panels;
