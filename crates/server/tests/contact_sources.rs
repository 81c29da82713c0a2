//! The sources of the contact's side: they name no note, use no module that does, and read no column that a note moves.

use std::collections::BTreeSet;

fn source(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code of a file, without comments and tests.
fn code(path: &str) -> String {
    let text = source(path);
    let text = text.split("#[cfg(test)]").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn words(code: &str) -> BTreeSet<String> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The crate's modules that a file names, in `crate::name` and in `crate::{name, …}`.
fn modules_used(code: &str) -> BTreeSet<String> {
    let after = code.match_indices("crate::").map(|(at, name)| &code[at + name.len()..]);
    after.flat_map(|rest| rest.strip_prefix('{').map_or_else(|| vec![first_word(rest)], names_in_group)).collect()
}

/// The first word of each part of a `{…}` group, after its opening brace; nested groups are skipped.
fn names_in_group(text: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in text.chars() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ if depth == 0 => parts.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    parts.iter().map(|part| first_word(part)).filter(|name| !name.is_empty()).collect()
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn the_scan_sees_every_module_named() {
    let code = "use crate::{\n    change::{Change, x::Y},\n    db,\n};\nfn f() { crate::notes::add() }";
    assert_eq!(modules_used(code), BTreeSet::from(["change", "db", "notes"].map(str::to_owned)));
}

const VISITOR_FILES: [&str; 6] = [
    "src/visitor.rs",
    "src/visitor/arrival.rs",
    "src/visitor/stream.rs",
    "src/visitor/thread.rs",
    "src/visitor/token.rs",
    "src/visitor_limits.rs",
];

#[test]
fn the_contacts_side_can_name_no_note() {
    let listed = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/visitor")).unwrap().count();
    assert_eq!(listed + 2, VISITOR_FILES.len(), "every file of the contact's side is listed here");
    for file in VISITOR_FILES {
        let named: Vec<String> =
            words(&code(file)).into_iter().filter(|word| word.to_lowercase().contains("note")).collect();
        assert!(named.is_empty(), "{file} names {named:?}");
    }
}

#[test]
fn the_contacts_side_uses_only_modules_that_name_no_note_either() {
    // `state` is the only one of them that leads to everything; the next test checks what is used through it.
    let allowed = BTreeSet::from(
        [
            "change",
            "client_address",
            "db",
            "error",
            "event_stream",
            "input",
            "leak",
            "orgs",
            "page",
            "rate_limit",
            "request_parts",
            "search_index",
            "search_text",
            "secret",
            "sql",
            "state",
            "wake_ups",
        ]
        .map(str::to_owned),
    );
    for file in VISITOR_FILES {
        let used = modules_used(&code(file));
        assert!(used.is_subset(&allowed), "{file} uses {:?}", used.difference(&allowed));
    }
    let tables_and_types = [
        "contact_note",
        "conversation_note",
        "contact_note_body",
        "conversation_note_body",
        "contact_note_tombstone",
        "conversation_note_tombstone",
        "ContactNote",
        "ConversationNote",
        "NewContactNote",
        "NewConversationNote",
        "contact_notes",
        "conversation_notes",
        "seen_mark",
    ];
    // `leak` is in no release.
    for module in allowed.iter().filter(|module| *module != "state" && *module != "leak") {
        let words = words(&code(&format!("src/{module}.rs")));
        let named: Vec<&&str> = tables_and_types.iter().filter(|name| words.contains(**name)).collect();
        assert!(named.is_empty(), "{module} names {named:?}");
    }
}

#[test]
fn the_contacts_side_takes_only_the_database_its_limits_the_pace_and_the_end_from_the_state() {
    for file in VISITOR_FILES.iter().chain(&["src/event_stream.rs"]) {
        let code = code(file);
        for (at, _) in code.match_indices("state.") {
            let taken = first_word(&code[at + "state.".len()..]);
            let allowed = ["db", "heartbeat", "closing", "visitor_limits", "streams"];
            assert!(allowed.contains(&taken.as_str()), "{file} takes {taken} from the state");
        }
    }
}

#[test]
fn the_contacts_side_reads_no_column_that_a_note_moves() {
    let columns = BTreeSet::from(["last_at", "rev", "seq", "last_in_seq", "assignee_id"]);
    for file in VISITOR_FILES {
        for (at, _) in code(file).match_indices("SELECT ") {
            let code = code(file);
            let rest = &code[at..];
            let list = &rest[..rest.find(" FROM ").unwrap_or(rest.len())];
            let read: Vec<String> = words(list).into_iter().filter(|word| columns.contains(word.as_str())).collect();
            assert!(read.is_empty(), "{file} reads {read:?} in: {list}");
        }
    }
}
