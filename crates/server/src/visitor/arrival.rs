//! Stores a message of a visitor: makes the contact and the conversation for the first one, and reopens a closed
//! conversation.

use super::{Visitor, thread};
use crate::{
    change::{ActivityLine, Change, EventKind},
    client_address::ClientAddress,
    db::int,
    error::Result,
    search_index::{self, MESSAGES},
    search_text,
    sql::sql,
    state::State,
    wake_ups::Topic,
};
use axum::http::StatusCode;
use uuid::Uuid;
use wire::{
    ActivityKind, ChannelKind, ContactId, ConversationId, ProblemCode, Seq,
    visitor::{From, VisitorMessage},
};

/// A message that a visitor sends.
pub(super) struct Arrival<'a> {
    pub(super) visitor: &'a Visitor,
    pub(super) address: ClientAddress,
    pub(super) id: Uuid,
    pub(super) body: &'a str,
}

/// What the agents' side needs to know about the conversation.
struct KnownConversation {
    contact: ContactId,
    is_closed: bool,
    last_position: u64,
}

const INSERT_CONTACT: &str = "INSERT INTO contact (org_id, id, name, default_channel, created_at, seq, rev) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_ADDRESS: &str = "INSERT INTO contact_address (org_id, kind, address, contact_id) VALUES ($1, $2, $3, $4) \
    ON CONFLICT DO NOTHING";

const INSERT_CONVERSATION: &str = "INSERT INTO conversation (org_id, id, contact_id, channel_id, status, last_at, \
    created_at, seq, rev) \
    SELECT org_id, $1, $2, id, 'open', $3, $4, $5, $6 FROM channel WHERE org_id = $7 AND kind = $8 ORDER BY id LIMIT 1";

const SELECT_PLACE: &str = "SELECT c.contact_id, c.status, c.last_position, k.blocked FROM conversation c \
    JOIN contact k ON k.org_id = c.org_id AND k.id = c.contact_id WHERE c.org_id = $1 AND c.id = $2";

const INSERT_MESSAGE: &str = "INSERT INTO message (org_id, id, conversation_id, position, direction, body, delivery, \
    created_at, seq) VALUES ($1, $2, $3, $4, 'in', $5, 'delivered', $6, $7)";

const MOVE_CONVERSATION: &str = "UPDATE conversation SET last_at = CASE WHEN last_at < $1 THEN $1 ELSE last_at END, \
    last_in_seq = $2, last_position = last_position + 1, status = CASE WHEN $3 THEN 'open' ELSE status END, rev = $4 \
    WHERE org_id = $5 AND id = $6";

impl Arrival<'_> {
    /// Stores the message, unless another request has stored it meanwhile.
    pub(super) async fn write(&self, state: &State) -> Result<(StatusCode, VisitorMessage)> {
        let mut change = state.db().change(self.visitor.org).await?;
        if let Some(message) = thread::written(change.tx(), self.visitor, self.id, self.body).await? {
            return Ok((StatusCode::OK, message));
        }
        let conversation = match thread::conversation(change.tx(), self.visitor).await? {
            Some(conversation) => conversation,
            None => {
                state.visitor_limits().begin_conversation(self.visitor.org, self.address).await?;
                self.begin(&mut change).await?
            }
        };
        let place = self.place(&mut change, conversation).await?;
        let position = place.last_position + 1;
        let seq = self.insert(&mut change, conversation, position).await?;
        self.move_conversation(&mut change, conversation, &place, seq).await?;
        let created_at = change.at();
        change.commit().await?;
        let (id, body) = (self.id, self.body.to_owned());
        Ok((StatusCode::CREATED, VisitorMessage { id, from: From::Me, name: None, body, created_at, position }))
    }

    /// Makes the contact and the conversation, and stores them under the token's hash.
    async fn begin(&self, change: &mut Change) -> Result<ConversationId> {
        let (contact, conversation) = (ContactId::fresh(), ConversationId::fresh());
        self.make_contact(change, contact).await?;
        self.make_conversation(change, contact, conversation).await?;
        change.wake(Topic::Visitor(self.visitor.org, self.visitor.hash.clone()));
        let (org, at) = (change.org().to_string(), change.at().timestamp_millis());
        sql("INSERT INTO visitor (token_hash, org_id, conversation_id, created_at) VALUES ($1, $2, $3, $4)")
            .bind(&self.visitor.hash)
            .bind(org)
            .bind(conversation.to_string())
            .bind(at)
            .execute(change.tx())
            .await?;
        Ok(conversation)
    }

    async fn make_contact(&self, change: &mut Change, contact: ContactId) -> Result<()> {
        let seq = change.next_seq().await?;
        let (org, at) = (change.org().to_string(), change.at().timestamp_millis());
        // Of the hash, not of the token: agents see it.
        let mark = &self.visitor.hash[..8];
        let (name, address) = (format!("Visitor {}", mark[..4].to_uppercase()), format!("visitor-{mark}"));
        sql(INSERT_CONTACT)
            .bind(&org)
            .bind(contact.to_string())
            .bind(&name)
            .bind(ChannelKind::Chat.into_str())
            .bind(at)
            .bind(int(seq))
            .bind(int(seq))
            .execute(change.tx())
            .await?;
        sql(INSERT_ADDRESS)
            .bind(&org)
            .bind(ChannelKind::Chat.into_str())
            .bind(&address)
            .bind(contact.to_string())
            .execute(change.tx())
            .await?;
        search_index::list_contact(change.tx(), self.visitor.org, seq, &search_text::of_contact(&[name, address]))
            .await?;
        change.event(EventKind::ContactChanged, contact, None, None).await
    }

    async fn make_conversation(
        &self,
        change: &mut Change,
        contact: ContactId,
        conversation: ConversationId,
    ) -> Result<()> {
        let seq = change.next_seq().await?;
        let (org, at) = (change.org().to_string(), change.at().timestamp_millis());
        let made = sql(INSERT_CONVERSATION)
            .bind(conversation.to_string())
            .bind(contact.to_string())
            .bind(at)
            .bind(at)
            .bind(int(seq))
            .bind(int(seq))
            .bind(org)
            .bind(ChannelKind::Chat.into_str())
            .execute(change.tx())
            .await?;
        if made == 0 {
            return Err(ProblemCode::NotFound.into());
        }
        change.event(EventKind::ConversationChanged, conversation, None, None).await?;
        change.activity(self.line(ActivityKind::ConversationOpened, contact, conversation)).await
    }

    async fn place(&self, change: &mut Change, conversation: ConversationId) -> Result<KnownConversation> {
        let row = sql(SELECT_PLACE)
            .bind(self.visitor.org.to_string())
            .bind(conversation.to_string())
            .fetch_one(change.tx())
            .await?;
        if row.get("blocked")? {
            return Err(ProblemCode::Forbidden.into());
        }
        let status: &str = row.get("status")?;
        Ok(KnownConversation {
            contact: row.id("contact_id")?,
            is_closed: status == "closed",
            last_position: row.seq("last_position")?,
        })
    }

    async fn insert(&self, change: &mut Change, conversation: ConversationId, position: u64) -> Result<Seq> {
        let seq = change.next_seq().await?;
        let (org, at) = (change.org().to_string(), change.at().timestamp_millis());
        sql(INSERT_MESSAGE)
            .bind(&org)
            .bind(self.id.as_hyphenated().to_string())
            .bind(conversation.to_string())
            .bind(int(position))
            .bind(self.body)
            .bind(at)
            .bind(int(seq))
            .execute(change.tx())
            .await?;
        MESSAGES.add(change.tx(), self.visitor.org, seq, &search_text::of_text(self.body)).await?;
        change.event(EventKind::MessageAdded, self.id.as_hyphenated(), Some(conversation.to_string()), None).await?;
        Ok(seq)
    }

    /// Updates the conversation: its time, its position, its unread mark, and its status, which goes back to open.
    async fn move_conversation(
        &self,
        change: &mut Change,
        conversation: ConversationId,
        place: &KnownConversation,
        seq: Seq,
    ) -> Result<()> {
        let rev = change.next_seq().await?;
        let (org, at) = (change.org().to_string(), change.at().timestamp_millis());
        sql(MOVE_CONVERSATION)
            .bind(at)
            .bind(int(seq))
            .bind(place.is_closed)
            .bind(int(rev))
            .bind(org)
            .bind(conversation.to_string())
            .execute(change.tx())
            .await?;
        change.event(EventKind::ConversationChanged, conversation, None, None).await?;
        if place.is_closed {
            let line = self.line(ActivityKind::ConversationReopened, place.contact, conversation);
            change.activity(line).await?;
        }
        Ok(())
    }

    fn line(&self, kind: ActivityKind, contact: ContactId, conversation: ConversationId) -> ActivityLine {
        ActivityLine { kind, contact, actor: None, conversation: Some(conversation), subject: None }
    }
}
