//! A page that goes in the middle, and the one that restores what the outbox has stored: another of the same browser that is
//! there, or a new one.

use crate::{
    client::Client,
    model_list::{self, Kept, ModelList, on},
    server::{Id, Stored},
};
use reactive_graph::traits::WithUntracked;
use store::{record::Pending, timeline::Timeline, unsent::Unsent};

impl Client {
    /// The page goes, with everything on its way, and a new one takes its place.
    pub(crate) fn crash(&mut self) {
        let gone = std::mem::replace(self, Self::new(self.agent, self.page));
        self.inherit(gone);
    }

    /// Restores what a page of the same browser has left.
    pub(crate) fn inherit(&mut self, gone: Self) {
        self.refused.extend(gone.refused);
        self.wanted.extend(gone.wanted);
        self.pages += gone.pages;
        for (id, (model_list, text)) in gone.kept {
            match Unsent::read(&text).expect("what was written is read") {
                Unsent::Add { refused, body, .. } => {
                    let body = body.strip_prefix("text ").unwrap().parse().unwrap();
                    let stored = Stored { id, model_list, author: self.agent, body, seq: 0, rev: 0, gone: None };
                    on!(self.store, model_list, timeline => model_list::is_same_cell(timeline, id, &mut self.cells));
                    on!(self.store, model_list, timeline => timeline.restore_add(model_list::entry(timeline, &stored), refused));
                }
                Unsent::Delete => {
                    on!(self.store, model_list, timeline => timeline.restore_pending(model_list::key(timeline, id), Pending::DeleteUnseen));
                    self.intended.insert(id, self.live.get(&id).copied().unwrap_or(0));
                }
                Unsent::Restore => {
                    self.unseen.insert(id);
                    on!(self.store, model_list, timeline => timeline.restore_pending(model_list::key(timeline, id), Pending::RestoreUnseen));
                }
            }
            self.run(model_list, id);
        }
    }

    pub(crate) fn keep(&mut self, model_list: ModelList, id: Id) {
        match on!(self.store, model_list, timeline => unsent(timeline, id)) {
            Some(unsent) => self.kept.insert(id, (model_list, unsent.write())),
            None => self.kept.remove(&id),
        };
    }
}

fn unsent<T: Kept>(timeline: &Timeline<T>, id: Id) -> Option<Unsent> {
    let typed = |thing: &T| (0, model_list::conversation(), thing.text().to_owned());
    timeline.cell(T::key(id)).with_untracked(|record| Unsent::of(record.pending(), typed))
}
