//! The fields of a note that the contract names. An answer may have more: a later version of the contract names more.

use serde_json::{Map, Value};

/// The fields of a note.
pub(crate) const FIELDS: [&str; 8] =
    ["author", "body", "contact_id", "conversation_id", "created_at", "id", "rev", "seq"];
/// The fields of its author.
pub(crate) const AUTHOR: [&str; 3] = ["id", "name", "removed"];

/// A note with only the fields that the contract names, for comparison with another answer.
pub(crate) fn known(note: &Value) -> Value {
    let mut note = only(note, &FIELDS);
    if let Some(author) = note.get_mut("author") {
        *author = only(author, &AUTHOR);
    }
    note
}

fn only(value: &Value, names: &[&str]) -> Value {
    let Value::Object(fields) = value else { return value.clone() };
    let named = fields.iter().filter(|(name, _)| names.contains(&name.as_str()));
    Value::Object(named.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
}
