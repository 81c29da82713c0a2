//! `ConversationNoteItem`: a note in a thread. Colour, icon and label distinguish it from messages and contact notes.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        notes::note_item::{NoteHead, note_body},
        shared::found::{FoundItem, is_found},
        ui::icon::{Icon, Shape},
    },
    store::{record::State, threads::ThreadItem},
    strings::strings,
};
use leptos::prelude::*;
use wire::{ContactId, ConversationId, ConversationNoteId};

/// A conversation note in its thread.
#[component]
pub fn ConversationNoteItem(
    conversation: ConversationId,
    contact: ErasedMemo<Option<ContactId>>,
    id: ConversationNoteId,
) -> impl IntoView {
    let client = Client::here();
    let cell = client.store().threads.of(conversation).notes.cell(id);
    let first = cell.with_untracked(|record| record.shown().map(|(note, _)| note.into_owned()));
    let state = memo(move |_| {
        cell.with(|record| record.shown().map(|(note, state)| (note.author.clone(), note.created_at, state)))
    });
    let (keep_client, edit_client, drop_client) = (client.clone(), client.clone(), client.clone());
    first.map(|note| {
        let body = note.body.clone();
        let keep = move |_| {
            if let Some(contact) = contact.get_untracked() {
                keep_client.add_contact_note(contact, conversation, body.clone());
                keep_client.announce(strings().kept_as_contact_note.to_owned());
            }
        };
        let edit = Callback::new(move |()| {
            if let Some(body) = edit_client.take_back_conversation_note(conversation, id) {
                edit_client.put_back_conversation_note(conversation, body.as_str());
            }
        });
        let discard = Callback::new(move |()| {
            drop_client.take_back_conversation_note(conversation, id);
        });
        let delete = Callback::new(move |()| client.delete_conversation_note(conversation, id));
        let is_marked = memo(move |_| is_found(FoundItem::InThread(ThreadItem::Note(id))));
        let is_saved = move || matches!(state.get(), Some((_, _, State::Saved)));
        view! {
            <article class="conversation-note" class:found=live(move || is_marked.get()) part="conversation-note" tabindex="-1">
                <p class="conversation-note-mark"><Icon shape=Shape::Lock />{strings().internal_here}</p>
                <NoteHead state edit discard delete />
                {note_body(note.body.into_string(), None)}
                {live_view(move || {
                    let keep = keep.clone();
                    is_saved()
                        .then(|| {
                            view! {
                                <button type="button" class="button quiet keep" on:click=keep>
                                    <Icon shape=Shape::StickyNote />
                                    {strings().keep_as_contact_note}
                                </button>
                            }
                        })
                })}
            </article>
        }
    })
}
