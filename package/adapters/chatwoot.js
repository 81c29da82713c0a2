// An adapter: the widget's contact panel over the contact notes of another product, here Chatwoot's API. It answers the
// requests of Sidenote's contract from that API, and the widget uses it as its `fetch`.
//
// The adapter provides what the other API lacks: ids (theirs are numbers that their server makes, ours are UUIDs that
// the page makes), positions, a stream of events (by polling), and a way to undo a deletion.

const EPOCH = "cw";

// Their numbers as ids: the kind and the number, in the form of a UUID that anybody may define (version 8).
const KINDS = { organization: "01", agent: "02", contact: "03", note: "04", conversation: "05", channel: "06" };
const uuid = (kind, number) => `000000${KINDS[kind]}-0000-8000-8000-${Number(number).toString(16).padStart(12, "0")}`;
const numberOf = (kind, id) =>
  id.startsWith(`000000${KINDS[kind]}-0000-8000-8000-`) ? Number.parseInt(id.slice(24), 16) : undefined;

const PROBLEMS = {
  "not-found": [404, "There is nothing here."],
  forbidden: [403, "You are not allowed to do this."],
  gone: [410, "This was deleted."],
  "id-reuse": [409, "This id is already used for something else."],
  "signed-out": [401, "Sign in first."],
  busy: [503, "The server is busy. Try again in a moment."],
};

class Refused extends Error {
  /** `rev`: with "gone", the version of the deletion, if it is known. */
  constructor(code, rev) {
    super(code);
    Object.assign(this, { code, rev });
  }
}

function refusal({ code, rev }) {
  const [status, title] = PROBLEMS[code];
  const body = { type: `/problems/${code}`, title, status, retryable: status >= 500, rev };
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/problem+json" } });
}

const json = (body, status = 200) => Response.json(body, { status });

/**
 * `contact`: the number of one of their contacts. `base`: the address of their API for this page; best is a route of
 * your own back end that adds `api_access_token`, since a page that knows that token gives it away. `me`:
 * `{ id, name }` of the agent in their product. `pollMs`: how often to poll for colleagues' notes.
 *
 * Returns the options for the widget: `{ view, contact, conversation, fetch, getToken }`.
 */
export function chatwoot({ base, account, contact, me, pollMs = 10_000, fetch: send = (...all) => fetch(...all) }) {
  const notes = new Notes({ root: `${base}/api/v1/accounts/${account}/contacts`, send, me });
  const place = { contact: uuid("contact", contact), conversation: uuid("conversation", contact) };
  const routes = table({ notes, me, account, place, number: contact, pollMs });
  const answer = async (request) => {
    const path = new URL(request.url).pathname.replace(/^.*\/api\/v1/, "");
    for (const [method, pattern, handle] of routes) {
      const found = request.method === method && pattern.exec(path);
      if (found) return handle(request, ...found.slice(1));
    }
    // Other changes have no counterpart in their contact notes.
    throw new Refused(request.method === "GET" ? "not-found" : "forbidden");
  };
  return {
    view: "contact-panel",
    ...place,
    // The other product has its own session; the contract's tokens never reach it.
    getToken: () => "none",
    fetch: (request) =>
      answer(request).catch((error) => {
        if (error instanceof Refused) return refusal(error);
        throw error;
      }),
  };
}

function table({ notes, me, account, place, number, pollMs }) {
  const self = { id: uuid("agent", me.id), name: me.name, email: "", role: "agent", removed: false };
  const channel = { id: uuid("channel", 1), kind: "chat" };
  const page = (items) => json({ items, next_cursor: null, as_of: notes.position() });
  const ours = (id) => {
    if (id !== place.contact) throw new Refused("not-found");
  };
  const known = async () => ({ ...blank(await notes.contact(number)), id: place.contact });
  const conversation = async () => {
    const { id, name } = await known();
    const state = { status: "open", assignee_id: null, unread: false, preview: null, last_at: new Date().toISOString() };
    return { id: place.conversation, contact_id: id, contact: { id, name }, channel, ...state, seq: 1, rev: 1 };
  };
  return [
    ["GET", /^\/me$/, () =>
      json({
        agent: self,
        organization: { id: uuid("organization", account), slug: "chatwoot", name: "Chatwoot" },
        agents: [self],
        channels: [{ ...channel, name: "Chatwoot" }],
        settings: { enter_sends: false },
      })],
    ["GET", /^\/conversations$/, () => page([])],
    ["GET", /^\/conversations\/[^/]+$/, async () => json(await conversation())],
    ["GET", /^\/contacts\/([^/]+)$/, async (_, id) => (ours(id), json(await known()))],
    ["GET", /^\/contacts\/([^/]+)\/notes$/, async (_, id) => {
      ours(id);
      const as_of = notes.position();
      const items = (await notes.list(number)).map((note) => notes.shown(note, place));
      return json({ items, next_cursor: null, as_of, seen: items[0]?.seq ?? 0 });
    }],
    ["PUT", /^\/contacts\/([^/]+)\/notes\/seen$/, () => new Response(null, { status: 204 })],
    ["PUT", /^\/contacts\/([^/]+)\/notes\/([^/]+)$/, async (request, id, note) => {
      ours(id);
      const { body } = await request.json();
      const [added, isNew] = await notes.add(number, note, body);
      return json(notes.shown(added, place), isNew ? 201 : 200);
    }],
    ["DELETE", /^\/contacts\/([^/]+)\/notes\/([^/]+)$/, async (_, id, note) => {
      ours(id);
      const rev = await notes.remove(number, note);
      return json({ restorable_until: new Date(Date.now() + 12_000).toISOString(), rev });
    }],
    ["POST", /^\/contacts\/([^/]+)\/notes\/([^/]+)\/restore$/, async (_, id, note) => {
      ours(id);
      return json(notes.shown(await notes.restore(number, note), place));
    }],
    ["GET", /^\/contacts\/[^/]+\/(conversations|activity)$/, () => page([])],
    ["GET", /^\/(tags|lists)$/, () => page([])],
    ["GET", /^\/events$/, (request) => new Response(stream({ notes, number, place, pollMs, signal: request.signal }), {
      headers: { "Content-Type": "text/event-stream" },
    })],
  ];
}

/** A contact of the contract, with the details that theirs has. */
function blank({ name, email, phone_number: phone, identifier }) {
  const nothing = { address: null, birthday: null, language: null, default_channel: null, time_zone: null };
  const details = { name: name || email || phone || "?", email: email || null, phone: phone || null, external_id: identifier || null };
  return { ...details, ...nothing, channels: [], tags: [], lists: [], blocked: false, unsubscribed: false, seq: 1, rev: 1 };
}

/** Their notes about contacts, and what this page knows about them in addition to their API. */
class Notes {
  #root;
  #send;
  #me;
  #last = 0;
  /** Ids of notes that this page made, with their numbers; and the other way round. */
  #numbers = new Map();
  #ids = new Map();
  /** By note number: the position of the last change that this page knows of. */
  #revs = new Map();
  /** Notes whose request is under way, and deleted ones, by our id. */
  #tries = new Map();
  #deleted = new Map();
  /** By our id: the place and time of a note before it was deleted and restored. */
  #restored = new Map();

  constructor({ root, send, me }) {
    [this.#root, this.#send, this.#me] = [root, send, me];
  }

  /** Positions come from this page's own clock, which only moves forward. */
  tick() {
    this.#last = Math.max(Date.now(), this.#last + 1);
    return this.#last;
  }

  position() {
    return `${EPOCH}.${this.tick()}`;
  }

  async #ask(path, method = "GET", body) {
    const headers = body ? { "Content-Type": "application/json" } : {};
    const answer = await this.#send(`${this.#root}/${path}`, { method, headers, body: body && JSON.stringify(body) });
    if (answer.ok) return answer;
    throw new Refused({ 401: "signed-out", 403: "forbidden", 404: "not-found" }[answer.status] ?? "busy");
  }

  async contact(number) {
    const { payload } = await (await this.#ask(number)).json();
    return payload;
  }

  /** Newest first, as in the contract. */
  async list(number) {
    const before = this.tick();
    const notes = await (await this.#ask(`${number}/notes`)).json();
    for (const note of notes.toSorted((one, other) => one.id - other.id)) {
      this.#recognize(note);
      if (!this.#revs.has(note.id)) this.#revs.set(note.id, before);
    }
    return notes.toSorted((one, other) => other.id - one.id);
  }

  /** Recognizes a note whose answer is late or lost: by this agent, with this text, newer than the first attempt. */
  #recognize(note) {
    if (this.#ids.has(note.id) || note.user?.id !== this.#me.id) return;
    for (const [id, { above, content }] of this.#tries) {
      if (!this.#numbers.has(id) && note.id > above && note.content === content) return void this.#take(id, note);
    }
  }

  /** Adds a note once, however often it is called. */
  async add(number, id, content) {
    if (this.#deleted.has(id)) throw new Refused("gone", this.#deleted.get(id).rev);
    if (this.#numbers.has(id) || this.#tries.has(id)) {
      const all = await this.list(number);
      const theirs = this.#numbers.get(id);
      const note = all.find((one) => one.id === theirs);
      if (theirs !== undefined && !note) throw new Refused("gone");
      if (note && note.content !== content) throw new Refused("id-reuse");
      if (note) return [note, false];
    } else {
      this.#tries.set(id, { above: (await this.list(number))[0]?.id ?? 0, content });
    }
    const note = await (await this.#ask(`${number}/notes`, "POST", { content })).json();
    return [this.#take(id, note), true];
  }

  #take(id, note) {
    this.#tries.delete(id);
    this.#numbers.set(id, note.id);
    this.#ids.set(note.id, id);
    this.#revs.set(note.id, this.tick());
    return note;
  }

  async remove(number, id) {
    if (this.#deleted.has(id)) return this.#deleted.get(id).rev;
    const theirs = this.#numbers.get(id) ?? numberOf("note", id);
    // Never sent, or not by this page: there is nothing to delete, and it must not be added later.
    if (theirs === undefined) return this.#markDeleted(id, undefined);
    const note = (await this.list(number)).find((one) => one.id === theirs);
    if (!note) throw new Refused("gone");
    await this.#ask(`${number}/notes/${theirs}`, "DELETE");
    return this.#markDeleted(id, note);
  }

  /** `note`: the note that can be restored, if any. */
  #markDeleted(id, note) {
    const rev = this.tick();
    this.#deleted.set(id, { note, rev });
    return rev;
  }

  /** Their API can't undo a deletion: the same text is added again, and keeps its id and its place on this page. */
  async restore(number, id) {
    const was = this.#deleted.get(id)?.note;
    if (!was) throw new Refused("gone");
    const note = await (await this.#ask(`${number}/notes`, "POST", { content: was.content })).json();
    this.#deleted.delete(id);
    if (!this.#restored.has(id)) this.#restored.set(id, { seq: was.id, created_at: was.created_at });
    return this.#take(id, note);
  }

  isRestored(id) {
    return this.#restored.has(id);
  }

  /** One of their notes in the form of the contract. */
  shown(note, { contact, conversation }) {
    const { id: user, name } = note.user ?? { id: 0, name: "?" };
    const id = this.#ids.get(note.id) ?? uuid("note", note.id);
    const { seq, created_at } = this.#restored.get(id) ?? { seq: note.id, created_at: note.created_at };
    return {
      id,
      contact_id: contact,
      conversation_id: conversation,
      author: { id: uuid("agent", user), name, removed: !note.user },
      body: note.content,
      created_at: new Date(created_at * 1000).toISOString(),
      seq,
      rev: this.#revs.get(note.id) ?? this.tick(),
    };
  }
}

/** The stream of events: the changes since the last poll, and a heartbeat. */
function stream({ notes, number, place, pollMs, signal }) {
  const encoder = new TextEncoder();
  let timer;
  return new ReadableStream({
    async start(controller) {
      const end = () => clearTimeout(timer);
      signal.addEventListener("abort", () => (end(), controller.error(signal.reason)), { once: true });
      const say = (event, data, id) => {
        const line = id ? `id: ${EPOCH}.${id}\n` : "";
        controller.enqueue(encoder.encode(`${line}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      };
      // The head stays 0: every change is sent as soon as a poll finds it.
      say("hello", { epoch: EPOCH, head: 0, server_time: new Date().toISOString() });
      let before;
      const look = async () => {
        try {
          const all = (await notes.list(number)).map((note) => notes.shown(note, place));
          const now = new Map(all.map((note) => [note.id, note]));
          for (const note of all.filter(({ id }) => before && !before.has(id))) {
            const event = notes.isRestored(note.id) ? "contact-note-restored" : "contact-note-added";
            say(event, { note, actor: note.author, seq: note.rev }, note.rev);
          }
          for (const { id, author } of [...(before?.values() ?? [])].filter(({ id }) => !now.has(id))) {
            const seq = notes.tick();
            say("contact-note-deleted", { note_id: id, contact_id: place.contact, actor: author, seq }, seq);
          }
          before = now;
          say("heartbeat", { head: 0 });
        } catch (error) {
          // The poll failed: the widget shows that its content may be old, and reconnects.
          if (!signal.aborted) controller.error(error);
          return;
        }
        if (!signal.aborted) timer = setTimeout(look, pollMs);
      };
      void look();
    },
    cancel: () => clearTimeout(timer),
  });
}
