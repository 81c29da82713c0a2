//! A visitor's token: an organization, a random number, and our seal over both (HMAC-SHA-256, RFC 2104). Checking it
//! needs the key and nothing else, so that a visit leaves no trace before the first message.

use crate::{
    db::Db,
    error::Result,
    secret::{hex, word},
};
use sha2::{Digest as _, Sha256};
use sqlx::SqliteConnection;
use uuid::Uuid;
use wire::OrgId;

const ORG_DIGITS: usize = 32;
const RANDOM_DIGITS: usize = 32;
/// SHA-256 works in blocks of so many bytes.
const BLOCK: usize = 64;

/// What this database's tokens are sealed with.
pub(super) struct Key(String);

/// The key, if a visit ever made it.
pub(super) async fn key(reading: &mut SqliteConnection) -> Result<Option<Key>> {
    let key = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'visitor-key'").fetch_optional(reading).await?;
    Ok(key.map(Key))
}

/// Makes the key with the first visit; of two at once, both get the one that was first.
pub(super) async fn make_key(db: &Db, org: OrgId) -> Result<Key> {
    let mut change = db.change(org).await?;
    sqlx::query("INSERT INTO meta (key, value) VALUES ('visitor-key', ?) ON CONFLICT (key) DO NOTHING")
        .bind(word(BLOCK))
        .execute(change.tx())
        .await?;
    let key = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'visitor-key'").fetch_one(change.tx()).await?;
    change.commit().await?;
    Ok(Key(key))
}

pub(super) fn fresh(key: &Key, org: OrgId) -> String {
    let claim = format!("{}{}", org.0.as_simple(), word(RANDOM_DIGITS));
    format!("{claim}{}", seal(key, "visit", &claim))
}

/// The organization a token was made for, if it is one of ours.
pub(super) fn org_of(key: &Key, token: &str) -> Option<OrgId> {
    let (claim, given) = token.split_at_checked(ORG_DIGITS + RANDOM_DIGITS)?;
    if !same(given, &seal(key, "visit", claim)) {
        return None;
    }
    Uuid::try_parse(&claim[..ORG_DIGITS]).ok().map(OrgId)
}

/// Seals a text for one purpose.
pub(super) fn seal(key: &Key, purpose: &str, text: &str) -> String {
    let padded = |pad: u8| key.0.bytes().chain(std::iter::repeat(0)).take(BLOCK).map(move |byte| byte ^ pad);
    let inner = Sha256::new_with_prefix(padded(0x36).collect::<Vec<_>>()).chain_update(purpose).chain_update([0]);
    let inner = inner.chain_update(text).finalize();
    let outer = Sha256::new_with_prefix(padded(0x5c).collect::<Vec<_>>()).chain_update(inner).finalize();
    hex(&outer)
}

/// Compares without stopping at the first difference: the time says nothing about the seal.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
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
    fn the_seal_is_hmac_sha_256() {
        // RFC 4231, test case 2 ("Jefe"): with an empty purpose the text begins with the separating zero.
        let sealed = seal(&Key("Jefe".to_owned()), "", "what do ya want for nothing?");
        let expected = {
            let pad = |pad: u8| b"Jefe".iter().copied().chain([0; 60]).map(|b| b ^ pad).collect::<Vec<u8>>();
            let inner = Sha256::digest([pad(0x36), b"\0what do ya want for nothing?".to_vec()].concat());
            hex(&Sha256::digest([pad(0x5c), inner.to_vec()].concat()))
        };
        assert_eq!(sealed, expected);
    }
}
