//! The form of `demo/*.json`. Agents are named by their `key`, times are hours before now.

use serde::Deserialize;
use std::collections::BTreeMap;
use wire::{Attachment, ChannelKind, Role, Status};

/// `by` of a message that the contact wrote.
pub(super) const CONTACT: &str = "contact";
/// `by` of a message that an automation wrote.
pub(super) const AUTOMATION: &str = "bot";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) agents: Vec<Agent>,
    /// Further channels, besides web chat and e-mail.
    pub(super) channels: Vec<Channel>,
    pub(super) tags: Vec<wire::Tag>,
    pub(super) lists: Vec<String>,
    pub(super) contacts: Vec<Contact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agent {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: Role,
    pub(super) removed_hours_ago: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    pub(super) kind: ChannelKind,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contact {
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) address: Option<String>,
    pub(super) birthday: Option<chrono::NaiveDate>,
    pub(super) language: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) default_channel: Option<ChannelKind>,
    pub(super) addresses: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    #[serde(default)]
    pub(super) lists: Vec<String>,
    #[serde(default)]
    pub(super) blocked: bool,
    #[serde(default)]
    pub(super) unsubscribed: bool,
    pub(super) conversations: Vec<Conversation>,
    #[serde(default)]
    pub(super) notes: Vec<ContactNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Conversation {
    pub(super) channel: ChannelKind,
    pub(super) status: Status,
    pub(super) assignee: Option<String>,
    /// Of the last message.
    pub(super) hours_ago: f64,
    pub(super) messages: Vec<Message>,
    #[serde(default)]
    pub(super) notes: Vec<ConversationNote>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    /// [`CONTACT`], [`AUTOMATION`] or an agent's key.
    pub(super) by: String,
    pub(super) text: String,
    #[serde(default)]
    pub(super) files: Vec<Attachment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConversationNote {
    /// The message that it follows, counted from 0.
    pub(super) after: usize,
    pub(super) by: String,
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactNote {
    /// The contact's conversation in which it was written, counted from 0.
    #[serde(rename = "in")]
    pub(super) conversation: usize,
    pub(super) by: String,
    pub(super) hours_ago: f64,
    pub(super) text: String,
}

pub(super) fn organizations() -> [Organization; 2] {
    [include_str!("acme.json"), include_str!("globex.json")]
        .map(|json| serde_json::from_str(json).expect("the demo's files are tested"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_name_in_the_files_is_somebody() {
        for org in organizations() {
            let agents: HashSet<&str> = org.agents.iter().map(|agent| agent.key.as_str()).collect();
            let tags: HashSet<&str> = org.tags.iter().map(|tag| tag.name.as_str()).collect();
            for contact in &org.contacts {
                assert!(contact.tags.iter().all(|tag| tags.contains(tag.as_str())), "{}", contact.name);
                assert!(contact.lists.iter().all(|list| org.lists.contains(list)), "{}", contact.name);
                assert!(contact.notes.iter().all(|note| agents.contains(note.by.as_str())), "{}", contact.name);
                assert!(contact.notes.iter().all(|note| note.conversation < contact.conversations.len()));
                for conversation in &contact.conversations {
                    let by = conversation.messages.iter().map(|message| message.by.as_str());
                    let people = by.filter(|by| ![CONTACT, AUTOMATION].contains(by));
                    let people = people.chain(conversation.notes.iter().map(|note| note.by.as_str()));
                    assert!(people.chain(conversation.assignee.as_deref()).all(|key| agents.contains(key)));
                    assert!(conversation.notes.iter().all(|note| note.after < conversation.messages.len()));
                }
            }
        }
    }

    #[test]
    fn names_and_addresses_are_nobodys() {
        for org in organizations() {
            for contact in &org.contacts {
                assert!(contact.email.as_ref().is_none_or(|email| email.ends_with(".example")), "{}", contact.name);
                let reserved = ["+1 555 01", "+49 30 23125 ", "+44 20 7946 0", "+33 1 99 00 ", "+61 2 5550 "];
                let is_reserved = |phone: &String| reserved.iter().any(|range| phone.starts_with(range));
                assert!(contact.phone.as_ref().is_none_or(is_reserved), "{}", contact.name);
            }
        }
    }
}
