// A hand-written page without a framework that does the visible work of an inbox: the practical limit. Its lists keep
// only the rows in view, a note is shown before the server has it, events are applied once per frame.

// Requested before anything else runs: the address says what is needed.
const start = fetch(`/api/start${location.pathname}`).then((response) => response.json());

const ROWS_BEYOND_THE_EDGE = 4;

/** A list of rows of one height that keeps only those in view in the document. */
class WindowedList {
  #scroller;
  #rowHeight;
  #make;
  #offset;
  #spacer = document.createElement("div");
  #items = [];
  /** The rows in the document, by item. */
  #rows = new Map();

  constructor(scroller, { rowHeight, offset = 0, make }) {
    this.#scroller = scroller;
    this.#rowHeight = rowHeight;
    this.#offset = offset;
    this.#make = make;
    this.#spacer.style.width = "1px";
    scroller.append(this.#spacer);
    scroller.addEventListener("scroll", () => this.#place(), { passive: true });
  }

  show(items) {
    this.#items = items;
    this.draw();
  }

  /** After a change of the list that is shown. */
  draw() {
    const height = `${this.#items.length * this.#rowHeight}px`;
    if (this.#spacer.style.height !== height) this.#spacer.style.height = height;
    this.#place();
  }

  /** After a change of an item. A row that is not in view costs nothing. */
  refresh(item) {
    const row = this.#rows.get(item);
    if (!row) return;
    const next = this.#make(item);
    next.style.transform = row.style.transform;
    row.replaceWith(next);
    this.#rows.set(item, next);
  }

  #place() {
    const { scrollTop, clientHeight } = this.#scroller;
    const first = Math.max(0, Math.floor(scrollTop / this.#rowHeight) - ROWS_BEYOND_THE_EDGE);
    const end = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / this.#rowHeight) + ROWS_BEYOND_THE_EDGE);
    const inView = new Set();
    for (let index = first; index < end; index += 1) {
      const item = this.#items[index];
      inView.add(item);
      const place = `translateY(${index * this.#rowHeight + this.#offset}px)`;
      const row = this.#rows.get(item) ?? this.#add(item);
      if (row.style.transform !== place) row.style.transform = place;
    }
    for (const [item, row] of this.#rows) {
      if (inView.has(item)) continue;
      row.remove();
      this.#rows.delete(item);
    }
  }

  #add(item) {
    const row = this.#make(item);
    this.#rows.set(item, row);
    this.#scroller.append(row);
    return row;
  }
}

const place = (id) => document.getElementById(id);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function ago(time) {
  const minutes = Math.max(0, Math.floor((Date.now() - time) / 60_000));
  if (minutes < 60) return `${minutes}m`;
  return minutes < 1440 ? `${Math.floor(minutes / 60)}h` : `${Math.floor(minutes / 1440)}d`;
}

let current = null;
const conversations = new Map();
/** Messages by conversation, notes by contact. */
const messages = new Map();
const notes = new Map();

const list = new WindowedList(place("list"), {
  rowHeight: 72,
  make(conversation) {
    const row = element("div", conversation === current ? "row current" : "row");
    const last = element("span", "", `${conversation.last} · ${ago(conversation.at)}`);
    row.append(element("b", "", conversation.name), element("span", "", conversation.subject), element("br"), last);
    row.dataset.id = conversation.id;
    row.onclick = () => open(conversation);
    return row;
  },
});

const noteList = new WindowedList(place("notes"), {
  rowHeight: 120,
  offset: 4,
  make(note) {
    const row = element("div", "note");
    const remove = element("button", "", "Delete");
    remove.onclick = () => deleteNote(note);
    row.append(element("b", "", note.author), " ", element("time", "", ago(note.at)), element("p", "", note.text), remove);
    return row;
  },
});

async function open(conversation) {
  const before = current;
  current = conversation;
  if (before) list.refresh(before);
  list.refresh(conversation);
  if (!messages.has(conversation.id)) {
    keep(conversation, await (await fetch(`/api/conversations/${conversation.id}`)).json());
    if (current !== conversation) return;
  }
  paint(conversation);
  history.replaceState(null, "", `/c/${conversation.id}`);
}

function keep(conversation, answer) {
  messages.set(conversation.id, answer.messages);
  if (!notes.has(conversation.contact)) notes.set(conversation.contact, answer.notes);
}

function paint(conversation) {
  place("title").textContent = conversation.name;
  place("name").textContent = conversation.name;
  place("email").textContent = conversation.email;
  const thread = document.createDocumentFragment();
  for (const message of messages.get(conversation.id)) {
    const row = element("div", message.isOurs ? "message ours" : "message");
    row.append(element("div", "", message.text), element("time", "", ago(message.at)));
    thread.append(row);
  }
  place("messages").replaceChildren(thread);
  place("messages").scrollTop = Number.MAX_SAFE_INTEGER;
  noteList.show(notes.get(conversation.contact));
}

// Notes. Another tab learns of one as soon as the server has it.

const otherTabs = new BroadcastChannel("notes");
otherTabs.onmessage = ({ data }) => {
  notes.get(data.contact)?.unshift(data.note);
  if (current?.contact === data.contact) noteList.draw();
};

place("add").onclick = () => {
  place("form").hidden = false;
  place("field").textContent = "";
  place("field").focus();
};

place("form").onsubmit = async (event) => {
  event.preventDefault();
  const { contact } = current;
  const note = { id: 0, author: "Agent Smith", at: Date.now(), text: place("field").textContent };
  notes.get(contact).unshift(note);
  place("form").hidden = true;
  noteList.draw();
  const body = JSON.stringify({ contact, text: note.text });
  note.id = (await (await fetch("/api/notes", { method: "POST", body })).json()).id;
  otherTabs.postMessage({ contact, note });
};

function deleteNote(note) {
  const all = notes.get(current.contact);
  all.splice(all.indexOf(note), 1);
  noteList.draw();
  fetch(`/api/notes/${note.id}`, { method: "DELETE" });
}

const answer = await start;
for (const conversation of answer.conversations) conversations.set(conversation.id, conversation);
list.show(answer.conversations);
keep(conversations.get(answer.open.id), answer.open);
open(conversations.get(answer.open.id));

// Live changes of conversations: many in one frame are one change of each row.

const changed = new Set();
let frame = 0;
new EventSource("/events").onmessage = ({ data }) => {
  const event = JSON.parse(data);
  const conversation = conversations.get(event.id);
  if (!conversation) return;
  conversation.last = event.last;
  conversation.at = Date.now();
  changed.add(conversation);
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    for (const one of changed) list.refresh(one);
    changed.clear();
  });
};
