//! The index in Postgres' full text search: its `tsvector` holds our terms, and its parsers and dictionaries are not used.

use super::{Wanted, mark};
use crate::{
    error::Result,
    search_text::{QueryTerm, Terms},
    sql::{Connection, Row, int, sql},
};
use sqlx::AssertSqlSafe;
use std::collections::HashSet;
use wire::{OrgId, Seq};

/// A text that is listed already stays as it is.
pub(super) async fn add(connection: &mut Connection, table: &str, org: OrgId, seq: Seq, terms: &Terms) -> Result<()> {
    let insert = format!(
        "INSERT INTO {table} (org_id, seq, terms) VALUES ($1, $2, CAST(CAST($3 AS text) AS tsvector)) \
         ON CONFLICT (org_id, seq) DO NOTHING"
    );
    sql(AssertSqlSafe(insert))
        .bind(org.to_string())
        .bind(int(seq))
        .bind(terms.written(&mark(org)))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn remove(connection: &mut Connection, table: &str, org: OrgId, seq: Seq) -> Result<()> {
    let delete = format!("DELETE FROM {table} WHERE org_id = $1 AND seq = $2");
    sql(AssertSqlSafe(delete)).bind(org.to_string()).bind(int(seq)).execute(connection).await?;
    Ok(())
}

pub(super) async fn listed(
    reading: &mut Connection,
    table: &str,
    org: OrgId,
    (after, until): (Seq, Seq),
) -> Result<HashSet<Seq>> {
    let select = format!("SELECT seq FROM {table} WHERE org_id = $1 AND seq > $2 AND seq <= $3");
    let rows =
        sql(AssertSqlSafe(select)).bind(org.to_string()).bind(int(after)).bind(int(until)).fetch_all(reading).await?;
    Ok(rows.iter().map(|row| row.seq("seq")).collect::<sqlx::Result<_>>()?)
}

pub(super) async fn clear(connection: &mut Connection, table: &str) -> Result<()> {
    sql(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(connection).await?;
    Ok(())
}

pub(super) async fn find(reading: &mut Connection, table: &str, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let select = format!(
        "SELECT seq FROM {table} WHERE org_id = $1 AND terms @@ CAST(CAST($2 AS text) AS tsquery) AND seq < $3 \
         ORDER BY seq DESC LIMIT $4"
    );
    let rows = sql(AssertSqlSafe(select))
        .bind(wanted.org.to_string())
        .bind(query(wanted))
        .bind(int(wanted.before))
        .bind(wanted.limit)
        .fetch_all(reading)
        .await?;
    Ok(rows)
}

/// `'mone':* & 'mtwo'`
fn query(wanted: &Wanted<'_>) -> String {
    let mark = mark(wanted.org);
    let term = |QueryTerm { text, is_beginning }: &QueryTerm| {
        format!("'{mark}{text}'{}", if *is_beginning { ":*" } else { "" })
    };
    wanted.terms.iter().map(term).collect::<Vec<_>>().join(" & ")
}
