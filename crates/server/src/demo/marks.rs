//! What each agent has read and seen: everything but what is younger than a day and meant for that agent.

use super::{
    data::{CONTACT, Conversation},
    write::Writer,
};
use crate::{
    db::{head, int},
    error::Result,
    sql::sql,
};
use wire::{AgentId, Seq, Status};

/// In hours: what is younger is new.
const NEW: f64 = 24.0;

impl Writer<'_> {
    pub(super) async fn marks(&mut self) -> Result<()> {
        let org = self.change.org();
        let head = head(self.change.tx(), org).await?;
        for agent in &self.data.agents {
            let id = self.agents[agent.key.as_str()];
            for (contact, person) in self.data.contacts.iter().enumerate() {
                for (n, thread) in person.conversations.iter().enumerate() {
                    if !waits_for(thread, &agent.key) {
                        self.has_read((contact, n), id, head).await?;
                    }
                }
                if !person.notes.iter().any(|note| note.hours_ago < NEW && note.by != agent.key) {
                    self.has_seen(contact, id, head).await?;
                }
            }
        }
        Ok(())
    }

    async fn has_read(&mut self, at: (usize, usize), agent: AgentId, seq: Seq) -> Result<()> {
        let (org, conversation) = (self.change.org().to_string(), self.conversations[&at]);
        sql("INSERT INTO read_mark (org_id, agent_id, conversation_id, seq) VALUES ($1, $2, $3, $4)")
            .bind(org)
            .bind(agent.to_string())
            .bind(conversation.to_string())
            .bind(int(seq))
            .execute(self.change.tx())
            .await?;
        Ok(())
    }

    async fn has_seen(&mut self, contact: usize, agent: AgentId, seq: Seq) -> Result<()> {
        let (org, contact) = (self.change.org().to_string(), self.contacts[contact]);
        sql("INSERT INTO seen_mark (org_id, agent_id, contact_id, seq) VALUES ($1, $2, $3, $4)")
            .bind(org)
            .bind(agent.to_string())
            .bind(contact.to_string())
            .bind(int(seq))
            .execute(self.change.tx())
            .await?;
        Ok(())
    }
}

fn waits_for(thread: &Conversation, agent: &str) -> bool {
    let is_theirs = thread.assignee.as_deref().is_none_or(|assignee| assignee == agent);
    let is_answered = thread.messages.last().is_some_and(|message| message.by != CONTACT);
    thread.status == Status::Open && thread.hours_ago < NEW && is_theirs && !is_answered
}
