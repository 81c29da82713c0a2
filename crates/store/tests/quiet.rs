//! Ends a history: everything in flight arrives, and clients recover from losses.

use crate::{
    dice::Dice,
    model_list::ModelList,
    world::{MODEL_LISTS, World},
};

impl World {
    /// Delivers everything in flight, in random order. Returns the number of pages that the clients received in total.
    pub(crate) fn calm_down(&mut self, dice: &mut Dice) -> Result<usize, String> {
        for at in 0..self.clients.len() {
            // A page may be read before the last events arrive, or after.
            let (before, model_list) = (dice.one_in(2), MODEL_LISTS[dice.below(MODEL_LISTS.len())]);
            if before {
                self.make_up_for_losses(at, dice)?;
            }
            self.clients[at].refetch(model_list);
            self.settle_down(dice)?;
        }
        // A client may have been cut off while another one's requests were settled.
        let used = self.used();
        for at in 0..self.clients.len() {
            self.make_up_for_losses(at, dice)?;
            for &model_list in &used {
                if self.clients[at].floor(model_list).is_none() {
                    self.clients[at].ask(model_list, None);
                }
            }
        }
        self.settle_down(dice)?;
        self.compare_all(&used)?;
        for at in 0..self.clients.len() {
            for &model_list in &used {
                let mut pages = 0..1_000;
                while self.clients[at].ask_older(model_list) {
                    pages.next().ok_or("there is always an older page")?;
                    self.page_arrives(at, dice.below(1 << 16))?;
                }
            }
        }
        self.compare_all(&used)?;
        self.has_what_was_wanted()?;
        for client in &mut self.clients {
            client.has_its_cells(&self.texts)?;
        }
        Ok(self.clients.iter().map(|client| client.pages).sum())
    }

    fn compare_all(&self, model_lists: &[ModelList]) -> Result<(), String> {
        (0..self.clients.len())
            .try_for_each(|at| model_lists.iter().try_for_each(|model_list| self.compare(at, *model_list)))
    }

    /// Recovers from lost events: by a reset and new pages, by polling the changes, or by new pages alone.
    fn make_up_for_losses(&mut self, at: usize, dice: &mut Dice) -> Result<(), String> {
        if self.clients[at].cut_off {
            return self.reset(at);
        }
        if !std::mem::take(&mut self.clients[at].lost_events) {
            return Ok(());
        }
        match dice.below(3) {
            0 => self.reset(at),
            1 => {
                self.clients[at].inbox.extend(self.server.log.iter().cloned());
                Ok(())
            }
            _ => {
                // All pages are read again: one read before the loss lacks the lost changes.
                self.clients[at].fetches.iter_mut().for_each(|fetch| fetch.read = None);
                self.used().into_iter().for_each(|model_list| self.clients[at].refetch(model_list));
                Ok(())
            }
        }
    }

    fn settle_down(&mut self, dice: &mut Dice) -> Result<(), String> {
        for _ in 0..10_000 {
            self.server.now += 1;
            let busy = |at: &usize| {
                let client = &self.clients[*at];
                !(client.inbox.is_empty()
                    && client.requests.is_empty()
                    && client.fetches.is_empty()
                    && client.incoming.is_empty())
            };
            let busy: Vec<usize> = (0..self.clients.len()).filter(busy).collect();
            if busy.is_empty() {
                return Ok(());
            }
            let (at, which) = (busy[dice.below(busy.len())], dice.below(1 << 16));
            match dice.below(5) {
                0 => self.request_arrives(at, which),
                1 => self.answer_arrives(at, which)?,
                2 => self.page_arrives(at, which)?,
                3 => self.deliver_message(at)?,
                _ => self.event_arrives(at, which, !dice.one_in(8))?,
            }
            self.tell();
        }
        Err("requests are sent without end".to_owned())
    }
}
