// A fake of another product's API, in its own form: ids are numbers that it makes itself, times are unix seconds, texts
// are called `content`, lists have no envelope. It has only what contact notes need.
const AGENTS = { 5: "Nora Lind", 6: "Omar Haddad" };

export class Chatwoot {
  contacts = new Map([[41, { id: 41, name: "Ana Duarte", email: "ana@example.test", phone_number: null, identifier: "c-41" }]]);
  notes = [];
  /** Called before each answer to a change; the answer is lost if it returns false. */
  beforeAnswer = async () => true;
  posted = 0;
  #next = 100;

  /** Adds a note that an agent writes in the other product. */
  write(contact_id, user, content) {
    const created_at = Math.floor(Date.now() / 1000);
    const note = { id: this.#next++, account_id: 1, contact_id, content, created_at, updated_at: created_at };
    this.notes.push({ ...note, user: { id: user, name: AGENTS[user], type: "user" } });
    return this.notes.at(-1);
  }

  /** Answers requests below `/api/v1/accounts/1/contacts`, as agent 5. */
  async answer(request, response, path) {
    const [, number, isNotes, note] = /^\/api\/v1\/accounts\/1\/contacts\/(\d+)(\/notes)?(?:\/(\d+))?$/.exec(path) ?? [];
    const contact = this.contacts.get(Number(number));
    const say = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (!contact) return say(404, { error: "Resource could not be found" });
    if (!isNotes) return say(200, { payload: contact });
    if (request.method === "GET") return say(200, this.notes.filter(({ contact_id }) => contact_id === contact.id));
    let made;
    if (request.method === "POST") {
      const chunks = await request.toArray();
      made = this.write(contact.id, 5, JSON.parse(Buffer.concat(chunks)).content);
      this.posted += 1;
    } else {
      const at = this.notes.findIndex(({ id }) => id === Number(note));
      if (at < 0) return say(404, { error: "Resource could not be found" });
      this.notes.splice(at, 1);
    }
    if (!(await this.beforeAnswer())) {
      // In the middle: the browser itself may repeat a request whose answer has not begun.
      response.writeHead(200, { "content-type": "application/json", "content-length": 1_000 });
      return response.write("{", () => response.destroy());
    }
    return made ? say(200, made) : response.writeHead(200).end();
  }
}
