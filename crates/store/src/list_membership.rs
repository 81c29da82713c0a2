//! `ListMembership`: decides whether a conversation belongs to a list. `SortKey`: its place in the list.

use std::cmp::Reverse;
use wire::{AgentId, ChannelId, Conversation, ConversationId, ConversationQuery, Section, Sort, Status};

/// The properties of a shown conversation that its place in the lists depends on.
#[derive(Clone, Copy)]
pub(super) struct ListMembership {
    pub(super) id: ConversationId,
    pub(super) status: Status,
    pub(super) channel: ChannelId,
    pub(super) assignee: Option<AgentId>,
    pub(super) unread: bool,
    /// In milliseconds since 1970.
    pub(super) last_at: i64,
    /// Not received since the last reset.
    pub(super) is_stale: bool,
}

/// A conversation's sort key in a list: smaller comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SortKey {
    rank: u8,
    at: i64,
    id: IdOrder,
}

/// Breaks ties by id, in the direction of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum IdOrder {
    Rising(ConversationId),
    Falling(Reverse<ConversationId>),
}

impl ListMembership {
    pub(super) fn of(conversation: &Conversation) -> Self {
        Self {
            id: conversation.id,
            status: conversation.status,
            channel: conversation.channel.id,
            assignee: conversation.assignee_id,
            unread: conversation.unread,
            last_at: conversation.last_at.timestamp_millis(),
            is_stale: false,
        }
    }

    /// Whether it belongs to the list of this query, for the agent `me`.
    pub(super) fn fits(&self, query: &ConversationQuery, me: AgentId) -> bool {
        (match query.section {
            Section::All => true,
            Section::Mine => self.assignee == Some(me),
            Section::Unassigned => self.assignee.is_none(),
        }) && query.status.is_none_or(|status| self.status == status)
            && query.channel.is_none_or(|channel| self.channel == channel)
            && query.assignee.is_none_or(|assignee| self.assignee == Some(assignee))
    }

    pub(super) fn sort_key(&self, sort: Sort) -> SortKey {
        let falling = IdOrder::Falling(Reverse(self.id));
        match sort {
            Sort::Newest => SortKey { rank: 0, at: -self.last_at, id: falling },
            Sort::Oldest => SortKey { rank: 0, at: self.last_at, id: IdOrder::Rising(self.id) },
            Sort::Unread => SortKey { rank: u8::from(!self.unread), at: -self.last_at, id: falling },
        }
    }
}
