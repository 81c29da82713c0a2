//! The pages of one browser: they share pending changes by the outbox and by messages.

use crate::{
    client::{Client, What},
    model_list::{self, ModelEntry, ModelList, on},
    server::{Answer, Id, Stored},
    world::{PAGES, World, pick},
};
use reactive_graph::traits::WithUntracked;
use std::collections::BTreeMap;
use store::{
    record::{Pending, Record},
    records::Records as _,
    timeline::Timeline,
    unsent::Unsent,
};

/// A message of one page of a browser to the others.
#[derive(Clone, Debug)]
pub(crate) enum TabMessage {
    /// A pending change, as the outbox has it. `None`: it was removed.
    Stored { model_list: ModelList, id: Id, text: Option<String> },
    /// The result of a request. `answer`: `None` if it was lost. `text`: the change that is pending now.
    Outcome { model_list: ModelList, id: Id, what: What, answer: Option<Answer>, text: Option<String> },
}

/// Pending changes of one browser, as they are in its storage.
pub(crate) type Outbox = BTreeMap<Id, (ModelList, String)>;

impl Client {
    /// Handles a change by the agent in this page: stores, broadcasts and sends it.
    pub(crate) fn changed(&mut self, model_list: ModelList, id: Id) {
        let text = self.unsent(model_list, id);
        if !self.is_leader {
            on!(self.store, model_list, timeline => timeline.mark_sent(model_list::key(timeline, id)));
        }
        self.outgoing.push(TabMessage::Stored { model_list, id, text });
        self.run(model_list, id);
    }

    pub(crate) fn receive_message(&mut self, message: TabMessage) {
        match message {
            TabMessage::Stored { model_list, id, text } => {
                self.restore(model_list, id, text.as_deref());
                if self.is_leader {
                    self.storing.push((model_list, id, text));
                }
                self.run(model_list, id);
            }
            TabMessage::Outcome { model_list, id, what, answer, text } => {
                self.take_outcome(model_list, id, what, answer);
                if text.is_none() {
                    on!(self.store, model_list, timeline => timeline.drop_pending(model_list::key(timeline, id)));
                }
            }
        }
    }

    /// Applies everything that is in storage.
    pub(crate) fn restore_all(&mut self, outbox: &Outbox) {
        for (id, (model_list, text)) in outbox {
            self.restore(*model_list, *id, Some(text));
        }
    }

    /// Makes this page the leader.
    pub(crate) fn lead(&mut self, outbox: &Outbox) {
        self.is_leader = true;
        self.restore_all(outbox);
        for (&id, &(model_list, _)) in outbox {
            // Already confirmed, so not to be sent; a page opened since then doesn't know that.
            if self.unsent(model_list, id).is_none() {
                self.outgoing.push(TabMessage::Stored { model_list, id, text: None });
            }
            self.run(model_list, id);
        }
    }

    /// Applies a pending change of another page. `None`: it is no longer pending.
    pub(crate) fn restore(&mut self, model_list: ModelList, id: Id, text: Option<&str>) {
        let Some(text) = text else {
            self.refused.remove(&id);
            on!(self.store, model_list, timeline => timeline.drop_pending(model_list::key(timeline, id)));
            return;
        };
        match Unsent::read(text).expect("what was written is read") {
            Unsent::Add { refused, body, .. } => {
                let body = body.strip_prefix("text ").unwrap().parse().unwrap();
                let stored = Stored { id, model_list, author: self.agent, body, seq: 0, rev: 0, gone: None };
                on!(self.store, model_list, timeline => model_list::is_same_cell(timeline, id, &mut self.cells));
                on!(self.store, model_list, timeline => timeline.restore_add(model_list::entry(timeline, &stored), refused));
                if refused.is_some() {
                    self.refused.insert(id);
                }
            }
            Unsent::Delete => {
                on!(self.store, model_list, timeline => timeline.restore_pending(model_list::key(timeline, id), Pending::Delete { undone: false }));
                self.wanted.remove(&id);
                self.refused.remove(&id);
                self.intended.insert(id, self.live.get(&id).copied().unwrap_or(0));
            }
            Unsent::Restore => {
                self.unseen.insert(id);
                self.wanted.remove(&id);
                on!(self.store, model_list, timeline => timeline.restore_pending(model_list::key(timeline, id), Pending::Restore));
            }
            Unsent::Change { .. } => unreachable!("a note has no fields to change"),
        }
    }

    pub(crate) fn unsent(&self, model_list: ModelList, id: Id) -> Option<String> {
        on!(self.store, model_list, timeline => unsent(timeline, id)).map(|unsent| unsent.write())
    }
}

impl World {
    /// Stores the messages that pages are about to broadcast, and sends them to the browser's other pages.
    pub(crate) fn tell(&mut self) {
        for at in 0..self.clients.len() {
            let (agent, page) = (self.clients[at].agent, self.clients[at].page);
            for message in std::mem::take(&mut self.clients[at].outgoing) {
                let (TabMessage::Stored { model_list, id, text } | TabMessage::Outcome { model_list, id, text, .. }) =
                    &message;
                put(&mut self.outboxes[agent], *model_list, *id, text.clone());
                let others = self.clients.iter_mut().filter(|other| other.agent == agent && other.page != page);
                others.for_each(|other| other.incoming.push_back(message.clone()));
            }
            for (model_list, id, text) in std::mem::take(&mut self.clients[at].storing) {
                put(&mut self.outboxes[agent], model_list, id, text);
            }
        }
    }

    /// A page crashes, with everything in flight, and a new one replaces it.
    pub(crate) fn crash(&mut self, at: usize) -> Result<(), String> {
        self.deliver_all_messages(self.clients[at].agent)?;
        let new = Client::new(self.clients[at].agent, self.clients[at].page);
        let mut gone = std::mem::replace(&mut self.clients[at], new);
        self.clients[at].pages = std::mem::take(&mut gone.pages);
        self.clients[at].restore_all(&self.outboxes[gone.agent]);
        self.goes(gone);
        self.look_everywhere(at)
    }

    /// Closes a page, except for the last one of a browser.
    pub(crate) fn close(&mut self, at: usize, which: usize) -> Result<(), String> {
        let of_browser = |(place, other): (usize, &Client)| {
            (place != at && other.agent == self.clients[at].agent).then_some(other.page)
        };
        let others: Vec<usize> = self.clients.iter().enumerate().filter_map(of_browser).collect();
        let Some(successor) = pick(&others, which) else { return Ok(()) };
        self.deliver_all_messages(self.clients[at].agent)?;
        let gone = self.clients.remove(at);
        self.deleters.values_mut().filter(|page| **page == gone.page).for_each(|page| *page = successor);
        let agent = gone.agent;
        self.goes(gone);
        (0..self.clients.len())
            .filter(|at| self.clients[*at].agent == agent)
            .collect::<Vec<_>>()
            .into_iter()
            .try_for_each(|at| self.look_everywhere(at))
    }

    /// Removes a closed page. If it was the leader, another page of the browser becomes the leader.
    pub(crate) fn goes(&mut self, gone: Client) {
        let outbox = self.outboxes[gone.agent].clone();
        let successor = self.clients.iter_mut().find(|client| client.agent == gone.agent).expect("the last page stays");
        successor.pages += gone.pages;
        for (id, wanted) in gone.wanted {
            successor.wanted.entry(id).or_insert(wanted);
        }
        if gone.is_leader {
            successor.lead(&outbox);
        }
    }

    /// Opens another page of the same browser.
    pub(crate) fn open(&mut self, at: usize) -> Result<(), String> {
        let agent = self.clients[at].agent;
        if self.clients.iter().filter(|client| client.agent == agent).count() == PAGES {
            return Ok(());
        }
        let mut client = Client::new(agent, self.pages);
        client.restore_all(&self.outboxes[agent]);
        self.clients.push(client);
        self.pages += 1;
        self.look_everywhere(self.clients.len() - 1)
    }

    /// Delivers all messages between pages of a browser: they are faster than a user's next action, and than the
    /// transfer of the leader's lock.
    pub(crate) fn deliver_all_messages(&mut self, agent: usize) -> Result<(), String> {
        for at in 0..self.clients.len() {
            while self.clients[at].agent == agent && !self.clients[at].incoming.is_empty() {
                self.deliver_message(at)?;
                self.tell();
            }
        }
        Ok(())
    }

    pub(crate) fn deliver_message(&mut self, at: usize) -> Result<(), String> {
        let Some(message) = self.clients[at].incoming.pop_front() else { return Ok(()) };
        let (TabMessage::Stored { model_list, .. } | TabMessage::Outcome { model_list, .. }) = message;
        self.clients[at].receive_message(message);
        self.look(at, model_list)
    }
}

fn put(outbox: &mut Outbox, model_list: ModelList, id: Id, text: Option<String>) {
    match text {
        Some(text) => outbox.insert(id, (model_list, text)),
        None => outbox.remove(&id),
    };
}

fn unsent<T: ModelEntry>(timeline: &Timeline<T>, id: Id) -> Option<Unsent> {
    let typed = |thing: &T| (0, model_list::conversation(), thing.text().to_owned());
    timeline.cell(T::key(id)).with_untracked(|record: &Record<T>| Unsent::of(record.pending(), typed))
}
