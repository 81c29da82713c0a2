//! A client whose page goes in the middle, and the one that takes up what the outbox has kept.

use crate::{
    client::Client,
    server::{Id, Record},
    shelf::{self, Kept, Shelf, on},
};
use reactive_graph::traits::WithUntracked;
use sidenote::{
    outbox::unsent::Unsent,
    store::{ledger::Ledger, row::Wish},
};

impl Client {
    /// The page goes, with everything on its way, and another one takes up what was kept.
    pub(crate) fn crash(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        let (refused, wanted, pages) =
            (std::mem::take(&mut self.refused), std::mem::take(&mut self.wanted), self.pages);
        *self = Self::new(self.agent);
        (self.refused, self.wanted, self.pages) = (refused, wanted, pages);
        for (id, (shelf, text)) in kept {
            match Unsent::read(&text).expect("what was written is read") {
                Unsent::Add { refused, body, .. } => {
                    let body = body.strip_prefix("text ").unwrap().parse().unwrap();
                    let record = Record { id, shelf, author: self.agent, body, seq: 0, rev: 0, gone: None };
                    on!(self.store, shelf, ledger => ledger.intend_add(shelf::entry(ledger, &record)));
                    on!(self.store, shelf, ledger => ledger.mark_sent(shelf::key(ledger, id)));
                    if let Some(failure) = refused {
                        on!(self.store, shelf, ledger => ledger.refuse(shelf::key(ledger, id), failure));
                    }
                }
                Unsent::Delete => {
                    on!(self.store, shelf, ledger => ledger.intend_unseen(shelf::key(ledger, id), Wish::DeleteUnseen));
                }
                Unsent::Restore => {
                    self.unseen.insert(id);
                    on!(self.store, shelf, ledger => ledger.intend_unseen(shelf::key(ledger, id), Wish::RestoreUnseen));
                }
            }
            self.run(shelf, id);
        }
    }

    pub(crate) fn keep(&mut self, shelf: Shelf, id: Id) {
        match on!(self.store, shelf, ledger => unsent(ledger, id)) {
            Some(unsent) => self.kept.insert(id, (shelf, unsent.write())),
            None => self.kept.remove(&id),
        };
    }
}

fn unsent<T: Kept>(ledger: &Ledger<T>, id: Id) -> Option<Unsent> {
    let typed = |thing: &T| (0, shelf::conversation(), thing.text().to_owned());
    ledger.cell(T::key(id)).with_untracked(|row| Unsent::of(row.wish(), typed))
}
