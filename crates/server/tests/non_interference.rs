//! A contact can't find out whether the team writes notes. Two proofs: two worlds that differ in nothing but notes, and
//! the sources of the contact's side, which can't name a note.

use crate::{
    kit::{Answer, Client, Heard, Stream, World},
    visitor::{EVENTS, MESSAGES, conversation, message, read, reply, visitor},
};
use serde_json::{Value, json};
use sidenote_server::Config;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use uuid::Uuid;
use wire::paths;

/// Everything that a contact can compare: each contact-facing answer, and everything on the stream.
#[derive(Debug, PartialEq)]
struct Seen {
    answers: Vec<(u16, BTreeMap<String, String>, String)>,
    stream: Vec<Heard>,
}

/// Replaces each random id, and the times, by a fixed word: they differ between two runs.
fn normalized(text: &str, names: &[(String, &str)]) -> String {
    let mut text = names.iter().fold(text.to_owned(), |text, (id, name)| text.replace(id, name));
    while let Some(at) = text.find("\"created_at\":\"2") {
        let end = at + 14 + text[at + 14..].find('"').unwrap();
        text.replace_range(at..=end, "\"created_at\":<time>");
    }
    text
}

/// Plays one history, with or without the team's own notes in between; everything else is the same.
async fn play(seed: u64, with_notes: bool) -> Seen {
    // No heartbeat is due during the test: if one comes, something has caused it.
    let world = World::with(Config { heartbeat: Duration::from_secs(3600), ..Config::default() }).await;
    let (visitor, sam, kim) = (visitor(&world).await, world.sam().await, world.kim().await);
    let (mut seen, mut dice) = (Vec::new(), Dice(seed));
    // The stream is read all the time, so that an event at any moment is noticed.
    let mut stream = visitor.stream(EVENTS).await;
    let hello = stream.next().await.unwrap();
    let listening = tokio::spawn(listen(stream, hello));
    for turn in 0..12 {
        let choice = if turn == 0 { 0 } else { dice.roll(5) };
        let answer = match choice {
            0 | 1 => visitor.put(&message(Uuid::now_v7()), json!({ "body": format!("visitor {turn}") })).await,
            2 => {
                reply(&sam, conversation(&sam).await.id, &format!("team {turn}")).await;
                visitor.get(MESSAGES).await
            }
            3 => {
                let status = if dice.roll(2) == 0 { "closed" } else { "open" };
                let path = paths::conversation(conversation(&sam).await.id);
                sam.patch(&path, json!({ "status": status })).await.expect(200);
                visitor.get(MESSAGES).await
            }
            _ => visitor.get(&format!("{MESSAGES}?limit=2")).await,
        };
        seen.push(answer);
        if with_notes {
            note(&kim, &mut dice.aside()).await;
        }
    }
    visitor.put(&message(Uuid::now_v7()), json!({ "body": THE_END })).await.expect(201);
    let heard = listening.await.unwrap();
    seen.extend([visitor.get(MESSAGES).await, visitor.put(&message(Uuid::nil()), json!({ "body": "" })).await]);
    let ids = read(&visitor).await.into_iter().map(|message| (message.id.to_string(), "<id>"));
    let cursors = seen.iter().filter_map(|answer| answer.json()["next_cursor"].as_str().map(str::to_owned));
    let names: Vec<(String, &str)> = ids.chain(cursors.map(|cursor| (cursor, "<cursor>"))).collect();
    Seen { answers: seen.iter().map(|answer| plain(answer, &names)).collect(), stream: events(heard, &names) }
}

const THE_END: &str = "the end";

async fn listen(mut stream: Stream, hello: Heard) -> Vec<Heard> {
    let mut heard = vec![hello];
    loop {
        let event = stream.next().await.expect("the stream goes on");
        let is_last = event.data["message"]["body"] == THE_END;
        heard.push(event);
        if is_last {
            return heard;
        }
    }
}

fn plain(answer: &Answer, names: &[(String, &str)]) -> (u16, BTreeMap<String, String>, String) {
    // A time without milliseconds is written shorter, which changes the length.
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date" && *name != "content-length");
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    (answer.status, headers.collect(), normalized(&answer.text(), names))
}

fn events(heard: Vec<Heard>, names: &[(String, &str)]) -> Vec<Heard> {
    let data = |data: &Value| Value::String(normalized(&data.to_string(), names));
    heard.into_iter().map(|event| Heard { data: data(&event.data), ..event }).collect()
}

/// The team writes notes of both kinds and deletes some of them.
async fn note(agent: &Client, dice: &mut Dice) {
    let theirs = conversation(agent).await;
    let secret = format!("canary {}", Uuid::now_v7());
    let on_contact = agent.add_note(theirs.contact_id, theirs.id, &secret).await;
    let in_conversation = agent.add_conversation_note(theirs.id, &secret).await;
    if dice.roll(2) == 0 {
        agent.delete(&paths::contact_note(theirs.contact_id, on_contact)).await.expect(200);
    }
    if dice.roll(2) == 0 {
        agent.delete(&paths::conversation_note(theirs.id, in_conversation)).await.expect(200);
    }
}

#[tokio::test]
async fn a_contact_cannot_tell_whether_the_team_writes_notes() {
    for seed in 1..=6 {
        let (without, with) = (play(seed, false).await, play(seed, true).await);
        assert_eq!(without, with, "seed {seed}");
        assert!(!format!("{with:?}").contains("canary"));
    }
}

/// A small generator (xorshift64): the same history from the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// Separate dice, so that the notes change nothing else in the history.
    fn aside(&self) -> Self {
        Self(self.0 ^ 0x9e37_79b9_7f4a_7c15)
    }
}

fn source(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code of a file, without comments and tests.
fn code(path: &str) -> String {
    let text = source(path);
    let text = text.split("#[cfg(test)]").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn words(code: &str) -> BTreeSet<String> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The crate's modules that a file names, in `crate::name` and in `crate::{name, …}`.
fn modules_used(code: &str) -> BTreeSet<String> {
    let after = code.match_indices("crate::").map(|(at, name)| &code[at + name.len()..]);
    after.flat_map(|rest| rest.strip_prefix('{').map_or_else(|| vec![first_word(rest)], names_in_group)).collect()
}

/// The first word of each part of a `{…}` group, after its opening brace; nested groups are skipped.
fn names_in_group(text: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in text.chars() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ if depth == 0 => parts.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    parts.iter().map(|part| first_word(part)).filter(|name| !name.is_empty()).collect()
}

fn first_word(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn the_scan_sees_every_module_named() {
    let code = "use crate::{\n    change::{Change, x::Y},\n    db,\n};\nfn f() { crate::notes::add() }";
    assert_eq!(modules_used(code), BTreeSet::from(["change", "db", "notes"].map(str::to_owned)));
}

const VISITOR_FILES: [&str; 6] = [
    "src/visitor.rs",
    "src/visitor/arrival.rs",
    "src/visitor/limits.rs",
    "src/visitor/stream.rs",
    "src/visitor/thread.rs",
    "src/visitor/token.rs",
];

#[test]
fn the_contacts_side_can_name_no_note() {
    let listed = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/visitor")).unwrap().count();
    assert_eq!(listed + 1, VISITOR_FILES.len(), "every file of the contact's side is listed here");
    for file in VISITOR_FILES {
        let named: Vec<String> =
            words(&code(file)).into_iter().filter(|word| word.to_lowercase().contains("note")).collect();
        assert!(named.is_empty(), "{file} names {named:?}");
    }
}

#[test]
fn the_contacts_side_uses_only_modules_that_name_no_note_either() {
    // `state` is the only one of them that leads to everything; the next test checks what is used through it.
    let allowed = BTreeSet::from(
        [
            "change",
            "client_address",
            "db",
            "error",
            "event_stream",
            "input",
            "orgs",
            "page",
            "rate_limit",
            "request_parts",
            "secret",
            "state",
            "wake_ups",
        ]
        .map(str::to_owned),
    );
    for file in VISITOR_FILES {
        let used = modules_used(&code(file));
        assert!(used.is_subset(&allowed), "{file} uses {:?}", used.difference(&allowed));
    }
    let tables_and_types = [
        "contact_note",
        "conversation_note",
        "contact_note_body",
        "conversation_note_body",
        "contact_note_tombstone",
        "conversation_note_tombstone",
        "ContactNote",
        "ConversationNote",
        "NewContactNote",
        "NewConversationNote",
        "contact_notes",
        "conversation_notes",
        "seen_mark",
    ];
    for module in allowed.iter().filter(|module| *module != "state") {
        let words = words(&code(&format!("src/{module}.rs")));
        let named: Vec<&&str> = tables_and_types.iter().filter(|name| words.contains(**name)).collect();
        assert!(named.is_empty(), "{module} names {named:?}");
    }
}

#[test]
fn the_contacts_side_takes_only_the_database_its_limits_the_pace_and_the_end_from_the_state() {
    for file in VISITOR_FILES.iter().chain(&["src/event_stream.rs"]) {
        let code = code(file);
        for (at, _) in code.match_indices("state.") {
            let taken = first_word(&code[at + "state.".len()..]);
            let allowed = ["db", "heartbeat", "closing", "visitor_limits", "streams"];
            assert!(allowed.contains(&taken.as_str()), "{file} takes {taken} from the state");
        }
    }
}

#[test]
fn the_contacts_side_reads_no_column_that_a_note_moves() {
    let columns = BTreeSet::from(["last_at", "rev", "seq", "last_in_seq", "assignee_id"]);
    for file in VISITOR_FILES {
        for (at, _) in code(file).match_indices("SELECT ") {
            let code = code(file);
            let rest = &code[at..];
            let list = &rest[..rest.find(" FROM ").unwrap_or(rest.len())];
            let read: Vec<String> = words(list).into_iter().filter(|word| columns.contains(word.as_str())).collect();
            assert!(read.is_empty(), "{file} reads {read:?} in: {list}");
        }
    }
}
