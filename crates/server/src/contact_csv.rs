//! The export of contacts as CSV (RFC 4180), for a spreadsheet or another system.
//!
//! It is written while it is sent, page by page, as the export of one contact is.

use crate::{
    auth_agent::AuthAgent,
    contact_erasure::must_be_admin,
    contact_pages::{self, Asked},
    db::Db,
    error::Result,
    input::Query,
    state::State,
    streamed_file::{Pieces, streamed},
};
use axum::{
    body::Body,
    extract,
    http::header,
    response::{IntoResponse as _, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Contact, ListId, OrgId, Problem, Seq};

/// Contacts that are read at once.
const PAGE: u32 = 100;

/// Spreadsheets otherwise take the bytes for those of an older encoding.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The columns: the wire names of the details, then tags and lists.
const COLUMNS: [&str; 11] = [
    "name",
    "email",
    "phone",
    "external_id",
    "address",
    "birthday",
    "language",
    "default_channel",
    "time_zone",
    "tags",
    "lists",
];

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(export))
}

/// The contacts as CSV in UTF-8, newest first, to be saved as a file; admins may. `q`, `tag`, `list`: as for a page of them.
/// The first line has the columns' names. Tags and lists are CSV in one field. A field that a spreadsheet would take for a
/// formula begins with an apostrophe.
#[utoipa::path(get, path = "/api/v1/contacts.csv", tag = "contacts", params(
    ("q" = Option<wire::text_rules::SearchText>, Query), ("tag" = Option<wire::text_rules::TagName>, Query),
    ("list" = Option<ListId>, Query)), responses(
    (status = 200, body = String, content_type = "text/csv"),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn export(signed: AuthAgent, mut query: Query, extract::State(state): extract::State<State>) -> Result<Response> {
    let asked = Asked::read(&mut query)?;
    query.finish()?;
    must_be_admin(&signed)?;
    tracing::info!(org = %signed.org, agent = %signed.agent, "contacts exported");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"contacts.csv\""),
    ];
    let (db, org) = (state.db().clone(), signed.org);
    let file = streamed(move |pieces| write(db, org, asked, pieces));
    Ok((headers, Body::from_stream(file)).into_response())
}

async fn write(db: Db, org: OrgId, asked: Asked, pieces: Pieces) -> Result<()> {
    pieces.send(format!("{BYTE_ORDER_MARK}{}", records([COLUMNS.map(str::to_owned)]))).await?;
    let mut before = Some(Seq::MAX);
    while let Some(position) = before {
        // A transaction for each page: a slow reader keeps none open.
        let mut reading = db.search().await?;
        let (contacts, next) = contact_pages::page(&mut reading, org, &asked, position, PAGE).await?;
        drop(reading);
        let piece = records(contacts.iter().map(fields));
        if !piece.is_empty() {
            pieces.send(piece).await?;
        }
        before = next;
    }
    Ok(())
}

fn fields(contact: &Contact) -> [String; 11] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let fields = [
        contact.name.clone(),
        text(&contact.email),
        text(&contact.phone),
        text(&contact.external_id),
        text(&contact.address),
        contact.birthday.map(|day| day.to_string()).unwrap_or_default(),
        text(&contact.language),
        contact.default_channel.map(|kind| kind.into_str().to_owned()).unwrap_or_default(),
        text(&contact.time_zone),
        in_one(contact.tags.iter().map(|tag| tag.name.clone()).collect()),
        in_one(contact.lists.iter().map(|list| list.name.clone()).collect()),
    ];
    fields.map(unlike_a_formula)
}

/// Several values in one field, as CSV in CSV: a name may have any separator in it.
fn in_one(values: Vec<String>) -> String {
    if values.is_empty() { String::new() } else { records([values]).trim_end().to_owned() }
}

/// A spreadsheet calculates what begins like a formula, whoever has written it. A telephone number is none.
fn unlike_a_formula(field: String) -> String {
    let is_number = field.chars().all(|c| c.is_ascii_digit() || "+-() ./".contains(c));
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula && !is_number { format!("'{field}") } else { field }
}

fn records<R: IntoIterator<Item = String>>(records: impl IntoIterator<Item = R>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for record in records {
        writer.write_record(record).expect("all records have the same length, and memory takes them");
    }
    let bytes = writer.into_inner().expect("memory takes everything");
    String::from_utf8(bytes).expect("texts and separators are UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_a_text_and_a_telephone_number_is_itself() {
        for (field, written) in [
            ("=1+1", "'=1+1"),
            ("@cmd", "'@cmd"),
            ("+A1", "'+A1"),
            ("-2+3", "-2+3"),
            ("+351 912 345 678", "+351 912 345 678"),
            ("Ana = Bob", "Ana = Bob"),
        ] {
            assert_eq!(unlike_a_formula(field.to_owned()), written);
        }
    }

    #[test]
    fn several_values_are_read_back_from_one_field() {
        let names = ["a, b", "say \"c\"", "d"].map(str::to_owned);
        let field = in_one(names.to_vec());
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(field.as_bytes());
        let read: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(read, names);
    }
}
