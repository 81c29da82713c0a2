//! Stores a plan: finds or makes contacts and conversations, and adds the messages that are missing.

use super::Report;
use crate::{
    change::Change,
    contact_fields::is_line,
    contacts, conversation,
    db::{Columns as _, Db},
    error::Result,
    messages, orgs,
};
use chrono::{DateTime, Utc};
use mail_import::{Attached, Letter, Plan, Planned, Sender, Way};
use sqlx::{Row as _, SqliteConnection};
use std::collections::{BTreeSet, HashMap};
use wire::{
    Attachment, ChannelAddress, ChannelId, ChannelKind, ContactId, ContactPatch, ConversationId, Delivery, Direction,
    MessageId, OrgId, Status,
};

/// Letters per change: the changes of a running server wait for one batch, not for the archive.
const BATCH: usize = 50;
const MAX_NAME: usize = 200;

/// Stores what the plan holds, and counts the results in the report.
pub(super) async fn store(db: &Db, org: OrgId, plan: &Plan, report: &mut Report) -> Result<()> {
    let channel = channel(db, org).await?;
    let stored = stored(&mut *db.read().await?, org, channel).await?;
    let mut store = Store {
        org,
        channel,
        thread_keys: thread_keys(plan, &stored),
        senders: senders(plan),
        plan,
        stored,
        subjects: HashMap::new(),
        report,
    };
    for batch in plan.letters.chunks(BATCH) {
        let mut change = db.change(org).await?;
        for planned in batch {
            store.letter(&mut change, planned).await?;
        }
        change.commit().await?;
    }
    Ok(())
}

/// A message that an earlier import stored.
struct Stored {
    conversation: ConversationId,
    contact: ContactId,
    thread_key: Option<String>,
}

struct Store<'a> {
    org: OrgId,
    channel: ChannelId,
    plan: &'a Plan,
    /// The messages of earlier imports, by Message-ID.
    stored: HashMap<String, Vec<Stored>>,
    /// For each thread of the plan, the key that its conversations share.
    thread_keys: Vec<String>,
    /// The name that each outside sender uses.
    senders: HashMap<String, &'a Sender>,
    /// The subject of the last letter of each conversation.
    subjects: HashMap<ConversationId, String>,
    report: &'a mut Report,
}

impl Store<'_> {
    async fn letter(&mut self, change: &mut Change, planned: &Planned) -> Result<()> {
        let (direction, conversations) = match &planned.way {
            Way::In { from } => (Direction::In, vec![self.conversation(change, planned, from).await?]),
            Way::Out { to, answers } => (Direction::Out, self.answered(change, planned, to, answers).await?),
        };
        if conversations.is_empty() {
            self.report.unanswering.push(planned.letter.place);
            return Ok(());
        }
        let mut added = 0;
        for conversation in conversations {
            if !self.is_there(change, &planned.letter, conversation).await? {
                self.add(change, planned, conversation, direction).await?;
                added += 1;
            }
            self.subjects.insert(conversation, planned.letter.base_subject.clone());
        }
        self.report.messages += added;
        self.report.known += usize::from(added == 0);
        Ok(())
    }

    /// The conversations that a letter of the team's answers.
    async fn answered(
        &mut self,
        change: &mut Change,
        planned: &Planned,
        to: &BTreeSet<String>,
        answers: &[String],
    ) -> Result<Vec<ConversationId>> {
        let earlier = answers.iter().filter_map(|id| self.stored.get(id)).flatten();
        let mut conversations: BTreeSet<ConversationId> = earlier.map(|stored| stored.conversation).collect();
        for sender in to {
            conversations.insert(self.conversation(change, planned, sender).await?);
        }
        Ok(conversations.into_iter().collect())
    }

    /// The sender's conversation in the letter's thread: the one with their letters, else the one with the thread's
    /// key, else a new one.
    async fn conversation(&mut self, change: &mut Change, planned: &Planned, sender: &str) -> Result<ConversationId> {
        let contact = self.contact(change, sender).await?;
        let ids = &self.plan.threads[planned.thread];
        let earlier = ids.iter().filter_map(|id| self.stored.get(id)).flatten();
        if let Some(stored) = earlier.filter(|stored| stored.contact == contact).min_by_key(|it| it.conversation) {
            return Ok(stored.conversation);
        }
        let thread_key = &self.thread_keys[planned.thread];
        let known = conversation::by_thread(change.tx(), self.org, self.channel, contact, thread_key).await?;
        match known {
            Some(conversation) => Ok(conversation),
            None => self.begin(change, contact, thread_key.clone(), planned.at).await,
        }
    }

    async fn begin(
        &mut self,
        change: &mut Change,
        contact: ContactId,
        thread_key: String,
        at: DateTime<Utc>,
    ) -> Result<ConversationId> {
        let new = conversation::NewConversation {
            id: ConversationId::fresh(),
            contact,
            channel: self.channel,
            thread_key: Some(thread_key),
            status: Status::Open,
            assignee: None,
            at,
        };
        conversation::start(change, &new, None).await?;
        self.report.conversations += 1;
        Ok(new.id)
    }

    async fn contact(&mut self, change: &mut Change, sender: &str) -> Result<ContactId> {
        if let Some(known) = contacts::by_address(change.tx(), self.org, ChannelKind::Email, sender).await? {
            return Ok(known);
        }
        let (id, written) = (ContactId::fresh(), self.senders.get(sender));
        let address = ChannelAddress { kind: ChannelKind::Email, address: sender.to_owned() };
        let details = ContactPatch {
            name: Some(name(sender, written.and_then(|sender| sender.name.as_deref()))),
            email: Some(is_ordinary(sender).then(|| written.map_or(sender, |sender| &sender.address).to_owned())),
            default_channel: Some(Some(ChannelKind::Email)),
            ..ContactPatch::default()
        };
        contacts::add(change, id, details, &[address]).await?;
        self.report.contacts += 1;
        Ok(id)
    }

    /// Asks the database each time: another import may be running.
    async fn is_there(&self, change: &mut Change, letter: &Letter, conversation: ConversationId) -> Result<bool> {
        let found = sqlx::query("SELECT 1 FROM message WHERE org_id = ? AND conversation_id = ? AND source_key = ?")
            .bind(self.org.to_string())
            .bind(conversation.to_string())
            .bind(&letter.key)
            .fetch_optional(change.tx())
            .await?;
        Ok(found.is_some())
    }

    async fn add(
        &self,
        change: &mut Change,
        planned: &Planned,
        conversation: ConversationId,
        direction: Direction,
    ) -> Result<()> {
        let letter = &planned.letter;
        let is_new_subject = self.subjects.get(&conversation) != Some(&letter.base_subject);
        let attachments: Vec<Attachment> = letter.attachments.iter().map(attachment).collect();
        let row = messages::NewRow {
            id: MessageId::fresh(),
            conversation,
            direction,
            author: None,
            body: &body(letter, is_new_subject),
            attachments: &attachments,
            source_key: Some(&letter.key),
            delivery: Delivery::Delivered,
            at: planned.at,
        };
        messages::insert(change, &row).await?;
        Ok(())
    }
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

/// The first name that each sender gives; without one, their address as they write it.
fn senders(plan: &Plan) -> HashMap<String, &Sender> {
    let mut senders: HashMap<String, &Sender> = HashMap::new();
    for planned in &plan.letters {
        if let Way::In { from } = &planned.way {
            let sender = senders.entry(from.clone()).or_insert(&planned.letter.from);
            if sender.name.is_none() && planned.letter.from.name.is_some() {
                *sender = &planned.letter.from;
            }
        }
    }
    senders
}

/// The key of a thread that an earlier import stored, else the thread's first letter.
fn thread_keys(plan: &Plan, stored: &HashMap<String, Vec<Stored>>) -> Vec<String> {
    let mut first = vec![None; plan.threads.len()];
    for planned in &plan.letters {
        first[planned.thread].get_or_insert(&planned.letter.key);
    }
    let threads = plan.threads.iter().zip(first);
    let key = |(ids, first): (&Vec<String>, Option<&String>)| {
        let earlier = ids.iter().filter_map(|id| stored.get(id)).flatten();
        let earlier = earlier.filter_map(|stored| Some((stored.conversation, stored.thread_key.as_ref()?)));
        earlier.min().map(|(_, key)| key).or(first).cloned().unwrap_or_default()
    };
    threads.map(key).collect()
}

async fn stored(
    reading: &mut SqliteConnection,
    org: OrgId,
    channel: ChannelId,
) -> Result<HashMap<String, Vec<Stored>>> {
    let rows = sqlx::query(
        "SELECT m.source_key, m.conversation_id, c.contact_id, c.thread_key FROM message m \
         JOIN conversation c ON c.org_id = m.org_id AND c.id = m.conversation_id \
         WHERE m.org_id = ? AND m.source_key IS NOT NULL AND c.channel_id = ?",
    )
    .bind(org.to_string())
    .bind(channel.to_string())
    .fetch_all(reading)
    .await?;
    let mut stored: HashMap<String, Vec<Stored>> = HashMap::new();
    for row in rows {
        stored.entry(row.text("source_key")?).or_default().push(Stored {
            conversation: row.id("conversation_id")?,
            contact: row.id("contact_id")?,
            thread_key: row.try_get("thread_key")?,
        });
    }
    Ok(stored)
}

/// The organization's e-mail channel.
async fn channel(db: &Db, org: OrgId) -> Result<ChannelId> {
    let channels = orgs::channels(&mut *db.read().await?, org).await?;
    if let Some(email) = channels.iter().find(|channel| channel.kind == ChannelKind::Email) {
        return Ok(email.id);
    }
    let mut change = db.change(org).await?;
    let id = orgs::add_channel(&mut change, ChannelKind::Email, "E-mail").await?;
    change.commit().await?;
    Ok(id)
}
