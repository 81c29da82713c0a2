//! The database of a test: a file, or a schema of the Postgres server that `SIDENOTE_POSTGRES` names.

use sidenote_server::db::Db;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Where a test's database is.
pub(crate) enum Place {
    File(PathBuf),
    Server(String),
}

impl Place {
    /// An empty place on the engine that the tests run on. `file`: where it is, if that is SQLite.
    pub(crate) async fn fresh(file: &Path) -> Self {
        match std::env::var(SERVER) {
            Ok(server) => Self::Server(fresh_on(&server).await),
            Err(_) => Self::File(file.to_owned()),
        }
    }

    /// A connection of the test's own to a database of Postgres.
    pub(crate) async fn connection(&self) -> PgConnection {
        match self {
            Self::File(_) => panic!("this test is about Postgres"),
            Self::Server(address) => PgConnection::connect(address).await.unwrap(),
        }
    }

    /// Opens the database, once more if it is open already: as another process does.
    pub(crate) async fn open(&self) -> Db {
        match self {
            Self::File(file) => Db::open(file).await.unwrap(),
            Self::Server(address) => Db::connect(address).await.unwrap(),
        }
    }
}

const SERVER: &str = "SIDENOTE_POSTGRES";

/// The address of the Postgres server that the tests run on.
pub(crate) fn server() -> String {
    std::env::var(SERVER).expect("`cargo xtask test postgres` starts a server and names it")
}

/// The address of a new, empty schema of this server: it is made faster than a database. The server is of the tests' own:
/// nobody removes it.
pub(crate) async fn fresh_on(server: &str) -> String {
    let mut connection = PgConnection::connect(server).await.unwrap();
    let name = format!("t{}", Uuid::now_v7().simple());
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    format!("{server}?options=-c%20search_path%3D{name}&application_name={name}")
}
