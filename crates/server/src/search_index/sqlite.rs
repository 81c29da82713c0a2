//! The index in SQLite's FTS5. `docs/decisions/search-index.md` says what its tables keep, and how deleted text leaves them.

use super::{Wanted, mark};
use crate::{
    error::Result,
    search_text::{QueryTerm, Terms},
    sql::{Connection, Row, int, sql},
};
use sqlx::AssertSqlSafe;
use wire::{OrgId, Seq};

/// A row's number in an index: the organization's number in the upper bits, the text's `seq` in the lower ones.
const ROW: &str = "(SELECT number FROM search_org WHERE org_id = $1) * 1099511627776";
const LARGEST_SEQ: i64 = 1_099_511_627_775;

pub(super) async fn add(connection: &mut Connection, table: &str, org: OrgId, seq: Seq, terms: &Terms) -> Result<()> {
    sql("INSERT INTO search_org (org_id) VALUES ($1) ON CONFLICT DO NOTHING")
        .bind(org.to_string())
        .execute(&mut *connection)
        .await?;
    let insert = format!("INSERT INTO {table} (rowid, terms) VALUES ({ROW} + $2, $3)");
    write(connection, insert, org, seq, terms).await
}

/// FTS5 is told what it was told before: it keeps no text.
pub(super) async fn remove(
    connection: &mut Connection,
    table: &str,
    org: OrgId,
    seq: Seq,
    terms: &Terms,
) -> Result<()> {
    let delete = format!("INSERT INTO {table} ({table}, rowid, terms) VALUES ('delete', {ROW} + $2, $3)");
    write(connection, delete, org, seq, terms).await
}

/// The table of contacts keeps their terms.
pub(super) async fn remove_contact(connection: &mut Connection, table: &str, org: OrgId, seq: Seq) -> Result<()> {
    let delete = format!("DELETE FROM {table} WHERE rowid = {ROW} + $2");
    sql(AssertSqlSafe(delete)).bind(org.to_string()).bind(int(seq)).execute(connection).await?;
    Ok(())
}

async fn write(connection: &mut Connection, text: String, org: OrgId, seq: Seq, terms: &Terms) -> Result<()> {
    sql(AssertSqlSafe(text))
        .bind(org.to_string())
        .bind(int(seq))
        .bind(terms.written(&mark(org)))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn find(reading: &mut Connection, table: &str, wanted: &Wanted<'_>) -> Result<Vec<Row>> {
    let select = format!(
        "SELECT rowid & {LARGEST_SEQ} AS seq FROM {table} WHERE {table} MATCH $2 AND rowid > {ROW} \
         AND rowid < {ROW} + $3 ORDER BY rowid DESC LIMIT $4"
    );
    let rows = sql(AssertSqlSafe(select))
        .bind(wanted.org.to_string())
        .bind(query(wanted))
        .bind(int(wanted.before).min(LARGEST_SEQ))
        .bind(wanted.limit)
        .fetch_all(reading)
        .await?;
    Ok(rows)
}

/// `"mone" * AND "mtwo"`
fn query(wanted: &Wanted<'_>) -> String {
    let mark = mark(wanted.org);
    let term = |QueryTerm { text, is_beginning }: &QueryTerm| {
        format!("\"{mark}{text}\"{}", if *is_beginning { " *" } else { "" })
    };
    wanted.terms.iter().map(term).collect::<Vec<_>>().join(" AND ")
}

/// The tables of an index that hold terms.
const WITH_TERMS: [(&str, &str); 2] = [("data", "id, block"), ("idx", "segid, term, pgno")];

/// Writes the pages of an index again, from the rows that are there: the free space of a page may hold copies of terms that
/// were deleted.
pub(crate) async fn rewrite(connection: &mut Connection, index: super::SearchIndex) -> Result<()> {
    let table = index.table;
    for (part, columns) in WITH_TERMS {
        for statement in [
            format!("CREATE TEMP TABLE rewritten AS SELECT {columns} FROM {table}_{part}"),
            // Without a condition: SQLite frees every page of the table, and overwrites it.
            format!("DELETE FROM {table}_{part}"),
            format!("INSERT INTO {table}_{part} ({columns}) SELECT {columns} FROM temp.rewritten ORDER BY 1, 2"),
            "DROP TABLE temp.rewritten".to_owned(),
        ] {
            sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Empties an index.
pub(super) async fn clear(connection: &mut Connection, table: &str) -> Result<()> {
    let delete = if table == super::CONTACTS.table {
        format!("DELETE FROM {table}")
    } else {
        format!("INSERT INTO {table} ({table}) VALUES ('delete-all')")
    };
    sql(AssertSqlSafe(delete)).execute(connection).await?;
    Ok(())
}
