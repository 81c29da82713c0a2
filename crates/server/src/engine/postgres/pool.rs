//! Pools of connections to a Postgres server, which may stop, be replaced, or vanish without a word.

use super::BUSY_TIMEOUT;
use crate::sql::Server;
use sqlx::{
    Connection as _, PgConnection, PgPool, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::timeout;

pub(super) async fn pool(size: u32, options: PgConnectOptions, server: &Server) -> sqlx::Result<PgPool> {
    let (opened_to, kept_to, kept_by) = (server.clone(), server.clone(), server.clone());
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(BUSY_TIMEOUT)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let server = opened_to.clone();
            Box::pin(async move { server.meet(connection).await })
        })
        .before_acquire(move |_, kept| {
            let may_use = kept_to.may_use(kept.age);
            Box::pin(async move { Ok(may_use) })
        })
        .after_release(move |connection, kept| {
            let may_use = kept_by.may_use(kept.age);
            Box::pin(give_back(connection, may_use))
        })
        .connect_with(options)
        .await
}

/// Whether a connection can be used again. A request that was given up leaves one that waits for an answer, and the pool
/// itself would wait for it without end.
async fn give_back(connection: &mut PgConnection, may_use: bool) -> sqlx::Result<bool> {
    timeout(BUSY_TIMEOUT, connection.ping()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    Ok(may_use)
}

/// Begins a transaction. A connection that was ended while it was idle is noticed here, where nothing has begun: the next one
/// is tried.
pub(super) async fn begin(pool: &PgPool, text: &'static str) -> sqlx::Result<Transaction<'static, sqlx::Postgres>> {
    for _ in 0..pool.size() {
        match pool.begin_with(text).await {
            Err(error) if is_lost(&error) => {}
            begun => return begun,
        }
    }
    pool.begin_with(text).await
}

/// Whether the connection is lost: broken, or ended by the server, which stops, has crashed or was told to.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P0")),
        _ => false,
    }
}
