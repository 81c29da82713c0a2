//! The rules about more than a single word: lengths, names, first lines, signatures, colours.

use crate::text::{blocks, code_lines, in_room};

/// A path and the content of the file.
type Sample = (String, String);

pub(crate) struct Shape {
    pub(crate) because: &'static str,
    /// The lines of violations.
    pub(crate) lines: fn(path: &str, text: &str) -> Vec<usize>,
    /// Violations, for the test of the rule itself.
    pub(crate) seeds: fn() -> Vec<Sample>,
    /// Similar code that is right.
    pub(crate) fine: fn() -> Vec<Sample>,
}

pub(crate) const SHAPES: &[Shape] = &[
    Shape {
        because: "a Rust file has at most 400 lines; find the second room in it",
        lines: |path, text| longer_than(400, path.ends_with(".rs"), text),
        seeds: || vec![sample("crates/server/src/contacts.rs", "\n".repeat(401))],
        fine: || vec![sample("crates/server/src/contacts.rs", "\n".repeat(400)), sample("README.md", "\n".repeat(900))],
    },
    Shape {
        because: "a Rust file opens with `//!`: what lives here, and what does not",
        lines: |path, text| if path.ends_with(".rs") && !text.starts_with("//! ") { vec![1] } else { Vec::new() },
        seeds: || vec![sample("src/client.rs", "use wire::Note;"), sample("src/client.rs", "")],
        fine: || vec![sample("src/client.rs", "//! The client.\n"), sample("public/boot.js", "say();")],
    },
    Shape {
        because: "a module is named for what it holds, not `utils`, `helpers`, `common`, `models` or `services`",
        lines: nameless_module,
        seeds: || vec![sample("src/utils.rs", "//! x"), sample("crates/server/src/models/note.rs", "//! x")],
        fine: || vec![sample("crates/store/src/notes.rs", "//! x"), sample("src/common_words.rs", "//! x")],
    },
    Shape {
        because: "a component has at most 120 lines",
        lines: |path, text| long_blocks(path, text, 120, |code| code.trim() == "#[component]"),
        seeds: || vec![component(118)],
        fine: || vec![component(117)],
    },
    Shape {
        because: "a `view!` has at most 50 lines; a part of it is a component",
        lines: |path, text| long_blocks(path, text, 50, |code| code.contains("view! {")),
        seeds: || vec![view(49)],
        fine: || vec![view(48)],
    },
    Shape {
        because: "after an await the panel may be gone: touch its signals with try_set, try_update",
        lines: firm_after_await,
        seeds: || vec![later("busy.set(false);"), later("list.update(|all| all.clear());")],
        fine: || {
            vec![
                later("busy.try_set(false);"),
                sample("src/components/a.rs", "async move {\nx.set(1);\nx.await\n}\ny.set(1)"),
            ]
        },
    },
    Shape {
        because: "contact notes and conversation notes are two types: no function takes both",
        lines: takes_both_notes,
        seeds: || {
            vec![
                sample("src/client.rs", "fn copy(from: &ConversationNote, to: ContactNoteId) {}"),
                sample(
                    "crates/server/src/notes.rs",
                    "pub async fn either(\n    a: Option<ContactNote>,\n    b: &ConversationNote,\n) {}",
                ),
            ]
        },
        fine: || {
            vec![
                sample(
                    "src/client.rs",
                    "fn keep(note: &ConversationNote) -> ContactNote {\n    let id: ContactNoteId;\n}",
                ),
                sample("crates/store/src/lib.rs", "fn a(note: ContactNote) {}\nfn b(note: ConversationNote) {}"),
            ]
        },
    },
    Shape {
        because: "a colour is a token: say it once in style/tokens.css and use var(--…)",
        lines: colours,
        seeds: || {
            let says = |value: &str| sample("style/notes.css", format!(".note {{\n  color: {value};\n}}"));
            let mut all: Vec<_> =
                ["#fff", "#6d28d9", "#0008", "rgb(1 2 3)", "rgba(0, 0, 0, 0.5)", "hsl(1 2% 3%)", "oklch(1 0 0)"]
                    .into_iter()
                    .map(says)
                    .collect();
            all.push(sample("src/components/avatar.rs", "//! x\nlet colour = \"#6d28d9\";"));
            all
        },
        fine: || {
            vec![
                sample("style/tokens.css", ":root { --accent: #6d28d9; }"),
                sample("style/notes.css", "#add {\n  color: var(--accent);\n  fill: url(#abcdefgh);\n}\n/* #fff */"),
                sample("style/notes.css", ".a:is(#fed, #bed) { color: var(--line); }"),
                sample("src/client.rs", "//! x\n#[derive(Debug)]\nlet anchor = \"#top\";"),
            ]
        },
    },
    Shape {
        because: "Cargo.lock names no registry but crates.io",
        lines: |path, text| {
            let foreign = |line: &str| {
                line.starts_with("source = ") && !line.contains("https://github.com/rust-lang/crates.io-index")
            };
            numbers(text, |line| path == "Cargo.lock" && foreign(line))
        },
        seeds: || vec![sample("Cargo.lock", "source = \"registry+https://mirror.example/index\"")],
        fine: || vec![sample("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"")],
    },
];

fn sample(path: &str, text: impl Into<String>) -> Sample {
    (path.into(), text.into())
}

fn component(lines: usize) -> Sample {
    sample(
        "src/components/inbox.rs",
        format!("//! x\n#[component]\npub fn Inbox() {{\n{}}}\n", "    x();\n".repeat(lines)),
    )
}

fn view(lines: usize) -> Sample {
    sample("src/components/inbox.rs", format!("//! x\n    view! {{\n{}    }}\n", "        <p/>\n".repeat(lines)))
}

fn longer_than(most: usize, applies: bool, text: &str) -> Vec<usize> {
    if applies && text.lines().count() > most { vec![most + 1] } else { Vec::new() }
}

fn numbers(text: &str, wrong: impl Fn(&str) -> bool) -> Vec<usize> {
    text.lines().enumerate().filter(|(_, line)| wrong(line)).map(|(index, _)| index + 1).collect()
}

fn nameless_module(path: &str, _: &str) -> Vec<usize> {
    const NAMELESS: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "models", "services"];
    let ours = path.ends_with(".rs") || path.starts_with("tests/e2e/");
    let named = |part: &str| NAMELESS.contains(&part.split('.').next().unwrap_or(part));
    if ours && path.split('/').any(named) { vec![1] } else { Vec::new() }
}

fn long_blocks(path: &str, text: &str, most: usize, starts: impl Fn(&str) -> bool) -> Vec<usize> {
    if !in_room(path, "src") || !path.ends_with(".rs") {
        return Vec::new();
    }
    blocks(path, text, starts).into_iter().filter(|(_, length)| *length > most).map(|(number, _)| number).collect()
}

fn later(line: &str) -> Sample {
    sample(
        "src/components/inbox.rs",
        format!("//! x\nspawn_local(async move {{\n    client.tags().await;\n    {line}\n}});\n"),
    )
}

fn firm_after_await(path: &str, text: &str) -> Vec<usize> {
    if !in_room(path, "src/components") {
        return Vec::new();
    }
    let lines: Vec<_> = code_lines(path, text).collect();
    let mut found = Vec::new();
    for (start, length) in blocks(path, text, |code| code.contains("async move {")) {
        let block = &lines[start - 1..start - 1 + length];
        let after = block.iter().skip_while(|(_, code)| !code.contains(".await"));
        let firm = |code: &str| code.contains(".set(") || code.contains(".update(");
        found.extend(after.filter(|(_, code)| firm(code)).map(|(number, _)| *number));
    }
    found
}

fn takes_both_notes(path: &str, text: &str) -> Vec<usize> {
    if !path.ends_with(".rs") || path.starts_with("tests/tidy") {
        return Vec::new();
    }
    let lines: Vec<_> = code_lines(path, text).collect();
    let is_signature = |code: &str| code.split_whitespace().take(5).any(|word| word == "fn") && code.contains('(');
    let mut found = Vec::new();
    for (index, (number, code)) in lines.iter().enumerate() {
        if is_signature(code) {
            let rest: String = lines[index..].iter().take(20).flat_map(|(_, code)| [*code, "\n"]).collect();
            let taken = parameters(&rest);
            if taken.contains("ContactNote") && taken.contains("ConversationNote") {
                found.push(*number);
            }
        }
    }
    found
}

/// The text between the first parenthesis and the one that closes it.
fn parameters(signature: &str) -> &str {
    let start = signature.find('(').unwrap_or(signature.len());
    let mut depth = 0_i64;
    for (at, letter) in signature[start..].char_indices() {
        depth += i64::from(letter == '(') - i64::from(letter == ')');
        if depth == 0 {
            return &signature[start..start + at];
        }
    }
    &signature[start..]
}

fn colours(path: &str, text: &str) -> Vec<usize> {
    let sheet = in_room(path, "style") && path.ends_with(".css");
    let source = in_room(path, "src") && path.ends_with(".rs");
    if path == "style/tokens.css" || !(sheet || source) {
        return Vec::new();
    }
    let wrong = |code: &str| {
        // A colour is a value: in a sheet the text after `name:`, in Rust a whole string.
        let mut values = code.split(if sheet { ';' } else { '"' });
        values.any(|part| {
            let value = if sheet { value_of(part) } else { part };
            let function = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab(", "lab(", "lch("];
            function.iter().any(|name| value.contains(name)) || has_hex_colour(value, sheet)
        })
    };
    code_lines(path, text).filter(|(_, code)| wrong(code)).map(|(number, _)| number).collect()
}

/// Of `  color: #fff`, the text after the colon; of a selector, nothing.
fn value_of(declaration: &str) -> &str {
    let declaration = declaration.rsplit('{').next().unwrap_or(declaration).trim_end_matches('}');
    declaration.split_once(": ").map_or("", |(_, value)| value)
}

fn has_hex_colour(value: &str, sheet: bool) -> bool {
    value.split([' ', ',', '(', ')']).filter_map(|word| word.trim().strip_prefix('#')).any(|digits| {
        let hexadecimal =
            matches!(digits.len(), 3 | 4 | 6 | 8) && digits.chars().all(|digit| digit.is_ascii_hexdigit());
        hexadecimal && (sheet || value.trim().len() == digits.len() + 1)
    })
}
