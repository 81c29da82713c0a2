//! Stores a plan: finds or makes contacts and conversations, and adds the messages that are missing.

use super::{
    Arrival, Options, Report,
    batches::{Batches, MAX_BYTES, MAX_ROWS},
    known::Known,
};
use crate::{contact_fields::is_line, contacts, conversation, db::Db, error::Result, messages, orgs, sql::sql};
use chrono::{DateTime, Utc};
use mail_import::{Archive, Attached, Cut, Letter, MAX_ANSWERED, Plan, Planned, Way};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use wire::{
    Attachment, ChannelAddress, ChannelId, ChannelKind, ContactId, ContactPatch, ConversationId, Delivery, Direction,
    MessageId, OrgId, Status,
};

const MAX_NAME: usize = 200;

/// Stores what the plan holds, and counts the results in the report.
pub(super) async fn store(
    db: &Db,
    org: OrgId,
    plan: &Plan,
    archive: &dyn Archive,
    options: &Options,
    report: &mut Report,
) -> Result<()> {
    let channel = channel(db, org).await?;
    let known = Known::read(db, org, channel, plan).await?;
    let thread_keys = thread_keys(plan, &known);
    let mut store = Store {
        org,
        channel,
        plan,
        archive,
        known,
        thread_keys,
        arrivals: options.arrivals(plan),
        touched: BTreeMap::new(),
        subjects: HashMap::new(),
        batches: Batches::new(db, org),
        report,
    };
    let mut rest = plan.letters.as_slice();
    while !rest.is_empty() {
        let mut ahead = store.read_ahead(rest)?;
        let (now, later) = rest.split_at(ahead.len());
        for planned in now {
            let read = ahead.pop_front().flatten();
            store.letter(planned, read).await?;
        }
        store.batches.commit().await?;
        rest = later;
    }
    store.settle().await
}

pub(super) struct Store<'a> {
    org: OrgId,
    channel: ChannelId,
    plan: &'a Plan,
    archive: &'a dyn Archive,
    known: Known,
    /// For each thread of the plan, the key that its conversations share.
    thread_keys: Vec<String>,
    /// For each thread of the plan, how its letters arrive, and when the last one was written.
    pub(super) arrivals: Vec<(Arrival, DateTime<Utc>)>,
    /// The conversations of the archive's letters, with their threads.
    pub(super) touched: BTreeMap<ConversationId, usize>,
    /// The subject of the last letter of each conversation.
    subjects: HashMap<ConversationId, usize>,
    pub(super) batches: Batches<'a>,
    pub(super) report: &'a mut Report,
}

impl Store<'_> {
    /// Reads the next letters, as many as one change takes, before it begins: nobody waits while they are parsed. `None`
    /// for one that is probably stored.
    fn read_ahead(&mut self, rest: &[Planned]) -> Result<VecDeque<Option<Letter>>> {
        let (mut ahead, mut rows, mut bytes) = (VecDeque::new(), 0, 0);
        for planned in rest {
            let is_there = matches!(planned.way, Way::In { .. }) && self.known.has(planned);
            let letter = if is_there { None } else { Some(self.read(planned)?) };
            rows += 1 + letter.as_ref().map_or(0, |letter| letter.attachments.len());
            bytes += letter.as_ref().map_or(0, |letter| letter.body.len());
            ahead.push_back(letter);
            if rows >= MAX_ROWS || bytes >= MAX_BYTES {
                break;
            }
        }
        Ok(ahead)
    }

    fn read(&mut self, planned: &Planned) -> Result<Letter> {
        Ok(self.plan.letter(self.archive, planned)?)
    }

    async fn letter(&mut self, planned: &Planned, mut read: Option<Letter>) -> Result<()> {
        let (direction, conversations) = match &planned.way {
            Way::In { from } => (Direction::In, vec![self.conversation(planned, *from).await?]),
            Way::Out { to, answers, recipients } => {
                let mut conversations = self.answered(planned, to, answers).await?;
                if conversations.is_empty() && self.known.has(planned) {
                    self.report.known += 1;
                    return Ok(());
                }
                if conversations.is_empty() {
                    let first = BTreeSet::from_iter(recipients.iter().copied());
                    conversations = self.answered(planned, &first, &[]).await?;
                }
                (Direction::Out, conversations)
            }
        };
        if conversations.is_empty() {
            self.report.unanswering.push(planned.place);
            return Ok(());
        }
        let mut added = 0;
        for conversation in conversations {
            if !self.is_there(planned, conversation).await? {
                let letter = match read.take() {
                    Some(letter) => letter,
                    None => self.read(planned)?,
                };
                self.add(&letter, planned, conversation, direction).await?;
                self.batches.wrote(1 + letter.attachments.len(), letter.body.len()).await?;
                read = Some(letter);
                added += 1;
            }
            self.touched.insert(conversation, planned.thread);
            self.subjects.insert(conversation, planned.subject);
        }
        self.report.messages += added;
        self.report.known += usize::from(added == 0);
        self.batches.wrote(0, 0).await
    }

    /// The conversations that a letter of the team's answers.
    async fn answered(
        &mut self,
        planned: &Planned,
        to: &BTreeSet<usize>,
        answers: &[usize],
    ) -> Result<Vec<ConversationId>> {
        let earlier = answers.iter().flat_map(|id| self.known.conversations(*id));
        let mut conversations: BTreeSet<ConversationId> = earlier.copied().collect();
        for sender in to {
            conversations.insert(self.conversation(planned, *sender).await?);
        }
        if conversations.len() > MAX_ANSWERED {
            self.report.cut.insert((planned.place, Cut::Conversations));
        }
        Ok(conversations.into_iter().take(MAX_ANSWERED).collect())
    }

    /// The sender's conversation in the letter's thread: the one with their letters, else the one with the thread's
    /// key, else a new one.
    async fn conversation(&mut self, planned: &Planned, sender: usize) -> Result<ConversationId> {
        let contact = self.contact(sender).await?;
        if let Some(conversation) = self.known.conversation(planned.thread, contact) {
            return Ok(conversation);
        }
        let thread_key = self.thread_keys[planned.thread].clone();
        let (org, channel) = (self.org, self.channel);
        let change = self.batches.change().await?;
        match conversation::by_thread(change.tx(), org, channel, contact, &thread_key).await? {
            Some(conversation) => Ok(conversation),
            None => self.begin(contact, thread_key, planned).await,
        }
    }

    async fn begin(&mut self, contact: ContactId, thread_key: String, planned: &Planned) -> Result<ConversationId> {
        let (arrival, last_at) = self.arrivals[planned.thread];
        let new = conversation::NewConversation {
            id: ConversationId::fresh(),
            contact,
            channel: self.channel,
            thread_key: Some(thread_key),
            status: if arrival == Arrival::Closed { Status::Closed } else { Status::Open },
            assignee: None,
            at: planned.at,
        };
        conversation::start(self.batches.change().await?, &new, None).await?;
        self.report.conversations += 1;
        self.report.note_open(arrival, last_at);
        Ok(new.id)
    }

    async fn contact(&mut self, sender: usize) -> Result<ContactId> {
        let address = self.plan.address(sender);
        let org = self.org;
        let change = self.batches.change().await?;
        if let Some(known) = contacts::by_address(change.tx(), org, ChannelKind::Email, address).await? {
            return Ok(known);
        }
        let (id, written) = (ContactId::fresh(), self.plan.sender(sender));
        let details = ContactPatch {
            name: Some(name(address, written.and_then(|sender| sender.name.as_deref()))),
            email: Some(is_ordinary(address).then(|| written.map_or(address, |sender| &sender.address).to_owned())),
            default_channel: Some(Some(ChannelKind::Email)),
            ..ContactPatch::default()
        };
        contacts::add(change, id, details, &[email(address)]).await?;
        self.report.contacts += 1;
        Ok(id)
    }

    /// Asks the database each time: another import may be running.
    async fn is_there(&mut self, planned: &Planned, conversation: ConversationId) -> Result<bool> {
        let (org, key) = (self.org.to_string(), self.plan.id(planned.key));
        let change = self.batches.change().await?;
        let found = sql(SELECT_LETTER)
            .bind(org)
            .bind(conversation.to_string())
            .bind(planned.identity.to_string())
            .bind(key)
            .fetch_optional(change.tx())
            .await?;
        Ok(found.is_some())
    }

    async fn add(
        &mut self,
        letter: &Letter,
        planned: &Planned,
        conversation: ConversationId,
        direction: Direction,
    ) -> Result<()> {
        let is_new_subject = self.subjects.get(&conversation) != Some(&planned.subject);
        let attachments: Vec<Attachment> = letter.attachments.iter().map(attachment).collect();
        let row = messages::NewRow {
            id: MessageId::fresh(),
            conversation,
            direction,
            author: None,
            body: &body(letter, is_new_subject),
            attachments: &attachments,
            source: Some(messages::SourceKeys { key: self.plan.id(planned.key), hash: &planned.identity.to_string() }),
            arrival: self.arrivals[planned.thread].0,
            delivery: Delivery::Delivered,
            at: planned.at,
        };
        messages::insert(self.batches.change().await?, &row).await?;
        Ok(())
    }
}

const SELECT_LETTER: &str = "SELECT 1 FROM message WHERE org_id = $1 AND conversation_id = $2 \
    AND (source_hash = $3 OR (source_key = $4 AND source_hash IS NULL))";

fn email(address: &str) -> ChannelAddress {
    ChannelAddress { kind: ChannelKind::Email, address: address.to_owned() }
}

/// The text that agents read: the subject, unless the conversation had it already, and the text below it.
fn body(letter: &Letter, is_new_subject: bool) -> String {
    match letter.subject.as_deref().filter(|_| is_new_subject) {
        Some(subject) if letter.body.is_empty() => subject.to_owned(),
        Some(subject) => format!("{subject}\n\n{}", letter.body),
        None => letter.body.clone(),
    }
}

fn attachment(attached: &Attached) -> Attachment {
    let (name, media_type) = (attached.name.clone(), attached.media_type.clone());
    Attachment { name, size: attached.size, media_type }
}

/// A contact's name: the name they use, else their address.
fn name(sender: &str, written: Option<&str>) -> String {
    let candidates = [written, Some(sender)].into_iter().flatten();
    let mut names = candidates.map(|name| name.chars().take(MAX_NAME).collect::<String>());
    names.find(|name| is_line(name, MAX_NAME)).unwrap_or_else(|| "Unknown sender".to_owned())
}

/// Whether the address fits a profile's e-mail field: old archives hold addresses of other networks too.
fn is_ordinary(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else { return false };
    let is_part = |part: &str| !part.is_empty() && !part.contains(['@', '<', '>', ',', ';', ' ']);
    is_part(local) && is_part(domain) && is_line(address, 254)
}

/// The key of a thread that an earlier import stored, else the thread's first letter.
fn thread_keys(plan: &Plan, known: &Known) -> Vec<String> {
    let mut first: Vec<usize> = Vec::new();
    for planned in &plan.letters {
        // Threads are numbered in the order of their first letters.
        if planned.thread == first.len() {
            first.push(planned.key);
        }
    }
    let key = |(thread, first): (usize, &usize)| known.thread_key(thread).unwrap_or_else(|| plan.id(*first)).to_owned();
    first.iter().enumerate().map(key).collect()
}

/// The organization's e-mail channel.
async fn channel(db: &Db, org: OrgId) -> Result<ChannelId> {
    let channels = orgs::channels(&mut db.read().await?, org).await?;
    if let Some(email) = channels.iter().find(|channel| channel.kind == ChannelKind::Email) {
        return Ok(email.id);
    }
    let mut change = db.change(org).await?;
    let id = orgs::add_channel(&mut change, ChannelKind::Email, "E-mail").await?;
    change.commit().await?;
    Ok(id)
}
