//! The index of a search: which texts have which words. SQLite's FTS5 and Postgres' full text search, behind one interface.
//!
//! A text is known by the `seq` of its message, note or contact, and listed under its terms
//! ([`crate::search_text`]). It is listed in the transaction that stores it, and taken off the list in the one that deletes
//! it. The index holds terms only: what a hit shows is read from the live row.

mod postgres;
mod sqlite;
#[cfg(test)]
mod tests;

pub(crate) use sqlite::rewrite;

use crate::{
    error::Result,
    search_text::{QueryTerm, SearchQuery, Terms, VERSION},
    sql::{Connection, Row, sql},
};
use std::{cmp::Reverse, collections::HashSet};
use wire::{OrgId, Seq};

pub(crate) const CONTACTS: SearchIndex = SearchIndex { table: "contact_search" };
pub(crate) const MESSAGES: SearchIndex = SearchIndex { table: "message_search" };

/// The version of the terms that the indexes hold, in `meta`.
const VERSION_KEY: &str = "search-index";

/// The index of one kind of text. The tables of both engines have the same names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SearchIndex {
    table: &'static str,
}

impl SearchIndex {
    pub(crate) const fn of(table: &'static str) -> Self {
        Self { table }
    }

    /// Lists a text that is not listed.
    pub(crate) async fn add(self, connection: &mut Connection, org: OrgId, seq: Seq, terms: &Terms) -> Result<()> {
        if terms.is_empty() {
            return Ok(());
        }
        match connection {
            Connection::Sqlite(_) => sqlite::add(connection, self.table, org, seq, terms).await,
            Connection::Postgres { .. } => postgres::add(connection, self.table, org, seq, terms).await,
        }
    }

    /// Takes a text off the list. `terms`: those it is listed under.
    pub(crate) async fn remove(self, connection: &mut Connection, org: OrgId, seq: Seq, terms: &Terms) -> Result<()> {
        if terms.is_empty() {
            return Ok(());
        }
        match connection {
            Connection::Sqlite(_) => sqlite::remove(connection, self.table, org, seq, terms).await,
            Connection::Postgres { .. } => postgres::remove(connection, self.table, org, seq).await,
        }
    }

    /// The texts that have all these terms, newest first: their `seq`s.
    pub(crate) async fn find(self, reading: &mut Connection, wanted: &Wanted<'_>) -> Result<Vec<Seq>> {
        let rows = match reading {
            Connection::Sqlite(_) => sqlite::find(reading, self.table, wanted).await?,
            Connection::Postgres { .. } => postgres::find(reading, self.table, wanted).await?,
        };
        Ok(rows.iter().map(|row: &Row| row.seq("seq")).collect::<sqlx::Result<_>>()?)
    }

    /// The texts after one place, up to another, that are listed; on SQLite none is said to be.
    pub(crate) async fn listed(self, reading: &mut Connection, org: OrgId, window: (Seq, Seq)) -> Result<HashSet<Seq>> {
        match reading {
            Connection::Sqlite(_) => Ok(HashSet::new()),
            Connection::Postgres { .. } => postgres::listed(reading, self.table, org, window).await,
        }
    }

    pub(crate) async fn clear(self, connection: &mut Connection) -> Result<()> {
        match connection {
            Connection::Sqlite(_) => sqlite::clear(connection, self.table).await,
            Connection::Postgres { .. } => postgres::clear(connection, self.table).await,
        }
    }
}

/// Lists a contact under these terms, and under no other.
pub(crate) async fn list_contact(connection: &mut Connection, org: OrgId, seq: Seq, terms: &Terms) -> Result<()> {
    unlist_contact(&mut *connection, org, seq).await?;
    CONTACTS.add(connection, org, seq, terms).await
}

/// The contacts with all words of a search, or with a part of the phone number that it looks like, newest first.
pub(crate) async fn find_contacts(
    reading: &mut Connection,
    org: OrgId,
    query: &SearchQuery,
    before: Seq,
    limit: u32,
) -> Result<Vec<Seq>> {
    let terms = query.terms();
    let mut seqs = CONTACTS.find(&mut *reading, &Wanted { org, terms: &terms, before, limit }).await?;
    if let Some(number) = query.number_term() {
        seqs.extend(CONTACTS.find(reading, &Wanted { org, terms: &[number], before, limit }).await?);
        seqs.sort_unstable_by_key(|seq| Reverse(*seq));
        seqs.dedup();
        seqs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Ok(seqs)
}

/// Takes a contact off the list.
pub(crate) async fn unlist_contact(connection: &mut Connection, org: OrgId, seq: Seq) -> Result<()> {
    match connection {
        Connection::Sqlite(_) => sqlite::remove_contact(connection, CONTACTS.table, org, seq).await,
        Connection::Postgres { .. } => postgres::remove(connection, CONTACTS.table, org, seq).await,
    }
}

/// Whether the indexes hold the terms of this version, or of a later one, beside whose nodes this one goes on.
pub(crate) async fn is_current(reading: &mut Connection) -> Result<bool> {
    let row = sql("SELECT value FROM meta WHERE key = $1").bind(VERSION_KEY).fetch_optional(reading).await?;
    let known: Option<u32> = row.map(|row| row.text("value")).transpose()?.and_then(|value| value.parse().ok());
    Ok(known.is_some_and(|known| known >= VERSION))
}

/// Says that the indexes hold the terms of this version.
pub(crate) async fn set_current(connection: &mut Connection) -> Result<()> {
    sql("INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(VERSION_KEY)
        .bind(VERSION.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// What an index is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) org: OrgId,
    pub(crate) terms: &'a [QueryTerm],
    /// Only texts before this position.
    pub(crate) before: Seq,
    pub(crate) limit: u32,
}

/// Before each term: what is listed for one organization is not read for another. Ids begin with the time at which they
/// were made, and end at random.
fn mark(org: OrgId) -> String {
    let id = org.0.as_simple().to_string();
    id[id.len() - 8..].to_owned()
}
