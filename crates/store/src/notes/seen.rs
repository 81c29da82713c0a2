//! `Seen`: up to which place an agent has seen a contact's notes, and how many notes are new to them.

use std::collections::BTreeSet;
use wire::{AgentId, ContactNote, Seq};

/// Invariant: `not_loaded` is 0 when everything above the mark is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// Others' notes above this place are new to this agent. `None`: not known yet.
    pub(super) mark: Option<Seq>,
    /// Places above the mark that were seen in this page. The mark moves once everything below them was seen too.
    pub(super) here: BTreeSet<Seq>,
    /// How many new notes are older than everything that is loaded, as the server last counted them.
    pub(super) not_loaded: usize,
    /// Up to where the server had counted.
    counted: Seq,
    /// The last deletion or restoration that was heard of.
    heard: Seq,
    /// Something happened to a note that isn't loaded, after the server counted.
    pub(super) is_count_stale: bool,
}

impl Seen {
    pub(super) fn is_new(&self, note: &ContactNote, me: AgentId) -> bool {
        !self.here.contains(&note.seq) && is_above(self.mark, note, me)
    }

    /// Seen up to here. Never goes back.
    pub(super) fn receive(&mut self, mark: Seq) {
        self.mark = self.mark.max(Some(mark));
        self.here.retain(|here| Some(*here) > self.mark);
    }

    /// A note of this place was seen in this page.
    pub(super) fn see(&mut self, seq: Seq) {
        if self.mark.is_some_and(|mark| seq > mark) {
            self.here.insert(seq);
        }
    }

    /// The server's count of new notes as of a place in its order, `loaded` of which are loaded.
    pub(super) fn count(&mut self, unseen: u64, loaded: usize, as_of: Seq) {
        self.not_loaded = usize::try_from(unseen).unwrap_or(usize::MAX).saturating_sub(loaded);
        self.counted = as_of;
        self.is_count_stale = as_of < self.heard;
    }

    /// A note was deleted or restored. `is_loaded`: it is among those that are counted here.
    pub(super) fn hear(&mut self, seq: Seq, is_loaded: bool) {
        self.heard = self.heard.max(seq);
        self.is_count_stale |= self.mark.is_some() && !is_loaded && seq > self.counted;
    }

    /// Whether everything that may be new is loaded, which goes down to `floor`.
    pub(super) fn is_covered(&self, floor: Option<Seq>) -> bool {
        floor.zip(self.mark).is_some_and(|(floor, mark)| floor <= mark + 1)
    }

    pub(super) fn forget_count(&mut self) {
        self.not_loaded = 0;
        self.is_count_stale = false;
    }
}

/// Whether a note is of somebody else and above a mark.
pub(super) fn is_above(mark: Option<Seq>, note: &ContactNote, me: AgentId) -> bool {
    note.author.id != me && mark.is_some_and(|mark| note.seq > mark)
}
