//! A visitor's token: an organization, a random number, and the server's signature of both. The check needs the key and
//! nothing else, so that nothing of a visit is stored before the first message.

use crate::secret::{self, random_token};
use uuid::Uuid;
use wire::OrgId;

const ORG_DIGITS: usize = 32;
const RANDOM_DIGITS: usize = 32;
/// A new token for a visitor of this organization.
pub(super) fn fresh(key: &str, org: OrgId) -> String {
    let claim = format!("{}{}", org.0.as_simple(), random_token(RANDOM_DIGITS));
    format!("{claim}{}", signature(key, "visit", &claim))
}

/// The organization that a token was made for, if the signature is valid.
pub(super) fn org_of(key: &str, token: &str) -> Option<OrgId> {
    let (claim, given) = token.split_at_checked(ORG_DIGITS + RANDOM_DIGITS)?;
    if !secret::constant_time_eq(given, &signature(key, "visit", claim)) {
        return None;
    }
    Uuid::try_parse(&claim[..ORG_DIGITS]).ok().map(OrgId)
}

/// Signs a text for one purpose.
pub(super) fn signature(key: &str, purpose: &str, text: &str) -> String {
    secret::signature(key, purpose, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unchanged_token_names_its_organization() {
        let (key, org) = ("k".repeat(64), OrgId::fresh());
        let token = fresh(&key, org);
        assert_eq!(org_of(&key, &token), Some(org));
        assert_eq!(org_of(&"l".repeat(64), &token), None);
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
        assert_eq!(org_of(&"k".repeat(64), token), Some(org));
    }
}
