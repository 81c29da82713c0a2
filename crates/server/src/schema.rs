//! The schema: its migrations for each engine, and the refusal of a database that a later version has migrated.

use crate::error::{Error, Result};
use sqlx::{PgPool, SqliteConnection, SqlitePool, migrate::Migrator};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");

/// Runs the migrations that a database file lacks.
///
/// # Errors
/// When a later version has migrated the database, or a migration fails.
pub(crate) async fn bring_up_to_date(pool: &SqlitePool) -> Result<()> {
    check(&mut *pool.acquire().await?, "This database").await?;
    Ok(SQLITE.run(pool).await?)
}

/// As [`bring_up_to_date`], on Postgres. Of several nodes that start at once, one runs the migrations and the others wait
/// for it: sqlx takes an advisory lock.
///
/// # Errors
/// As [`bring_up_to_date`].
pub(crate) async fn bring_postgres_up_to_date(pool: &PgPool) -> Result<()> {
    let schema = if sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await? {
        sqlx::query_scalar(LAST).fetch_one(pool).await?
    } else {
        0
    };
    must_be_known(&POSTGRES, schema, "This database")?;
    Ok(POSTGRES.run(pool).await?)
}

const LAST: &str = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";

/// Checks that this version knows the schema of a file. `what`: the subject of the sentence that says it doesn't.
///
/// # Errors
/// When a later version has migrated the database, or it can't be read.
pub(crate) async fn check(connection: &mut SqliteConnection, what: &str) -> Result<()> {
    let has_migrations = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
    let schema = if sqlx::query_scalar(has_migrations).fetch_one(&mut *connection).await? {
        sqlx::query_scalar(LAST).fetch_one(connection).await?
    } else {
        0
    };
    must_be_known(&SQLITE, schema, what)
}

/// `schema`: the number of the last migration of a database; 0 for an empty one.
fn must_be_known(migrations: &Migrator, schema: i64, what: &str) -> Result<()> {
    let known = migrations.iter().map(|migration| migration.version).max().unwrap_or(0);
    if schema <= known {
        return Ok(());
    }
    Err(Error::Setup(format!(
        "{what} belongs to a later version of Sidenote: its schema is {schema}, and this version knows {known}. Use the \
        version it belongs to or a newer one. Nothing was changed."
    )))
}
