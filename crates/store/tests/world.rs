//! Random histories: steps of clients, the server and the network between them.

use crate::{
    client::{Client, What},
    dice::Dice,
    model_list::ModelList,
    server::{Id, Server, Stored},
    tabs::Outbox,
};
use std::collections::{BTreeMap, BTreeSet};
use store::record::State;

/// A step of a history. `a` and `b` select a client, thing or message among those that exist at that point, so that a
/// history stays valid when steps are removed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    kind: Kind,
    a: u16,
    b: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Add,
    Delete,
    Undo,
    Forget,
    RequestArrives,
    AnswerArrives,
    RequestLost,
    EventArrives,
    EventRepeated,
    EventLost,
    AskNewest,
    AskOlder,
    Refetch,
    PageRead,
    PageArrives,
    PageLost,
    BackUp,
    Restart,
    Reset,
    Crash,
    Close,
    Open,
    MessageArrives,
}

/// The number of agents, each with a browser, and the maximum number of a browser's pages.
const AGENTS: usize = 3;
pub(crate) const PAGES: usize = 4;

/// The weight of each kind of step.
const KINDS: [(Kind, usize); 23] = [
    (Kind::Add, 14),
    (Kind::Delete, 9),
    (Kind::Undo, 6),
    (Kind::Forget, 2),
    (Kind::RequestArrives, 16),
    (Kind::AnswerArrives, 13),
    (Kind::RequestLost, 5),
    (Kind::EventArrives, 16),
    (Kind::EventRepeated, 5),
    (Kind::EventLost, 3),
    (Kind::AskNewest, 4),
    (Kind::AskOlder, 5),
    (Kind::Refetch, 2),
    (Kind::PageRead, 9),
    (Kind::PageArrives, 11),
    (Kind::PageLost, 1),
    (Kind::BackUp, 1),
    (Kind::Restart, 1),
    (Kind::Reset, 2),
    (Kind::Crash, 1),
    (Kind::Close, 2),
    (Kind::Open, 3),
    (Kind::MessageArrives, 14),
];

/// Most steps are in one list, so that they conflict.
pub(crate) const MODEL_LISTS: [ModelList; 8] = [
    ModelList::ContactNotes(0),
    ModelList::ContactNotes(0),
    ModelList::ContactNotes(0),
    ModelList::ContactNotes(0),
    ModelList::ContactNotes(0),
    ModelList::ContactNotes(1),
    ModelList::ConversationNotes,
    ModelList::Messages,
];

pub(crate) fn history(dice: &mut Dice, length: usize) -> Vec<Step> {
    let total = KINDS.iter().map(|(_, weight)| weight).sum();
    let mut step = || {
        let mut at = dice.below(total);
        let (kind, _) = KINDS.iter().find(|(_, weight)| at.checked_sub(*weight).map(|rest| at = rest).is_none())?;
        let (a, b) = (dice.below(1 << 16), dice.below(1 << 16));
        Some(Step { kind: *kind, a: u16::try_from(a).ok()?, b: u16::try_from(b).ok()? })
    };
    (0..length).filter_map(|_| step()).collect()
}

pub(crate) struct World {
    pub(crate) server: Server,
    /// Every page of every browser.
    pub(crate) clients: Vec<Client>,
    /// The content of each browser's storage, by agent.
    pub(crate) outboxes: Vec<Outbox>,
    pub(crate) pages: usize,
    /// The model list and text of each id.
    pub(crate) texts: BTreeMap<Id, (ModelList, u32)>,
    /// The page that deleted each thing first, and the things that others deleted too.
    pub(crate) deleters: BTreeMap<Id, usize>,
    meddled: BTreeSet<Id>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut clients: Vec<Client> = (0..AGENTS).map(|agent| Client::new(agent, agent)).collect();
        clients.iter_mut().for_each(|client| client.is_leader = true);
        Self {
            server: Server::default(),
            clients,
            outboxes: vec![Outbox::new(); AGENTS],
            pages: AGENTS,
            texts: BTreeMap::new(),
            deleters: BTreeMap::new(),
            meddled: BTreeSet::new(),
        }
    }

    pub(crate) fn take(&mut self, step: Step) -> Result<(), String> {
        let result = self.take_step(step);
        self.tell();
        result
    }

    fn take_step(&mut self, step: Step) -> Result<(), String> {
        let (a, b) = (usize::from(step.a), usize::from(step.b));
        let (at, model_list) = (a % self.clients.len(), MODEL_LISTS[b % MODEL_LISTS.len()]);
        self.server.now += 1;
        match step.kind {
            Kind::Add => return self.add(at, model_list),
            Kind::Delete => return self.delete(at, model_list, a),
            Kind::Undo => return self.undo(at, b),
            Kind::Forget => return self.forget(at, b),
            Kind::RequestArrives => self.request_arrives(at, b),
            Kind::AnswerArrives => return self.answer_arrives(at, b),
            Kind::RequestLost => return self.request_lost(at, b),
            Kind::EventArrives => return self.event_arrives(at, b, true),
            Kind::EventRepeated => return self.event_arrives(at, b, false),
            Kind::EventLost => self.event_lost(at, b),
            Kind::AskNewest => self.clients[at].ask(model_list, None),
            Kind::Refetch => self.clients[at].refetch(model_list),
            Kind::AskOlder => {
                self.clients[at].ask_older(model_list);
            }
            Kind::PageRead => self.page_read(at, b),
            Kind::PageArrives => return self.page_arrives(at, b),
            Kind::PageLost => self.page_lost(at, b),
            Kind::BackUp => self.server.back_up(),
            Kind::Restart => return self.restart(b.is_multiple_of(2)),
            Kind::Reset => return self.reset(at),
            Kind::Crash => return self.crash(at),
            Kind::Close => return self.close(at, b),
            Kind::Open => return self.open(at),
            Kind::MessageArrives => return self.deliver_message(at),
        }
        Ok(())
    }

    /// Checks a client's model list for impossible states.
    pub(crate) fn look(&mut self, at: usize, model_list: ModelList) -> Result<(), String> {
        self.clients[at].look(model_list, &self.texts)
    }

    pub(crate) fn look_everywhere(&mut self, at: usize) -> Result<(), String> {
        self.used().into_iter().try_for_each(|model_list| self.look(at, model_list))
    }

    fn add(&mut self, at: usize, model_list: ModelList) -> Result<(), String> {
        let body = u32::try_from(self.texts.len()).unwrap_or(0);
        let id = Id::from(body) + 1;
        self.texts.insert(id, (model_list, body));
        self.clients[at].add(model_list, id, body);
        self.look(at, model_list)
    }

    fn delete(&mut self, at: usize, model_list: ModelList, which: usize) -> Result<(), String> {
        self.deliver_all_messages(self.clients[at].agent)?;
        let client = &mut self.clients[at];
        let shown = client.shown(model_list);
        let Some(thing) = shown.get(which / 3 % shown.len().max(1)) else { return Ok(()) };
        // A message is never deleted, unless the server refused it.
        if model_list != ModelList::Messages || client.refused.contains(&thing.id) {
            client.delete(model_list, thing.id);
            if *self.deleters.entry(thing.id).or_insert(client.page) != client.page {
                self.meddled.insert(thing.id);
            }
        }
        self.look(at, model_list)
    }

    fn undo(&mut self, at: usize, which: usize) -> Result<(), String> {
        self.deliver_all_messages(self.clients[at].agent)?;
        let client = &mut self.clients[at];
        let Some((model_list, id)) = pick(&client.deletions, which) else { return Ok(()) };
        client.undo(model_list, id);
        self.look(at, model_list)
    }

    fn forget(&mut self, at: usize, which: usize) -> Result<(), String> {
        let client = &mut self.clients[at];
        let Some((model_list, id)) = pick(&client.deletions, which) else { return Ok(()) };
        client.deletions.retain(|deletion| *deletion != (model_list, id));
        client.forget(model_list, id);
        self.look(at, model_list)
    }

    pub(crate) fn request_arrives(&mut self, at: usize, which: usize) {
        let client = &mut self.clients[at];
        let waiting = client.requests.iter().filter(|(_, request)| request.answer.is_none());
        let waiting: Vec<Id> = waiting.map(|(id, _)| *id).collect();
        let Some(id) = pick(&waiting, which) else { return };
        let agent = client.agent;
        let Some(request) = client.requests.get_mut(&id) else { return };
        let said_before = self.server.log.len();
        request.answer = Some(match request.what {
            What::Add(body) => self.server.add(agent, request.model_list, id, body),
            What::Delete => self.server.delete(agent, request.model_list, id),
            What::Restore => self.server.restore(agent, id),
        });
        for said in &self.server.log[said_before..] {
            for client in self.clients.iter_mut().filter(|client| !client.cut_off) {
                client.inbox.push(said.clone());
            }
        }
    }

    pub(crate) fn answer_arrives(&mut self, at: usize, which: usize) -> Result<(), String> {
        let client = &mut self.clients[at];
        let answered = client.requests.iter().filter(|(_, request)| request.answer.is_some());
        let answered: Vec<(Id, ModelList)> = answered.map(|(id, request)| (*id, request.model_list)).collect();
        let Some((id, model_list)) = pick(&answered, which) else { return Ok(()) };
        client.receive_answer(id);
        self.look(at, model_list)
    }

    fn request_lost(&mut self, at: usize, which: usize) -> Result<(), String> {
        let requests = self.clients[at].requests.iter();
        let requests: Vec<(Id, ModelList)> = requests.map(|(id, request)| (*id, request.model_list)).collect();
        let Some((id, model_list)) = pick(&requests, which) else { return Ok(()) };
        self.clients[at].fail(id);
        self.look(at, model_list)
    }

    pub(crate) fn event_arrives(&mut self, at: usize, which: usize, once: bool) -> Result<(), String> {
        let client = &mut self.clients[at];
        if client.inbox.is_empty() {
            return Ok(());
        }
        let place = which % client.inbox.len();
        let said = if once { client.inbox.remove(place) } else { client.inbox[place].clone() };
        client.receive_event(&said);
        self.look(at, said.stored.model_list)
    }

    fn event_lost(&mut self, at: usize, which: usize) {
        let client = &mut self.clients[at];
        if !client.inbox.is_empty() {
            client.inbox.remove(which % client.inbox.len());
            client.lost_events = true;
        }
    }

    pub(crate) fn page_read(&mut self, at: usize, which: usize) {
        let mut unread = self.clients[at].fetches.iter_mut().filter(|fetch| fetch.read.is_none());
        if let Some(fetch) = unread.nth(which % 3) {
            fetch.read = Some(self.server.page(fetch.model_list, fetch.below, 2 + which / 3 % 3));
        }
    }

    pub(crate) fn page_arrives(&mut self, at: usize, which: usize) -> Result<(), String> {
        if self.clients[at].fetches.is_empty() {
            return Ok(());
        }
        let place = which % self.clients[at].fetches.len();
        let fetch = &mut self.clients[at].fetches[place];
        let model_list = fetch.model_list;
        fetch.read.get_or_insert_with(|| self.server.page(model_list, fetch.below, 2 + which / 5 % 3));
        let gone = |stored: &&Stored| stored.model_list == model_list && stored.gone.is_some();
        let gone: Vec<Stored> = self.server.stored.values().filter(gone).cloned().collect();
        self.clients[at].receive_page(place, &gone);
        self.look(at, model_list)
    }

    /// Loses a page, which is then requested again.
    fn page_lost(&mut self, at: usize, which: usize) {
        let fetches = &mut self.clients[at].fetches;
        if !fetches.is_empty() {
            let place = which % fetches.len();
            fetches[place].read = None;
        }
    }

    /// Restarts the server from the last backup. Answers in flight are lost.
    fn restart(&mut self, replayed: bool) -> Result<(), String> {
        (0..AGENTS).try_for_each(|agent| self.deliver_all_messages(agent))?;
        self.server.restart(replayed);
        for client in &mut self.clients {
            client.cut_off = true;
            client.inbox.clear();
            client.wanted.clear();
            let answered = client.requests.iter().filter(|(_, request)| request.answer.is_some());
            let answered: Vec<Id> = answered.map(|(id, _)| *id).collect();
            answered.into_iter().for_each(|id| client.fail(id));
        }
        (0..self.clients.len()).try_for_each(|at| self.look_everywhere(at))
    }

    pub(crate) fn reset(&mut self, at: usize) -> Result<(), String> {
        self.deliver_all_messages(self.clients[at].agent)?;
        self.clients[at].reset(&self.server.position());
        self.look_everywhere(at)
    }

    /// The model lists that have things.
    pub(crate) fn used(&self) -> Vec<ModelList> {
        let used: BTreeSet<ModelList> = self.texts.values().map(|(model_list, _)| *model_list).collect();
        used.into_iter().collect()
    }

    pub(crate) fn has_what_was_wanted(&self) -> Result<(), String> {
        self.clients.iter().try_for_each(|client| client.has_what_was_wanted(&self.meddled))
    }

    /// Checks that a client shows the server's state within its loaded range, plus refused changes.
    pub(crate) fn compare(&self, at: usize, model_list: ModelList) -> Result<(), String> {
        let client = &self.clients[at];
        let floor = client.floor(model_list).ok_or("nothing is loaded")?;
        let expected: Vec<(Id, u32)> =
            self.server.live(model_list).iter().filter(|it| it.seq >= floor).map(|it| (it.id, it.body)).collect();
        let shown = client.shown(model_list);
        let (saved, unsaved): (Vec<_>, Vec<_>) = shown.iter().partition(|thing| thing.state == State::Saved);
        let saved: Vec<(Id, u32)> = saved.iter().map(|thing| (thing.id, self.texts[&thing.id].1)).collect();
        if saved != expected {
            return Err(format!("client {at} shows {saved:?} on {model_list:?}, and the server has {expected:?}"));
        }
        let mut refused: Vec<Id> = unsaved.iter().map(|thing| thing.id).collect();
        refused.sort_unstable();
        let here = |id: &&Id| self.texts[id].0 == model_list;
        let kept: Vec<Id> = client.refused.iter().filter(here).copied().collect();
        if refused != kept {
            return Err(format!(
                "client {at} shows {refused:?} as unsaved on {model_list:?}, and {kept:?} were refused"
            ));
        }
        Ok(())
    }
}

pub(crate) fn pick<T: Copy>(from: &[T], which: usize) -> Option<T> {
    from.get(which % from.len().max(1)).copied()
}

/// Formats a history for a failure message.
pub(crate) fn describe(steps: &[Step]) -> String {
    let lines = steps.iter().map(|step| format!("  {:?} {} {}\n", step.kind, step.a, step.b));
    lines.collect()
}
