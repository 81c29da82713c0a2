//! `fold`: the form of a text in which a search compares, the same in the app and in the server.

use unicase::UniCase;

/// Folds a text for a search. Case by Unicode's full, language-independent rules: `ß` is `ss`, a final sigma is a sigma,
/// and `İ`, `I`, `i` and `ı` are one letter. Marks on letters do not count (`é` is `e`), whether they are typed with the
/// letter or behind it; nor do compatible forms (`ﬁ`, full width, a no-break space). A letter of its own, such as `ł` or
/// `ø`, stays.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let bare = without_marks(&normalized(text, Form::Nfkd));
    let folded = UniCase::new(bare.as_str()).to_folded_case().replace('ı', "i");
    // Composed again, so that a syllable or a voiced kana is not found by a part of it. Folding may have brought marks.
    normalized(&without_marks(&normalized(&folded, Form::Nfkd)), Form::Nfc)
}

#[derive(Clone, Copy)]
enum Form {
    Nfkd,
    Nfc,
}

/// By the browser: the tables of the crate are a tenth of the app's size.
#[cfg(target_arch = "wasm32")]
fn normalized(text: &str, form: Form) -> String {
    let form = match form {
        Form::Nfkd => "NFKD",
        Form::Nfc => "NFC",
    };
    // Fails for the name of a form that there is not.
    js_sys::JsString::from(text).normalize(form).into()
}

#[cfg(not(target_arch = "wasm32"))]
fn normalized(text: &str, form: Form) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    match form {
        Form::Nfkd => text.nfkd().collect(),
        Form::Nfc => text.nfc().collect(),
    }
}

fn without_marks(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).collect()
}

/// The combining marks that stand on any letter, by their blocks, and the vowel points of Hebrew and Arabic, which are
/// rarely written. The vowel signs of Indic scripts and the voicing marks of kana make other syllables, and stay.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c2}'
        | '\u{5c4}'..='\u{5c5}' | '\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

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

        #[test]
        fn the_normal_form_of_a_text_does_not_count(text in "\\PC{0,40}") {
            for form in [Form::Nfc, Form::Nfkd] {
                proptest::prop_assert_eq!(fold(&normalized(&text, form)), fold(&text));
            }
        }
    }
}
