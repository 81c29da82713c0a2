//! A visitor's token: an organization, a random number, and the server's signature of both. The check needs the key and
//! nothing else, so that nothing of a visit is stored before the first message.

use crate::{
    db::Db,
    error::Result,
    secret::{self, random_token},
};
use sqlx::SqliteConnection;
use uuid::Uuid;
use wire::OrgId;

const ORG_DIGITS: usize = 32;
const RANDOM_DIGITS: usize = 32;
const KEY_DIGITS: usize = 64;

/// The key that signs the tokens of this database.
pub(super) struct Key(String);

const SELECT_KEY: &str = "SELECT value FROM meta WHERE key = 'visitor-key'";

/// The key, if an earlier visit made it.
pub(super) async fn key(reading: &mut SqliteConnection) -> Result<Option<Key>> {
    let key = sqlx::query_scalar(SELECT_KEY).fetch_optional(reading).await?;
    Ok(key.map(Key))
}

/// Makes the key at the first visit. If two visits come at once, both get the key that was stored first.
pub(super) async fn make_key(db: &Db, org: OrgId) -> Result<Key> {
    let mut change = db.change(org).await?;
    sqlx::query("INSERT INTO meta (key, value) VALUES ('visitor-key', ?) ON CONFLICT (key) DO NOTHING")
        .bind(random_token(KEY_DIGITS))
        .execute(change.tx())
        .await?;
    let key = sqlx::query_scalar(SELECT_KEY).fetch_one(change.tx()).await?;
    change.commit().await?;
    Ok(Key(key))
}

/// A new token for a visitor of this organization.
pub(super) fn fresh(key: &Key, org: OrgId) -> String {
    let claim = format!("{}{}", org.0.as_simple(), random_token(RANDOM_DIGITS));
    format!("{claim}{}", signature(key, "visit", &claim))
}

/// The organization that a token was made for, if the signature is valid.
pub(super) fn org_of(key: &Key, token: &str) -> Option<OrgId> {
    let (claim, given) = token.split_at_checked(ORG_DIGITS + RANDOM_DIGITS)?;
    if !secret::constant_time_eq(given, &signature(key, "visit", claim)) {
        return None;
    }
    Uuid::try_parse(&claim[..ORG_DIGITS]).ok().map(OrgId)
}

/// Signs a text for one purpose.
pub(super) fn signature(key: &Key, purpose: &str, text: &str) -> String {
    secret::signature(&key.0, purpose, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unchanged_token_names_its_organization() {
        let (key, org) = (Key("k".repeat(64)), OrgId::fresh());
        let token = fresh(&key, org);
        assert_eq!(org_of(&key, &token), Some(org));
        assert_eq!(org_of(&Key("l".repeat(64)), &token), None);
        let other = format!("{}{}", OrgId::fresh().0.as_simple(), &token[32..]);
        for forged in ["", "x", &token[..127], &other, &token.replace(|c: char| c.is_ascii_digit(), "é")] {
            assert_eq!(org_of(&key, forged), None);
        }
    }

    #[test]
    fn a_token_that_an_earlier_version_made_is_still_known() {
        let token = "0198c5d5a0007000800000000000000a0123456789abcdef0123456789abcdef\
            8e3ed78f74469e78617ffd9080c6fcb3432fa4739c66b1376449bbfb1ba3b7ac";
        let org = OrgId(uuid::uuid!("0198c5d5-a000-7000-8000-00000000000a"));
        assert_eq!(org_of(&Key("k".repeat(64)), token), Some(org));
    }
}
