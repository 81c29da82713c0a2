//! `fold`: the form of a text in which a search compares, the same in the app and in the server.

use unicase::UniCase;

/// Folds the case of a text by Unicode's full, language-independent rules: `ß` is `ss`, a final sigma is a sigma. The
/// dot of an i does not count, with which Turkish and Azerbaijani tell two letters apart: `İ`, `I`, `i` and `ı` are
/// one letter.
#[must_use]
pub fn fold(text: &str) -> String {
    let folded = UniCase::new(text).to_folded_case();
    let mut out = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            // The combining dot above, into which the folding of `İ` puts the dot.
            '\u{307}' if out.ends_with('i') => {}
            'ı' => out.push('i'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_a_word_in_any_case_of_its_letters() {
        for (one, other) in [
            ("STRASSE", "straße"),
            ("STRAẞE", "Straße"),
            ("İstanbul", "istanbul"),
            ("ISTANBUL", "İSTANBUL"),
            ("IŞIK", "ışık"),
            ("ΟΔΟΣ", "οδος"),
            ("ŽIVJO", "živjo"),
            ("ﬃ", "FFI"),
            ("ПРИВЕТ", "привет"),
            ("ＡＢＣ", "ａｂｃ"),
            ("𐐀", "𐐨"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[test]
    fn letters_that_differ_by_more_than_case_stay_different() {
        for (one, other) in [("o", "ö"), ("a\u{307}", "a"), ("e", "é"), ("l", "ł"), ("ss", "s"), ("i\u{301}", "i")] {
            assert_ne!(fold(one), fold(other), "{one} {other}");
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn folding_a_folded_text_changes_nothing(text in "\\PC{0,100}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_text_is_found_by_its_own_letters_in_upper_and_lower_case(text in "[a-zà-öø-ÿα-ωа-я]{0,40}") {
            proptest::prop_assert_eq!(fold(&text.to_uppercase()), fold(&text));
        }
    }
}
