//! `Seen`: the place up to which an agent has seen a contact's notes, and the number of notes that are new to them.

use std::collections::BTreeSet;
use wire::{AgentId, ContactNote, Seq};

/// Invariant: `not_loaded` is 0 when everything above the mark is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Other agents' notes above this place are new to this agent. `None`: not known yet.
    pub(super) mark: Option<Seq>,
    /// Places above the mark that were seen in this page. The mark moves once everything below them is seen too.
    pub(super) here: BTreeSet<Seq>,
    /// The number of new notes older than the loaded range, by the server's last count.
    pub(super) not_loaded: usize,
    /// The position of the server's last count.
    counted: Seq,
    /// The position of the last deletion or restoration received.
    heard: Seq,
    /// A note outside of the loaded range was deleted or restored after the server's count.
    pub(super) is_count_stale: bool,
}

impl Seen {
    pub(super) fn is_new(&self, note: &ContactNote, me: AgentId) -> bool {
        !self.here.contains(&note.seq) && is_above(self.mark, note, me)
    }

    /// Raises the mark to this place. It never goes back.
    pub(super) fn receive(&mut self, mark: Seq) {
        self.mark = self.mark.max(Some(mark));
        self.here.retain(|here| Some(*here) > self.mark);
    }

    /// Records that the note at this place was seen in this page.
    pub(super) fn see(&mut self, seq: Seq) {
        if self.mark.is_some_and(|mark| seq > mark) {
            self.here.insert(seq);
        }
    }

    /// Receives the server's count of new notes at a position, `loaded` of which are loaded.
    pub(super) fn count(&mut self, unseen: u64, loaded: usize, as_of: Seq) {
        self.not_loaded = usize::try_from(unseen).unwrap_or(usize::MAX).saturating_sub(loaded);
        self.counted = as_of;
        self.is_count_stale = as_of < self.heard;
    }

    /// Records a deletion or restoration. `is_loaded`: the note is in the loaded range, whose new notes are counted
    /// here.
    pub(super) fn hear(&mut self, seq: Seq, is_loaded: bool) {
        self.heard = self.heard.max(seq);
        self.is_count_stale |= self.mark.is_some() && !is_loaded && seq > self.counted;
    }

    /// Whether the loaded range, down to `floor`, covers all notes that may be new.
    pub(super) fn is_covered(&self, floor: Option<Seq>) -> bool {
        floor.zip(self.mark).is_some_and(|(floor, mark)| floor <= mark + 1)
    }

    pub(super) fn forget_count(&mut self) {
        self.not_loaded = 0;
        self.is_count_stale = false;
    }
}

/// Whether a note is another agent's and above a mark.
pub(super) fn is_above(mark: Option<Seq>, note: &ContactNote, me: AgentId) -> bool {
    note.author.id != me && mark.is_some_and(|mark| note.seq > mark)
}
