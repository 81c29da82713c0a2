//! Tests lists of conversations against a model: in any order of events and pages, each list shows the server's list
//! down to its loaded range, and all of it once everything is loaded.

use crate::{dice::Dice, model_list::agent};
use reactive_graph::traits::GetUntracked;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};
use store::{
    Store,
    change::{Change as _, ConversationChange},
    conversation_lists::Loaded,
    record::Failure,
    records::Records as _,
};
use uuid::Uuid;
use wire::{
    ChannelId, ChannelKind, ChannelRef, ContactId, ContactRef, Conversation, ConversationId, ConversationQuery, Event,
    Position, ProblemCode, Section, Seq, Sort, Status, VariantArray as _,
};

const HISTORIES: u64 = 500;
const AGENTS: usize = 3;

/// A conversation in the server's form, independent of the agent.
#[derive(Clone)]
struct Written {
    conversation: Conversation,
    /// The position of the contact's last message.
    written: Seq,
}

#[derive(Clone, Default)]
struct Server {
    kept: BTreeMap<ConversationId, Written>,
    seq: Seq,
    epoch: u32,
    read: BTreeMap<(usize, ConversationId), Seq>,
}

/// Smaller comes first.
type SortKey = (bool, i64, Result<ConversationId, Reverse<ConversationId>>);

struct PageRead {
    items: Vec<Conversation>,
    next: Option<SortKey>,
}

struct Client {
    agent: usize,
    store: Store,
    inbox: Vec<(ConversationId, Conversation)>,
    pages: Vec<(ConversationQuery, PageRead)>,
    changes: Vec<(ConversationId, ConversationChange)>,
    cursors: BTreeMap<String, SortKey>,
    lost_events: bool,
}

struct World {
    server: Server,
    backup: Server,
    clients: Vec<Client>,
}

fn queries() -> [ConversationQuery; 7] {
    let of = |section, status, sort| ConversationQuery { section, status, sort, ..Default::default() };
    [
        of(Section::All, None, Sort::Newest),
        of(Section::Mine, Some(Status::Open), Sort::Oldest),
        of(Section::Unassigned, None, Sort::Unread),
        of(Section::All, Some(Status::Open), Sort::Unread),
        of(Section::All, Some(Status::Closed), Sort::Newest),
        ConversationQuery { channel: Some(channel(1)), ..Default::default() },
        ConversationQuery { assignee: Some(agent(1)), sort: Sort::Oldest, ..Default::default() },
    ]
}

fn channel(number: u128) -> ChannelId {
    ChannelId(Uuid::from_u128(400 + number))
}

fn sort_key(conversation: &Conversation, sort: Sort) -> SortKey {
    let (at, id) = (conversation.last_at.timestamp_millis(), conversation.id);
    match sort {
        Sort::Newest => (false, -at, Err(Reverse(id))),
        Sort::Oldest => (false, at, Ok(id)),
        Sort::Unread => (!conversation.unread, -at, Err(Reverse(id))),
    }
}

fn fits(conversation: &Conversation, query: &ConversationQuery, me: usize) -> bool {
    let section = match query.section {
        Section::All => true,
        Section::Mine => conversation.assignee_id == Some(agent(me)),
        Section::Unassigned => conversation.assignee_id.is_none(),
    };
    section
        && query.status.is_none_or(|status| status == conversation.status)
        && query.channel.is_none_or(|channel| channel == conversation.channel.id)
        && query.assignee.is_none_or(|assignee| Some(assignee) == conversation.assignee_id)
}

impl Server {
    fn seen_by(&self, agent: usize, id: ConversationId) -> Conversation {
        let Written { conversation, written } = &self.kept[&id];
        let read = self.read.get(&(agent, id)).copied().unwrap_or(0);
        Conversation { unread: *written > read, ..conversation.clone() }
    }

    fn list(&self, agent: usize, query: &ConversationQuery) -> Vec<Conversation> {
        let seen = self.kept.keys().map(|id| self.seen_by(agent, *id));
        let mut list: Vec<Conversation> = seen.filter(|conversation| fits(conversation, query, agent)).collect();
        list.sort_by_key(|conversation| sort_key(conversation, query.sort));
        list
    }

    fn page(&self, agent: usize, query: &ConversationQuery, after: Option<SortKey>, limit: usize) -> PageRead {
        let mut items = self.list(agent, query);
        items.retain(|conversation| after.is_none_or(|after| sort_key(conversation, query.sort) > after));
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| sort_key(last, query.sort));
        PageRead { items, next }
    }

    fn start(&mut self, dice: &mut Dice) -> ConversationId {
        self.seq += 1;
        let id = ConversationId(Uuid::from_u128(500 + u128::from(dice.roll() >> 32)));
        let contact_id = ContactId(Uuid::from_u128(100));
        let conversation = Conversation {
            id,
            contact_id,
            contact: ContactRef { id: contact_id, name: "Ana".to_owned() },
            channel: ChannelRef { id: channel(u128::from(dice.roll() % 2)), kind: ChannelKind::Chat },
            status: Status::Open,
            assignee_id: None,
            unread: false,
            preview: None,
            last_at: at(self.seq, dice),
            seq: self.seq,
            rev: self.seq,
        };
        self.kept.insert(id, Written { conversation, written: self.seq });
        id
    }

    fn change(&mut self, id: ConversationId, change: impl FnOnce(&mut Written, Seq)) {
        self.seq += 1;
        let seq = self.seq;
        if let Some(kept) = self.kept.get_mut(&id) {
            change(kept, seq);
            kept.conversation.rev = seq;
        }
    }
}

/// A time of a change; several changes have the same second.
fn at(seq: Seq, dice: &mut Dice) -> wire::Time {
    let second = i64::try_from(seq).unwrap() / 3 + i64::from(dice.one_in(4));
    chrono::DateTime::from_timestamp(second, 0).unwrap()
}

fn change(dice: &mut Dice) -> ConversationChange {
    if dice.one_in(2) {
        return ConversationChange::Status(Status::VARIANTS[dice.below(3)]);
    }
    ConversationChange::Assignee((!dice.one_in(3)).then(|| agent(dice.below(AGENTS))))
}

impl Client {
    fn receive_page(&mut self, at: usize) {
        let (query, PageRead { items, next }) = self.pages.remove(at);
        let next_cursor = next.map(|place| format!("{place:?}"));
        self.cursors.extend(next_cursor.clone().zip(next));
        let loaded = Loaded { last: items.last().cloned(), next_cursor };
        self.store.conversations.receive_page(query, items, loaded);
    }

    fn receive_event(&mut self, at: usize, once: bool) {
        let (_, conversation) = if once { self.inbox.remove(at) } else { self.inbox[at].clone() };
        let seq = conversation.rev;
        self.store.receive(Event::ConversationChanged { conversation, actor: None, seq });
    }

    fn next(&self, query: ConversationQuery) -> Option<SortKey> {
        self.store.conversations.list(query).next_cursor().map(|cursor| self.cursors[&cursor])
    }

    /// Checks that every list shows only its members, once, in order, and counts the unread ones.
    fn look(&self) -> Result<(), String> {
        for query in queries() {
            let list = self.store.conversations.list(query);
            let order = list.order_signal().get_untracked();
            let shown = order.iter().map(|id| self.store.conversations.shown_untracked(*id).unwrap());
            let shown: Vec<Conversation> = shown.collect();
            let sorted = shown.is_sorted_by(|one, next| sort_key(one, query.sort) < sort_key(next, query.sort));
            if !sorted || !shown.iter().all(|conversation| fits(conversation, &query, self.agent)) {
                return Err(format!("{query:?} shows {shown:#?}"));
            }
            let unread = list.unread_signal().get_untracked();
            if unread != shown.iter().filter(|conversation| conversation.unread).count() {
                return Err(format!("{query:?} counts {unread} unread and shows {shown:#?}"));
            }
        }
        Ok(())
    }

    fn compare(&self, server: &Server, query: ConversationQuery) -> Result<(), String> {
        let list = self.store.conversations.list(query);
        let order = list.order_signal().get_untracked();
        let expected: Vec<ConversationId> = server.list(self.agent, &query).iter().map(|it| it.id).collect();
        let complete = list.next_cursor().is_none();
        if !expected.starts_with(&order) || complete && order.len() < expected.len() {
            let agent = self.agent;
            return Err(format!("{agent} sees {order:?} of {query:?} (all: {complete}), and there is {expected:?}"));
        }
        Ok(())
    }
}

impl World {
    fn new(dice: &mut Dice) -> Self {
        let mut server = Server::default();
        for _ in 0..6 {
            server.start(dice);
        }
        let client = |agent| Client {
            agent,
            store: Store::new(self::agent(agent)),
            inbox: Vec::new(),
            pages: Vec::new(),
            changes: Vec::new(),
            cursors: BTreeMap::new(),
            lost_events: false,
        };
        Self { backup: server.clone(), server, clients: (0..AGENTS).map(client).collect() }
    }

    fn say(&mut self, id: ConversationId) {
        for client in &mut self.clients {
            client.inbox.push((id, self.server.seen_by(client.agent, id)));
        }
    }

    fn some(&self, dice: &mut Dice) -> ConversationId {
        *self.server.kept.keys().nth(dice.below(self.server.kept.len())).unwrap()
    }

    fn step(&mut self, dice: &mut Dice) -> Result<(), String> {
        let (at, id, query) = (dice.below(AGENTS), self.some(dice), queries()[dice.below(queries().len())]);
        let client = &mut self.clients[at];
        match dice.below(34) {
            0..3 => {
                let id = self.server.start(dice);
                self.say(id);
            }
            3..9 => {
                let last_at = at_now(&self.server, dice);
                self.server.change(id, |kept, seq| {
                    kept.conversation.last_at = kept.conversation.last_at.max(last_at);
                    kept.written = seq;
                });
                self.say(id);
            }
            9..12 => {
                let change = change(dice);
                client.store.conversations.apply_change(id, change, 0);
                client.changes.push((id, change));
            }
            12..15 => self.answer(at, dice),
            15..21 if !client.inbox.is_empty() => {
                client.receive_event(dice.below(client.inbox.len()), !dice.one_in(5));
            }
            21 if !client.inbox.is_empty() => {
                client.inbox.remove(dice.below(client.inbox.len()));
                client.lost_events = true;
            }
            22..26 => {
                let after = if dice.one_in(2) { client.next(query) } else { None };
                client.pages.push((query, self.server.page(at, &query, after, 2 + dice.below(2))));
            }
            26..30 if !client.pages.is_empty() => client.receive_page(dice.below(client.pages.len())),
            // Not while older versions are in flight: they would show the conversation as unread again.
            30..32 if client.pages.is_empty() && client.inbox.iter().all(|(of, _)| *of != id) => {
                if let Some(seq) = client.store.conversations.read(id) {
                    self.server.read.insert((at, id), seq);
                }
            }
            32 if dice.one_in(3) => self.backup = self.server.clone(),
            33 if dice.one_in(3) => {
                let epoch = self.server.epoch + 1;
                self.server = Server { epoch, ..self.backup.clone() };
                (0..AGENTS).for_each(|at| self.reset(at));
            }
            33 => self.reset(at),
            _ => {}
        }
        self.clients[at].look()
    }

    /// The server accepts every other change; the answer is the changed conversation.
    fn answer(&mut self, at: usize, dice: &mut Dice) {
        let client = &mut self.clients[at];
        if client.changes.is_empty() {
            return;
        }
        let (id, change) = client.changes.remove(dice.below(client.changes.len()));
        let taken = dice.one_in(2) && self.server.kept.contains_key(&id);
        if taken {
            self.server.change(id, |kept, _| change.apply(&mut kept.conversation));
            client.store.conversations.receive(self.server.seen_by(at, id));
        }
        if taken {
            client.store.conversations.settle_change(id, &change);
            self.say(id);
        } else {
            let failure = Failure::Refused(ProblemCode::Forbidden);
            client.store.conversations.refuse_change(id, &change, failure);
        }
    }

    /// Resets a client: events in flight are lost, and the loaded range is refetched.
    fn reset(&mut self, at: usize) {
        let client = &mut self.clients[at];
        client.inbox.clear();
        client.pages.clear();
        client.lost_events = false;
        let position = Position { epoch: format!("e{}", self.server.epoch), seq: self.server.seq };
        client.store.receive_reset(&position);
        for query in queries() {
            client.pages.push((query, self.server.page(at, &query, None, 3)));
        }
    }

    fn calm_down(&mut self, dice: &mut Dice) -> Result<(), String> {
        for at in 0..AGENTS {
            while !self.clients[at].changes.is_empty() {
                self.answer(at, dice);
            }
        }
        for at in 0..AGENTS {
            if self.clients[at].lost_events {
                self.reset(at);
            }
            let client = &mut self.clients[at];
            while !(client.inbox.is_empty() && client.pages.is_empty()) {
                match dice.below(3) {
                    0 if !client.pages.is_empty() => client.receive_page(dice.below(client.pages.len())),
                    _ if !client.inbox.is_empty() => client.receive_event(dice.below(client.inbox.len()), true),
                    _ => {}
                }
                client.look()?;
            }
            for query in queries() {
                client.pages.push((query, self.server.page(at, &query, None, 3)));
                client.receive_page(0);
                client.compare(&self.server, query)?;
                let mut pages = 0..100;
                while let Some(after) = client.next(query) {
                    pages.next().ok_or("there is always another page")?;
                    client.pages.push((query, self.server.page(at, &query, Some(after), 3)));
                    client.receive_page(0);
                    client.compare(&self.server, query)?;
                }
            }
        }
        Ok(())
    }
}

fn at_now(server: &Server, dice: &mut Dice) -> wire::Time {
    at(server.seq + 1, dice)
}

#[test]
fn every_list_of_conversations_ends_up_as_the_servers() {
    for seed in 0..HISTORIES {
        let mut dice = Dice::new(seed);
        let mut world = World::new(&mut dice);
        let run = (0..60).try_for_each(|_| world.step(&mut dice)).and_then(|()| world.calm_down(&mut dice));
        run.unwrap_or_else(|what| panic!("seed {seed}: {what}"));
    }
    let kinds: BTreeSet<String> = queries().iter().map(|query| format!("{query:?}")).collect();
    println!("{HISTORIES} histories of {} lists, 0 divergent", kinds.len());
}
