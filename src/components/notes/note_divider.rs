//! `NoteDivider`: the line "New since your last visit", and the line below the new notes.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::live_view;
use crate::{
    client::Client,
    store::record::{Record, TimelineKey},
    strings::strings,
};
use leptos::prelude::*;
use std::borrow::Cow;
use wire::{ContactId, ContactNote, ContactNoteId, Seq};

/// The places of the dividers: each is above a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Borders {
    newest_new: Option<ContactNoteId>,
    /// The newest note that existed at the last visit. `None` if no note is new.
    newest_old: Option<ContactNoteId>,
}

/// The place up to which this agent had seen a contact's notes when the visit began. It keeps this value as long as its
/// owner lives. `None`: not known yet.
pub fn visit(contact: ContactId) -> ErasedMemo<Option<Seq>> {
    let notes = Client::here().store().contact_notes.of(contact);
    let visit = memo(move |before: Option<&Option<Seq>>| {
        let (began, seen) = (before.copied().flatten(), notes.seen());
        match began.zip(seen) {
            // Marks go back only when the server was restored from a backup.
            Some((began, seen)) => Some(began.min(seen)),
            None => began.or(seen),
        }
    });
    // The visit begins now, not when the memo is first read.
    visit.with_untracked(|_| ());
    visit
}

/// The places of the dividers in `keys` (newest first), in a visit that began with everything up to `visit` seen.
pub fn borders(
    contact: ContactId,
    keys: ErasedMemo<Vec<ContactNoteId>>,
    visit: ErasedMemo<Option<Seq>>,
) -> ErasedMemo<Borders> {
    let client = Client::here();
    let (notes, me) = (client.store().contact_notes.of(contact), client.my_id());
    let order = notes.timeline.order_signal();
    let is_mine = move |id| {
        // Untracked: a note keeps its author. All views of a contact would follow the same notes here.
        let author = |record: &Record<_>| record.shown().map(|(note, _): (Cow<'_, ContactNote>, _)| note.author.id);
        notes.timeline.cell(id).with_untracked(author) == Some(me)
    };
    memo(move |_| {
        let Some(visit) = visit.get() else { return Borders::default() };
        let mut newest_new = None;
        keys.with(|keys| {
            order.with(|order| {
                let mut keys = keys.iter().peekable();
                for placed in order.iter().filter(|placed| keys.next_if_eq(&&placed.id).is_some()) {
                    match placed.key {
                        TimelineKey::Saved(seq) if seq <= visit => {
                            return Borders { newest_new, newest_old: newest_new.map(|_| placed.id) };
                        }
                        TimelineKey::Saved(_) if !is_mine(placed.id) => newest_new = newest_new.or(Some(placed.id)),
                        TimelineKey::Saved(_) | TimelineKey::Unsaved(_) => {}
                    }
                }
                Borders { newest_new, newest_old: None }
            })
        })
    })
}

/// The divider above a note, if it has one.
#[component]
pub fn NoteDivider(id: ContactNoteId, borders: ErasedMemo<Borders>) -> impl IntoView {
    let is_new = memo(move |_| borders.with(|borders| borders.newest_new == Some(id)));
    let is_old = memo(move |_| borders.with(|borders| borders.newest_old == Some(id)));
    live_view(move || match (is_new.get(), is_old.get()) {
        (true, _) => Some(view! { <p class="note-divider">{strings().note_new}</p> }.into_any()),
        (_, true) => Some(view! { <p class="note-divider earlier">{strings().note_earlier}</p> }.into_any()),
        _ => None,
    })
}
