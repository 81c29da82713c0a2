//! The search: contacts, contact notes, messages and conversation notes with certain words.

mod people;
mod texts;

use crate::{
    auth_agent::AuthAgent, error::Result, input::Query, page::List, search_text::SearchQuery, sql::Connection,
    state::State,
};
use axum::extract;
use texts::Texts;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ContactNoteHit, ConversationNoteHit, Hits, MessageHit, OrgId, Problem, ProblemCode, SearchKind, SearchResults, Seq,
    VariantArray as _,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What is looked for in one kind of text.
struct Wanted<'a> {
    org: OrgId,
    query: &'a SearchQuery,
    /// Only what is before this position.
    before: Seq,
    limit: usize,
}

/// The hits of one kind, newest first, and the position before which the next ones are.
type Found<T> = (Vec<T>, Option<Seq>);

/// Search contacts (name, every address, external id), contact notes, messages and conversation notes. Each word of `q` must be
/// there as the beginning of a word, in any case of letters and with or without accents; words that are written together
/// must follow each other. `kind`: only this kind, of which there is a next page at `cursor`. `limit`: for each kind.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(
    ("q" = wire::text_rules::SearchText, Query), ("kind" = Option<SearchKind>, Query),
    ("cursor" = Option<wire::text_rules::Cursor>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = SearchResults),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn search(
    signed: AuthAgent,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<SearchResults>> {
    let (text, kind, cursor) = (query.search()?, query.take::<SearchKind>("kind")?, query.take_text("cursor")?);
    let limit = query.limit()?;
    query.finish()?;
    if cursor.is_some() && kind.is_none() {
        // A cursor is of one kind.
        return Err(ProblemCode::BadCursor.into());
    }
    let Some(searched) = text.as_deref().and_then(SearchQuery::parse) else {
        return Ok(axum::Json(SearchResults::default()));
    };
    let list = |kind: SearchKind| {
        List::new(state.db(), signed.org, &format!("search {} {:?}", kind.into_str(), text.as_deref()))
    };
    let before = match (kind, cursor) {
        (Some(kind), Some(cursor)) => list(kind).place(&cursor)?,
        _ => Seq::MAX,
    };
    let wanted = Wanted { org: signed.org, query: &searched, before, limit: limit as usize };
    let mut reading = state.db().search().await?;
    let mut results = SearchResults::default();
    let kinds = kind.as_ref().map_or(SearchKind::VARIANTS, std::slice::from_ref);
    for kind in kinds {
        let next = look_for(&mut reading, *kind, &wanted, &mut results).await?;
        let cursor = next.map(|seq| list(*kind).cursor(&seq.to_string()));
        match kind {
            SearchKind::Contacts => results.contacts.next_cursor = cursor,
            SearchKind::ContactNotes => results.contact_notes.next_cursor = cursor,
            SearchKind::Messages => results.messages.next_cursor = cursor,
            SearchKind::ConversationNotes => results.conversation_notes.next_cursor = cursor,
        }
    }
    Ok(axum::Json(results))
}

/// Adds the hits of one kind. Returns the position before which the next ones are.
async fn look_for(
    reading: &mut Connection,
    kind: SearchKind,
    wanted: &Wanted<'_>,
    results: &mut SearchResults,
) -> Result<Option<Seq>> {
    Ok(match kind {
        SearchKind::Contacts => put(&mut results.contacts, people::find(reading, wanted).await?),
        SearchKind::ContactNotes => put(&mut results.contact_notes, ContactNoteHit::find(reading, wanted).await?),
        SearchKind::Messages => put(&mut results.messages, MessageHit::find(reading, wanted).await?),
        SearchKind::ConversationNotes => {
            put(&mut results.conversation_notes, ConversationNoteHit::find(reading, wanted).await?)
        }
    })
}

fn put<T>(hits: &mut Hits<T>, (items, next): Found<T>) -> Option<Seq> {
    hits.items = items;
    next
}
