//! The reader beside Python's `email`: `tests/python/generate.py` writes letters of many kinds with what Python reads in each.
//! Every difference has a reason below; one without a reason fails the test, and so does a reason that no difference has.

use super::letters;
use crate::{Letter, transfer::base64};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    process::Command,
};

#[derive(Deserialize)]
struct Sample {
    kind: String,
    raw: String,
    /// By the name of the field, as text.
    python: BTreeMap<String, serde_json::Value>,
}

/// Of a kind of letter and a field: why the reading is another than Python's.
const REASONS: [(&str, &str, &str); 9] = [
    ("date-form", "date", "Python reads no date whose time has dots"),
    ("date-language", "date", "Python reads months in English only"),
    ("name", "name", "Python drops comments; a comment is the name where there is no other"),
    ("name-broken", "address", "Python takes the first word for the address, whatever it is"),
    ("name-broken", "name", "Python drops what stands before the address, and decodes each encoded word alone"),
    ("alternative-empty", "text", "Python takes the plain text, also an empty one"),
    (
        "broken",
        "text",
        "Python drops text that the structure or the encoding doesn't account for, and decodes by the name only",
    ),
    ("broken", "subject", "Python decodes headers as ASCII only"),
    ("flowed", "text", "Python doesn't join flowed lines"),
];

fn samples() -> Vec<Sample> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/python/generate.py");
    let output = Command::new("python3").arg(script).env("TZ", "UTC").output().expect("python3 is on PATH");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn reading(letter: &Letter) -> BTreeMap<&'static str, serde_json::Value> {
    let names: Vec<&str> =
        letter.attachments.iter().map(|attached| attached.name.as_str()).filter(|name| *name != "attachment").collect();
    BTreeMap::from([
        ("date", letter.times.first().map(|time| time.timestamp()).into()),
        ("name", letter.from.name.clone().unwrap_or_default().into()),
        ("address", letter.from.address.clone().into()),
        ("subject", letter.subject.clone().unwrap_or_default().into()),
        ("text", letter.body.clone().into()),
        ("files", names.into()),
    ])
}

/// White space doesn't count.
fn plain(value: &serde_json::Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.split_whitespace().collect()
}

#[test]
fn every_difference_from_pythons_reading_has_a_reason() {
    let samples = samples();
    let (mut unexplained, mut explained, mut used) = (Vec::new(), 0, BTreeSet::new());
    for sample in &samples {
        let raw = base64(sample.raw.as_bytes());
        let Some(letter) = letters(&[b"From - \n", &raw[..]].concat()).into_iter().next() else {
            unexplained.push(format!("{}: unreadable: {:?}", sample.kind, String::from_utf8_lossy(&raw)));
            continue;
        };
        for (field, ours) in reading(&letter) {
            let theirs = &sample.python[field];
            if plain(&ours) == plain(theirs) {
                continue;
            }
            match REASONS.iter().position(|(kind, of, _)| *kind == sample.kind && *of == field) {
                Some(reason) => {
                    used.insert(reason);
                    explained += 1;
                }
                None => unexplained.push(format!("{} {field}: {ours} / {theirs}", sample.kind)),
            }
        }
    }
    println!("figure: beside Python's email: {} letters, {explained} differences, each with a reason", samples.len());
    assert!(unexplained.is_empty(), "{} of {}:\n{}", unexplained.len(), samples.len(), unexplained.join("\n"));
    assert_eq!(used.len(), REASONS.len(), "a reason that nothing has");
}
