// From the click on the button of a typed note until the note is painted, for contacts with few and with many notes.
import { besideOpened, pause } from "../harness/subjects.mjs";

export const title = "Adding a note to a contact with 3, 1,000 and 10,000 notes, from the click to the painted note";

const AMOUNTS = [3, 1_000, 10_000];

export async function measure(section, rounds) {
  for (const notes of AMOUNTS) {
    const among = `${notes.toLocaleString("en-US")} notes`;
    await besideOpened({ notes }, async (opened) => {
      for (const { subject, measured } of opened) section.add(`cold start with ${among}`, "ms", subject, measured.shown.both);
      await add(section, `add, ${among}`, opened, rounds);
      // The app loads notes by pages as its reader scrolls; the floor has all of them from the start.
      if (notes <= 100) return;
      for (const { subject, measured } of opened) {
        const seconds = await subject.loadAll(measured.page, subject.notesScroller, notes);
        if (seconds > 0) section.say(`Sidenote loads all ${among} in ${seconds.toFixed(1)} s of scrolling.`);
      }
      await add(section, `add, ${among}, all loaded`, opened, rounds);
    });
  }
}

async function add(section, figure, opened, rounds) {
  for (let round = 0; round < rounds; round += 1) {
    for (const { subject, measured } of opened) {
      const text = `Added ${round} ${crypto.randomUUID()}`;
      await subject.typeNote(measured.page, text);
      await pause(120);
      section.add(figure, "ms", subject, await measured.clickUntil(subject.save, text, subject.signs.notes));
      await pause(400);
    }
  }
}
