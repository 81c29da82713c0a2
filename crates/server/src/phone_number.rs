//! Reads a phone number as people write it, with the rules and number plans of Google's libphonenumber. What was typed
//! is stored; this is derived from it.

use phonenumber::{Mode, country};

/// A contact's number as a `tel:` URI (RFC 3966), with its extension. `None`: it has no country code and the contact's
/// language names no country (`pt-PT` does), or no country has such a number.
pub(crate) fn of_contact(phone: Option<&str>, language: Option<&str>) -> Option<String> {
    tel_uri(phone?, language)
}

fn tel_uri(typed: &str, language: Option<&str>) -> Option<String> {
    let number = phonenumber::parse(language.and_then(country_of), plain(typed)).ok()?;
    number.is_valid().then(|| number.format().mode(Mode::Rfc3966).to_string())
}

/// The country in a language tag.
fn country_of(language: &str) -> Option<country::Id> {
    language.split('-').skip(1).find(|part| part.len() == 2)?.to_ascii_uppercase().parse().ok()
}

/// The number in ASCII, without the marks around it.
fn plain(typed: &str) -> String {
    let plain = typed.chars().filter_map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' => Some('-'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(c, 0x6f0),
        '\u{966}'..='\u{96f}' => digit(c, 0x966),
        c if c.is_whitespace() => Some(' '),
        c if wire::characters::is_default_ignorable(c) => None,
        c => Some(c),
    });
    let plain: String = plain.collect();
    // A word before the number, such as `Tel.:`, but not the scheme of RFC 3966.
    let is_named = |c: char| c.is_alphabetic() || ".: ".contains(c);
    plain.trim_start_matches(is_named).to_owned()
}

fn digit(c: char, zero: u32) -> Option<char> {
    char::from_digit(u32::from(c) - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for (typed, language, uri) in [
            ("+351 912 345 678", None, Some("tel:+351-912-345-678")),
            ("+351\u{a0}912\u{202f}345\u{2011}678", None, Some("tel:+351-912-345-678")),
            ("912345678", Some("pt-PT"), Some("tel:+351-912-345-678")),
            ("912345678", Some("pt"), None),
            ("912345678", None, None),
            ("tel:+351-912-345-678", None, Some("tel:+351-912-345-678")),
            ("Tel.: +351 912 345 678", None, Some("tel:+351-912-345-678")),
            ("\u{202a}+1 (201) 555\u{2013}0123\u{202c}", None, Some("tel:+1-201-555-0123")),
            ("+1 201 555 0123 ext. 42", None, Some("tel:+1-201-555-0123;ext=42")),
            ("tel:+1-201-555-0123;ext=42", None, Some("tel:+1-201-555-0123;ext=42")),
            ("+1 201-555-0123x42", None, Some("tel:+1-201-555-0123;ext=42")),
            ("＋１（２０１）５５５－０１２３", None, Some("tel:+1-201-555-0123")),
            ("+49 (0)30 901820", None, Some("tel:+49-30-901820")),
            ("030 901820", Some("de-DE"), Some("tel:+49-30-901820")),
            ("112", None, None),
            ("+1 555 0143", None, None),
            ("", Some("de-DE"), None),
        ] {
            assert_eq!(tel_uri(typed, language).as_deref(), uri, "{typed:?} {language:?}");
        }
    }

    #[test]
    fn no_text_that_a_contact_can_have_makes_it_panic() {
        for typed in
            ["+", "tel:", ";ext=", "+999999999999999999", "1-800-FLOWERS", "+1 ext 99999999", "٠٣٠١٢٣٤", "x1x1x1"]
        {
            let _ = tel_uri(typed, Some("en-US"));
        }
    }
}
