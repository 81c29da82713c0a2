//! Pages and their cursors. A cursor names the item after which the list continues. It is signed together with the
//! list, so that it is accepted only for the same organization and the same query.

use crate::{
    db::Db,
    error::{Error, Result},
    secret,
    sql::Row,
};
use futures::{Stream, TryStreamExt as _};
use serde::Serialize;
use std::str::FromStr;
use wire::{OrgId, ProblemCode};

/// Hexadecimal digits of the signature at a cursor's end.
const SIGNATURE: usize = 32;

/// The name of a list: everything that decides what is in it.
pub(crate) struct List<'a> {
    db: &'a Db,
    name: String,
}

impl<'a> List<'a> {
    /// `query`: the route and all parameters but `cursor` and `limit`; also the agent's id, if the answer depends on
    /// it.
    pub(crate) fn new(db: &'a Db, org: OrgId, query: &str) -> Self {
        Self { db, name: format!("{org} {query}") }
    }

    /// The cursor for the page after `place`.
    pub(crate) fn cursor(&self, place: &str) -> String {
        format!("{}{}", secret::hex(place.as_bytes()), self.signature(place))
    }

    /// The place that a cursor holds.
    ///
    /// # Errors
    /// `bad-cursor` when the cursor wasn't made for this list.
    pub(crate) fn place<T: FromStr>(&self, cursor: &str) -> Result<T> {
        let place = self.read(cursor).and_then(|place| place.parse().ok());
        place.ok_or_else(|| Error::from(ProblemCode::BadCursor))
    }

    fn read(&self, cursor: &str) -> Option<String> {
        let (place, signature) = cursor.split_at_checked(cursor.len().checked_sub(SIGNATURE)?)?;
        let digits: Vec<_> = place.bytes().map(|digit| char::from(digit).to_digit(16)).collect::<Option<_>>()?;
        let bytes = digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair.get(1)?).ok());
        let place = String::from_utf8(bytes.collect::<Option<_>>()?).ok()?;
        secret::constant_time_eq(signature, &self.signature(&place)).then_some(place)
    }

    fn signature(&self, place: &str) -> String {
        // A list's name has no NUL, so the border between name and place is unambiguous.
        let mut text = secret::signature(&self.db.keys().cursor, "cursor", &format!("{}\0{place}", self.name));
        text.truncate(SIGNATURE);
        text
    }
}

/// How many bytes a value takes as JSON.
pub(crate) fn json_bytes(value: &impl Serialize) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    serde_json::to_writer(&mut count, value).expect("the contract's types can be written as JSON");
    count.0
}

/// About how many bytes of JSON a page has at most. A single item may be longer.
const MOST_BYTES: usize = 256 * 1024;

/// Reads the items of a page: at most `limit`, and fewer where they are long. `true`: there are more.
pub(crate) async fn collect<T: Serialize>(
    rows: impl Stream<Item = sqlx::Result<Row>> + Unpin,
    limit: u32,
    item: impl Fn(&Row) -> sqlx::Result<T>,
) -> Result<(Vec<T>, bool)> {
    collect_with(rows.map_ok(|row| (row, 0)), limit, item).await
}

/// As [`collect`], for rows with the number of bytes that their items are going to have in addition.
pub(crate) async fn collect_with<T: Serialize>(
    mut rows: impl Stream<Item = sqlx::Result<(Row, usize)>> + Unpin,
    limit: u32,
    item: impl Fn(&Row) -> sqlx::Result<T>,
) -> Result<(Vec<T>, bool)> {
    let mut page = Collected::new(limit);
    while let Some((row, more_bytes)) = rows.try_next().await? {
        if page.is_full() {
            return Ok((page.items, true));
        }
        page.push(item(&row)?);
        page.bytes += more_bytes;
    }
    Ok((page.items, false))
}

/// The items of a page that is being read.
pub(crate) struct Collected<T> {
    pub(crate) items: Vec<T>,
    bytes: usize,
    limit: u32,
}

impl<T: Serialize> Collected<T> {
    pub(crate) fn new(limit: u32) -> Self {
        Self { items: Vec::new(), bytes: 0, limit }
    }

    pub(crate) fn push(&mut self, item: T) {
        self.bytes += json_bytes(&item);
        self.items.push(item);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.items.len() >= self.limit as usize || self.bytes >= MOST_BYTES
    }
}

/// Removes the extra item that was asked for beyond the page, and returns the item after which the next page begins.
pub(crate) fn cut<T>(items: &mut Vec<T>, limit: u32) -> Option<&T> {
    let limit = limit as usize;
    if items.len() <= limit {
        return None;
    }
    items.truncate(limit);
    items.last()
}
