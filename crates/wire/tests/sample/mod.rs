//! One sample value of each kind of thing, with its expected JSON.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wire::*;

pub(crate) const A: &str = "0198a1b2-0000-7000-8000-00000000000a";
pub(crate) const B: &str = "0198a1b2-0000-7000-8000-00000000000b";
pub(crate) const C: &str = "0198a1b2-0000-7000-8000-00000000000c";

pub(crate) fn a() -> Uuid {
    A.parse().unwrap()
}

pub(crate) fn b() -> Uuid {
    B.parse().unwrap()
}

pub(crate) fn c() -> Uuid {
    C.parse().unwrap()
}

pub(crate) fn at() -> DateTime<Utc> {
    "2026-11-22T14:05:00.250Z".parse().unwrap()
}

/// Replaces `A`, `B` and `C` by their ids.
pub(crate) fn with_ids(json: &str) -> String {
    json.replace("\"A\"", &format!("\"{A}\""))
        .replace("\"B\"", &format!("\"{B}\""))
        .replace("\"C\"", &format!("\"{C}\""))
}

pub(crate) fn body() -> NoteBody {
    NoteBody::parse("Hi").unwrap()
}

pub(crate) fn author() -> AgentRef {
    AgentRef { id: AgentId(c()), name: "Maya".to_owned(), removed: false }
}

pub(crate) const AUTHOR: &str = r#"{"id":"C","name":"Maya","removed":false}"#;

pub(crate) fn contact_note() -> ContactNote {
    ContactNote {
        id: ContactNoteId(a()),
        contact_id: ContactId(b()),
        conversation_id: ConversationId(c()),
        author: author(),
        body: body(),
        created_at: at(),
        seq: 7,
        rev: 9,
    }
}

pub(crate) fn contact_note_json() -> String {
    format!(
        r#"{{"id":"A","contact_id":"B","conversation_id":"C","author":{AUTHOR},"body":"Hi","created_at":"2026-11-22T14:05:00.250Z","seq":7,"rev":9}}"#
    )
}

pub(crate) fn conversation_note() -> ConversationNote {
    ConversationNote {
        id: ConversationNoteId(a()),
        conversation_id: ConversationId(b()),
        author: author(),
        body: body(),
        created_at: at(),
        seq: 7,
        rev: 9,
    }
}

pub(crate) fn conversation_note_json() -> String {
    format!(
        r#"{{"id":"A","conversation_id":"B","author":{AUTHOR},"body":"Hi","created_at":"2026-11-22T14:05:00.250Z","seq":7,"rev":9}}"#
    )
}

pub(crate) fn message() -> Message {
    Message {
        id: MessageId(a()),
        conversation_id: ConversationId(b()),
        direction: Direction::Out,
        author: Some(author()),
        body: "Hi".to_owned(),
        attachments: vec![Attachment { name: "a.pdf".to_owned(), size: 3, media_type: "application/pdf".to_owned() }],
        created_at: at(),
        seq: 7,
        delivery: Delivery::Failed { reason: "no-way-out".to_owned() },
    }
}

pub(crate) fn message_json() -> String {
    format!(
        r#"{{"id":"A","conversation_id":"B","direction":"out","author":{AUTHOR},"body":"Hi","attachments":[{{"name":"a.pdf","size":3,"type":"application/pdf"}}],"created_at":"2026-11-22T14:05:00.250Z","seq":7,"delivery":{{"state":"failed","reason":"no-way-out"}}}}"#
    )
}

pub(crate) fn conversation() -> Conversation {
    Conversation {
        id: ConversationId(a()),
        contact_id: ContactId(b()),
        contact: ContactRef { id: ContactId(b()), name: "Ana".to_owned() },
        channel: ChannelRef { id: ChannelId(c()), kind: ChannelKind::Chat },
        status: Status::Open,
        assignee_id: None,
        unread: true,
        preview: Some(Preview { kind: PreviewKind::In, text: "Hi".to_owned(), attachment: Some("a.pdf".to_owned()) }),
        last_at: at(),
        seq: 7,
        rev: 9,
    }
}

pub(crate) const CONVERSATION: &str = r#"{"id":"A","contact_id":"B","contact":{"id":"B","name":"Ana"},"channel":{"id":"C","kind":"chat"},"status":"open","assignee_id":null,"unread":true,"preview":{"kind":"in","text":"Hi","attachment":"a.pdf"},"last_at":"2026-11-22T14:05:00.250Z","seq":7,"rev":9}"#;

pub(crate) fn contact() -> Contact {
    Contact {
        id: ContactId(a()),
        name: "Ana".to_owned(),
        email: Some("ana@acme.test".to_owned()),
        phone: None,
        phone_uri: None,
        external_id: None,
        address: None,
        birthday: chrono::NaiveDate::from_ymd_opt(1990, 2, 28),
        language: Some("pt-PT".to_owned()),
        default_channel: Some(ChannelKind::Email),
        time_zone: Some("Europe/Lisbon".to_owned()),
        channels: vec![ChannelAddress { kind: ChannelKind::Email, address: "ana@acme.test".to_owned() }],
        tags: vec![Tag { name: "VIP".to_owned(), color: 3 }],
        lists: vec![ContactList { id: ListId(b()), name: "Beta".to_owned() }],
        blocked: false,
        unsubscribed: true,
        erased: false,
        seq: 7,
        rev: 9,
    }
}

pub(crate) const CONTACT: &str = r#"{"id":"A","name":"Ana","email":"ana@acme.test","phone":null,"phone_uri":null,"external_id":null,"address":null,"birthday":"1990-02-28","language":"pt-PT","default_channel":"email","time_zone":"Europe/Lisbon","channels":[{"kind":"email","address":"ana@acme.test"}],"tags":[{"name":"VIP","color":3}],"lists":[{"id":"B","name":"Beta"}],"blocked":false,"unsubscribed":true,"erased":false,"seq":7,"rev":9}"#;

pub(crate) fn agent() -> Agent {
    Agent {
        id: AgentId(a()),
        name: "Maya".to_owned(),
        email: "maya@acme.test".to_owned(),
        role: Role::Admin,
        removed: false,
    }
}

pub(crate) const AGENT: &str = r#"{"id":"A","name":"Maya","email":"maya@acme.test","role":"admin","removed":false}"#;
