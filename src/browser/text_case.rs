//! Upper case in any script, by the browser (keeps the bundle small: no Unicode tables), and the test for
//! word characters.

/// The text in upper case.
#[must_use]
pub fn upper(text: &str) -> String {
    js_sys::JsString::from(text).to_upper_case().into()
}

/// Whether a character is part of a word: a letter or digit, or one that belongs to a letter. Beyond ASCII these are
/// all characters outside the blocks of signs, punctuation and symbols.
#[must_use]
pub fn is_word(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}' => matches!(c, 'ª' | 'µ' | 'º'),
        '×' | '÷' | '・' => false,
        '\u{2000}'..='\u{2bff}' | '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{303f}' | '\u{fe10}'..='\u{fe6f}' => false,
        '\u{ff00}'..='\u{ff0f}' | '\u{1f000}'..='\u{1faff}' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn letters_and_digits_of_every_script_make_words_and_signs_do_not() {
        for c in "aZ09éßжΩñدأ中あ한ไदीẞ".chars() {
            assert!(is_word(c), "{c}");
        }
        for c in " _-.:(«»„“”…–×÷€→・。、「」，（🙂\u{a0}\u{200f}".chars() {
            assert!(!is_word(c), "{c}");
        }
    }

    #[wasm_bindgen_test]
    fn upper_case_is_that_of_the_script() {
        assert_eq!(upper("éж"), "ÉЖ");
    }
}
