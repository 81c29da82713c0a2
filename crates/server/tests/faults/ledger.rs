//! What one client sent and which answers it got, and the check whether a server agrees with it.

use crate::kit::process::try_ask;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use wire::{ContactId, ContactNoteId, ConversationId, paths};

/// A client that writes notes about one contact.
pub(crate) struct Writer {
    pub(crate) address: String,
    pub(crate) cookie: String,
    pub(crate) contact: ContactId,
    pub(crate) conversation: ConversationId,
    /// Every note that was sent, with its text.
    pub(crate) sent: BTreeMap<ContactNoteId, String>,
    pub(crate) acknowledged: BTreeSet<ContactNoteId>,
    /// Deletions that were acknowledged.
    pub(crate) deleted: BTreeSet<ContactNoteId>,
    /// Deletions that were sent and not acknowledged.
    pub(crate) perhaps_deleted: BTreeSet<ContactNoteId>,
}

impl Writer {
    pub(crate) fn new(address: &str, cookie: &str, contact: ContactId, conversation: ConversationId) -> Self {
        Self {
            address: address.to_owned(),
            cookie: cookie.to_owned(),
            contact,
            conversation,
            sent: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            deleted: BTreeSet::new(),
            perhaps_deleted: BTreeSet::new(),
        }
    }

    /// One attempt at a note. Returns whether it was acknowledged.
    pub(crate) async fn put(&mut self, id: ContactNoteId, text: &str) -> bool {
        self.sent.insert(id, text.to_owned());
        let body = json!({ "body": text, "conversation_id": self.conversation });
        let status =
            self.request("PUT", &paths::contact_note(self.contact, id), Some(&body)).await.map(|(status, _)| status);
        let is_acknowledged = matches!(status, Some(200 | 201));
        if is_acknowledged {
            self.acknowledged.insert(id);
        }
        is_acknowledged
    }

    /// One attempt at a deletion. Returns whether it was acknowledged.
    pub(crate) async fn delete(&mut self, id: ContactNoteId) -> bool {
        self.perhaps_deleted.insert(id);
        let status =
            self.request("DELETE", &paths::contact_note(self.contact, id), None).await.map(|(status, _)| status);
        let is_acknowledged = matches!(status, Some(200 | 204));
        if is_acknowledged {
            self.deleted.insert(id);
            self.perhaps_deleted.remove(&id);
        }
        is_acknowledged
    }

    /// Sends everything that was not acknowledged again, with the same ids. Returns how much of it the server had
    /// already.
    pub(crate) async fn retry(&mut self) -> usize {
        let unheard: Vec<_> = self.sent.iter().filter(|(id, _)| !self.acknowledged.contains(id)).collect();
        let unheard: Vec<_> = unheard.into_iter().map(|(id, text)| (*id, text.clone())).collect();
        let mut was_there = 0;
        for (id, text) in unheard {
            let body = json!({ "body": text, "conversation_id": self.conversation });
            let answer = self.request("PUT", &paths::contact_note(self.contact, id), Some(&body)).await;
            match answer.expect("the server is there again").0 {
                200 => was_there += 1,
                201 => {}
                410 if self.deleted.contains(&id) || self.perhaps_deleted.contains(&id) => continue,
                status => panic!("a note sent again is answered {status}"),
            }
            self.acknowledged.insert(id);
        }
        for id in std::mem::take(&mut self.perhaps_deleted) {
            assert!(self.delete(id).await, "a deletion sent again is acknowledged");
        }
        was_there
    }

    /// Every note of this contact that the server has.
    pub(crate) async fn on_server(&self) -> Vec<(ContactNoteId, String)> {
        let mut notes = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let path = paths::contact_notes(self.contact, cursor.as_deref(), 100);
            let (status, page) = self.request("GET", &path, None).await.expect("the server is there");
            assert_eq!(status, 200, "{page}");
            for note in page["items"].as_array().expect("a page has items") {
                let id = note["id"].as_str().and_then(|id| id.parse().ok()).expect("a note has an id");
                notes.push((id, note["body"].as_str().expect("a note has a body").to_owned()));
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return notes,
            }
        }
    }

    /// The bytes of a request.
    pub(crate) fn written(&self, method: &str, path: &str, body: Option<&Value>) -> String {
        let body = body.map(ToString::to_string).unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "content-type: application/json\r\n" };
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\n\
             x-sidenote: 1\r\n{kind}content-length: {}\r\n\r\n{body}",
            self.address,
            self.cookie,
            body.len()
        )
    }

    /// `None`: no complete answer came.
    pub(crate) async fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let request = self.written(method, path, body);
        let answer = try_ask(&self.address, &request).await?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        // An answer that was cut doesn't count.
        (length.is_none_or(|length: usize| body.len() == length))
            .then(|| (status, serde_json::from_str(body).unwrap_or_default()))
    }
}

/// The differences between a server and these ledgers. `settled`: everything was acknowledged in the end.
pub(crate) async fn wrongs(writers: &[Writer], settled: bool) -> Vec<String> {
    let mut wrongs = Vec::new();
    let there = writers[0].on_server().await;
    let mut seen = BTreeSet::new();
    for (id, text) in &there {
        if !seen.insert(*id) {
            wrongs.push(format!("{id} is there twice"));
        }
        match writers.iter().find_map(|writer| writer.sent.get(id)) {
            None => wrongs.push(format!("{id} is there, and nobody sent it")),
            Some(sent) if sent != text => wrongs.push(format!("{id} has another text")),
            Some(_) => {}
        }
    }
    for writer in writers {
        for id in writer.deleted.iter().filter(|id| seen.contains(id)) {
            wrongs.push(format!("{id} is there, and was deleted"));
        }
        let may_be_gone =
            |id: &ContactNoteId| writer.deleted.contains(id) || !settled && writer.perhaps_deleted.contains(id);
        for id in writer.acknowledged.iter().filter(|id| !seen.contains(id) && !may_be_gone(id)) {
            wrongs.push(format!("{id} was acknowledged, and is lost"));
        }
    }
    wrongs
}
