//! Identifiers: one type per kind of thing, so that a note's id can't be used as a contact's.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Makes newtypes of [`Uuid`], serialized as hyphenated lower-case text.
macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id (UUIDv7, RFC 9562): unique, and sorted by time among ids of the same process.
            #[must_use]
            pub fn fresh() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::try_parse(text).map(Self)
            }
        }
    )+};
}

id! {
    /// An organization: the unit of isolation between customers.
    OrgId,
    /// A human teammate who uses the inbox.
    AgentId,
    /// A person outside of the organization.
    ContactId,
    /// One thread with a contact on one channel.
    ConversationId,
    /// One message in a thread, from or to the contact.
    MessageId,
    /// A note about a contact, shown in every conversation with them.
    ContactNoteId,
    /// A note inside one conversation.
    ConversationNoteId,
    /// A channel of an organization.
    ChannelId,
    /// A static group of contacts.
    ListId,
    /// A bulk change.
    BulkId,
    /// An invitation to an organization.
    InvitationId,
}
