//! The contract: the types and paths of the API between the app and a back end.
//!
//! Ids, types, the rule for note bodies, the comparison of a search, events, problem codes and every path. No I/O, no database, no user interface.
//! Units: times are RFC 3339 UTC, `seq` and `rev` are positions in the organization's order of changes.

pub mod activity;
pub mod agent;
pub mod body;
pub mod bulk;
pub mod characters;
mod clean;
pub mod contact;
pub mod contact_import;
pub mod conversation;
pub mod embed;
pub mod event;
pub mod export;
mod fold;
pub mod ids;
pub mod message;
pub mod note;
pub mod page;
pub mod pages;
mod patch;
pub mod paths;
pub mod problem;
mod refused_control;
pub mod search;
mod storage_key;
pub mod team;
#[cfg(feature = "schema")]
pub mod text_rules;
pub mod visitor;

pub use activity::{Activity, ActivityKind, MergeUndo};
pub use agent::{
    Agent, AgentRef, Channel, ChannelKind, Me, Organization, OwnSession, PasswordChange, Role, Settings, SettingsPatch,
    SignIn,
};
pub use body::{BodyError, MAX_BODY_CHARS, NoteBody};
pub use bulk::{BULK_AT_ONCE, Bulk, BulkChange, BulkFailure, BulkOf, BulkProgress, BulkReason};
pub use clean::{Cleaned, clean_line, clean_lines};
pub use contact::{
    ChannelAddress, Contact, ContactFlag, ContactKey, ContactList, ContactPatch, ContactQuery, ListMember, Merge,
    NewContact, Tag, Totals,
};
pub use contact_import::{ContactImport, IMPORT_AT_ONCE, ImportKnown, ImportOutcome, ImportRow, Imported, ImportedRow};
pub use conversation::{
    ChannelRef, ContactRef, Conversation, ConversationPatch, ConversationQuery, NewConversation, Preview, PreviewKind,
    ReadMark, Section, Sort, Status,
};
pub use embed::{EmbedToken, NewEmbedToken, Revocation};
pub use event::{Change, Changes, Event, EventKind, Heartbeat, Hello, Reset, ResetReason};
pub use export::{ContactExport, ExportedConversation};
pub use fold::fold;
pub use ids::{
    AgentId, BulkId, ChannelId, ContactId, ContactNoteId, ConversationId, ConversationNoteId, InvitationId, ListId,
    MessageId, OrgId,
};
pub use message::{Attachment, Delivery, Direction, Message, NewMessage};
pub use note::{ContactNote, ConversationNote, Deleted, NewContactNote, NewConversationNote};
pub use page::{NotesPage, Page, Position};
pub use pages::AppPage;
pub use problem::{FieldError, Problem, ProblemCode};
pub use refused_control::RefusedControl;
pub use search::{
    ContactHit, ContactNoteHit, ConversationNoteHit, Hits, MessageHit, SearchKind, SearchResults, Snippet,
};
pub use storage_key::{StorageKey, hex_bytes};
pub use team::{AgentPatch, Invitation, Invited, Join, JoinOffer, JoinToken, NewInvitation, Setup};

/// `VARIANTS` of the enums that are strings on the wire.
pub use strum::VariantArray;

/// A time in UTC. JSON: RFC 3339.
pub type Time = chrono::DateTime<chrono::Utc>;
/// A position in an organization's order of changes. Starts at 1; 0 is "before everything".
pub type Seq = u64;
