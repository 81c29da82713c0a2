//! `cargo xtask unsafe-crates`: the crates of the server that contain `unsafe`, with the number of its lines. Those that
//! read what comes from outside are named in `PARSERS`, with what they read.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{
    project::Project,
    shell::{self, Error},
};

/// The crates by which the server reads input from outside: requests, archives of mail, and the texts in both.
const PARSERS: [(&str, &str); 25] = [
    ("bytes", "the buffers of requests"),
    ("encoding_rs", "the character sets of letters"),
    ("form_urlencoded", "query parameters"),
    ("http", "methods, addresses and headers of requests"),
    ("httparse", "the head of a request"),
    ("hyper", "HTTP/1.1"),
    ("icu_normalizer", "host names"),
    ("icu_properties", "host names"),
    ("idna", "host names"),
    ("libsqlite3-sys", "values in statements; it is SQLite, in C"),
    ("mail-parser", "letters"),
    ("matchit", "the path of a request"),
    ("memchr", "separators in all of these"),
    ("nom", "telephone numbers"),
    ("percent-encoding", "paths and query parameters"),
    ("phonenumber", "telephone numbers"),
    ("regex-automata", "the fields of bodies"),
    ("serde_json", "bodies"),
    ("simdutf8", "whether a text is UTF-8"),
    ("sqlx-sqlite", "values in statements"),
    ("tokio", "the bytes of connections"),
    ("unicode-normalization", "notes, and what is searched for in them"),
    ("url", "origins and host names"),
    ("utf8_iter", "host names"),
    ("uuid", "ids"),
];

pub(crate) fn list(project: &Project) -> Result<(), Error> {
    let used = used(project)?;
    let metadata = shell::answer(&mut project.cargo(&["metadata", "--locked", "--format-version=1"]));
    let metadata: Option<Value> = metadata.and_then(|text| serde_json::from_str(&text).ok());
    let packages = metadata.as_ref().and_then(|json| json["packages"].as_array());
    let unreadable = || Error::Said("`cargo metadata` can't be read".into());
    let mut others = Vec::new();
    println!("what the server reads input from outside with:");
    // A package without a source is of this workspace, which forbids `unsafe`.
    for package in packages.ok_or_else(unreadable)?.iter().filter(|package| !package["source"].is_null()) {
        let [name, version, manifest] =
            ["name", "version", "manifest_path"].map(|key| package[key].as_str().unwrap_or_default());
        let count = if used.contains(&format!("{name} v{version}")) { lines(Path::new(manifest)) } else { 0 };
        match PARSERS.iter().find(|(parser, _)| *parser == name) {
            Some((_, reads)) if used.contains(&format!("{name} v{version}")) => {
                println!("{count:>5}  {name} {version}: {reads}");
            }
            _ if count > 0 => others.push(format!("{name} {version} ({count})")),
            _ => {}
        }
    }
    println!("\nthe server's other crates with `unsafe`: {}", others.join(", "));
    Ok(())
}

/// `NAME vVERSION` of each crate that is part of the server on this machine.
fn used(project: &Project) -> Result<BTreeSet<String>, Error> {
    let arguments = ["tree", "--locked", "--package", "sidenote-server", "--edges", "normal", "--prefix", "none"];
    let tree = shell::answer(&mut project.cargo(&arguments));
    let tree = tree.ok_or_else(|| Error::Said("`cargo tree` failed".into()))?;
    let first_two = |line: &str| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok(tree.lines().map(first_two).collect())
}

/// The lines with `unsafe` in a crate's sources, without comments.
fn lines(manifest: &Path) -> usize {
    let sources = manifest.parent().map(|directory| directory.join("src"));
    sources.map_or(0, |directory| lines_under(&directory))
}

fn lines_under(directory: &Path) -> usize {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .map(|path| match path.extension() {
            _ if path.is_dir() => lines_under(&path),
            Some(end) if end == "rs" => fs::read_to_string(&path).map_or(0, |text| unsafe_lines(&text)),
            _ => 0,
        })
        .sum()
}

fn unsafe_lines(text: &str) -> usize {
    let code = text.lines().filter_map(|line| line.split("//").next());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.filter(|line| line.split(|c| !is_word(c)).any(|word| word == "unsafe")).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_counts_where_it_is_code() {
        let text = "unsafe { a() }\n// unsafe\n#![forbid(unsafe_code)]\npub unsafe fn b() {} // unsafe\n/// unsafe\n";
        assert_eq!(unsafe_lines(text), 2);
    }
}
