//! The fake server's routes: the effect and answer of each request.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sidenote::store::entry::Entry;
use wire::{
    AgentRef, Changes, Contact, ContactId, ContactNote, ContactNoteId, ContactPatch, Conversation, ConversationId,
    ConversationNoteId, ConversationPatch, Deleted, Direction, MessageId, NewContactNote, NewConversationNote,
    NewMessage, NotesPage, Page, Position, Problem, ProblemCode, ReadMark, Role, Seq, SettingsPatch, Tag,
};

use super::data::{Data, Notes};
use super::{Answer, Sent, Who};

impl Data {
    pub(super) fn answer(&mut self, sent: &Sent) -> Answer {
        let path = sent.path.strip_prefix("/api/v1/").unwrap_or_default().to_owned();
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["me"] => self.me(sent),
            ["session"] => Answer::Nothing,
            ["changes"] => self.no_changes(sent),
            ["tags"] => ok(&Page { items: Vec::<Tag>::new(), next_cursor: None, as_of: self.position() }),
            ["conversations"] => self.conversations(sent),
            ["conversations", id] => self.conversation(sent, read(id)),
            ["conversations", id, "read"] => {
                let (id, ReadMark { .. }) = (read(id), body(sent));
                let conversation = self.conversations.iter_mut().find(|known| known.id == id);
                conversation.map_or_else(
                    || refused(ProblemCode::NotFound),
                    |known| {
                        known.unread = false;
                        Answer::Nothing
                    },
                )
            }
            ["conversations", id, "messages"] => {
                let id: ConversationId = read(id);
                let messages = self.messages.iter().filter(|message| message.conversation_id == id);
                ok(&self.page(messages, sent))
            }
            ["conversations", id, "messages", message] => self.send_message(sent, read(id), read(message)),
            ["conversations", id, "notes"] => {
                let id: ConversationId = read(id);
                let notes = self.conversation_notes.live.iter().filter(|note| note.conversation_id == id);
                ok(&self.page(notes, sent))
            }
            ["conversations", id, "notes", note, rest @ ..] => {
                self.conversation_note(sent, read(id), read(note), !rest.is_empty())
            }
            ["contacts", id, rest @ ..] => self.of_contact(sent, read(id), rest),
            _ => refused(ProblemCode::NotFound),
        }
    }

    /// Answers a poll with no changes, since the fake server sends changes on the stream only. A tab that is not the
    /// leader yet polls.
    fn no_changes(&self, sent: &Sent) -> Answer {
        let after = sent.query.iter().find(|(name, _)| name == "after").and_then(|(_, after)| after.parse().ok());
        let next: Position = after.unwrap_or_else(|| self.position());
        ok(&Changes { items: Vec::new(), next, more: false, reset: None })
    }

    fn me(&mut self, sent: &Sent) -> Answer {
        if sent.method == "PATCH" {
            let patch: SettingsPatch = body(sent);
            self.me.settings.enter_sends = patch.enter_sends.unwrap_or(self.me.settings.enter_sends);
        }
        ok(&self.me)
    }

    fn conversations(&self, sent: &Sent) -> Answer {
        let asked = |name: &str| sent.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let fits = |known: &&Conversation| {
            (match asked("section") {
                Some("mine") => known.assignee_id == Some(self.me.agent.id),
                Some("unassigned") => known.assignee_id.is_none(),
                _ => true,
            }) && asked("status").is_none_or(|status| known.status.into_str() == status)
        };
        let mut items: Vec<Conversation> = self.conversations.iter().filter(fits).cloned().collect();
        items.sort_by_key(|known| std::cmp::Reverse((known.last_at, known.id)));
        ok(&Page { items, next_cursor: None, as_of: self.position() })
    }

    fn conversation(&mut self, sent: &Sent, id: ConversationId) -> Answer {
        if !self.conversations.iter().any(|known| known.id == id) {
            return refused(ProblemCode::NotFound);
        }
        if sent.method == "PATCH" {
            let (patch, me): (ConversationPatch, _) = (body(sent), self.agent(Who::Me));
            self.change_conversation(id, Some(me), |known| {
                known.status = patch.status.unwrap_or(known.status);
                known.assignee_id = patch.assignee_id.unwrap_or(known.assignee_id);
            });
        }
        ok(&self.conversations.iter().find(|known| known.id == id))
    }

    fn send_message(&mut self, sent: &Sent, conversation: ConversationId, id: MessageId) -> Answer {
        if let Some(known) = self.messages.iter().find(|known| known.id == id) {
            return ok(known);
        }
        let (NewMessage { body }, me) = (body(sent), self.agent(Who::Me));
        let message = self.add_message(id, conversation, Direction::Out, Some(me), body.into_string());
        created(&message)
    }

    fn conversation_note(
        &mut self,
        sent: &Sent,
        conversation: ConversationId,
        id: ConversationNoteId,
        restore: bool,
    ) -> Answer {
        let me = self.agent(Who::Me);
        match sent.method.as_str() {
            "PUT" => match standing(&self.conversation_notes, id) {
                Standing::Gone(rev) => gone(rev),
                Standing::There => ok(&self.conversation_notes.get(id)),
                Standing::New => {
                    let NewConversationNote { body } = body(sent);
                    created(&self.add_conversation_note(id, conversation, me, body))
                }
            },
            "DELETE" => {
                let author = self.conversation_notes.get(id).map(|note| note.author.clone());
                if !self.may_delete(author.as_ref()) {
                    return refused(ProblemCode::Forbidden);
                }
                self.delete_conversation_note(id, me);
                self.deleted(&self.conversation_notes, id)
            }
            _ if restore => self.restore_conversation_note(id, me).map_or_else(|| gone(self.seq), |note| ok(&note)),
            _ => refused(ProblemCode::MethodNotAllowed),
        }
    }

    fn of_contact(&mut self, sent: &Sent, id: ContactId, rest: &[&str]) -> Answer {
        match rest {
            [] if sent.method == "PATCH" => {
                let is_other = |known: &&Contact| known.id == id && sent.if_match.is_some_and(|rev| rev != known.rev);
                if let Some(current) = self.contacts.iter().find(is_other) {
                    let current = serde_json::to_value(current).ok();
                    let problem = Box::new(Problem { current, ..Problem::new(ProblemCode::Changed) });
                    return Answer::Refused { problem, retry_after: None };
                }
                let patch: ContactPatch = body(sent);
                ok(&self.change_contact(id, |contact| patch.apply(contact)))
            }
            [] if sent.method == "DELETE" => {
                let me = self.agent(Who::Me);
                self.erase_contact(id, me);
                ok(&self.contacts.iter().find(|known| known.id == id))
            }
            ["export"] => ok(&self.contacts.iter().find(|known| known.id == id)),
            [] => match self.contacts.iter().find(|known| known.id == id) {
                Some(contact) => ok(contact),
                None => refused(ProblemCode::NotFound),
            },
            ["conversations"] => {
                let items = self.conversations.iter().filter(|known| known.contact_id == id).cloned().collect();
                ok(&Page::<Conversation> { items, next_cursor: None, as_of: self.position() })
            }
            ["activity"] => {
                let entries = self.activity.iter().rev().filter(|(contact, _)| *contact == id);
                let items: Vec<_> = entries.take(50).map(|(_, entry)| entry.clone()).collect();
                ok(&Page { items, next_cursor: None, as_of: self.position() })
            }
            ["notes"] => {
                let notes = self.contact_notes.live.iter().filter(|note| note.contact_id == id);
                let Page { items, next_cursor, as_of } = self.page(notes, sent);
                let seen = self.seen.get(&id).copied().unwrap_or(0);
                let is_unseen = |note: &&ContactNote| {
                    note.contact_id == id && note.seq > seen && note.author.id != self.me.agent.id
                };
                let unseen = self.contact_notes.live.iter().filter(is_unseen).count() as u64;
                ok(&NotesPage { items, next_cursor, as_of, seen, unseen })
            }
            ["notes", "seen"] => {
                let ReadMark { seq } = body(sent);
                let mark = self.seen.entry(id).or_default();
                *mark = seq.max(*mark);
                Answer::Nothing
            }
            ["notes", note, rest @ ..] => self.contact_note(sent, id, read(note), !rest.is_empty()),
            ["tags", name] => {
                let tag = Tag { name: (*name).to_owned(), color: Tag::color_of(name) };
                let adds = sent.method == "PUT";
                self.change_contact(id, |contact| {
                    contact.tags.retain(|known| known.name != tag.name);
                    contact.tags.extend(adds.then_some(tag));
                });
                Answer::Nothing
            }
            _ => refused(ProblemCode::NotFound),
        }
    }

    fn contact_note(&mut self, sent: &Sent, contact: ContactId, id: ContactNoteId, restore: bool) -> Answer {
        let me = self.agent(Who::Me);
        match sent.method.as_str() {
            "PUT" => match standing(&self.contact_notes, id) {
                Standing::Gone(rev) => gone(rev),
                Standing::There => ok(&self.contact_notes.get(id)),
                Standing::New => {
                    let NewContactNote { body, conversation_id } = body(sent);
                    let written_in = self.conversations.iter().find(|known| known.id == conversation_id);
                    if written_in.is_none_or(|known| known.contact_id != contact) {
                        return refused(ProblemCode::WrongContact);
                    }
                    created(&self.add_contact_note(id, contact, conversation_id, me, body))
                }
            },
            "DELETE" => {
                let author = self.contact_notes.get(id).map(|note| note.author.clone());
                if !self.may_delete(author.as_ref()) {
                    return refused(ProblemCode::Forbidden);
                }
                self.delete_contact_note(id, me);
                self.deleted(&self.contact_notes, id)
            }
            _ if restore => self.restore_contact_note(id, me).map_or_else(|| gone(self.seq), |note| ok(&note)),
            _ => refused(ProblemCode::MethodNotAllowed),
        }
    }

    /// The answer to a deletion.
    fn deleted<T: Entry>(&self, notes: &Notes<T>, id: T::Id) -> Answer {
        match notes.gone.get(&id) {
            Some((Some(_), rev)) => ok(&Deleted { restorable_until: self.time(), rev: *rev }),
            _ => Answer::Nothing,
        }
    }

    /// Any agent may delete an id that does not exist.
    fn may_delete(&self, author: Option<&AgentRef>) -> bool {
        self.me.agent.role == Role::Admin || author.is_none_or(|author| author.id == self.me.agent.id)
    }

    /// A page of items that are given oldest first. A cursor is the place that the page lies below.
    fn page<'a, T: Entry + 'a>(&self, oldest_first: impl DoubleEndedIterator<Item = &'a T>, sent: &Sent) -> Page<T> {
        let asked = |name: &str| sent.query.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let below: Seq = asked("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(Seq::MAX);
        let limit: usize = asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(50);
        let mut rest = oldest_first.rev().filter(|item| item.seq() < below).cloned();
        let items: Vec<T> = rest.by_ref().take(limit).collect();
        let last = items.last().map(|last| last.seq().to_string());
        Page { next_cursor: rest.next().and(last), items, as_of: self.position() }
    }
}

enum Standing {
    New,
    There,
    /// Deleted, at this version.
    Gone(Seq),
}

fn standing<T: Entry>(notes: &Notes<T>, id: T::Id) -> Standing {
    if let Some((_, rev)) = notes.gone.get(&id) {
        Standing::Gone(*rev)
    } else if notes.get(id).is_some() {
        Standing::There
    } else {
        Standing::New
    }
}

fn gone(rev: Seq) -> Answer {
    let problem = Problem { rev: Some(rev), ..Problem::new(ProblemCode::Gone) };
    Answer::Refused { problem: Box::new(problem), retry_after: None }
}

fn ok(body: &impl Serialize) -> Answer {
    Answer::Json { status: 200, body: serde_json::to_value(body).expect("the contract's types are JSON") }
}

fn created(body: &impl Serialize) -> Answer {
    Answer::Json { status: 201, body: serde_json::to_value(body).expect("the contract's types are JSON") }
}

fn refused(code: ProblemCode) -> Answer {
    Answer::Refused { problem: Box::new(Problem::new(code)), retry_after: None }
}

/// Parses an id. The app sends valid requests only; any other one fails the test.
fn read<T: std::str::FromStr>(segment: &str) -> T {
    segment.parse().unwrap_or_else(|_| panic!("{segment:?} is no id"))
}

fn body<T: DeserializeOwned>(sent: &Sent) -> T {
    serde_json::from_value(sent.body.clone()).unwrap_or_else(|error| panic!("{} {}: {error}", sent.method, sent.path))
}
