// The texts that both pages show: the same conversations, messages and notes, as data and as a mail archive.

const AGENT = { name: "Agent Smith", email: "maya@acme.test" };
const VOCABULARY =
  "the customer asked about a delayed order and refund policy for item shipped last week please check invoice address " +
  "update payment method confirm delivery window escalate to billing team and follow up tomorrow morning thanks again";
const WORDS = VOCABULARY.split(" ");
const MINUTE = 60_000;

export { AGENT };

/** How much there is. One contact has five conversations; conversation 1 is the newest. */
export const USUAL = { conversations: 25, messages: 30, notes: 3 };
const CONVERSATIONS_OF_CONTACT = 5;

/** Words of a sequence that is the same in each run. */
function wordsFrom(seed) {
  let state = seed;
  const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  return (count) => Array.from({ length: count }, () => WORDS[Math.floor(next() * WORDS.length)]).join(" ");
}

export const contactCount = ({ conversations }) => Math.ceil(conversations / CONVERSATIONS_OF_CONTACT);

/** The contact of a conversation; both are numbered from 1. */
export const contactOf = (conversation, amount) => ((conversation - 1) % contactCount(amount)) + 1;

export const contact = (number) => ({ name: `Contact Number${number}`, email: `c${number}@example.test` });

/** The last message of a conversation begins with this text. */
export const lastMessage = (conversation, { messages }) => `Message ${messages} of conversation ${conversation}:`;

/** The newest note of each contact begins with this text. */
export const NEWEST_NOTE = "Note 1 ";

/** The notes of one contact, newest first. Contact 1 has as many as were asked for. */
export function notes(number, amount) {
  const words = wordsFrom(number);
  const count = number === 1 ? amount.notes : Math.min(3, USUAL.notes);
  return Array.from({ length: count }, (_, index) => `Note ${index + 1} ${words(14)}`);
}

/** The messages of a conversation, oldest first: `{ at, isOurs, text }`. The first and the last are the contact's. */
export function messages(conversation, amount, now) {
  const words = wordsFrom(1_000 + conversation);
  const last = now - conversation * MINUTE;
  return Array.from({ length: amount.messages }, (_, index) => ({
    at: last - (amount.messages - 1 - index) * 1000,
    isOurs: index > 0 && index % 2 === 0,
    text: `Message ${index + 1} of conversation ${conversation}: ${words(18)}`,
  }));
}

/** All messages as letters of a mail archive (mbox), piece by piece. */
export function* letters(amount, now) {
  for (let conversation = amount.conversations; conversation >= 1; conversation -= 1) {
    const person = contact(contactOf(conversation, amount));
    const thread = messages(conversation, amount, now);
    for (const [index, message] of thread.entries()) yield letter(conversation, index, person, message);
  }
}

function letter(conversation, index, person, { at, isOurs, text }) {
  const [from, to] = isOurs ? [AGENT, person] : [person, AGENT];
  const first = `<c${conversation}m0@example.test>`;
  return [
    "From x@example.test Thu Jan  1 00:00:00 2026",
    `From: ${from.name} <${from.email}>`,
    `To: ${to.email}`,
    `Subject: Subject ${conversation}`,
    `Date: ${new Date(at).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <c${conversation}m${index}@example.test>`,
    ...(index > 0 ? [`In-Reply-To: ${first}`, `References: ${first}`] : []),
    "Content-Type: text/plain; charset=utf-8",
    "",
    text,
    "",
    "",
  ].join("\n");
}
