//! Checks a client's shown things for impossible states.

use crate::{
    client::{Client, What},
    model_list::{self, ModelEntry, ModelList, on},
    server::Id,
};
use reactive_graph::traits::WithUntracked;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{
    record::{SendState, State},
    timeline::Timeline,
};
use wire::Seq;

impl Client {
    /// Checks a list for impossible states. `texts`: the text written under each id.
    pub(crate) fn look(&mut self, model_list: ModelList, texts: &BTreeMap<Id, (ModelList, u32)>) -> Result<(), String> {
        let shown = self.shown(model_list);
        let placed = on!(self.store, model_list, timeline => timeline.order_signal().with_untracked(Vec::len));
        if shown.len() != placed {
            return Err(format!("{} of {placed} places are empty", placed - shown.len()));
        }
        for pair in shown.windows(2) {
            // After a restart two things may have the same place, until the pages after the reset are received.
            if pair[0].place < pair[1].place {
                return Err(format!("{pair:?} are not in order"));
            }
        }
        let ids: BTreeSet<Id> = shown.iter().map(|thing| thing.id).collect();
        if ids.len() < shown.len() {
            return Err(format!("something is shown twice in {shown:?}"));
        }
        for thing in &shown {
            let (id, written) = (thing.id, texts[&thing.id].1);
            if thing.text != model_list::text(written) {
                return Err(format!("{id} says {:?}, and was written as text {written}", thing.text));
            }
            let on_its_way = matches!(thing.state, State::Unsaved(SendState::Waiting | SendState::Retrying(_)));
            if on_its_way && self.live.contains_key(&id) {
                return Err(format!("{id} is shown as on its way, though it is known to have arrived"));
            }
            let (live, gone) = (self.live.get(&id).copied().unwrap_or(0), self.gone.get(&id));
            // Versions of two epochs can't be compared, so not between a restart and the reset.
            let theirs = thing.state == State::Saved && !thing.undone && !self.cut_off;
            if let Some(gone) = gone.filter(|gone| theirs && **gone >= live) {
                return Err(format!("{id} is shown at version {live}, though deleted at {gone}"));
            }
        }
        self.look_at_undos(model_list)
    }

    /// Checks that a thing is shown while it is being restored, unless it was deleted again since.
    fn look_at_undos(&self, model_list: ModelList) -> Result<(), String> {
        let heard = |known: &HashMap<Id, Seq>, id| known.get(id).copied().unwrap_or(0);
        for (id, request) in self.requests.iter().filter(|(_, request)| request.model_list == model_list) {
            let wanted = matches!(request.what, What::Restore) && self.wanted.get(id) == Some(&(model_list, true));
            let was_back = heard(&self.live, id) > heard(&self.intended, id);
            if wanted
                && !was_back
                && !self.unseen.contains(id)
                && !on!(self.store, model_list, timeline => is_shown(timeline, *id))
            {
                return Err(format!("{id} is being brought back, but not shown"));
            }
        }
        Ok(())
    }
}

fn is_shown<T: ModelEntry>(timeline: &Timeline<T>, id: Id) -> bool {
    timeline.cell(T::key(id)).with_untracked(|record| record.shown().is_some())
}
