// Switching to another conversation: one that was not open yet, and one that was.
import { besideOpened, pause } from "../harness/subjects.mjs";
import { lastMessage, USUAL } from "../harness/seed.mjs";

export const title = "Switching to another conversation, from the click to its painted last message";

/** Conversations whose rows are in view. */
const LAST = 10;
/** Each opening of the pages gives nine first visits. */
const ROUNDS_OF_OPENING = 3;

export async function measure(section, rounds) {
  for (let opening = 0; opening < Math.ceil(rounds / ROUNDS_OF_OPENING); opening += 1) {
    await besideOpened({}, async (opened) => {
      for (let conversation = 2; conversation <= LAST; conversation += 1) {
        await switchTo(section, "first visit", opened, conversation);
      }
      for (let conversation = 1; conversation <= LAST; conversation += 1) {
        await switchTo(section, "seen before", opened, conversation);
      }
    });
  }
}

async function switchTo(section, figure, opened, conversation) {
  for (const { subject, measured } of opened) {
    const text = lastMessage(conversation, USUAL);
    const milliseconds = await measured.clickUntil(subject.row(conversation), text, subject.signs.thread);
    section.add(figure, "ms", subject, milliseconds);
    await pause(400);
  }
}
