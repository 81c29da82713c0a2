//! All paths, each once. Relative to the origin (or to the API base of a host page).

use crate::{
    contact::{ContactFlag, ContactKey, ContactQuery},
    conversation::ConversationQuery,
    ids::{
        AgentId, BulkId, ContactId, ContactNoteId, ConversationId, ConversationNoteId, InvitationId, ListId, MessageId,
    },
    page::Position,
    search::SearchKind,
};

pub const SESSION: &str = "/api/v1/session";
pub const ME: &str = "/api/v1/me";
pub const ME_PASSWORD: &str = "/api/v1/me/password";
pub const ME_SESSIONS: &str = "/api/v1/me/sessions";
pub const CONVERSATIONS: &str = "/api/v1/conversations";
pub const CONTACTS: &str = "/api/v1/contacts";
pub const CONTACTS_IMPORT: &str = "/api/v1/contacts/import";
pub const TAGS: &str = "/api/v1/tags";
pub const LISTS: &str = "/api/v1/lists";
pub const AGENTS: &str = "/api/v1/agents";
pub const INVITATIONS: &str = "/api/v1/invitations";
pub const JOIN: &str = "/api/v1/join";
pub const JOIN_INVITATION: &str = "/api/v1/join/invitation";
pub const SETUP: &str = "/api/v1/setup";
pub const SETUP_ADDRESS: &str = "/api/v1/setup/address";
pub const BULK: &str = "/api/v1/bulk";
pub const SEARCH: &str = "/api/v1/search";
pub const EVENTS: &str = "/api/v1/events";
pub const CHANGES: &str = "/api/v1/changes";
pub const EMBED_TOKENS: &str = "/embed/v1/tokens";
pub const EMBED_REVOCATIONS: &str = "/embed/v1/revocations";
pub const OPENAPI: &str = "/api/v1/openapi.json";

/// The page of conversations after `cursor`.
#[must_use]
pub fn conversations(query: &ConversationQuery, cursor: Option<&str>, limit: u32) -> String {
    let mut path =
        format!("{CONVERSATIONS}?section={}&sort={}&limit={limit}", query.section.into_str(), query.sort.into_str());
    if let Some(status) = query.status {
        path += &format!("&status={}", status.into_str());
    }
    if let Some(channel) = query.channel {
        path += &format!("&channel={channel}");
    }
    if let Some(assignee) = query.assignee {
        path += &format!("&assignee={assignee}");
    }
    path + &cursor_part('&', cursor)
}

#[must_use]
pub fn conversation(id: ConversationId) -> String {
    format!("{CONVERSATIONS}/{id}")
}

#[must_use]
pub fn conversation_read(id: ConversationId) -> String {
    format!("{CONVERSATIONS}/{id}/read")
}

#[must_use]
pub fn agent(id: AgentId) -> String {
    format!("{AGENTS}/{id}")
}

#[must_use]
pub fn invitation(id: InvitationId) -> String {
    format!("{INVITATIONS}/{id}")
}

#[must_use]
pub fn bulk(id: BulkId) -> String {
    format!("{BULK}/{id}")
}

#[must_use]
pub fn bulk_undo(id: BulkId) -> String {
    format!("{BULK}/{id}/undo")
}

#[must_use]
pub fn messages(id: ConversationId, cursor: Option<&str>) -> String {
    format!("{CONVERSATIONS}/{id}/messages{}", cursor_part('?', cursor))
}

#[must_use]
pub fn message(id: ConversationId, message: MessageId) -> String {
    format!("{CONVERSATIONS}/{id}/messages/{message}")
}

#[must_use]
pub fn conversation_notes(id: ConversationId, cursor: Option<&str>) -> String {
    format!("{CONVERSATIONS}/{id}/notes{}", cursor_part('?', cursor))
}

#[must_use]
pub fn conversation_note(id: ConversationId, note: ConversationNoteId) -> String {
    format!("{CONVERSATIONS}/{id}/notes/{note}")
}

#[must_use]
pub fn conversation_note_restore(id: ConversationId, note: ConversationNoteId) -> String {
    format!("{CONVERSATIONS}/{id}/notes/{note}/restore")
}

#[must_use]
pub fn contact(id: ContactId) -> String {
    format!("/api/v1/contacts/{id}")
}

/// The contact that another system knows by this value.
#[must_use]
pub fn contact_by(key: ContactKey, value: &str) -> String {
    format!("{CONTACTS}/by/{}/{}", key.into_str(), segment(value))
}

#[must_use]
pub fn contact_export(id: ContactId) -> String {
    format!("/api/v1/contacts/{id}/export")
}

#[must_use]
pub fn contact_tag(id: ContactId, tag: &str) -> String {
    format!("/api/v1/contacts/{id}/tags/{}", segment(tag))
}

#[must_use]
pub fn contact_list(id: ContactId, list: ListId) -> String {
    format!("/api/v1/contacts/{id}/lists/{list}")
}

/// The page of contacts after `cursor`.
#[must_use]
pub fn contacts(query: &ContactQuery, cursor: Option<&str>, limit: u32) -> String {
    let mut parts = contact_filters(query);
    parts.push(format!("limit={limit}"));
    format!("{CONTACTS}?{}{}", parts.join("&"), cursor_part('&', cursor))
}

/// The contacts as one file.
#[must_use]
pub fn contacts_csv(query: &ContactQuery) -> String {
    let parts = contact_filters(query);
    let path = format!("{CONTACTS}.csv");
    if parts.is_empty() { path } else { format!("{path}?{}", parts.join("&")) }
}

fn contact_filters(ContactQuery { words, tag, list }: &ContactQuery) -> Vec<String> {
    let words = (!words.is_empty()).then(|| format!("q={}", segment(words)));
    let tag = tag.as_ref().map(|tag| format!("tag={}", segment(tag)));
    let list = list.map(|list| format!("list={list}"));
    [words, tag, list].into_iter().flatten().collect()
}

#[must_use]
pub fn contact_totals(id: ContactId) -> String {
    format!("/api/v1/contacts/{id}/totals")
}

#[must_use]
pub fn contact_merge(id: ContactId) -> String {
    format!("/api/v1/contacts/{id}/merge")
}

#[must_use]
pub fn contact_merge_undo(id: ContactId) -> String {
    format!("/api/v1/contacts/{id}/merge/undo")
}

/// Where a flag of a contact is set or cleared.
#[must_use]
pub fn contact_flag(id: ContactId, flag: ContactFlag, is_set: bool) -> String {
    let verb = match (flag, is_set) {
        (ContactFlag::Blocked, true) => "block",
        (ContactFlag::Blocked, false) => "unblock",
        (ContactFlag::Unsubscribed, true) => "unsubscribe",
        (ContactFlag::Unsubscribed, false) => "resubscribe",
    };
    format!("/api/v1/contacts/{id}/{verb}")
}

#[must_use]
pub fn contact_conversations(id: ContactId, cursor: Option<&str>) -> String {
    format!("/api/v1/contacts/{id}/conversations{}", cursor_part('?', cursor))
}

#[must_use]
pub fn contact_activity(id: ContactId, cursor: Option<&str>) -> String {
    format!("/api/v1/contacts/{id}/activity{}", cursor_part('?', cursor))
}

#[must_use]
pub fn contact_notes(id: ContactId, cursor: Option<&str>, limit: u32) -> String {
    format!("/api/v1/contacts/{id}/notes?limit={limit}{}", cursor_part('&', cursor))
}

/// The notes of a contact that contain a text.
#[must_use]
pub fn contact_notes_with(id: ContactId, text: &str, cursor: Option<&str>, limit: u32) -> String {
    format!("{}&q={}", contact_notes(id, cursor, limit), segment(text))
}

#[must_use]
pub fn contact_note(id: ContactId, note: ContactNoteId) -> String {
    format!("/api/v1/contacts/{id}/notes/{note}")
}

#[must_use]
pub fn contact_note_restore(id: ContactId, note: ContactNoteId) -> String {
    format!("/api/v1/contacts/{id}/notes/{note}/restore")
}

#[must_use]
pub fn contact_notes_seen(id: ContactId) -> String {
    format!("/api/v1/contacts/{id}/notes/seen")
}

/// What is found for a text, at most `limit` of each kind; of one kind, what comes after `cursor`.
#[must_use]
pub fn search(text: &str, only: Option<(SearchKind, Option<&str>)>, limit: u32) -> String {
    let path = format!("{SEARCH}?q={}&limit={limit}", segment(text));
    match only {
        Some((kind, cursor)) => format!("{path}&kind={}{}", kind.into_str(), cursor_part('&', cursor)),
        None => path,
    }
}

#[must_use]
pub fn changes(after: &Position, limit: u32) -> String {
    format!("{CHANGES}?after={after}&limit={limit}")
}

fn cursor_part(separator: char, cursor: Option<&str>) -> String {
    cursor.map(|cursor| format!("{separator}cursor={}", segment(cursor))).unwrap_or_default()
}

/// Percent-encodes all characters except for RFC 3986's unreserved ones.
fn segment(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a String can't fail");
        }
    }
    // URL parsers would remove a segment of "." or "..".
    if out.bytes().all(|b| b == b'.') { out.replace('.', "%2E") } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_any_characters_stays_one_segment() {
        let id = ContactId(uuid::Uuid::nil());
        assert!(contact_tag(id, "a/b?c#d é").ends_with("/tags/a%2Fb%3Fc%23d%20%C3%A9"));
        assert!(contact_tag(id, "..").ends_with("/tags/%2E%2E"));
    }

    #[test]
    fn a_full_query_names_every_part() {
        let query = ConversationQuery {
            section: crate::Section::Mine,
            status: Some(crate::Status::Closed),
            channel: Some(crate::ChannelId(uuid::Uuid::nil())),
            assignee: Some(crate::AgentId(uuid::Uuid::nil())),
            sort: crate::Sort::Unread,
        };
        let nil = uuid::Uuid::nil();
        assert_eq!(
            conversations(&query, Some("a="), 7),
            format!(
                "/api/v1/conversations?section=mine&sort=unread&limit=7&status=closed&channel={nil}&assignee={nil}&cursor=a%3D"
            )
        );
    }
}
