//! The tables of docs/embed say everything that there is, and nothing that there isn't.

#![cfg(not(target_arch = "wasm32"))]

use std::{collections::BTreeSet, fs, path::Path};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("the checkout is readable")
}

/// What stands between `before` and the next `after`, wherever that is.
fn between<'a>(text: &'a str, before: &'a str, after: char) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).filter_map(move |rest| rest.split_once(after).map(|(name, _)| name))
}

/// The first column of the table below a heading.
fn table(text: &str, heading: &str) -> BTreeSet<String> {
    let below = text.split_once(&format!("\n## {heading}\n")).expect("the heading is there").1;
    let rows = below.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| `"));
    rows.filter_map(|row| row.split('`').nth(1)).map(str::to_owned).collect()
}

#[test]
fn every_property_of_the_theme_is_documented() {
    let tokens = read("style/tokens.css");
    let there: BTreeSet<_> = tokens
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
        .map(|(name, _)| format!("--{name}"))
        .collect();
    assert_eq!(table(&read("docs/embed/theming.md"), "Properties"), there);
}

#[test]
fn every_part_is_documented() {
    let components = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/components")).expect("it is there");
    let mut there = BTreeSet::new();
    for file in components.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        let text = fs::read_to_string(file).expect("the checkout is readable");
        there.extend(between(&text, " part=\"", '"').map(str::to_owned));
    }
    assert_eq!(table(&read("docs/embed/theming.md"), "Parts"), there);
}

#[test]
fn every_attribute_and_event_is_documented() {
    let (reference, door, types) =
        (read("docs/embed/reference.md"), read("package/index.js"), read("package/index.d.ts"));
    let attributes =
        door.split_once("const ATTRIBUTES = {").and_then(|(_, rest)| rest.split_once('}')).expect("they are listed").0;
    let there: BTreeSet<_> = attributes
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.trim().trim_matches('"').to_owned())
        .collect();
    assert_eq!(table(&reference, "Options"), there);
    let events: BTreeSet<_> = between(&types, "  \"sidenote:", '"').map(|name| format!("sidenote:{name}")).collect();
    assert_eq!(table(&reference, "Events"), events);
}
