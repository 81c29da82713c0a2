//! Sentences with placeholders, written `{name}`. Each value says whose text it is, and a text of somebody else is
//! always isolated: it can't change the direction of the sentence or pass for a part of it.

use super::names::{display_name, isolated, one_line};

/// A value for a placeholder.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// The app's own text: a reason, a number, a time, a channel.
    Own(&'a str),
    /// A name of a contact, an agent, a tag or an organization. Cut if it is long.
    Name(&'a str),
    /// Another text that somebody wrote, such as an address. In one line and in full.
    Text(&'a str),
}

/// A part of a filled sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The app's own text.
    Own(String),
    /// A text of somebody else, as shown and in full.
    Other { shown: String, whole: String },
}

/// Fills a sentence's placeholders, for an attribute, a toast, the live region or the page's title. Texts of others
/// stand between isolating characters. In a view, use `filled` of `components/ui/name.rs`.
#[must_use]
pub fn fill(sentence: &str, values: &[(&str, Value<'_>)]) -> String {
    let texts = parts(sentence, values).into_iter().map(|part| match part {
        Part::Own(text) => text,
        Part::Other { shown, .. } => isolated(&shown),
    });
    texts.collect()
}

/// The parts of a filled sentence. One pass: a value that looks like a placeholder is not replaced.
#[must_use]
pub fn parts(sentence: &str, values: &[(&str, Value<'_>)]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(Part::Own(before.to_owned()));
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        parts.extend(values.iter().find(|(known, _)| *known == name).map(|(_, value)| part(*value)));
        rest = tail;
    }
    parts.push(Part::Own(rest.to_owned()));
    parts
}

fn part(value: Value<'_>) -> Part {
    match value {
        Value::Own(text) => Part::Own(text.to_owned()),
        Value::Name(name) => Part::Other { shown: display_name(name), whole: one_line(name) },
        Value::Text(text) => Part::Other { shown: one_line(text), whole: one_line(text) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_value_is_never_read_as_a_place() {
        let filled = fill("To {name}, from {who}.", &[("name", Value::Name("{who}")), ("who", Value::Own("Sam"))]);
        assert_eq!(filled, "To \u{2068}{who}\u{2069}, from Sam.");
    }

    #[wasm_bindgen_test]
    fn a_name_is_isolated_and_cannot_end_its_isolation() {
        let filled = fill("{name} will see this", &[("name", Value::Name("\u{2069}\u{202e}doB"))]);
        assert_eq!(filled, "\u{2068}doB\u{2069} will see this");
    }
}
