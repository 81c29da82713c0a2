//! The import of contacts from a table: `POST /contacts/import`.

use crate::{ids::ContactId, problem::FieldError};
use serde::{Deserialize, Serialize};

/// One request imports at most this many rows.
pub const IMPORT_AT_ONCE: usize = 100;

/// `POST /contacts/import`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactImport {
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 100))]
    pub rows: Vec<ImportRow>,
    /// What happens to the details of a contact who is known.
    #[serde(default)]
    pub known: ImportKnown,
}

/// What an import does to the details of a contact who is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ImportKnown {
    /// Empty ones are filled.
    #[default]
    Fill,
    /// Those that the row has are replaced.
    Replace,
}

/// A contact, as texts. What is left out or empty stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ImportRow {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phone: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub external_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub birthday: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub default_channel: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub time_zone: String,
    /// By name. Tags and lists that don't exist are made; none is taken off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
}

/// What came of the rows, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Imported {
    pub rows: Vec<ImportedRow>,
}

/// What came of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ImportedRow {
    pub outcome: ImportOutcome,
    /// The contact, if the row was not refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ContactId>,
    /// Why it was refused, or which tags and lists could not be added. A pointer names the field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ImportOutcome {
    Made,
    Changed,
    Unchanged,
    Refused,
}
