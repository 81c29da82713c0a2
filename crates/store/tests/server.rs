//! A model of the server: one order per organization, tombstones, the undo window, pages, events, epochs.

use crate::model_list::ModelList;
use std::collections::BTreeMap;
use wire::{Position, ProblemCode, Seq};

pub(crate) type Id = u128;

/// The undo window, in steps of a history.
const UNDO_WINDOW: usize = 25;

/// A note or message, or its tombstone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stored {
    pub(crate) id: Id,
    pub(crate) model_list: ModelList,
    pub(crate) author: usize,
    pub(crate) body: u32,
    pub(crate) seq: Seq,
    pub(crate) rev: Seq,
    pub(crate) gone: Option<Gone>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gone {
    pub(crate) by: usize,
    /// The step until which it can be restored.
    until: usize,
}

/// An event: a stored thing after a change.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) stored: Stored,
    pub(crate) restored: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Entry(Stored),
    /// The version of the deletion; `None`: the thing never existed.
    Deleted(Option<Seq>),
    Gone(Seq),
    Refused(ProblemCode),
}

#[derive(Clone, Debug)]
pub(crate) struct PageRead {
    pub(crate) items: Vec<Stored>,
    pub(crate) more: bool,
    pub(crate) as_of: Position,
}

#[derive(Default)]
pub(crate) struct Server {
    pub(crate) stored: BTreeMap<Id, Stored>,
    pub(crate) seq: Seq,
    pub(crate) epoch: u32,
    /// All events of this epoch.
    pub(crate) log: Vec<Said>,
    pub(crate) now: usize,
    backup: Option<(BTreeMap<Id, Stored>, Seq)>,
}

impl Server {
    pub(crate) fn position(&self) -> Position {
        Position { epoch: format!("e{}", self.epoch), seq: self.seq }
    }

    /// `PUT`. The server refuses every thirteenth text.
    pub(crate) fn add(&mut self, author: usize, model_list: ModelList, id: Id, body: u32) -> Answer {
        match self.stored.get(&id) {
            Some(stored) if stored.gone.is_some() => Answer::Gone(stored.rev),
            Some(stored) if stored.body == body => Answer::Entry(stored.clone()),
            Some(_) => Answer::Refused(ProblemCode::IdReuse),
            None if body % 13 == 12 => Answer::Refused(ProblemCode::InvalidBody),
            None => {
                let seq = self.seq + 1;
                self.change(Stored { id, model_list, author, body, seq, rev: seq, gone: None }, false)
            }
        }
    }

    /// `DELETE`. Agent 0 is the admin. An unknown id gets a tombstone.
    pub(crate) fn delete(&mut self, agent: usize, model_list: ModelList, id: Id) -> Answer {
        let gone = Some(Gone { by: agent, until: self.now + UNDO_WINDOW });
        match self.stored.get(&id).cloned() {
            Some(Stored { gone: Some(_), rev, .. }) => Answer::Deleted(Some(rev).filter(|rev| *rev > 0)),
            Some(stored) if stored.author != agent && agent != 0 => Answer::Refused(ProblemCode::Forbidden),
            Some(stored) => {
                self.change(Stored { gone, ..stored }, false);
                Answer::Deleted(Some(self.seq))
            }
            None => {
                let until = 0;
                let gone = Some(Gone { by: agent, until });
                self.stored.insert(id, Stored { id, model_list, author: agent, body: 0, seq: 0, rev: 0, gone });
                Answer::Deleted(None)
            }
        }
    }

    /// `POST …/restore`.
    pub(crate) fn restore(&mut self, agent: usize, id: Id) -> Answer {
        match self.stored.get(&id).cloned() {
            None => Answer::Refused(ProblemCode::NotFound),
            Some(stored) => match stored.gone {
                None => Answer::Entry(stored),
                Some(gone) if gone.by != agent => Answer::Refused(ProblemCode::Forbidden),
                Some(gone) if gone.until < self.now => Answer::Gone(stored.rev),
                Some(_) => self.change(Stored { gone: None, ..stored }, true),
            },
        }
    }

    pub(crate) fn page(&self, model_list: ModelList, below: Option<Seq>, limit: usize) -> PageRead {
        let mut items = self.live(model_list);
        items.retain(|stored| below.is_none_or(|below| stored.seq < below));
        let more = items.len() > limit;
        items.truncate(limit);
        PageRead { items, more, as_of: self.position() }
    }

    /// The existing things, newest first.
    pub(crate) fn live(&self, model_list: ModelList) -> Vec<Stored> {
        let live = |stored: &&Stored| stored.model_list == model_list && stored.gone.is_none();
        let mut stored: Vec<Stored> = self.stored.values().filter(live).cloned().collect();
        stored.sort_by_key(|stored| std::cmp::Reverse(stored.seq));
        stored
    }

    pub(crate) fn back_up(&mut self) {
        self.backup = Some((self.stored.clone(), self.seq));
    }

    /// Restores the backup, with the log of deletions replayed over it (`replayed`) or without.
    pub(crate) fn restart(&mut self, replayed: bool) {
        let (stored, seq) = self.backup.clone().unwrap_or_default();
        let before = std::mem::replace(&mut self.stored, stored);
        (self.seq, self.epoch) = (seq, self.epoch + 1);
        self.log.clear();
        for tombstone in before.into_values().filter(|stored| replayed && stored.gone.is_some()) {
            self.seq += 1;
            let rev = self.seq;
            let known = self.stored.entry(tombstone.id).or_insert(tombstone);
            (known.gone, known.rev) = (Some(Gone { by: 0, until: 0 }), rev);
        }
    }

    fn change(&mut self, mut stored: Stored, restored: bool) -> Answer {
        self.seq += 1;
        stored.rev = self.seq;
        self.stored.insert(stored.id, stored.clone());
        self.log.push(Said { stored: stored.clone(), restored });
        Answer::Entry(stored)
    }
}
