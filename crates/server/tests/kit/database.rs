//! The database of a test: a file, or a schema of the Postgres server that `SIDENOTE_POSTGRES` names.

use memchr::memmem;
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

    /// What `--db` takes.
    pub(crate) fn of(address: &str) -> Self {
        if address.starts_with("postgres:") { Self::Server(address.to_owned()) } else { Self::File(address.into()) }
    }

    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// As `--db` takes it.
    pub(crate) fn address(&self) -> String {
        match self {
            Self::File(file) => file.display().to_string(),
            Self::Server(address) => address.clone(),
        }
    }

    /// How often this is in the database's files: those of SQLite, or everything of the server of Postgres, its log too.
    pub(crate) async fn bytes_left(&self, marker: &str) -> usize {
        match self {
            Self::File(file) => bytes_left(file, marker),
            Self::Server(_) => {
                let mut connection = self.connection().await;
                // What is in memory is written, as it would be in time.
                sqlx::query("CHECKPOINT").execute(&mut connection).await.unwrap();
                let folder: String =
                    sqlx::query_scalar("SHOW data_directory").fetch_one(&mut connection).await.unwrap();
                bytes_in(Path::new(&folder), marker)
            }
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

/// How often this is in a database file and its side files.
pub(crate) fn bytes_left(file: &Path, marker: &str) -> usize {
    ["", "-wal", "-shm"].iter().map(|end| bytes_in(Path::new(&format!("{}{end}", file.display())), marker)).sum()
}

/// How often this is in a file, or in the files of a folder. Files come and go while they are looked through.
pub(crate) fn bytes_in(path: &Path, marker: &str) -> usize {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| bytes_in(&entry.path(), marker)).sum(),
        Err(_) => std::fs::read(path).map_or(0, |bytes| memmem::find_iter(&bytes, marker).count()),
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
