//! What a bulk change does to one conversation or contact, and how that is taken back.

use super::items::Item;
use crate::{
    change::Change,
    contact_aliases,
    conversation::{Assignee, Handling, set_assignee, set_status},
    error::{Error, Result},
    lists,
    sql::malformed,
    tags::{self, Put},
};
use uuid::Uuid;
use wire::{AgentId, BulkChange, BulkReason, ContactId, ContactList, ConversationId, Status};

/// A bulk change that was checked.
pub(super) enum Operation {
    Status(Status),
    Assignee(Assignee),
    AddTag(String),
    RemoveTag(String),
    AddList(ContactList),
    /// `None`: there is no such list.
    RemoveList(Option<ContactList>),
}

/// What came of it for one conversation or contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// With the status or assignee that it had before.
    Changed(Option<String>),
    Unchanged,
    Failed(BulkReason),
}

impl From<Put> for Outcome {
    fn from(put: Put) -> Self {
        match put {
            Put::New => Self::Changed(None),
            Put::Known => Self::Unchanged,
            Put::TooMany => Self::Failed(BulkReason::TooMany),
        }
    }
}

impl Operation {
    /// Refuses a change that can be done to nobody. Makes a tag or list that doesn't exist.
    pub(super) async fn prepare(change: &mut Change, asked: BulkChange) -> Result<Self> {
        let org = change.org();
        Ok(match asked {
            BulkChange::Status(status) => Self::Status(status),
            BulkChange::Assignee(id) => Self::Assignee(Assignee::find(change.tx(), org, id).await?),
            BulkChange::AddTag { name } => {
                tags::must_be_valid(&name)?;
                tags::make(change, &name).await?;
                Self::AddTag(name)
            }
            BulkChange::RemoveTag { name } => {
                tags::must_be_valid(&name)?;
                Self::RemoveTag(name)
            }
            BulkChange::AddList { id, name } => Self::AddList(lists::find_or_make(change, id, Some(name)).await?),
            BulkChange::RemoveList { id } => Self::RemoveList(lists::by_id(change, id).await?),
        })
    }

    /// As [`Self::prepare`], for an undo: whom the conversations were assigned to may have been removed since.
    pub(super) async fn for_undo(change: &mut Change, asked: BulkChange) -> Result<Self> {
        let org = change.org();
        match asked {
            BulkChange::Assignee(id) => Ok(Self::Assignee(Assignee::known(change.tx(), org, id).await?)),
            asked => Self::prepare(change, asked).await,
        }
    }

    fn is_of_contacts(&self) -> bool {
        !matches!(self, Self::Status(_) | Self::Assignee(_))
    }

    pub(super) async fn carry_out(&self, change: &mut Change, subject: Uuid, actor: AgentId) -> Result<Outcome> {
        if self.is_of_contacts() {
            let Some(contact) = contact(change, subject).await? else { return Ok(NOT_FOUND) };
            return self.label(change, contact, actor).await;
        }
        let Some(before) = handling(change, subject).await? else { return Ok(NOT_FOUND) };
        self.handle(change, &before, actor).await
    }

    async fn handle(&self, change: &mut Change, before: &Handling, actor: AgentId) -> Result<Outcome> {
        match self {
            Self::Status(status) if before.status != *status => {
                set_status(change, before, *status, Some(actor)).await?;
                Ok(Outcome::Changed(Some(before.status.into_str().to_owned())))
            }
            Self::Assignee(assignee) if before.assignee_id != assignee.id() => {
                set_assignee(change, before, assignee, actor).await?;
                Ok(Outcome::Changed(before.assignee_id.map(|id| id.to_string())))
            }
            _ => Ok(Outcome::Unchanged),
        }
    }

    async fn label(&self, change: &mut Change, contact: ContactId, actor: AgentId) -> Result<Outcome> {
        Ok(match self {
            Self::AddTag(name) => tags::put_on(change, contact, name, actor).await?.into(),
            Self::AddList(list) => lists::put_on(change, contact, list, actor).await?.into(),
            Self::RemoveTag(name) => taken(tags::take_off(change, contact, name, actor).await?),
            Self::RemoveList(Some(list)) => taken(lists::take_off(change, contact, list, actor).await?),
            _ => Outcome::Unchanged,
        })
    }

    /// Gives a conversation or contact that was changed what it had before, unless somebody has changed it since.
    pub(super) async fn take_back(&self, change: &mut Change, item: &Item, actor: AgentId) -> Result<Outcome> {
        if self.is_of_contacts() {
            let Some(contact) = contact(change, item.subject).await? else { return Ok(NOT_FOUND) };
            return self.unlabel(change, contact, actor).await;
        }
        let Some(now) = handling(change, item.subject).await? else { return Ok(NOT_FOUND) };
        self.hand_back(change, &now, item, actor).await
    }

    async fn hand_back(&self, change: &mut Change, now: &Handling, item: &Item, actor: AgentId) -> Result<Outcome> {
        let before = item.before.as_deref();
        match self {
            Self::Status(status) if now.status == *status => {
                let before = before.and_then(|word| word.parse().ok()).ok_or_else(|| malformed("before"))?;
                set_status(change, now, before, Some(actor)).await?;
            }
            Self::Assignee(assignee) if now.assignee_id == assignee.id() => {
                let before = before.map(|id| id.parse().map_err(|_| malformed("before"))).transpose()?;
                let org = change.org();
                let before = Assignee::known(change.tx(), org, before).await?;
                set_assignee(change, now, &before, actor).await?;
            }
            _ => return Ok(Outcome::Failed(BulkReason::Changed)),
        }
        Ok(Outcome::Changed(None))
    }

    async fn unlabel(&self, change: &mut Change, contact: ContactId, actor: AgentId) -> Result<Outcome> {
        let outcome = match self {
            Self::AddTag(name) => taken(tags::take_off(change, contact, name, actor).await?),
            Self::AddList(list) => taken(lists::take_off(change, contact, list, actor).await?),
            Self::RemoveTag(name) => tags::put_on(change, contact, name, actor).await?.into(),
            Self::RemoveList(Some(list)) => lists::put_on(change, contact, list, actor).await?.into(),
            _ => Outcome::Unchanged,
        };
        // It is as it was, by somebody else's hand.
        Ok(if outcome == Outcome::Unchanged { Outcome::Failed(BulkReason::Changed) } else { outcome })
    }
}

const NOT_FOUND: Outcome = Outcome::Failed(BulkReason::NotFound);

fn taken(was_there: bool) -> Outcome {
    if was_there { Outcome::Changed(None) } else { Outcome::Unchanged }
}

async fn handling(change: &mut Change, subject: Uuid) -> Result<Option<Handling>> {
    let org = change.org();
    Handling::find(change.tx(), org, ConversationId(subject)).await
}

/// The contact for whom an id stands, unless they were erased.
async fn contact(change: &mut Change, subject: Uuid) -> Result<Option<ContactId>> {
    let org = change.org();
    match contact_aliases::resolve_for_change(change.tx(), org, ContactId(subject)).await {
        Ok(contact) => Ok(Some(contact)),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
