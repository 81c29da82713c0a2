//! What is to be shown of Postgres itself. The other tests of the server run on it too: `cargo xtask test postgres`.

use crate::kit::{self, database};
use sidenote_server::{db::Db, sql::sql};
use std::collections::BTreeSet;

/// The tables with their columns, and whether a column must have a value.
async fn columns(db: &Db, select: &'static str) -> BTreeSet<(String, String, bool)> {
    let rows = sql(select).fetch_all(&mut db.read().await.unwrap()).await.unwrap();
    let column = |row: &sidenote_server::sql::Row| {
        (row.text("t").unwrap(), row.text("c").unwrap(), row.get("is_required").unwrap())
    };
    rows.iter().map(column).filter(|(table, ..)| table != "_sqlx_migrations").collect()
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let directory = kit::directory();
    let file = Db::open(&directory.path().join("sidenote.db")).await.unwrap();
    let server = Db::connect(&database::fresh_on(&database::server()).await).await.unwrap();
    let of_file = columns(
        &file,
        "SELECT m.name AS t, c.name AS c, c.\"notnull\" AS is_required FROM sqlite_schema m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'",
    )
    .await;
    let of_server = columns(
        &server,
        "SELECT table_name::text AS t, column_name::text AS c, is_nullable = 'NO' AS is_required \
         FROM information_schema.columns WHERE table_schema = current_schema()",
    )
    .await;
    assert!(of_file.len() > 100, "{of_file:?}");
    assert_eq!(of_file, of_server);
}
