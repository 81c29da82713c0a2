//! The documentation is complete and names nothing that doesn't exist: the tables of docs/embed, every link, and the
//! tests and types that a page names.

#[path = "tidy/checkout.rs"]
mod checkout;

use checkout::{files_under, root};
use std::{collections::BTreeSet, fs, path::PathBuf};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the checkout is readable")
}

/// Each text between `before` and the next `after`.
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
    let texts = files_under("src/components").into_iter().map(|file| read(&file));
    // In a view, and in markup.
    let parts = |text: String| -> Vec<String> {
        let named = |before| between(&text, before, '"').map(str::to_owned).collect::<Vec<_>>();
        [named(" part=\""), named(".with(\"part\", \"")].concat()
    };
    let there: BTreeSet<_> = texts.flat_map(parts).collect();
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

/// README, CONTRIBUTING and all pages in docs, relative to the checkout.
fn pages() -> Vec<String> {
    let mut pages = files_under("docs");
    pages.retain(|page| page.ends_with(".md"));
    pages.extend(["README.md", "CONTRIBUTING.md"].map(str::to_owned));
    pages.sort();
    pages
}

/// A page without its code blocks.
fn prose(text: &str) -> String {
    let mut inside = false;
    let is_prose = |line: &&str| {
        let fence = line.trim_start().starts_with("```");
        inside ^= fence;
        !fence && !inside
    };
    text.lines().filter(is_prose).collect::<Vec<_>>().join("\n")
}

/// The links of a page: label and target.
fn links(prose: &str) -> Vec<(&str, &str)> {
    let mut links = Vec::new();
    for (at, _) in prose.match_indices("](") {
        let label = prose[..at].rfind('[').map(|start| &prose[start + 1..at]);
        let target = prose[at + 2..].split_once(')').map(|(target, _)| target);
        links.extend(label.zip(target));
    }
    links
}

/// The file that a target leads to, as a path in the checkout, and the heading there. `None`: an external address.
fn place(page: &str, target: &str) -> Option<(PathBuf, Option<String>)> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
    let path = if path.is_empty() {
        root().join(page)
    } else {
        root().join(page).parent().expect("a page is in a folder").join(path)
    };
    Some((path, heading.map(str::to_owned)))
}

/// The anchors of the headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let text = prose(text);
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let name = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect::<String>().replace(' ', "-")
    };
    headings.map(name).collect()
}

#[test]
fn the_readme_is_read_in_three_minutes() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 150, "README.md has {lines} lines; at most 150. What is more belongs to docs/");
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut followed = 0;
    for page in pages() {
        for (_, target) in links(&prose(&read(&page))) {
            let Some((path, heading)) = place(&page, target) else { continue };
            followed += 1;
            let is_there = match heading {
                None => path.exists(),
                Some(heading) => fs::read_to_string(&path).is_ok_and(|text| anchors(&text).contains(&heading)),
            };
            if !is_there {
                broken.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(followed > 100, "only {followed} links were followed");
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}

/// If the label of a link is a name in backticks, the file it leads to must contain that name.
#[test]
fn every_test_and_type_that_a_page_names_is_in_its_file() {
    let mut missing = Vec::new();
    let mut tests = 0;
    for page in ["docs/architecture.md", "docs/glossary.md"] {
        let text = prose(&read(page));
        let invariants = text.find("\n## Invariants\n").unwrap_or(text.len());
        for (part, are_tests) in [(&text[..invariants], false), (&text[invariants..], true)] {
            for (label, target) in links(part) {
                let name = label.strip_prefix('`').and_then(|label| label.strip_suffix('`'));
                let (Some(name), Some((path, _))) = (name, place(page, target)) else { continue };
                let wanted = if are_tests { format!("fn {name}(") } else { name.to_owned() };
                tests += usize::from(are_tests);
                if !fs::read_to_string(path).is_ok_and(|text| text.contains(&wanted)) {
                    missing.push(format!("{page}: {name} is not in {target}"));
                }
            }
        }
    }
    assert!(tests > 30, "only {tests} tests are named");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_link_and_a_heading_are_found_where_they_stand() {
    let text = "# One, two\n\n```sh\n[no](no.md)\n# no\n```\n[`a`](b.md#c) and ![d](e.png), [f](https://g)\n";
    assert_eq!(links(&prose(text)), [("`a`", "b.md#c"), ("d", "e.png"), ("f", "https://g")]);
    assert_eq!(anchors(text), BTreeSet::from(["one-two".to_owned()]));
    assert_eq!(place("docs/a.md", "https://g"), None);
    assert_eq!(place("docs/a.md", "b.md#c"), Some((root().join("docs").join("b.md"), Some("c".to_owned()))));
}
