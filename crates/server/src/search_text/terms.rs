//! The terms of a text: what an index lists it under.

use super::units::{Unit, UnitKind, units};
use std::collections::BTreeSet;

/// Grows whenever the terms of a text may be others than before: databases then make their index again.
pub(crate) const VERSION: u32 = 1;

/// The most letters of a term. A longer word is found by its beginning.
const LONGEST: usize = 64;
/// The most bytes of a text's terms: Postgres takes a megabyte.
const MOST_BYTES: usize = 400_000;
/// A phone number is found by its last digits, if they are so many.
const FEWEST_DIGITS: usize = 4;

/// The terms of a text, each once, in the order of their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terms(BTreeSet<String>);

impl Terms {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The terms behind a mark of their organization, between spaces. No term has a space, a quote or a backslash.
    pub(crate) fn written(&self, mark: &str) -> String {
        let mut bytes = 0;
        let fitting = self.0.iter().take_while(|term| {
            bytes += mark.len() + term.len() + 1;
            bytes <= MOST_BYTES
        });
        fitting.map(|term| format!("{mark}{term}")).collect::<Vec<_>>().join(" ")
    }

    fn add(&mut self, text: &str) {
        let units = units(text);
        for (unit, next) in units.iter().zip(units.iter().skip(1).map(Some).chain([None])) {
            self.0.insert(term(unit, next));
        }
    }
}

/// A word's term. A sign's is a pair with the next sign, so that a sequence of signs is found without reading every text
/// that has one of them; it is found by its beginning when a single sign is searched for.
pub(super) fn term(unit: &Unit, next: Option<&Unit>) -> String {
    match next {
        Some(next) if (unit.kind, next.kind) == (UnitKind::Sign, UnitKind::Sign) => {
            cut(&(unit.folded.clone() + &next.folded))
        }
        _ => cut(&unit.folded),
    }
}

pub(super) fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

/// The terms of a message or a note.
pub(crate) fn of_text(text: &str) -> Terms {
    let mut terms = Terms::default();
    terms.add(text);
    terms
}

/// The terms of a contact, of whom these details are searched: the name first.
pub(crate) fn of_contact(details: &[String]) -> Terms {
    let mut terms = Terms::default();
    for detail in details {
        terms.add(detail);
    }
    for number in details.iter().skip(1).filter(|detail| is_number(detail)) {
        let digits = digits(number);
        terms.0.extend((0..=digits.len() - FEWEST_DIGITS).map(|at| digits[at..].to_owned()));
    }
    terms
}

/// Whether a text is a phone number: digits, and nothing else but what is written between them.
pub(super) fn is_number(text: &str) -> bool {
    let digits = digits(text).len();
    (FEWEST_DIGITS..=20).contains(&digits) && !text.chars().any(char::is_alphabetic) && !text.contains('@')
}

/// The digits of a text, in the form that is compared.
pub(crate) fn digits(text: &str) -> String {
    wire::fold(text).chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_listed_under_its_words_and_pairs_of_signs() {
        assert_eq!(of_text("One two, ONE").written("m"), "mone mtwo");
        assert_eq!(of_text("東京都 x").written(""), "x 京都 東京 都");
        assert!(of_text("… —").is_empty());
    }

    #[test]
    fn long_words_and_texts_are_cut_to_what_an_index_takes() {
        assert_eq!(of_text(&"é".repeat(500)).written(""), "e".repeat(LONGEST));
        let long: Vec<String> = (0..100_000).map(|n| format!("word{n}")).collect();
        assert!((300_000..=MOST_BYTES).contains(&of_text(&long.join(" ")).written("12345678").len()));
    }

    /// The terms that databases hold were made by the tables of Unicode and the rules of this version. When they change,
    /// [`VERSION`] must grow.
    #[test]
    fn the_terms_of_every_character_are_those_of_this_version() {
        use sha2::{Digest as _, Sha256};
        let mut hash = Sha256::new();
        // Those of Han and Hangul, which are many, are compared as they are.
        let folded =
            |c: &char| !matches!(*c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{17000}'..='\u{18cff}');
        for c in (0..0x2_0000).filter_map(char::from_u32).filter(folded) {
            hash.update(of_text(&format!("a{c}b {c}")).written(""));
            hash.update("\n");
        }
        let digits: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        assert_eq!((VERSION, digits.as_str()), (1, "1dcde31794ec0061"));
    }
}
