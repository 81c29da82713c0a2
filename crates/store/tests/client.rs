//! A model of the app's `Client`: uses the store like it, and checks that no impossible state is shown.

use crate::{
    model_list::{self, ModelEntry, ModelList, on},
    server::{Answer, Id, PageRead, Said, Stored},
    tabs::TabMessage,
};
use reactive_graph::traits::{GetUntracked, WithUntracked};
use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
};
use store::{
    Store,
    record::{Failure, Load, Pending, PendingRequest, SendState, State, TimelineKey},
    records::Records as _,
    timeline::{Arrived, Timeline},
};
use wire::{Position, ProblemCode, Seq};

/// A request in flight, or its answer.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) model_list: ModelList,
    pub(crate) what: What,
    pub(crate) answer: Option<Answer>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Add(u32),
    Delete,
    Restore,
}

/// A page request in flight, or its answer.
pub(crate) struct Fetch {
    pub(crate) model_list: ModelList,
    pub(crate) below: Option<Seq>,
    /// Continues with older pages down to here.
    down_to: Option<Seq>,
    pub(crate) read: Option<PageRead>,
}

/// A shown thing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) id: Id,
    pub(crate) place: TimelineKey,
    pub(crate) state: State,
    pub(crate) text: String,
    /// Shown because this agent undid a deletion.
    pub(crate) undone: bool,
}

/// One page of an agent's browser.
pub(crate) struct Client {
    pub(crate) agent: usize,
    /// Whether it sends for all pages of the browser.
    pub(crate) is_leader: bool,
    /// Messages of the browser's other pages in flight, and messages that this page will broadcast.
    pub(crate) incoming: VecDeque<TabMessage>,
    pub(crate) outgoing: Vec<TabMessage>,
    /// Texts that the leader stores for another page, which may close before it has stored them itself.
    pub(crate) storing: Vec<(ModelList, Id, Option<String>)>,
    /// The page's number, among all pages ever opened.
    pub(crate) page: usize,
    pub(crate) store: Store,
    /// Events in flight.
    pub(crate) inbox: Vec<Said>,
    pub(crate) requests: BTreeMap<Id, Request>,
    pub(crate) fetches: Vec<Fetch>,
    /// Refused changes that the agent has not discarded.
    pub(crate) refused: BTreeSet<Id>,
    pub(crate) deletions: Vec<(ModelList, Id)>,
    /// The agent's last intent for each deleted thing: restored or not. Only those that can still be fulfilled.
    pub(crate) wanted: BTreeMap<Id, (ModelList, bool)>,
    /// Whether the stream is down; the next one starts with a reset.
    pub(crate) cut_off: bool,
    pub(crate) lost_events: bool,
    pub(crate) pages: usize,
    /// Restored by a pending change of an earlier page, which does not have the text.
    pub(crate) unseen: BTreeSet<Id>,
    pub(crate) cells: HashMap<Id, Box<dyn Any>>,
    /// Of each thing the highest version received, the version that a deletion was for, and the highest deleted
    /// version.
    pub(crate) live: HashMap<Id, Seq>,
    pub(crate) intended: HashMap<Id, Seq>,
    pub(crate) gone: HashMap<Id, Seq>,
}

impl Client {
    pub(crate) fn new(agent: usize, page: usize) -> Self {
        Self {
            agent,
            is_leader: false,
            incoming: VecDeque::new(),
            outgoing: Vec::new(),
            storing: Vec::new(),
            page,
            store: Store::new(model_list::agent(agent)),
            inbox: Vec::new(),
            requests: BTreeMap::new(),
            fetches: Vec::new(),
            refused: BTreeSet::new(),
            deletions: Vec::new(),
            wanted: BTreeMap::new(),
            cut_off: false,
            lost_events: false,
            pages: 0,
            unseen: BTreeSet::new(),
            cells: HashMap::new(),
            live: HashMap::new(),
            intended: HashMap::new(),
            gone: HashMap::new(),
        }
    }

    pub(crate) fn add(&mut self, model_list: ModelList, id: Id, body: u32) {
        let stored = Stored { id, model_list, author: self.agent, body, seq: 0, rev: 0, gone: None };
        on!(self.store, model_list, timeline => model_list::is_same_cell(timeline, id, &mut self.cells));
        on!(self.store, model_list, timeline => timeline.apply_add(model_list::entry(timeline, &stored)));
        self.changed(model_list, id);
    }

    pub(crate) fn delete(&mut self, model_list: ModelList, id: Id) {
        let was_saved = on!(self.store, model_list, timeline => is_live(timeline, id));
        let intended = on!(self.store, model_list, timeline => timeline.apply_delete(model_list::key(timeline, id)));
        if intended {
            self.intended.insert(id, self.live.get(&id).copied().unwrap_or(0));
            self.refused.remove(&id);
            // The app offers Undo for saved things only.
            self.deletions.extend(was_saved.then_some((model_list, id)));
            self.wanted.insert(id, (model_list, false));
            self.changed(model_list, id);
        }
    }

    pub(crate) fn undo(&mut self, model_list: ModelList, id: Id) {
        if on!(self.store, model_list, timeline => timeline.apply_restore(model_list::key(timeline, id))) {
            self.wanted.insert(id, (model_list, true));
            self.changed(model_list, id);
        }
    }

    pub(crate) fn forget(&mut self, model_list: ModelList, id: Id) {
        on!(self.store, model_list, timeline => timeline.forget_deleted(model_list::key(timeline, id)));
    }

    /// Sends the request of the record's pending change, one at a time.
    pub(crate) fn run(&mut self, model_list: ModelList, id: Id) {
        if !self.is_leader || self.requests.contains_key(&id) {
            return;
        }
        let what = on!(self.store, model_list, timeline => what(timeline, id));
        if let Some(what) = what {
            on!(self.store, model_list, timeline => timeline.mark_sent(model_list::key(timeline, id)));
            self.requests.insert(id, Request { model_list, what, answer: None });
        }
    }

    /// The request or its answer was lost.
    pub(crate) fn fail(&mut self, id: Id) {
        if let Some(request) = self.requests.remove(&id) {
            self.end(id, Request { answer: None, ..request });
        }
    }

    pub(crate) fn receive_answer(&mut self, id: Id) {
        if let Some(request) = self.requests.remove(&id) {
            self.end(id, request);
        }
    }

    fn end(&mut self, id: Id, Request { model_list, what, answer }: Request) {
        self.take_outcome(model_list, id, what, answer.clone());
        let text = self.unsent(model_list, id);
        self.outgoing.push(TabMessage::Outcome { model_list, id, what, answer, text });
        self.run(model_list, id);
    }

    pub(crate) fn take_outcome(&mut self, model_list: ModelList, id: Id, what: What, answer: Option<Answer>) {
        match answer {
            None => {
                on!(self.store, model_list, timeline => timeline.retry(model_list::key(timeline, id), Failure::Offline));
            }
            Some(Answer::Entry(stored)) => {
                self.heard(&stored);
                on!(self.store, model_list, timeline => timeline.settle(model_list::entry(timeline, &stored)));
            }
            Some(Answer::Deleted(rev)) => {
                self.heard_gone(id, rev.unwrap_or(0));
                self.intended.insert(id, rev.unwrap_or(0));
                on!(self.store, model_list, timeline => timeline.settle_delete(model_list::key(timeline, id), rev));
            }
            Some(Answer::Gone(rev)) => {
                self.heard_gone(id, rev);
                self.wanted.remove(&id);
                on!(self.store, model_list, timeline => timeline.refuse_gone(model_list::key(timeline, id), Some(rev)));
            }
            Some(Answer::Refused(code)) => self.receive_refusal(model_list, id, what, code),
        }
    }

    fn receive_refusal(&mut self, model_list: ModelList, id: Id, what: What, code: ProblemCode) {
        let failure = Failure::Refused(code);
        on!(self.store, model_list, timeline => timeline.refuse(model_list::key(timeline, id), failure));
        self.wanted.remove(&id);
        if matches!(what, What::Add(_)) && on!(self.store, model_list, timeline => is_refused(timeline, id)) {
            self.refused.insert(id);
        }
    }

    pub(crate) fn receive_event(&mut self, said: &Said) {
        if said.stored.gone.is_some() {
            self.heard_gone(said.stored.id, said.stored.rev);
        } else {
            self.heard(&said.stored);
        }
        self.store.receive(model_list::event(said));
    }

    pub(crate) fn ask(&mut self, model_list: ModelList, below: Option<Seq>) {
        on!(self.store, model_list, timeline => timeline.set_load(Load::Loading));
        self.fetches.push(Fetch { model_list, below, down_to: None, read: None });
    }

    pub(crate) fn ask_older(&mut self, model_list: ModelList) -> bool {
        let older = on!(self.store, model_list, timeline => timeline.older());
        if let Some((_, below)) = older {
            self.ask(model_list, Some(below));
        }
        older.is_some()
    }

    /// Refetches the loaded range, from the newest page on.
    pub(crate) fn refetch(&mut self, model_list: ModelList) {
        let down_to = self.floor(model_list);
        self.fetches.push(Fetch { model_list, below: None, down_to, read: None });
    }

    pub(crate) fn floor(&self, model_list: ModelList) -> Option<Seq> {
        on!(self.store, model_list, timeline => timeline.floor())
    }

    /// `gone`: the deleted things of the page's model list on the server.
    pub(crate) fn receive_page(&mut self, at: usize, gone: &[Stored]) {
        let Fetch { model_list, below, down_to, read } = self.fetches.remove(at);
        let read = read.expect("it was read before");
        let (as_of, lowest) = (read.as_of.seq, read.items.last().map_or(0, |last| last.seq));
        let taken_in = on!(self.store, model_list, timeline => receive_page(timeline, below, &read));
        if !taken_in {
            return;
        }
        self.pages += 1;
        read.items.iter().for_each(|stored| self.heard(stored));
        for stored in gone.iter().filter(|stored| stored.seq <= as_of && stored.seq > 0) {
            let inside = (!read.more || stored.seq >= lowest) && below.is_none_or(|below| stored.seq < below);
            if inside && read.items.iter().all(|item| item.id != stored.id) {
                self.heard_gone(stored.id, as_of);
            }
        }
        if read.more && down_to.is_some_and(|down_to| lowest > down_to) {
            self.fetches.push(Fetch { model_list, below: Some(lowest), down_to, read: None });
        }
    }

    /// Resets the stream: events in flight are lost, and the loaded range is refetched.
    pub(crate) fn reset(&mut self, since: &Position) {
        self.inbox.clear();
        (self.cut_off, self.lost_events) = (false, false);
        self.live.clear();
        self.gone.clear();
        self.intended.clear();
        self.wanted.clear();
        self.store.receive_reset(since);
        for model_list in ModelList::ALL {
            if self.floor(model_list).is_some() {
                self.refetch(model_list);
            }
        }
    }

    /// Checks that the agent's last intents are fulfilled, unless others changed the same things.
    pub(crate) fn has_what_was_wanted(&self, meddled: &BTreeSet<Id>) -> Result<(), String> {
        for (id, (model_list, wanted)) in self.wanted.iter().filter(|(id, _)| !meddled.contains(id)) {
            if self.shown(*model_list).iter().any(|thing| thing.id == *id) != *wanted {
                return Err(format!("client {} wanted {id} to be shown: {wanted}; it is not so", self.agent));
            }
        }
        Ok(())
    }

    /// Checks that each thing still has its first cell.
    pub(crate) fn has_its_cells(&mut self, texts: &BTreeMap<Id, (ModelList, u32)>) -> Result<(), String> {
        for (id, (model_list, _)) in texts {
            if !on!(self.store, model_list, timeline => model_list::is_same_cell(timeline, *id, &mut self.cells)) {
                return Err(format!("the cell of {id} was replaced"));
            }
        }
        Ok(())
    }

    fn heard(&mut self, stored: &Stored) {
        on!(self.store, stored.model_list, timeline => model_list::is_same_cell(timeline, stored.id, &mut self.cells));
        let known = self.live.entry(stored.id).or_default();
        *known = stored.rev.max(*known);
    }

    fn heard_gone(&mut self, id: Id, rev: Seq) {
        let known = self.gone.entry(id).or_default();
        *known = rev.max(*known);
    }

    /// The shown things of a model list, newest first.
    pub(crate) fn shown(&self, model_list: ModelList) -> Vec<Shown> {
        on!(self.store, model_list, timeline => shown(timeline))
    }
}

fn is_live<T: ModelEntry>(timeline: &Timeline<T>, id: Id) -> bool {
    timeline.cell(T::key(id)).with_untracked(|record| record.live().is_some())
}

fn what<T: ModelEntry>(timeline: &Timeline<T>, id: Id) -> Option<What> {
    Some(match timeline.request(T::key(id))? {
        PendingRequest::Add(entry) => What::Add(entry.text().strip_prefix("text ").unwrap().parse().unwrap()),
        PendingRequest::Delete => What::Delete,
        PendingRequest::Restore => What::Restore,
    })
}

fn is_refused<T: ModelEntry>(timeline: &Timeline<T>, id: Id) -> bool {
    let refused = |state| matches!(state, State::Unsaved(SendState::Refused(_)));
    timeline.cell(T::key(id)).with_untracked(|record| record.shown().is_some_and(|(_, state)| refused(state)))
}

fn receive_page<T: ModelEntry>(timeline: &Timeline<T>, below: Option<Seq>, read: &PageRead) -> bool {
    timeline.receive_page(Arrived {
        items: read.items.iter().map(T::of).collect(),
        below,
        next_cursor: read.more.then(|| "more".to_owned()),
        as_of: read.as_of.clone(),
    })
}

fn shown<T: ModelEntry>(timeline: &Timeline<T>) -> Vec<Shown> {
    let order = timeline.order_signal().get_untracked();
    let shown = order.iter().filter_map(|placed| {
        timeline.cell(placed.id).with_untracked(|record| {
            let (entry, state) = record.shown()?;
            let undone = matches!(record.pending(), Some(Pending::Delete { undone: true } | Pending::Restore));
            let text = entry.text().to_owned();
            Some(Shown { id: T::unkey(placed.id), place: placed.key, state, text, undone })
        })
    });
    shown.collect()
}
