//! The demo: two organizations of invented companies, to try things with. It is written once, into an empty database,
//! in one transaction; nothing depends on it.
//!
//! - `data` is the form of `demo/*.json`: people, threads and notes, with times as hours before now.
//! - `timeline` puts everything into the order in which it happened.
//! - `write` stores it, each step at its own time; `marks` stores what each agent has read of it.

mod data;
mod marks;
mod timeline;
mod write;

use crate::{db::Db, error::Result, orgs, password};
use chrono::{SubsecRound as _, Utc};
use wire::OrgId;

/// The result of [`make`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Made,
    /// There are organizations already, so nothing was written.
    NotEmpty,
}

/// Fills an empty database with the organizations `acme` and `globex`; every agent's password is `demo`.
///
/// # Errors
/// When the database fails; then nothing is written.
pub async fn make(db: &Db) -> Result<Outcome> {
    // Checked twice: hashing takes a second, for which a database with organizations in it should not have to wait.
    if !orgs::are_none(&mut db.read().await?).await? {
        return Ok(Outcome::NotEmpty);
    }
    let hash = password::hash_off_thread("demo".to_owned()).await?;
    let now = Utc::now().trunc_subsecs(3);
    let mut change = db.change(OrgId::fresh()).await?;
    if !orgs::are_none(change.tx()).await? {
        return Ok(Outcome::NotEmpty);
    }
    for organization in &data::organizations() {
        write::organization(&mut change, organization, &hash, now).await?;
    }
    change.commit().await?;
    Ok(Outcome::Made)
}
