//! The contacts of an organization, in pages: all of them, or those with certain words, a tag, or on a list.

use crate::{
    auth_agent::AuthAgent,
    contact_aliases::is_merged,
    contacts,
    error::{Error, Result},
    input::{Query, bad_query},
    page::{Collected, List},
    search_index,
    search_text::SearchQuery,
    sql::{Builder, Connection, int},
    state::State,
};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    Contact, ContactId, ContactQuery, ListId, OrgId, Page, Problem, ProblemCode, Seq,
    text_rules::{SEARCH, TAG},
};

/// So many contacts are read for a page of a search at most.
const MOST_READ: usize = 400;

/// So many are read at once where all contacts with certain words are wanted.
const READ_AT_ONCE: u32 = 1000;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(all))
}

/// The contacts, newest first. `q`: only those with these words, as the search finds them. A search looks at a limited
/// number of contacts for each page: a page can be empty and have a next one.
#[utoipa::path(get, path = "/api/v1/contacts", tag = "contacts", params(
    ("q" = Option<wire::text_rules::SearchText>, Query), ("tag" = Option<wire::text_rules::TagName>, Query),
    ("list" = Option<ListId>, Query), ("cursor" = Option<wire::text_rules::Cursor>, Query),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 100)), responses(
    (status = 200, body = Page<Contact>),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn all(
    signed: AuthAgent,
    mut query: Query,
    extract::State(state): extract::State<State>,
) -> Result<axum::Json<Page<Contact>>> {
    let asked = Asked::read(&mut query)?;
    let (cursor, limit) = (query.take_text("cursor")?, query.limit()?);
    query.finish()?;
    let Asked { words, tag, list } = &asked;
    let names = List::new(state.db(), signed.org, &format!("contacts {words:?} {tag:?} {list:?}"));
    let before = cursor.map_or(Ok(Seq::MAX), |cursor| names.place(&cursor))?;
    let mut reading = if words.is_some() { state.db().search().await? } else { state.db().read().await? };
    let as_of = state.db().as_of(&mut reading, signed.org).await?;
    let (items, next) = page(&mut reading, signed.org, &asked, before, limit).await?;
    let next_cursor = next.map(|seq| names.cursor(&seq.to_string()));
    Ok(axum::Json(Page { items, next_cursor, as_of }))
}

/// Which contacts are asked for.
pub(crate) struct Asked {
    words: Option<String>,
    tag: Option<String>,
    list: Option<ListId>,
}

impl Asked {
    /// # Errors
    /// `invalid-field` when one of them can't be used.
    pub(crate) fn of(query: ContactQuery) -> Result<Self> {
        let ContactQuery { words, tag, list } = query;
        if !SEARCH.allows(&words) || tag.as_ref().is_some_and(|tag| !TAG.allows(tag)) {
            return Err(Error::field(ProblemCode::InvalidField, "/of", "invalid"));
        }
        Ok(Self { words: Some(words).filter(|words| !words.trim().is_empty()), tag, list })
    }

    /// Takes `q`, `tag` and `list` out of a query.
    ///
    /// # Errors
    /// `bad-query` when one of them can't be used.
    pub(crate) fn read(query: &mut Query) -> Result<Self> {
        let (words, tag, list) = (query.search()?, query.take_text("tag")?, query.take::<ListId>("list")?);
        if tag.as_ref().is_some_and(|tag| !TAG.allows(tag)) {
            return Err(bad_query("tag", "invalid"));
        }
        Ok(Self { words, tag, list })
    }
}

/// The ids of all contacts that fit, at most so many and one more.
pub(crate) async fn ids(reading: &mut Connection, org: OrgId, asked: &Asked, most: u32) -> Result<Vec<ContactId>> {
    let wanted = Wanted { org, tag: asked.tag.as_deref(), list: asked.list, before: Seq::MAX, limit: most };
    match asked.words.as_deref().map(SearchQuery::parse) {
        None => wanted.newest_ids(reading).await,
        Some(None) => Ok(Vec::new()),
        Some(Some(searched)) => wanted.ids_with_words(reading, &searched).await,
    }
}

/// The contacts of a page, and the position before which the next one begins.
pub(crate) async fn page(
    reading: &mut Connection,
    org: OrgId,
    asked: &Asked,
    before: Seq,
    limit: u32,
) -> Result<Found> {
    let wanted = Wanted { org, tag: asked.tag.as_deref(), list: asked.list, before, limit };
    match asked.words.as_deref().map(SearchQuery::parse) {
        None => wanted.newest(reading).await,
        // Nothing that could be searched for.
        Some(None) => Ok((Vec::new(), None)),
        Some(Some(searched)) => wanted.with_words(reading, &searched).await,
    }
}

struct Wanted<'a> {
    org: OrgId,
    tag: Option<&'a str>,
    list: Option<ListId>,
    /// Only contacts before this position.
    before: Seq,
    limit: u32,
}

/// Contacts, and the position before which the next page begins.
type Found = (Vec<Contact>, Option<Seq>);

impl Wanted<'_> {
    async fn newest(&self, reading: &mut Connection) -> Result<Found> {
        let mut page = Collected::new(self.limit);
        for id in self.newest_ids(&mut *reading).await? {
            if page.is_full() {
                return Ok(with_next(page.items));
            }
            page.push(contacts::find(&mut *reading, self.org, id).await?);
        }
        Ok((page.items, None))
    }

    /// One more than the limit, if there are as many.
    async fn newest_ids(&self, reading: &mut Connection) -> Result<Vec<ContactId>> {
        let mut select = self.select();
        select.push(" AND c.seq < ").push_bind(int(self.before));
        select.push(" ORDER BY c.seq DESC LIMIT ").push_bind(i64::from(self.limit) + 1);
        let rows = select.build().fetch_all(reading).await?;
        Ok(rows.iter().map(|row| row.id("id")).collect::<sqlx::Result<_>>()?)
    }

    /// One more than the limit, if there are as many.
    async fn ids_with_words(&self, reading: &mut Connection, searched: &SearchQuery) -> Result<Vec<ContactId>> {
        let (mut ids, mut before) = (Vec::new(), self.before);
        loop {
            let seqs = search_index::find_contacts(&mut *reading, self.org, searched, before, READ_AT_ONCE).await?;
            for seq in &seqs {
                ids.extend(self.fitting_id(&mut *reading, searched, *seq).await?);
                before = *seq;
            }
            if seqs.len() < READ_AT_ONCE as usize || ids.len() > self.limit as usize {
                return Ok(ids);
            }
        }
    }

    async fn with_words(&self, reading: &mut Connection, searched: &SearchQuery) -> Result<Found> {
        let (mut page, mut before, mut read) = (Collected::new(self.limit), self.before, 0);
        let at_once = self.limit + 1;
        loop {
            let seqs = search_index::find_contacts(&mut *reading, self.org, searched, before, at_once).await?;
            let is_last = seqs.len() < at_once as usize;
            for seq in seqs {
                if let Some(contact) = self.fitting(&mut *reading, searched, seq).await? {
                    if page.is_full() {
                        return Ok(with_next(page.items));
                    }
                    page.push(contact);
                }
                (before, read) = (seq, read + 1);
            }
            if is_last {
                return Ok((page.items, None));
            }
            if read >= MOST_READ {
                return Ok((page.items, Some(before)));
            }
        }
    }

    /// The contact with this `seq`, if they fit.
    async fn fitting(&self, reading: &mut Connection, searched: &SearchQuery, seq: Seq) -> Result<Option<Contact>> {
        match self.fitting_id(&mut *reading, searched, seq).await? {
            Some(id) => contacts::one(reading, self.org, id).await,
            None => Ok(None),
        }
    }

    async fn fitting_id(
        &self,
        reading: &mut Connection,
        searched: &SearchQuery,
        seq: Seq,
    ) -> Result<Option<ContactId>> {
        let mut select = self.select();
        select.push(" AND c.seq = ").push_bind(int(seq));
        let row = select.build().fetch_optional(&mut *reading).await?;
        let Some(id) = row.map(|row| row.id::<ContactId>("id")).transpose()? else { return Ok(None) };
        let Some((_, details)) = contacts::searched(&mut *reading, self.org, id).await? else { return Ok(None) };
        Ok(searched.contact_hits(&details).map(|_| id))
    }

    /// Those who fit the filters. Erased ones are left out, since nothing is left of them to be listed, and merged ones.
    fn select(&self) -> Builder<'_> {
        let mut select = Builder::new("SELECT c.id FROM contact c WHERE c.org_id = ");
        select.push_bind(self.org.to_string());
        select.push(" AND NOT EXISTS (SELECT 1 FROM contact_tombstone t WHERE t.org_id = c.org_id AND t.id = c.id)");
        select.push(concat!(" AND NOT ", is_merged!()));
        if let Some(tag) = self.tag {
            select.push(" AND EXISTS (SELECT 1 FROM contact_tag t WHERE t.org_id = c.org_id AND t.contact_id = c.id AND t.tag = ");
            select.push_bind(tag).push(")");
        }
        if let Some(list) = self.list {
            select.push(" AND EXISTS (SELECT 1 FROM contact_list_member m WHERE m.org_id = c.org_id AND m.contact_id = c.id AND m.list_id = ");
            select.push_bind(list.to_string()).push(")");
        }
        select
    }
}

fn with_next(items: Vec<Contact>) -> Found {
    let next = items.last().map(|contact| contact.seq);
    (items, next)
}
