//! The search within a contact's notes: at once in those that are loaded, and by the server in all others.

use crate::{
    browser::{
        dispose::dispose_with_owner,
        memo::{ErasedMemo, memo},
        timers::Timer,
    },
    client::Client,
    store::record::Load,
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wire::{ContactId, ContactNoteId, fold};

/// The server is asked when nothing was typed for this long.
const PAUSE_MS: u32 = 200;

/// What is searched for in a contact's notes, and what was found.
#[derive(Clone, Copy)]
pub struct NotesSearch {
    /// As it was typed.
    pub text: RwSignal<String>,
    /// In the form that is compared; empty without a search.
    pub wanted: ErasedMemo<String>,
    /// The notes that the server has found, newest first: those that are loaded, too.
    found: RwSignal<Vec<ContactNoteId>>,
    pub load: RwSignal<Load>,
}

impl NotesSearch {
    /// `has_older`: whether there are notes that are not loaded.
    pub fn new(contact: ContactId, has_older: ErasedMemo<bool>) -> Self {
        let text = RwSignal::new(String::new());
        let wanted = memo(move |_| text.with(|text| fold(text.trim())));
        let search = Self { text, wanted, found: RwSignal::new(Vec::new()), load: RwSignal::new(Load::Idle) };
        search.ask_server(contact, has_older);
        search
    }

    /// Searches again, after a failure.
    pub fn retry(self) {
        self.text.notify();
    }

    fn ask_server(self, contact: ContactId, has_older: ErasedMemo<bool>) {
        let client = Client::here();
        // The answer to an earlier text may come later.
        let latest = StoredValue::new(0_u32);
        let pause = StoredValue::new(None::<SendWrapper<Timer>>);
        let note_follower = dispose_with_owner();
        Effect::new(move |_| {
            note_follower();
            let text = self.text.get().trim().to_owned();
            latest.update_value(|latest| *latest += 1);
            pause.set_value(None);
            if text.is_empty() || !has_older.get_untracked() {
                self.load.set(Load::Idle);
                return self.found.set(Vec::new());
            }
            self.load.set(Load::Loading);
            let (client, asked) = (client.clone(), latest.get_value());
            let ask = move || {
                leptos::task::spawn_local(async move {
                    let is_latest = move || latest.try_get_value() == Some(asked);
                    self.ask(&client, contact, &text, is_latest).await;
                });
            };
            pause.set_value(Some(SendWrapper::new(Timer::after(PAUSE_MS, ask))));
        });
    }

    /// Asks for page after page, while this is what is searched for.
    async fn ask(self, client: &Client, contact: ContactId, text: &str, is_latest: impl Fn() -> bool) {
        let (mut cursor, mut found) = (None::<String>, Vec::new());
        loop {
            let page = client.search_contact_notes(contact, text, cursor.as_deref()).await;
            if !is_latest() {
                return;
            }
            match page {
                Ok((ids, next)) => {
                    found.extend(ids);
                    self.found.try_set(found.clone());
                    cursor = next;
                }
                Err(failure) => {
                    self.load.try_set(Load::Failed(failure));
                    return;
                }
            }
            if cursor.is_none() {
                self.load.try_set(Load::Ready);
                return;
            }
        }
    }

    /// The notes to show. `loaded`: those that are loaded, newest first. Tracks.
    pub fn keys(self, contact: ContactId, loaded: Vec<ContactNoteId>) -> Vec<ContactNoteId> {
        let wanted = self.wanted.get();
        if wanted.is_empty() {
            return loaded;
        }
        let notes = Client::here().store().contact_notes.of(contact);
        let shown = |id: &ContactNoteId, is_hit: &dyn Fn(&wire::ContactNote) -> bool| {
            notes.timeline.cell(*id).with(|record| record.shown().is_some_and(|(note, _)| is_hit(&note)))
        };
        let has_words = |note: &wire::ContactNote| {
            fold(note.body.as_str()).contains(&wanted) || fold(&note.author.name).contains(&wanted)
        };
        let mut keys: Vec<_> = loaded.iter().copied().filter(|id| shown(id, &has_words)).collect();
        let others = self.found.get().into_iter().filter(|id| !loaded.contains(id) && shown(id, &|_| true));
        keys.extend(others);
        keys
    }
}
