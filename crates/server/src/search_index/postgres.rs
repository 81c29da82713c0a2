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

/// So many of the newest texts are looked at one by one first: a word that most texts have is soon found often enough, and
/// its list would be read whole.
const LOOKED_AT: [i64; 2] = [500, 5_000];

pub(super) async fn find(reading: &mut Connection, table: &str, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    for window in LOOKED_AT {
        let newest =
            format!("SELECT seq, terms FROM {table} WHERE org_id = $1 AND seq < $3 ORDER BY seq DESC LIMIT {window}");
        let rows = ask(reading, &format!("WITH looked_at AS MATERIALIZED ({newest})"), "looked_at", wanted).await?;
        if rows.len() >= wanted.limit as usize {
            return Ok(rows);
        }
        // Rarer than that, and the index has a short list.
        if rows.len() * 10 < wanted.limit as usize {
            break;
        }
    }
    // Materialized, so that the index finds them, and not their order.
    let all = format!(
        "WITH listed AS MATERIALIZED (SELECT seq, terms FROM {table} WHERE org_id = $1 AND seq < $3 \
         AND terms @@ CAST(CAST($2 AS text) AS tsquery))"
    );
    ask(reading, &all, "listed", wanted).await
}

async fn ask(reading: &mut Connection, with: &str, from: &str, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let select = format!(
        "{with} SELECT seq FROM {from} WHERE terms @@ CAST(CAST($2 AS text) AS tsquery) ORDER BY seq DESC LIMIT $4"
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
