//! Detects text that should not be in a note: card numbers, passwords, access tokens, national ids. Only a hint: it
//! never blocks saving, and the text does not leave the page.

use crate::browser::text_case::is_word;
use wire::fold;

/// A kind of sensitive content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitive {
    Card,
    Password,
    Token,
    NationalId,
}

/// The first kind of sensitive content that a text seems to contain.
#[must_use]
pub fn notice(text: &str) -> Option<Sensitive> {
    if has_card(text) {
        Some(Sensitive::Card)
    } else if has_token(text) {
        Some(Sensitive::Token)
    } else if has_password(text) {
        Some(Sensitive::Password)
    } else if has_national_id(text) {
        Some(Sensitive::NationalId)
    } else {
        None
    }
}

/// A run of 13 to 19 digits, single spaces or dashes allowed between, with a card's first digit and a correct check
/// digit (ISO/IEC 7812-1).
fn has_card(text: &str) -> bool {
    let mut digits: Vec<u32> = Vec::new();
    let mut separators = 0;
    // A final character, so that the last run is checked too.
    for c in text.chars().chain(['\n']) {
        if let Some(digit) = c.to_digit(10) {
            digits.push(digit);
            separators = 0;
        } else if (c == ' ' || c == '-') && separators == 0 && !digits.is_empty() {
            separators = 1;
        } else {
            if is_card(&digits) {
                return true;
            }
            digits.clear();
            separators = 0;
        }
    }
    false
}

fn is_card(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    (13..=19).contains(&digits.len()) && (2..=6).contains(&digits[0]) && sum.is_multiple_of(10)
}

/// "password: …" and its equivalents in the most common languages, followed by text.
fn has_password(text: &str) -> bool {
    const WORDS: [&str; 9] =
        ["password", "passwort", "kennwort", "contraseña", "senha", "mot de passe", "passcode", "pwd", "pin"];
    let folded = fold(text);
    WORDS.iter().any(|word| {
        folded.match_indices(word).any(|(at, _)| {
            let starts = !folded[..at].ends_with(is_word);
            let rest = folded[at + word.len()..].trim_start();
            let rest = rest.strip_prefix("is ").map_or(rest, |rest| rest);
            let said = rest.strip_prefix([':', '=']);
            starts
                && said.is_some_and(|value| value.trim_start().chars().take_while(|c| !c.is_whitespace()).count() >= 4)
        })
    })
}

/// Well-known prefixes of access tokens, and JSON Web Tokens.
fn has_token(text: &str) -> bool {
    const PREFIXES: [&str; 9] =
        ["sk_live_", "sk_test_", "rk_live_", "ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA"];
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).any(|word| {
        let prefixed = PREFIXES.iter().any(|prefix| word.starts_with(prefix) && word.len() >= prefix.len() + 12);
        prefixed || (word.starts_with("eyJ") && word.matches('.').count() == 2 && word.len() > 40)
    })
}

/// A United States social security number: 3-2-4 digits, no group all zeros.
fn has_national_id(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_digit() || c == '-')).any(|word| {
        let groups: Vec<&str> = word.split('-').collect();
        matches!(groups[..], [area, group, serial]
            if area.len() == 3 && group.len() == 2 && serial.len() == 4
                && area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn each_kind_is_noticed() {
        for (text, kind) in [
            ("card 4111 1111 1111 1111 exp 12/30", Sensitive::Card),
            ("5500-0000-0000-0004", Sensitive::Card),
            ("378282246310005.", Sensitive::Card),
            ("her password: hunter22", Sensitive::Password),
            ("Passwort = geheim1", Sensitive::Password),
            ("use sk_live_4eC39HqLyjWDarjtT1zdp7dc", Sensitive::Token),
            ("ssn 078-05-1120", Sensitive::NationalId),
        ] {
            assert_eq!(notice(text), Some(kind), "{text}");
        }
    }

    #[wasm_bindgen_test]
    fn ordinary_notes_are_left_in_peace() {
        for text in [
            "Call +351 912 345 678 after 14:00",
            "Order 4111 1111 1111 1112",
            "forgot her password again, sent the reset link",
            "IBAN ends in 5678; invoice 2026-11-0042",
            "1234567890123456",
            "",
            "AKIA is a town",
        ] {
            assert_eq!(notice(text), None, "{text}");
        }
    }
}
