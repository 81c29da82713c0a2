//! The scene of a run: the agents and contacts that the checks use.

use crate::{
    Outcome, Trouble,
    client::{Answer, Client},
};
use serde_json::{Value, json};
use wire::{ContactId, ContactNoteId, ConversationId, ConversationQuery, paths};

/// A contact, and a conversation with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub contact: ContactId,
    pub conversation: ConversationId,
}

/// Everything a check may use.
pub struct Scene {
    pub agent: Client,
    pub nobody: Client,
    /// Another agent of the same organization.
    pub colleague: Option<Client>,
    /// An agent of another organization.
    pub stranger: Option<Client>,
    /// The contact about whom the checks write notes.
    pub place: Place,
    /// Another contact.
    pub elsewhere: Option<Place>,
}

impl Scene {
    /// Uses the contacts of the agent's first conversations.
    ///
    /// # Errors
    /// A sentence, when the list can't be read or is empty.
    pub fn find(base: &str, agent: Client) -> Result<Self, Trouble> {
        let list = agent.get(&paths::conversations(&ConversationQuery::default(), None, 50))?.expect(200)?;
        let mut places = Vec::new();
        for item in list.items()? {
            let contact = serde_json::from_value(item["contact_id"].clone());
            let conversation = serde_json::from_value(item["id"].clone());
            let (Ok(contact), Ok(conversation)) = (contact, conversation) else {
                return Err(list.wrong("conversations with an id and a contact_id, both UUIDs"));
            };
            places.push(Place { contact, conversation });
        }
        let place = *places.first().ok_or(Trouble::Needs("at least one conversation that the agent can see"))?;
        let elsewhere = places.into_iter().find(|other| other.contact != place.contact);
        Ok(Self { agent, nobody: Client::nobody(base), colleague: None, stranger: None, place, elsewhere })
    }

    pub(crate) fn elsewhere(&self) -> Result<Place, Trouble> {
        self.elsewhere.ok_or(Trouble::Needs("conversations with two contacts"))
    }

    pub(crate) fn notes(&self) -> String {
        paths::contact_notes(self.place.contact, None, 50)
    }

    pub(crate) fn note(&self, id: ContactNoteId) -> String {
        paths::contact_note(self.place.contact, id)
    }

    pub(crate) fn body(&self, text: &str) -> Value {
        json!({ "body": text, "conversation_id": self.place.conversation })
    }

    /// Adds a note that is deleted when the check ends.
    pub(crate) fn add(&self, text: &str) -> Result<Added<'_>, Trouble> {
        let id = ContactNoteId::fresh();
        let answer = self.agent.put(&self.note(id), &self.body(text))?.expect(201)?;
        let note = answer.note()?;
        Ok(Added { scene: self, id, note, answer })
    }

    /// The newest notes of the contact.
    pub(crate) fn newest(&self) -> Result<(Answer, Vec<Value>), Trouble> {
        let answer = self.agent.get(&self.notes())?.expect(200)?;
        let notes = answer.notes()?;
        Ok((answer, notes))
    }

    /// Checks that this note is the newest. `contract`: the sentence that requires it.
    pub(crate) fn stands_first(&self, note: &Value, contract: &str) -> Outcome {
        let (answer, items) = self.newest()?;
        if items.first() == Some(note) { Ok(()) } else { Err(answer.wrong(contract)) }
    }

    /// Checks that the back end refuses to put this at a note's path. If it stores the note, the note is deleted again.
    pub(crate) fn is_refused(&self, path: &str, body: &Value, status: u16, code: &str) -> Outcome {
        let answer = self.agent.put(path, body)?;
        if answer.status == 201 {
            self.agent.delete(path)?;
        }
        answer.refused(status, code).map(drop)
    }
}

/// A note that a check has added.
pub(crate) struct Added<'a> {
    scene: &'a Scene,
    pub(crate) id: ContactNoteId,
    /// The note of the answer, with the fields that the contract describes.
    pub(crate) note: Value,
    pub(crate) answer: Answer,
}

impl Added<'_> {
    pub(crate) fn path(&self) -> String {
        self.scene.note(self.id)
    }
}

impl Drop for Added<'_> {
    fn drop(&mut self) {
        // If the back end does not delete the note, the checks about deletion report it.
        let _ = self.scene.agent.delete(&self.path());
    }
}
