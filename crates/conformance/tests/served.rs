//! The server with the demo's data, listening, with a fault in front of it if one is seeded.

use axum::Router;
use sidenote_server::{Config, State, StaticFiles, db::Db, demo, serve};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::{path::Path, time::Duration};
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};

pub(crate) struct Served {
    pub(crate) base: String,
    /// Dropped before the directory: the tasks in it have the database open.
    _runtime: Runtime,
    _directory: TempDir,
}

impl Served {
    pub(crate) fn faithful() -> Self {
        Self::with(|app| app)
    }

    pub(crate) fn with(seed: fn(Router) -> Router) -> Self {
        let runtime = Runtime::new().unwrap();
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("sidenote.db");
        let base = runtime.block_on(async {
            let db = database(&file).await;
            demo::make(&db).await.unwrap();
            // The undo window does not end while a slow machine runs the checks.
            let config = Config { undo_window: Duration::from_secs(3600), ..Config::default() };
            let state = State::new(db, config, StaticFiles::default());
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            // The server is a fallback service behind the fault, so that it routes the request as the fault has changed
            // it.
            let app = seed(Router::new().fallback_service(sidenote_server::app(state.clone())));
            tokio::spawn(serve::serve(listener, app, state));
            base
        });
        Self { base, _runtime: runtime, _directory: directory }
    }
}

/// A file, or an empty schema of the Postgres server that `SIDENOTE_POSTGRES` names.
async fn database(file: &Path) -> Db {
    let Ok(server) = std::env::var("SIDENOTE_POSTGRES") else { return Db::open(file).await.unwrap() };
    let schema = format!("c{}", uuid::Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
    Db::connect(&format!("{server}?options=-c%20search_path%3D{schema}")).await.unwrap()
}
