// What the contact's chat does with texts: cleaning, counting, finding links. No element is made here.

/** The server's limit, in Unicode scalar values. */
export const MOST = 10_000;

/** Line separators of any kind become line breaks, and other control characters are left out. As `clean_lines` in
 * crates/wire/src/clean.rs. */
export function cleaned(text) {
  const lines = text.replace(/\r\n?|[\n\v\f\u0085\u2028\u2029]/g, "\n");
  const kept = lines.replace(/(?![\t\n])\p{Cc}/gu, "");
  return { text: kept, removed: lines.length - kept.length };
}

/** How long a text is for the server. */
export const lengthOf = (text) => [...text].length;

/** Whether nothing of a text can be seen. */
export const isBlank = (text) => !/[^\s\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(text);

// The lookbehind: an address does not begin within a word.
const ADDRESS = /(?<![\p{L}\p{N}_@])(?:https?:\/\/|www\.|mailto:)[^\s<>"\p{Cc}]+/giu;
const PAIRS = { ")": "(", "]": "[", "}": "{" };

/** The parts of a text: `{ text }`, and `{ text, href }` for an address of the web or of mail. */
export function parts(text) {
  const found = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(ADDRESS)) {
    const address = withoutPunctuation(match);
    const href = target(address);
    if (!href) continue;
    if (index > end) found.push({ text: text.slice(end, index) });
    found.push({ text: address, href });
    end = index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** A sentence's punctuation after an address is not part of it, nor a bracket that is not opened in it. */
function withoutPunctuation(address) {
  for (;;) {
    const last = address.at(-1);
    const opens = PAIRS[last];
    const isUnpaired = opens && address.split(opens).length <= address.split(last).length - 1;
    if (!isUnpaired && !/[.,:;!?'’”»*_…、。，！？]$/u.test(address)) return address;
    address = address.slice(0, -1);
  }
}

/** Where an address leads; null if it does not read as where it leads. */
function target(address) {
  if (/[\p{Default_Ignorable_Code_Point}\u2800]/u.test(address)) return null;
  let url;
  try { url = new URL(/^www\./i.test(address) ? `https://${address}` : address); } catch { return null; }
  if (url.protocol === "mailto:") return /^[^@\s]+@[^@\s]+$/.test(url.pathname) ? url.href : null;
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  // A name before an @ can pass for the host.
  return isWeb && !url.username && (url.hostname.includes(".") || /^https?:/i.test(address)) ? url.href : null;
}
