//! Our server with the demonstration's data, listening, and a fault in front of it if one is seeded.

use axum::Router;
use sidenote_server::{Config, State, StaticFiles, db::Db, demo, serve};
use std::time::Duration;
use tempfile::TempDir;
use tokio::{net::TcpListener, runtime::Runtime};

pub(crate) struct Served {
    pub(crate) base: String,
    /// Before the directory: what it runs has the database open.
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
            let db = Db::open(&file).await.unwrap();
            demo::make(&db).await.unwrap();
            // Nobody's undo runs out while a slow machine gets through the checks.
            let config = Config { undo_window: Duration::from_secs(3600), ..Config::default() };
            let state = State::new(db, config, StaticFiles::default());
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            // As a whole behind the fault: routed after it, by what it made of the request.
            let app = seed(Router::new().fallback_service(sidenote_server::app(state.clone())));
            tokio::spawn(serve::serve(listener, app, state));
            base
        });
        Self { base, _runtime: runtime, _directory: directory }
    }
}
