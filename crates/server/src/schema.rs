//! The schema: its migrations, and the refusal of a database that a later version has migrated.

use crate::error::{Error, Result};
use sqlx::{SqliteConnection, SqlitePool, migrate::Migrator};

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Runs the migrations that a database lacks.
///
/// # Errors
/// When a later version has migrated the database, or a migration fails.
pub(crate) async fn bring_up_to_date(pool: &SqlitePool) -> Result<()> {
    check(&mut *pool.acquire().await?, "This database").await?;
    Ok(MIGRATIONS.run(pool).await?)
}

/// Checks that this version knows the schema. `what`: the subject of the sentence that says it doesn't.
///
/// # Errors
/// When a later version has migrated the database, or it can't be read.
pub(crate) async fn check(connection: &mut SqliteConnection, what: &str) -> Result<()> {
    let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let schema = version(connection).await?;
    if schema <= known {
        return Ok(());
    }
    Err(Error::Setup(format!(
        "{what} belongs to a later version of Sidenote: its schema is {schema}, and this version knows {known}. Use the \
        version it belongs to or a newer one. Nothing was changed."
    )))
}

/// The number of the last migration of a database; 0 for an empty one.
async fn version(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    let has_migrations: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
            .fetch_one(&mut *connection)
            .await?;
    if !has_migrations {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations").fetch_one(connection).await
}
