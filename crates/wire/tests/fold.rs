//! The comparison of a search, on the server's side.

mod fold_table;

use wire::fold;

#[test]
fn a_search_finds_a_word_in_any_case_accent_and_normal_form() {
    for (one, other) in fold_table::SAME {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
}

#[test]
fn letters_that_differ_by_more_stay_different() {
    for (one, other) in fold_table::DIFFERENT {
        assert_ne!(fold(one), fold(other), "{one} {other}");
    }
}
