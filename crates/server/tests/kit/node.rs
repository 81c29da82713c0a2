//! Another server over the same database: another node on Postgres, another process on SQLite.

use super::{World, patient};
use axum::Router;
use sidenote_server::{Config, State, StaticFiles, db::Db, other_processes};
use std::time::Duration;
use tokio::task::JoinHandle;

pub(crate) struct Node {
    pub(crate) state: State,
    pub(crate) app: Router,
    following: JoinHandle<()>,
    world_following: JoinHandle<()>,
}

impl Node {
    /// It and the world's own server follow each other's changes.
    pub(crate) async fn beside(world: &World) -> Self {
        let db = world.place.open().await;
        let config = Config { undo_window: Duration::from_secs(3600), ..Config::default() };
        let state = State::new(db.clone(), config, StaticFiles::default());
        let following = tokio::spawn(other_processes::follow(db));
        let world_following = tokio::spawn(other_processes::follow(world.db().clone()));
        Self { app: sidenote_server::app(state.clone()), state, following, world_following }
    }

    pub(crate) fn db(&self) -> &Db {
        self.state.db()
    }

    /// Ends as a server that is told to stop.
    pub(crate) async fn stop(mut self) {
        self.state.close_streams();
        self.following.abort();
        let _aborted = patient(&mut self.following).await;
        patient(self.db().close()).await;
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.following.abort();
        self.world_following.abort();
    }
}
