//! `Contacts`, their activity, and `Agents`: one cell per id.

#[cfg(test)]
mod tests;

use super::{
    keyed::{Keyed, change_cell},
    record::{Load, Record},
    records::Records,
};
use reactive_graph::{
    signal::ArcRwSignal,
    traits::{Get, GetUntracked, Set, Update, With, WithUntracked},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use wire::{Activity, Agent, AgentId, Contact, ContactId, Seq};

/// Contacts by id.
#[derive(Default)]
pub struct Contacts {
    cells: Keyed<ContactId, ArcRwSignal<Record<Contact>>>,
    loads: Keyed<ContactId, ArcRwSignal<Load>>,
    activities: Keyed<ContactId, Arc<ActivityOfContact>>,
    /// The contacts for whom ids of merged contacts stand.
    aliases: Keyed<ContactId, ArcRwSignal<Alias>>,
}

/// `into`: the contact for whom an id stands, if it is another one; known since `seq`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Alias {
    into: Option<ContactId>,
    seq: Seq,
}

impl Contacts {
    pub fn cell(&self, id: ContactId) -> ArcRwSignal<Record<Contact>> {
        self.cells.cell(id)
    }

    pub fn load(&self, id: ContactId) -> ArcRwSignal<Load> {
        self.loads.cell(id)
    }

    /// The contact as shown. Tracks.
    #[must_use]
    pub fn shown(&self, id: ContactId) -> Option<Contact> {
        self.cell(id).with(|record| record.shown().map(|(contact, _)| contact.into_owned()))
    }

    /// The contact for whom an id stands: the one they were merged into, else they themselves. Tracks.
    #[must_use]
    pub fn resolve(&self, id: ContactId) -> ContactId {
        self.follow(id, |cell| cell.get())
    }

    /// As [`Self::resolve`]. Untracked.
    #[must_use]
    pub fn resolve_untracked(&self, id: ContactId) -> ContactId {
        self.follow(id, |cell| cell.get_untracked())
    }

    fn follow(&self, id: ContactId, read: impl Fn(ArcRwSignal<Alias>) -> Alias) -> ContactId {
        let mut passed = vec![id];
        let mut resolved = id;
        while let Some(into) = read(self.aliases.cell(resolved)).into.filter(|into| !passed.contains(into)) {
            passed.push(into);
            resolved = into;
        }
        resolved
    }

    /// Sets for whom an id stands, as of `seq`. `None`: for the contact themselves. Returns whether that is news.
    pub fn set_alias(&self, id: ContactId, into: Option<ContactId>, seq: Seq) -> bool {
        let cell = self.aliases.cell(id);
        let known = cell.get_untracked();
        if seq < known.seq || known.into == into {
            return false;
        }
        cell.set(Alias { into, seq });
        true
    }

    pub fn activity(&self, id: ContactId) -> Arc<ActivityOfContact> {
        self.activities.shared(id)
    }

    #[must_use]
    pub fn all_activities(&self) -> Vec<(ContactId, Arc<ActivityOfContact>)> {
        self.activities.entries()
    }

    /// Handles the erasure of a contact at `rev`. Only what the server says from then on is shown.
    pub(super) fn erase(&self, id: ContactId, rev: Seq) {
        let is_known = self.cell(id).with_untracked(|record| record.rev() >= rev);
        if !is_known {
            // The server's empty contact has this version itself.
            self.change(id, |record| record.refuse_gone(Some(rev.saturating_sub(1))));
        }
        let activity = self.activity(id);
        activity.items.update(|items| items.retain(|item| item.seq >= rev));
        activity.next_cursor.set(None);
    }

    /// Marks everything as stale: the server's next version of each thing wins.
    pub fn mark_stale(&self) {
        for cell in self.cells.all() {
            cell.update(Record::mark_stale);
        }
        for load in self.loads.all() {
            load.set(Load::Idle);
        }
        for alias in self.aliases.all() {
            alias.update(|alias| alias.seq = 0);
        }
        for activity in self.activities.all() {
            activity.mark_stale();
        }
    }
}

impl Records<Contact> for Contacts {
    fn with<R>(&self, id: ContactId, look: impl FnOnce(&Record<Contact>) -> R) -> R {
        self.cell(id).with_untracked(look)
    }

    fn change<R>(&self, id: ContactId, change: impl FnOnce(&mut Record<Contact>) -> R) -> R {
        change_cell(&self.cell(id), change)
    }
}

/// The loaded part of a contact's activity, newest first, and the cursor of the next page.
#[derive(Default)]
pub struct ActivityOfContact {
    pub items: ArcRwSignal<Vec<Activity>>,
    pub load: ArcRwSignal<Load>,
    pub next_cursor: ArcRwSignal<Option<String>>,
    /// The items are from before a reset.
    is_stale: AtomicBool,
}

impl ActivityOfContact {
    /// Applies a page. The newest page replaces known items down to its end; an older page is appended.
    pub fn receive_page(&self, newest: bool, page: wire::Page<Activity>) {
        let mut items = self.items.get_untracked();
        if newest {
            // Without a next cursor the page holds all activity.
            let last = page.items.last().filter(|_| page.next_cursor.is_some());
            let lowest = last.map_or(0, |last| last.seq);
            let is_stale = self.is_stale.swap(false, Ordering::Relaxed);
            let joined = !is_stale && items.iter().any(|item| item.seq >= lowest);
            items.retain(|item| joined && item.seq < lowest);
            if items.is_empty() {
                self.next_cursor.set(page.next_cursor);
            }
            items.splice(0..0, page.items);
        } else if !self.is_stale.load(Ordering::Relaxed) {
            let known = items.last().map_or(Seq::MAX, |last| last.seq);
            items.extend(page.items.into_iter().filter(|item| item.seq < known));
            self.next_cursor.set(page.next_cursor);
        }
        self.items.set(items);
        self.load.set(Load::Ready);
    }

    /// Marks the items as stale: the next newest page replaces all of them.
    fn mark_stale(&self) {
        self.is_stale.store(true, Ordering::Relaxed);
        self.next_cursor.set(None);
        self.load.set(Load::Idle);
    }
}

/// Agents by id: the teammates' names and whether they were removed.
#[derive(Default)]
pub struct Agents {
    all: ArcRwSignal<Vec<Agent>>,
    /// The position of each agent's last received change. A linear search: there are only a few.
    changed: Mutex<Vec<(AgentId, Seq)>>,
}

impl Agents {
    /// Every agent, removed ones too. Tracks.
    #[must_use]
    pub fn all(&self) -> Vec<Agent> {
        self.all.get()
    }

    #[must_use]
    pub fn get(&self, id: AgentId) -> Option<Agent> {
        self.all.with(|all| all.iter().find(|agent| agent.id == id).cloned())
    }

    pub fn receive(&self, agent: Agent) {
        self.all.update(|all| match all.iter_mut().find(|known| known.id == agent.id) {
            Some(known) => *known = agent,
            None => all.push(agent),
        });
    }

    /// Receives a changed agent. An older change is ignored.
    pub fn receive_change(&self, agent: Agent, seq: Seq) {
        let mut changed = self.changed();
        match changed.iter_mut().find(|(id, _)| *id == agent.id) {
            Some((_, known)) if *known > seq => return,
            Some((_, known)) => *known = seq,
            None => changed.push((agent.id, seq)),
        }
        drop(changed);
        self.receive(agent);
    }

    /// Replaces all agents.
    pub fn receive_all(&self, agents: Vec<Agent>) {
        self.all.set(agents);
    }

    fn changed(&self) -> std::sync::MutexGuard<'_, Vec<(AgentId, Seq)>> {
        self.changed.lock().expect("no panic while a lock is held")
    }

    pub(super) fn mark_stale(&self) {
        self.changed().clear();
    }
}
