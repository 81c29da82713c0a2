//! Rate limits of the web chat: for a visitor, for an address, and for all visitors of an organization, so that a flood
//! of new visitors is slowed before it fills the team's inbox.

use crate::{
    client_address::ClientAddress,
    db::Db,
    error::Result,
    rate_limit::{Rate, RateLimit},
};
use std::time::Duration;
use wire::OrgId;

/// New visits of one address.
const VISITS: Rate = Rate::new(120, Duration::from_millis(500));
/// Messages of one visitor: more than anybody types.
const MESSAGES: Rate = Rate::new(40, Duration::from_secs(1));
/// Messages of one address; a whole office may share one.
const MESSAGES_OF_ADDRESS: Rate = Rate::new(240, Duration::from_millis(250));
/// Messages of all visitors of an organization.
const MESSAGES_OF_ORGANIZATION: Rate = Rate::new(600, Duration::from_millis(100));
/// A message counts once for every 2 KiB: a page of text.
const BYTES_PER_ATTEMPT: usize = 2048;
/// New conversations of one address; a whole office may share one. Each makes a contact and a conversation in the team's inbox.
const CONVERSATIONS: Rate = Rate::new(60, Duration::from_secs(5));
/// New conversations of all visitors of an organization.
const CONVERSATIONS_OF_ORGANIZATION: Rate = Rate::new(120, Duration::from_secs(2));

pub(crate) struct VisitorLimits {
    rates: RateLimit,
}

impl VisitorLimits {
    pub(crate) fn new(db: &Db) -> Self {
        Self { rates: RateLimit::of(db) }
    }

    /// Counts a new visit.
    ///
    /// # Errors
    /// 429 when there are too many.
    pub(crate) async fn begin_visit(&self, address: ClientAddress) -> Result<()> {
        self.rates.begin(&[(VISITS, format!("visit {}", address.key()))], 1).await
    }

    /// Counts a message, the longer the more. `hash`: of the visitor's token.
    ///
    /// # Errors
    /// As [`Self::begin_visit`].
    pub(crate) async fn begin_message(&self, org: OrgId, hash: &str, address: ClientAddress, body: &str) -> Result<()> {
        let buckets = [
            (MESSAGES, format!("message {hash}")),
            (MESSAGES_OF_ADDRESS, format!("message {}", address.key())),
            (MESSAGES_OF_ORGANIZATION, format!("message {org}")),
        ];
        let cost = u32::try_from(body.len().div_ceil(BYTES_PER_ATTEMPT)).unwrap_or(u32::MAX);
        self.rates.begin(&buckets, cost.max(1)).await
    }

    /// Counts a new conversation.
    ///
    /// # Errors
    /// As [`Self::begin_visit`].
    pub(crate) async fn begin_conversation(&self, org: OrgId, address: ClientAddress) -> Result<()> {
        let buckets = [
            (CONVERSATIONS, format!("conversation {}", address.key())),
            (CONVERSATIONS_OF_ORGANIZATION, format!("conversation {org}")),
        ];
        self.rates.begin(&buckets, 1).await
    }
}
