//! Bulk changes: many conversations or contacts are changed in the same way, with one undo. Without a connection, what was
//! ticked is changed through the send queue, one by one.

mod queue;
mod undo;

pub use undo::BulkUndo;

use super::{Client, ToastKind};
use crate::{
    net::{api::Method, error::ApiError},
    store::change::{ContactChange, ConversationChange},
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::prelude::*;
use std::collections::HashSet;
use uuid::Uuid;
use wire::{
    AgentId, BULK_AT_ONCE, Bulk, BulkChange, BulkFailure, BulkId, BulkOf, BulkProgress, BulkReason, ContactId,
    ContactList, ContactQuery, ConversationId, ConversationQuery, Status, paths,
};

/// So many of those that could not be changed are named in a sentence.
const MOST_NAMED: usize = 5;

/// What is to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    Conversations(Vec<ConversationId>),
    ConversationsThatFit(ConversationQuery),
    Contacts(Vec<ContactId>),
    ContactsThatFit(ContactQuery),
}

/// What is done to each of them. Tags and lists of conversations are those of their contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BulkAction {
    Status(Status),
    Assign(Option<AgentId>),
    AddTag(String),
    RemoveTag(String),
    AddToList(ContactList),
    RemoveFromList(ContactList),
}

/// How far a bulk change or its undo is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BulkRun {
    pub done: u64,
    pub total: u64,
    pub is_undo: bool,
    is_stopped: bool,
}

/// What came of a bulk change.
#[derive(Default)]
struct Outcome {
    last: BulkProgress,
    /// The ids that the server was not asked about.
    not_tried: Vec<Uuid>,
    error: Option<ApiError>,
}

impl Outcome {
    /// Whether there was no connection from the start.
    fn is_unreached(&self) -> bool {
        self.last == BulkProgress::default() && matches!(self.error, Some(ApiError::Offline | ApiError::Disconnected))
    }
}

impl BulkAction {
    fn on_the_wire(&self) -> BulkChange {
        match self.clone() {
            Self::Status(status) => BulkChange::Status(status),
            Self::Assign(agent) => BulkChange::Assignee(agent),
            Self::AddTag(name) => BulkChange::AddTag { name },
            Self::RemoveTag(name) => BulkChange::RemoveTag { name },
            Self::AddToList(ContactList { id, name }) => BulkChange::AddList { id, name },
            Self::RemoveFromList(ContactList { id, .. }) => BulkChange::RemoveList { id },
        }
    }

    fn of_conversation(&self) -> Option<ConversationChange> {
        match self {
            Self::Status(status) => Some(ConversationChange::Status(*status)),
            Self::Assign(agent) => Some(ConversationChange::Assignee(*agent)),
            _ => None,
        }
    }

    fn of_contact(&self) -> Option<ContactChange> {
        match self.clone() {
            Self::Status(_) | Self::Assign(_) => None,
            Self::AddTag(tag) => Some(ContactChange::AddTag(tag)),
            Self::RemoveTag(tag) => Some(ContactChange::RemoveTag(tag)),
            Self::AddToList(list) => Some(ContactChange::AddToList(list)),
            Self::RemoveFromList(list) => Some(ContactChange::RemoveFromList(list)),
        }
    }

    /// What has been done to this many.
    fn sentence(&self, client: &Client, count: u64) -> String {
        let strings = strings();
        let agent = |id: AgentId| client.store().agents.get(id).map(|agent| agent.name).unwrap_or_default();
        let (sentence, name) = match self {
            Self::Status(Status::Closed) => (&strings.bulk.closed, String::new()),
            Self::Status(Status::Open) => (&strings.bulk.opened, String::new()),
            Self::Status(Status::Automated) => (&strings.bulk.automated, String::new()),
            Self::Assign(None) => (&strings.bulk.unassigned, String::new()),
            Self::Assign(Some(id)) => (&strings.bulk.assigned, agent(*id)),
            Self::AddTag(tag) => (&strings.bulk.tagged, tag.clone()),
            Self::RemoveTag(tag) => (&strings.bulk.untagged, tag.clone()),
            Self::AddToList(list) => (&strings.bulk.listed, list.name.clone()),
            Self::RemoveFromList(list) => (&strings.bulk.unlisted, list.name.clone()),
        };
        sentence.with(count, &[("name", Value::Name(&name))])
    }
}

impl Client {
    /// The bulk change or undo that is under way.
    #[must_use]
    pub fn bulk(&self) -> ArcRwSignal<Option<BulkRun>> {
        self.0.bulk.clone()
    }

    /// Stops the bulk change that is under way after the request that was sent. What is changed by then can be undone.
    pub fn stop_bulk(&self) {
        self.0.bulk.update(|run| {
            if let Some(run) = run {
                run.is_stopped = true;
            }
        });
    }

    /// Changes all that is chosen; a toast says how many, and offers Undo. Returns the ids of what could not be changed:
    /// conversations; where tags or lists are changed, their contacts.
    pub async fn change_in_bulk(&self, chosen: Chosen, action: BulkAction) -> HashSet<Uuid> {
        let id = BulkId::fresh();
        self.0.bulk.set(Some(BulkRun::default()));
        let outcome = match chosen {
            Chosen::Conversations(ids) => {
                let of = |ids: &[ConversationId]| BulkOf::Conversations { ids: ids.to_vec() };
                let outcome = self.change_named(id, &ids, of, &action).await;
                if outcome.is_unreached() {
                    self.0.bulk.set(None);
                    self.queue_for_conversations(&ids, &action);
                    return HashSet::new();
                }
                outcome
            }
            Chosen::Contacts(ids) => {
                let of = |ids: &[ContactId]| BulkOf::Contacts { ids: ids.to_vec() };
                let outcome = self.change_named(id, &ids, of, &action).await;
                if outcome.is_unreached() {
                    self.0.bulk.set(None);
                    self.queue_for_contacts(&ids, &action);
                    return HashSet::new();
                }
                outcome
            }
            Chosen::ConversationsThatFit(query) => {
                self.change_fitting(id, BulkOf::ConversationsThatFit(query), &action).await
            }
            Chosen::ContactsThatFit(query) => self.change_fitting(id, BulkOf::ContactsThatFit(query), &action).await,
        };
        self.0.bulk.set(None);
        self.report_bulk(id, &action, &outcome);
        outcome.last.failed.iter().map(|failed| failed.id).chain(outcome.not_tried).collect()
    }

    async fn change_named<I: Copy + Into<Uuid>>(
        &self,
        id: BulkId,
        ids: &[I],
        of: impl Fn(&[I]) -> BulkOf,
        action: &BulkAction,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        for (nth, some) in ids.chunks(BULK_AT_ONCE).enumerate() {
            let done = (nth * BULK_AT_ONCE) as u64;
            if outcome.error.is_some() || self.is_bulk_stopped(done, ids.len() as u64) {
                outcome.not_tried.extend(some.iter().map(|id| (*id).into()));
                continue;
            }
            let bulk = Bulk { of: of(some), change: action.on_the_wire() };
            match self.put_bulk(id, &bulk, nth == 0).await {
                Ok(progress) => outcome.last = progress,
                Err(error) => {
                    outcome.error = Some(error);
                    outcome.not_tried.extend(some.iter().map(|id| (*id).into()));
                }
            }
        }
        outcome
    }

    async fn change_fitting(&self, id: BulkId, of: BulkOf, action: &BulkAction) -> Outcome {
        let bulk = Bulk { of, change: action.on_the_wire() };
        let mut outcome = Outcome::default();
        loop {
            match self.put_bulk(id, &bulk, false).await {
                Ok(progress) => outcome.last = progress,
                Err(error) => {
                    outcome.error = Some(error);
                    return outcome;
                }
            }
            if self.has_ended(&outcome.last) {
                return outcome;
            }
        }
    }

    /// Shows how far it is. True: nothing is left, or it was stopped.
    fn has_ended(&self, progress: &BulkProgress) -> bool {
        let done = progress.changed + progress.failures;
        self.is_bulk_stopped(done, done + progress.left) || progress.left == 0
    }

    fn is_bulk_stopped(&self, done: u64, total: u64) -> bool {
        let mut is_stopped = false;
        self.0.bulk.update(|run| {
            if let Some(run) = run {
                (run.done, run.total) = (done, run.total.max(total));
                is_stopped = run.is_stopped;
            }
        });
        is_stopped
    }

    /// `gives_up`: without a connection, there is another way.
    async fn put_bulk(&self, id: BulkId, bulk: &Bulk, gives_up: bool) -> Result<BulkProgress, ApiError> {
        let send = || async { self.api().send_json::<BulkProgress>(Method::PUT, &paths::bulk(id), bulk).await };
        let is_unreached = |error: &ApiError| matches!(error, ApiError::Offline | ApiError::Disconnected);
        self.try_often(send, |error| gives_up && is_unreached(error)).await
    }

    fn report_bulk(&self, id: BulkId, action: &BulkAction, outcome: &Outcome) {
        let BulkProgress { changed, failures, ref failed, .. } = outcome.last;
        match &outcome.error {
            Some(error) if error.is_signed_out() => self.ask_to_sign_in(),
            Some(error) => {
                let reason = [("reason", Value::Own(failure_sentence(error.failure())))];
                self.alert(strings().bulk.broke_off.with(changed, &reason));
            }
            None => {}
        }
        if failures > 0 {
            let names = names(failed);
            self.alert(strings().bulk.failed.with(failures, &[("names", Value::Own(&names))]));
        }
        if changed > 0 {
            let sentence = action.sentence(self, changed);
            self.toast(ToastKind::Bulk { sentence, undo: BulkUndo::Server(id) });
        } else if failures == 0 && outcome.error.is_none() {
            self.announce(strings().bulk.nothing.to_owned());
        }
    }
}

/// Whom a bulk change failed for, with the reasons.
fn names(failed: &[BulkFailure]) -> String {
    let mut names: Vec<String> = failed.iter().take(MOST_NAMED).map(named).collect();
    if failed.len() > MOST_NAMED {
        names.push("…".to_owned());
    }
    names.join(", ")
}

fn named(failed: &BulkFailure) -> String {
    let reason = match failed.reason {
        BulkReason::NotFound => strings().bulk.not_found,
        BulkReason::TooMany => strings().bulk.too_many,
        BulkReason::Changed => strings().bulk.changed,
    };
    fill(strings().bulk.failure, &[("name", Value::Name(&failed.name)), ("reason", Value::Own(reason))])
}
