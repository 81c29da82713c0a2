//! `ContactNotes`: one timeline per contact, however many conversations and panels show it.

mod seen;
#[cfg(test)]
mod tests;

use super::{
    keyed::Keyed,
    record::{Pending, TimelineKey},
    records::Records,
    timeline::{Arrived, Timeline},
};
use reactive_graph::{
    signal::ArcRwSignal,
    traits::{Get, GetUntracked, Set, With, WithUntracked},
};
use seen::{Seen, is_above};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use wire::{AgentId, ContactId, ContactNote, ContactNoteId, ConversationId, NotesPage, Position, Seq};

/// Notes by contact.
pub struct ContactNotes {
    me: AgentId,
    by_contact: Keyed<ContactId, Arc<NotesOfContact>>,
}

/// One contact's notes, and which of them are new to this agent.
pub struct NotesOfContact {
    me: AgentId,
    pub timeline: Timeline<ContactNote>,
    seen: ArcRwSignal<Seen>,
    is_counting: AtomicBool,
}

impl ContactNotes {
    #[must_use]
    pub fn new(me: AgentId) -> Self {
        Self { me, by_contact: Keyed::default() }
    }

    /// The notes of a contact, shared by all callers.
    pub fn of(&self, contact: ContactId) -> Arc<NotesOfContact> {
        self.by_contact.cell_or(contact, || Arc::new(NotesOfContact::new(self.me)))
    }

    #[must_use]
    pub fn all(&self) -> Vec<Arc<NotesOfContact>> {
        self.by_contact.all()
    }
}

impl NotesOfContact {
    fn new(me: AgentId) -> Self {
        Self { me, timeline: Timeline::default(), seen: ArcRwSignal::default(), is_counting: AtomicBool::new(false) }
    }

    /// Applies a page that was requested below `below`. Returns whether it was applied, like
    /// [`Timeline::receive_page`].
    pub fn receive_page(&self, below: Option<Seq>, page: NotesPage<ContactNote>) -> bool {
        let NotesPage { items, next_cursor, as_of, seen: mark, unseen } = page;
        let (at, lowest) = (as_of.seq, items.last().map_or(below.unwrap_or(Seq::MAX), |last| last.seq));
        let is_new = |note: &ContactNote| is_above(Some(mark), note, self.me);
        let listed = items.iter().filter(|note| is_new(note)).count();
        let taken_in = self.timeline.receive_page(Arrived { items, below, next_cursor, as_of });
        if taken_in {
            // Subtracts loaded notes from the server's count: those of the page, and those loaded above and below it.
            let is_beside = |note: &ContactNote| note.seq < lowest || below.is_some_and(|below| note.seq >= below);
            let was_counted = |note: &ContactNote| note.seq <= at && is_beside(note) && is_new(note);
            self.change_seen(|seen, floor| {
                seen.receive(mark);
                if !seen.is_covered(floor) {
                    seen.count(unseen, listed + self.loaded(floor, was_counted), at);
                }
            });
        }
        taken_in
    }

    fn loaded(&self, floor: Option<Seq>, counts: impl Fn(&ContactNote) -> bool) -> usize {
        let is_loaded = |note: &ContactNote| floor.is_some_and(|floor| note.seq >= floor) && counts(note);
        let cells = self.timeline.cells.all();
        cells.iter().filter(|cell| cell.with_untracked(|record| record.live().is_some_and(is_loaded))).count()
    }

    /// Marks everything as stale. The mark of seen notes is unknown until the server's next page.
    pub(super) fn mark_stale(&self, since: Option<&Position>) {
        self.timeline.mark_stale(since);
        if self.seen.with_untracked(|seen| *seen != Seen::default()) {
            self.seen.set(Seen::default());
        }
    }

    /// Handles a change at `seq` that may have brought notes to places that are loaded, or taken some away.
    pub(super) fn expect_news(&self, seq: Seq) {
        self.timeline.expect_news(seq);
        self.change_seen(|seen, _| *seen = Seen::default());
    }

    /// The notes that the server has, as far as they are known. Untracked.
    pub(super) fn known(&self) -> Vec<ContactNote> {
        let cells = self.timeline.cells.all();
        cells.iter().filter_map(|cell| cell.with_untracked(|record| record.live().cloned())).collect()
    }

    /// The notes with a pending addition, deletion or restoration, of the conversations for which `moves` says so, in the
    /// order in which unsaved ones were made. Untracked.
    pub fn pending_in(&self, moves: impl Fn(ConversationId) -> bool) -> Vec<ContactNoteId> {
        let mut pending: Vec<(Option<u64>, ContactNoteId)> = Vec::new();
        for (id, cell) in self.timeline.cells.entries() {
            cell.with_untracked(|record| match record.pending() {
                Some(Pending::Add { entry, nth, .. }) if moves(entry.conversation_id) => pending.push((Some(*nth), id)),
                Some(Pending::Delete { .. } | Pending::Restore) => {
                    let live = record.live().map(|note| note.conversation_id);
                    let conversation = live.or_else(|| Some(record.shown()?.0.conversation_id));
                    if conversation.is_some_and(&moves) {
                        pending.push((None, id));
                    }
                }
                _ => {}
            });
        }
        pending.sort_unstable_by_key(|(nth, _)| *nth);
        pending.into_iter().map(|(_, id)| id).collect()
    }

    /// Handles the erasure of the contact at `rev`.
    pub(super) fn erase(&self, rev: Seq) {
        self.timeline.erase(rev);
        self.change_seen(|seen, _| *seen = Seen::default());
    }

    /// Receives a deletion. If the note isn't loaded, the count of new notes becomes stale.
    pub(super) fn receive_deletion(&self, id: ContactNoteId, seq: Seq) {
        self.change_seen(|seen, floor| {
            let is_loaded = self.timeline.cell(id).with_untracked(|record| {
                // A note that is already deleted changes no count.
                record.rev() > 0 && record.live().is_none_or(|note| floor.is_some_and(|floor| note.seq >= floor))
            });
            seen.hear(seq, is_loaded);
        });
        self.timeline.receive_deletion(id, seq);
    }

    /// Receives a restored note.
    pub(super) fn receive_restoration(&self, note: ContactNote, seq: Seq) {
        self.change_seen(|seen, floor| seen.hear(seq, floor.is_some_and(|floor| note.seq >= floor)));
        self.timeline.receive(note);
    }

    /// The number of the contact's notes that are new to this agent, loaded or not. Own notes never count. Tracks.
    #[must_use]
    pub fn new_count(&self) -> usize {
        let seen = self.seen.get();
        let Some(mark) = seen.mark else { return 0 };
        let loaded = self.timeline.order_signal().with(|order| {
            // The order is newest first: all notes at or below the mark are seen.
            let above = order.iter().take_while(|placed| placed.key > TimelineKey::Saved(mark));
            let cells = above.map(|placed| self.timeline.cell(placed.id));
            cells
                .filter(|cell| cell.with(|record| record.live().is_some_and(|note| seen.is_new(note, self.me))))
                .count()
        });
        loaded + seen.not_loaded
    }

    /// Whether a note is new to this agent. Own notes are never new. Tracks.
    #[must_use]
    pub fn is_new(&self, id: ContactNoteId) -> bool {
        let seen = self.seen.get();
        self.timeline.cell(id).with(|record| record.live().is_some_and(|note| seen.is_new(note, self.me)))
    }

    /// Marks a note as seen by this agent. Returns the new mark to send to the server, if it moved.
    pub fn see(&self, id: ContactNoteId) -> Option<Seq> {
        let seq = self.timeline.cell(id).with_untracked(|record| record.live().map(|note| note.seq))?;
        let newest = self.newest()?;
        self.change_seen(|seen, _| seen.see(seq));
        let seen = self.seen.get_untracked();
        if seen.not_loaded > 0 {
            return None;
        }
        let order = self.timeline.order_signal().get_untracked();
        let unseen = order.iter().rev().find_map(|placed| {
            let cell = self.timeline.cell(placed.id);
            cell.with_untracked(|record| record.live().filter(|note| seen.is_new(note, self.me)).map(|note| note.seq))
        });
        let mark = unseen.map_or(newest, |unseen| unseen - 1);
        let is_news = seen.here.first().is_some_and(|lowest| *lowest <= mark);
        is_news.then(|| {
            self.receive_seen(mark);
            mark
        })
    }

    /// Raises the mark to this place. It never goes back.
    pub fn receive_seen(&self, seq: Seq) {
        self.change_seen(|seen, _| seen.receive(seq));
    }

    /// The place up to which this agent has seen everything. Tracks.
    #[must_use]
    pub fn seen(&self) -> Option<Seq> {
        self.seen.with(|seen| seen.mark)
    }

    #[must_use]
    pub fn seen_untracked(&self) -> Option<Seq> {
        self.seen.with_untracked(|seen| seen.mark)
    }

    /// Whether the count of new notes must be refetched.
    #[must_use]
    pub fn is_count_stale(&self) -> bool {
        self.seen.with_untracked(|seen| seen.is_count_stale)
    }

    /// Marks a count request as running. False: one is running already.
    #[must_use]
    pub fn begin_count(&self) -> bool {
        !self.is_counting.swap(true, Ordering::Relaxed)
    }

    /// Marks the count request as ended.
    pub fn end_count(&self) {
        self.is_counting.store(false, Ordering::Relaxed);
    }

    /// Changes `seen`. `change` also receives the floor of the loaded range.
    fn change_seen(&self, change: impl FnOnce(&mut Seen, Option<Seq>)) {
        let floor = self.timeline.floor();
        let mut seen = self.seen.get_untracked();
        change(&mut seen, floor);
        if seen.is_covered(floor) {
            seen.forget_count();
        }
        if self.seen.with_untracked(|known| *known != seen) {
            self.seen.set(seen);
        }
    }

    /// The newest saved place, for the mark of seen notes. `None` while the timeline is stale.
    #[must_use]
    pub fn newest(&self) -> Option<Seq> {
        if self.timeline.is_stale() {
            return None;
        }
        self.timeline.order_signal().with_untracked(|order| {
            order.iter().find_map(|placed| match placed.key {
                TimelineKey::Saved(seq) => Some(seq),
                TimelineKey::Unsaved(_) => None,
            })
        })
    }
}
