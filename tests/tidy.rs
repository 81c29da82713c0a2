//! Which words may stand in which folders: the rules (`tidy/rules.rs`), checked against every source file. A violation
//! is reported with its place and with a sentence about where the line belongs.

#[path = "tidy/checkout.rs"]
mod checkout;
#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/shapes.rs"]
mod shapes;
#[path = "tidy/text.rs"]
mod text;

use checkout::{files_under, root};
use std::fs;

/// The files that must contain the words that they forbid.
const SPELLED_OUT: &str = "tests/tidy";

#[test]
fn every_line_is_in_its_room() {
    let mut trespasses = Vec::new();
    let mut files = 0;
    for path in files_under("") {
        // Pictures and the like are not text.
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        files += 1;
        trespasses.extend(trespasses_in(&path, &text));
    }
    assert!(files > 50, "only {files} files were read; the walk has lost its way");
    assert!(trespasses.is_empty(), "{} trespasses:\n{}", trespasses.len(), trespasses.join("\n"));
}

/// The crates whose imports are checked, by the folders of their sources.
const CRATES: [&str; 5] = ["src", "crates/wire/src", "crates/store/src", "crates/mail-import/src", "crates/server/src"];

#[test]
fn imports_go_down_the_layers_and_no_circle_of_them_crosses_a_folder() {
    let files: Vec<(String, String)> = files_under("")
        .into_iter()
        .filter(|path| path.ends_with(".rs"))
        .map(|path| (path.clone(), fs::read_to_string(root().join(&path)).expect("a source file is text")))
        .collect();
    let mut trespasses = Vec::new();
    for sources in CRATES {
        let imports = imports::Imports::of(sources, &files);
        trespasses.extend(imports.circles());
        if sources == "src" {
            trespasses.extend(imports.upward());
        }
    }
    assert!(trespasses.is_empty(), "{} trespasses:\n{}", trespasses.len(), trespasses.join("\n"));
}

#[test]
fn every_word_is_caught_where_it_may_not_be_said() {
    for rule in rules::WORDS {
        for word in rule.words {
            let word = word.trim_end_matches('*');
            let seeded = format!("//! A seeded trespass.\nlet x = {word};\n");
            assert_eq!(rule.lines(rule.seed, &seeded), [2], "`{word}` in {}", rule.seed);
            for room in rule.only {
                let at_home = format!("{room}/here.rs");
                assert!(rule.lines(&at_home, &seeded).is_empty(), "`{word}` belongs to {room}");
            }
            // JSON has no comments.
            let comment = format!("//! {word}\n    // {word}\n");
            assert!(
                rule.seed.ends_with(".json") || rule.lines(rule.seed, &comment).is_empty(),
                "`{word}` may be spoken about"
            );
        }
    }
}

#[test]
fn every_shape_is_caught_and_its_neighbour_is_not() {
    for rule in shapes::SHAPES {
        for (path, text) in (rule.seeds)() {
            assert!(!(rule.lines)(&path, &text).is_empty(), "not caught in {path}: {}\n{text}", rule.because);
        }
        for (path, text) in (rule.fine)() {
            assert!((rule.lines)(&path, &text).is_empty(), "caught in {path}: {}\n{text}", rule.because);
        }
    }
}

#[test]
fn a_trespass_names_its_place_and_the_reason() {
    let found = trespasses_in("src/components/notes/note_item.rs", "//! One note.\n\nuse gloo_net::http::Request;\n");
    assert!(found[0].starts_with("src/components/notes/note_item.rs:3: "), "{found:?}");
    assert!(found[0].contains("gloo_net") && found[0].contains("src/net"), "{found:?}");
}

fn trespasses_in(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !path.starts_with(SPELLED_OUT) {
        for rule in rules::WORDS {
            found.extend(rule.lines(path, text).into_iter().map(|line| format!("{path}:{line}: {}", rule.because)));
        }
    }
    for rule in shapes::SHAPES {
        found.extend((rule.lines)(path, text).into_iter().map(|line| format!("{path}:{line}: {}", rule.because)));
    }
    found
}
