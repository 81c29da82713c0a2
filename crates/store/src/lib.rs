//! The store: the remote state with the agent's pending changes laid over it (optimistic updates, local echo), one cell
//! per thing.
//!
//! No I/O, no DOM, no async code: the crate is compiled and tested natively. The verbs: `apply` (a pending change),
//! `retry`, `settle` and `refuse` (its outcome), `receive` (data from the server), `mark_stale` (after a reset),
//! `forget`.
//!
//! Invariants, each with a test that fails without it:
//! - *One cell*: a cell is made once per id and never replaced, so all views of a thing observe the same signal.
//! - *Newest wins*: of two versions of a thing the one with the higher `rev` is kept, in whatever order they arrive.
//! - *Deletion is final*: a version older than a deletion never brings a thing back.
//! - *A page covers its interval*: a thing that it lacks there, and that is not newer than its `as_of`, is gone,
//!   even if it is received only afterwards. Outside of its interval the page has no effect.
//! - *A pending change is laid over, never mixed in*: rolling back means dropping it.

#[macro_use]
pub mod fault;

pub mod change;
pub mod contacts;
pub mod conversation_lists;
pub mod conversations;
pub mod drafts;
pub mod entry;
pub mod keyed;
mod list_membership;
mod merge;
pub mod notes;
mod page_ranges;
pub mod pending;
pub mod receive;
pub mod record;
pub mod records;
#[cfg(test)]
mod samples;
pub mod settings;
pub mod threads;
pub mod timeline;
pub mod unsent;

use std::sync::Arc;
use wire::AgentId;

/// All data of one organization in this page, as one agent sees it. Cheap to clone: all clones share their state.
#[derive(Clone)]
pub struct Store {
    pub contacts: Arc<contacts::Contacts>,
    pub conversations: Arc<conversations::Conversations>,
    pub contact_notes: Arc<notes::ContactNotes>,
    pub threads: Arc<threads::Threads>,
    pub drafts: Arc<drafts::Drafts>,
    pub agents: Arc<contacts::Agents>,
    pub settings: Arc<settings::SettingsOfAgent>,
}

impl Store {
    /// An empty store for the agent who is signed in.
    #[must_use]
    pub fn new(me: AgentId) -> Self {
        Self {
            contacts: Arc::default(),
            conversations: Arc::new(conversations::Conversations::new(me)),
            contact_notes: Arc::new(notes::ContactNotes::new(me)),
            threads: Arc::default(),
            drafts: Arc::default(),
            agents: Arc::default(),
            settings: Arc::default(),
        }
    }
}
