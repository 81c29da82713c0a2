//! What the pages of one browser share: pending changes, in the outbox and by what they tell each other.

use crate::{
    client::Client,
    model_list::{self, Kept, ModelList, on},
    server::{Id, Stored},
};
use reactive_graph::traits::WithUntracked;
use std::collections::BTreeMap;
use store::{
    record::{Pending, Record},
    records::Records as _,
    timeline::Timeline,
    unsent::Unsent,
};

/// Pending changes of one browser, as they are in its storage.
pub(crate) type Outbox = BTreeMap<Id, (ModelList, String)>;

impl Client {
    /// Applies everything that is in storage.
    pub(crate) fn restore_all(&mut self, outbox: &Outbox) {
        for (id, (model_list, text)) in outbox {
            self.restore(*model_list, *id, Some(text));
        }
    }

    /// Sends from now on.
    pub(crate) fn lead(&mut self, outbox: &Outbox) {
        self.is_leader = true;
        self.restore_all(outbox);
        for (id, (model_list, _)) in outbox {
            self.run(*model_list, *id);
        }
    }

    /// Applies a pending change of another page. `None`: it is pending no more.
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

fn unsent<T: Kept>(timeline: &Timeline<T>, id: Id) -> Option<Unsent> {
    let typed = |thing: &T| (0, model_list::conversation(), thing.text().to_owned());
    timeline.cell(T::key(id)).with_untracked(|record: &Record<T>| Unsent::of(record.pending(), typed))
}
