//! Stores the demo step by step with the functions that everything else uses, each step at its own time.

use super::{
    data::{AUTOMATION, CONTACT, Contact, Conversation, Organization},
    timeline::{self, At, Step},
};
use crate::{
    agents,
    change::{ActivityLine, Change, EventKind},
    contact_notes, contacts, conversation, conversation_notes,
    db::int,
    error::Result,
    messages, orgs,
    sql::sql,
};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use wire::{
    ActivityKind, AgentId, ChannelAddress, ChannelId, ChannelKind, ContactId, ContactNoteId, ContactPatch,
    ConversationId, ConversationNoteId, Delivery, Direction, ListId, MessageId, NoteBody, OrgId, Status,
};

/// Writes one organization and everything that happened in it.
pub(super) async fn organization(
    change: &mut Change,
    data: &Organization,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let org = OrgId::fresh();
    let steps = timeline::of(data, now);
    change.continue_as(org, steps.first().map_or(now, |(at, _)| *at));
    sql("INSERT INTO org (id, slug, name) VALUES ($1, $2, $3)")
        .bind(org.to_string())
        .bind(&data.slug)
        .bind(&data.name)
        .execute(change.tx())
        .await?;
    let mut writer = Writer::begin(change, data, password_hash).await?;
    for (at, step) in steps {
        writer.change.continue_as(org, at);
        writer.step(step).await?;
    }
    writer.set_flags().await?;
    writer.marks().await
}

/// Writes one organization, and keeps the ids of what it has written.
pub(super) struct Writer<'a> {
    pub(super) change: &'a mut Change,
    pub(super) data: &'a Organization,
    password_hash: &'a str,
    channels: HashMap<ChannelKind, ChannelId>,
    pub(super) agents: HashMap<&'a str, AgentId>,
    lists: HashMap<&'a str, ListId>,
    pub(super) contacts: Vec<ContactId>,
    pub(super) conversations: HashMap<At, ConversationId>,
}

impl<'a> Writer<'a> {
    async fn begin(change: &'a mut Change, data: &'a Organization, password_hash: &'a str) -> Result<Self> {
        let built_in = [(ChannelKind::Chat, "Web chat"), (ChannelKind::Email, "E-mail")];
        let further = data.channels.iter().map(|channel| (channel.kind, channel.name.as_str()));
        let mut channels = HashMap::new();
        for (kind, name) in built_in.into_iter().chain(further) {
            channels.insert(kind, orgs::add_channel(change, kind, name).await?);
        }
        let mut writer = Self {
            change,
            data,
            password_hash,
            channels,
            agents: data.agents.iter().map(|agent| (agent.key.as_str(), AgentId::fresh())).collect(),
            lists: data.lists.iter().map(|list| (list.as_str(), ListId::fresh())).collect(),
            contacts: data.contacts.iter().map(|_| ContactId::fresh()).collect(),
            conversations: HashMap::new(),
        };
        writer.labels().await?;
        Ok(writer)
    }

    async fn labels(&mut self) -> Result<()> {
        let org = self.change.org().to_string();
        for tag in &self.data.tags {
            sql("INSERT INTO tag (org_id, name, color) VALUES ($1, $2, $3)")
                .bind(&org)
                .bind(&tag.name)
                .bind(i64::from(tag.color))
                .execute(self.change.tx())
                .await?;
        }
        for (name, id) in &self.lists {
            sql("INSERT INTO contact_list (org_id, id, name) VALUES ($1, $2, $3)")
                .bind(&org)
                .bind(id.to_string())
                .bind(*name)
                .execute(self.change.tx())
                .await?;
        }
        Ok(())
    }

    async fn step(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Joined { agent } => self.joined(agent).await,
            Step::Left { agent } => self.left(agent).await,
            Step::Met { contact } => self.met(contact).await,
            Step::Tagged { contact, tag } => self.tagged(contact, tag).await,
            Step::Started(at) => self.started(at).await,
            Step::Assigned(at) => self.assigned(at).await,
            Step::Said(at, n) => self.said(at, n).await,
            Step::Closed(at) => self.closed(at).await,
            Step::NotedInConversation(at, n) => self.noted_in_conversation(at, n).await,
            Step::NotedOnContact { contact, note } => self.noted_on_contact(contact, note).await,
        }
    }

    async fn joined(&mut self, agent: usize) -> Result<()> {
        let agent = &self.data.agents[agent];
        let new = agents::NewAgent {
            id: self.agents[agent.key.as_str()],
            email: agent.email.clone(),
            name: agent.name.clone(),
            role: agent.role,
            password_hash: self.password_hash.to_owned(),
        };
        agents::add(self.change, &new).await
    }

    async fn left(&mut self, agent: usize) -> Result<()> {
        let id = self.agents[self.data.agents[agent].key.as_str()];
        self.change.next_seq().await?;
        let (org, at) = (self.change.org().to_string(), self.change.at().timestamp_millis());
        sql("UPDATE agent SET removed_at = $1 WHERE org_id = $2 AND id = $3")
            .bind(at)
            .bind(org)
            .bind(id.to_string())
            .execute(self.change.tx())
            .await?;
        self.change.event(EventKind::AgentChanged, id, None, None).await
    }

    async fn met(&mut self, contact: usize) -> Result<()> {
        let (id, person) = (self.contacts[contact], &self.data.contacts[contact]);
        contacts::add(self.change, id, details(person), &addresses(person)).await?;
        let org = self.change.org().to_string();
        for list in &person.lists {
            sql("INSERT INTO contact_list_member (org_id, contact_id, list_id) VALUES ($1, $2, $3)")
                .bind(&org)
                .bind(id.to_string())
                .bind(self.lists[list.as_str()].to_string())
                .execute(self.change.tx())
                .await?;
        }
        Ok(())
    }

    /// Last: what a blocked contact writes moves no conversation.
    async fn set_flags(&mut self) -> Result<()> {
        let org = self.change.org().to_string();
        for (id, person) in self.contacts.iter().zip(&self.data.contacts) {
            sql("UPDATE contact SET blocked = $1, unsubscribed = $2 WHERE org_id = $3 AND id = $4")
                .bind(person.blocked)
                .bind(person.unsubscribed)
                .bind(&org)
                .bind(id.to_string())
                .execute(self.change.tx())
                .await?;
        }
        Ok(())
    }

    async fn tagged(&mut self, contact: usize, tag: usize) -> Result<()> {
        let (id, name) = (self.contacts[contact], &self.data.contacts[contact].tags[tag]);
        let org = self.change.org().to_string();
        sql("INSERT INTO contact_tag (org_id, contact_id, tag) VALUES ($1, $2, $3)")
            .bind(org)
            .bind(id.to_string())
            .bind(name)
            .execute(self.change.tx())
            .await?;
        let by = self.first_agent();
        contacts::bump(self.change, id, by).await?;
        self.happened(ActivityKind::TagAdded, id, Some(by), None, Some(name.clone())).await
    }

    async fn started(&mut self, at: At) -> Result<()> {
        let thread = self.thread(at);
        let status = if thread.status == Status::Automated { Status::Automated } else { Status::Open };
        let new = conversation::NewConversation {
            id: ConversationId::fresh(),
            contact: self.contacts[at.0],
            channel: self.channels[&thread.channel],
            thread_key: None,
            status,
            assignee: None,
            at: self.change.at(),
        };
        self.conversations.insert(at, new.id);
        conversation::start(self.change, &new, None).await?;
        Ok(())
    }

    async fn assigned(&mut self, at: At) -> Result<()> {
        let key = self.thread(at).assignee.as_deref().expect("only assigned threads have this step");
        let (agent, id) = (self.agents[key], self.conversations[&at]);
        let (seq, org) = (self.change.next_seq().await?, self.change.org().to_string());
        sql("UPDATE conversation SET assignee_id = $1, rev = $2 WHERE org_id = $3 AND id = $4")
            .bind(agent.to_string())
            .bind(int(seq))
            .bind(org)
            .bind(id.to_string())
            .execute(self.change.tx())
            .await?;
        self.change.event(EventKind::ConversationChanged, id, None, Some(agent)).await?;
        let name = self.data.agents.iter().find(|agent| agent.key == key).map(|agent| agent.name.clone());
        self.happened(ActivityKind::ConversationAssigned, self.contacts[at.0], Some(agent), Some(id), name).await
    }

    async fn said(&mut self, at: At, n: usize) -> Result<()> {
        let message = &self.thread(at).messages[n];
        let author = self.agents.get(message.by.as_str()).copied();
        debug_assert!(author.is_some() || [CONTACT, AUTOMATION].contains(&message.by.as_str()));
        let row = messages::NewRow {
            id: MessageId::fresh(),
            conversation: self.conversations[&at],
            direction: if message.by == CONTACT { Direction::In } else { Direction::Out },
            author,
            body: &message.text,
            attachments: &message.files,
            source: None,
            arrival: messages::Arrival::New,
            delivery: Delivery::Delivered,
            at: self.change.at(),
        };
        messages::insert(self.change, &row).await?;
        Ok(())
    }

    async fn closed(&mut self, at: At) -> Result<()> {
        let (thread, id) = (self.thread(at), self.conversations[&at]);
        let by = thread.assignee.as_deref().map_or_else(|| self.first_agent(), |key| self.agents[key]);
        let (seq, org) = (self.change.next_seq().await?, self.change.org().to_string());
        sql("UPDATE conversation SET status = 'closed', rev = $1 WHERE org_id = $2 AND id = $3")
            .bind(int(seq))
            .bind(org)
            .bind(id.to_string())
            .execute(self.change.tx())
            .await?;
        self.change.event(EventKind::ConversationChanged, id, None, Some(by)).await?;
        self.happened(ActivityKind::ConversationClosed, self.contacts[at.0], Some(by), Some(id), None).await
    }

    async fn noted_in_conversation(&mut self, at: At, n: usize) -> Result<()> {
        let (note, conversation) = (&self.thread(at).notes[n], self.conversations[&at]);
        let (id, author, body) = (ConversationNoteId::fresh(), self.agents[note.by.as_str()], body(&note.text));
        let row = conversation_notes::NewRow { id, conversation, author, body };
        conversation_notes::store(self.change, &row).await.map(drop)
    }

    async fn noted_on_contact(&mut self, contact: usize, n: usize) -> Result<()> {
        let (note, contact_id) = (&self.data.contacts[contact].notes[n], self.contacts[contact]);
        let conversation = self.conversations[&(contact, note.conversation)];
        let (id, author, body) = (ContactNoteId::fresh(), self.agents[note.by.as_str()], body(&note.text));
        let row = contact_notes::NewRow { id, contact: contact_id, conversation, author, body };
        contact_notes::store(self.change, &row).await.map(drop)
    }

    async fn happened(
        &mut self,
        kind: ActivityKind,
        contact: ContactId,
        actor: Option<AgentId>,
        conversation: Option<ConversationId>,
        subject: Option<String>,
    ) -> Result<()> {
        self.change.activity(ActivityLine { kind, contact, actor, conversation, subject }).await
    }

    fn thread(&self, at: At) -> &'a Conversation {
        &self.data.contacts[at.0].conversations[at.1]
    }

    /// The admin, who also sets the tags.
    fn first_agent(&self) -> AgentId {
        self.agents[self.data.agents[0].key.as_str()]
    }
}

fn body(text: &str) -> NoteBody {
    NoteBody::parse(text).expect("the demo's notes are written so that they can be notes")
}

fn details(person: &Contact) -> ContactPatch {
    ContactPatch {
        name: Some(person.name.clone()),
        email: Some(person.email.clone()),
        phone: Some(person.phone.clone()),
        external_id: Some(person.external_id.clone()),
        address: Some(person.address.clone()),
        birthday: Some(person.birthday),
        language: Some(person.language.clone()),
        default_channel: Some(person.default_channel),
        time_zone: Some(person.time_zone.clone()),
    }
}

fn addresses(person: &Contact) -> Vec<ChannelAddress> {
    let given = person.addresses.iter();
    given
        .filter_map(|(word, address)| Some(ChannelAddress { kind: word.parse().ok()?, address: address.clone() }))
        .collect()
}
