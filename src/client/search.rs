//! Searches contacts, notes and messages, and loads what a hit leads to.

use super::{Client, source::Pages};
use crate::{
    net::api::PAGE,
    store::{
        record::{Failure, Load, Record},
        records::Records as _,
    },
    strings::strings,
};
use wire::{ContactId, ContactNote, ContactNoteId, ConversationId, NotesPage, SearchKind, SearchResults, Seq, paths};

impl Client {
    /// The hits for a text, at most `limit` of each kind. `only`: of one kind, those after a cursor.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn search(
        &self,
        text: &str,
        only: Option<(SearchKind, &str)>,
        limit: u32,
    ) -> Result<SearchResults, Failure> {
        let only = only.map(|(kind, cursor)| (kind, Some(cursor)));
        self.api().get(&paths::search(text, only, limit)).await.map_err(|error| error.failure())
    }

    /// The notes of a contact that contain a text, in any case of letters: a page of them, newest first, and where the next
    /// one begins. They are in the store then, also those that are older than what is loaded.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn search_contact_notes(
        &self,
        contact: ContactId,
        text: &str,
        cursor: Option<&str>,
    ) -> Result<(Vec<ContactNoteId>, Option<String>), Failure> {
        let path = paths::contact_notes_with(contact, text, cursor, PAGE);
        let page: NotesPage<ContactNote> = self.api().get(&path).await.map_err(|error| error.failure())?;
        let ids = page.items.iter().map(|note| note.id).collect();
        let notes = self.store().contact_notes.of(contact);
        for note in page.items {
            notes.timeline.take_in(note, Record::receive);
        }
        Ok((ids, page.next_cursor))
    }

    /// Loads a thread down to a place, in addition to what is loaded.
    pub async fn load_thread_down_to(&self, conversation: ConversationId, seq: Seq) {
        let (messages, notes) = (self.messages_in(conversation), self.notes_in(conversation));
        futures::join!(self.load_down_to(&messages, seq), self.load_down_to(&notes, seq));
    }

    /// Loads a contact's notes down to a place, in addition to what is loaded.
    pub async fn load_contact_notes_down_to(&self, contact: ContactId, seq: Seq) {
        self.load_down_to(&self.notes_of(contact), seq).await;
    }

    async fn load_down_to(&self, pages: &dyn Pages, seq: Seq) {
        if pages.floor().is_none_or(|floor| floor > seq) {
            pages.set_load(Load::Loading);
            // A failure is shown in the list.
            self.fetch(pages, pages.older(), Some(seq)).await;
        }
    }

    /// A contact's newest conversation. `None`: there is none, or it can't be fetched, which a toast says.
    pub async fn newest_conversation_of(&self, contact: ContactId) -> Option<ConversationId> {
        match self.conversations_of(contact).await {
            Ok(conversations) => {
                let newest = conversations.first().copied();
                if newest.is_none() {
                    self.alert(strings().search_no_conversation.to_owned());
                }
                newest
            }
            Err(error) => {
                self.report(&error);
                None
            }
        }
    }
}
