//! A contact can't find out whether the team writes notes: two worlds that differ in nothing but notes look the same to
//! the contact. `contact_sources` shows the same from the code.

use crate::{
    kit::{Answer, Client, Heard, Stream, World},
    visitor::{EVENTS, MESSAGES, conversation, message, read, reply},
};
use serde_json::{Value, json};
use sidenote_server::{Config, leak::Leak};
use std::{collections::BTreeMap, time::Duration};
use tokio::task::JoinHandle;
use uuid::Uuid;
use wire::{Conversation, paths, visitor::Visit};

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

/// Which of two worlds a history is played in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Team {
    WritesNotes,
    WritesNone,
}

/// The worlds are organizations of one server, each with a visitor at an address of their own.
struct Server {
    world: World,
    played: u32,
}

impl Server {
    async fn new() -> Self {
        let config = Config {
            // No heartbeat is due during the test: if one comes, something has caused it.
            heartbeat: Duration::from_secs(3600),
            undo_window: Duration::from_secs(3600),
            public_origin: Some("https://inbox.test".to_owned()),
            ..Config::default()
        };
        Self { world: World::with(config).await, played: 0 }
    }

    /// Plays one history, with or without the team's own notes in between; everything else is the same.
    async fn play(&mut self, seed: u64, team: Team) -> Seen {
        self.played += 1;
        let (world, slug) = (&self.world, format!("world-{}", self.played));
        let org = crate::kit::team(world.db(), &slug).await;
        let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + self.played).to_string();
        let nobody = world.nobody().with("x-forwarded-for", &address);
        let visit = nobody.post(&format!("/contact/v1/{slug}/visits"), None).await.expect(200);
        let token = visit.read::<Visit>().token;
        let visitor = nobody.with("authorization", &format!("Bearer {token}"));
        let sam = world.client(org.org, org.sam).await.secure();
        let kim = world.client(org.org, org.kim).await.secure();
        // The stream is read all the time, so that an event at any moment is noticed.
        let mut stream = visitor.stream(EVENTS).await;
        let hello = stream.next().await.unwrap();
        let listening = tokio::spawn(listen(stream, hello));
        let mut history = History { visitor, sam, dice: Dice(seed), seen: vec![visit], resumed: Vec::new() };
        let mut written = Vec::new();
        history.turn(0).await;
        let theirs = conversation(&history.sam).await;
        for turn in 1..12 {
            history.turn(turn).await;
            if team == Team::WritesNotes {
                note(&kim, &theirs, &mut history.dice.aside(), &mut written).await;
            }
        }
        history.finish(token, &slug, listening).await
    }
}

/// What the contact and the team do, and what the contact sees of it.
struct History {
    visitor: Client,
    sam: Client,
    dice: Dice,
    seen: Vec<Answer>,
    resumed: Vec<Heard>,
}

impl History {
    async fn turn(&mut self, turn: usize) {
        let choice = if turn == 0 { 0 } else { self.dice.roll(8) };
        match choice {
            0 | 1 => {
                let text = json!({ "body": format!("visitor {turn}") });
                self.seen.push(self.visitor.put(&message(Uuid::now_v7()), text).await);
            }
            2 => {
                reply(&self.sam, conversation(&self.sam).await.id, &format!("team {turn}")).await;
                self.seen.push(self.visitor.get(MESSAGES).await);
            }
            3 => {
                let status = if self.dice.roll(2) == 0 { "closed" } else { "open" };
                let path = paths::conversation(conversation(&self.sam).await.id);
                self.sam.patch(&path, json!({ "status": status })).await.expect(200);
                self.seen.push(self.visitor.get(MESSAGES).await);
            }
            4 => self.page_through().await,
            5 => self.resume().await,
            6 => {
                for path in ["?cursor=7.0", "?limit=0", "?q=note"] {
                    self.seen.push(self.visitor.get(&format!("{MESSAGES}{path}")).await);
                }
            }
            _ => self.seen.push(self.visitor.get(&format!("{MESSAGES}?limit=2")).await),
        }
    }

    async fn page_through(&mut self) {
        let mut query = "?limit=3".to_owned();
        loop {
            let answer = self.visitor.get(&format!("{MESSAGES}{query}")).await;
            let next = answer.json()["next_cursor"].as_str().map(|cursor| format!("?limit=3&cursor={cursor}"));
            self.seen.push(answer);
            match next {
                Some(next) => query = next,
                None => return,
            }
        }
    }

    /// Another tab, which has everything up to a position.
    async fn resume(&mut self) {
        let messages = read(&self.visitor).await;
        let last = messages.first().map_or(0, |message| message.position);
        let from = self.dice.roll(last + 1);
        let mut stream = self.visitor.with("last-event-id", &from.to_string()).stream(EVENTS).await;
        let later = messages.iter().filter(|message| message.position > from).count();
        for _ in 0..=later {
            self.resumed.push(stream.next().await.expect("the stream goes on"));
        }
    }

    async fn finish(mut self, token: String, slug: &str, listening: JoinHandle<Vec<Heard>>) -> Seen {
        let end = self.visitor.put(&message(Uuid::now_v7()), json!({ "body": THE_END })).await;
        let is_refused = end.status != 201;
        self.seen.push(end);
        let mut heard = if is_refused { Vec::new() } else { listening.await.unwrap() };
        heard.extend(self.resumed);
        self.seen.push(self.visitor.get(MESSAGES).await);
        self.seen.push(self.visitor.put(&message(Uuid::nil()), json!({ "body": "" })).await);
        self.seen.push(self.visitor.get(&format!("/chat/{slug}")).await);
        let ids = read(&self.visitor).await.into_iter().map(|message| (message.id.to_string(), "<id>"));
        let cursors = self.seen.iter().filter_map(|answer| next_cursor(answer).map(|cursor| (cursor, "<cursor>")));
        let names: Vec<(String, &str)> = ids.chain(cursors).chain([(token, "<token>")]).collect();
        Seen { answers: self.seen.iter().map(|answer| plain(answer, &names)).collect(), stream: events(heard, &names) }
    }
}

fn next_cursor(answer: &Answer) -> Option<String> {
    let page: Value = serde_json::from_slice(&answer.body).ok()?;
    Some(page["next_cursor"].as_str()?.to_owned())
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

/// A note that the team has written: its address.
type Written = String;

/// The team writes notes of both kinds, deletes some of them, and restores some of these.
async fn note(agent: &Client, theirs: &Conversation, dice: &mut Dice, written: &mut Vec<Written>) {
    let secret = format!("canary {}", Uuid::now_v7());
    let on_contact = agent.add_note(theirs.contact_id, theirs.id, &secret).await;
    let in_conversation = agent.add_conversation_note(theirs.id, &secret).await;
    written.push(paths::contact_note(theirs.contact_id, on_contact));
    written.push(paths::conversation_note(theirs.id, in_conversation));
    let one_of_them = dice.roll(written.len() as u64);
    let path = &written[usize::try_from(one_of_them).unwrap()];
    match dice.roll(3) {
        0 => drop(agent.delete(path).await.expect(200)),
        1 => drop(agent.post(&format!("{path}/restore"), None).await.expect(200)),
        _ => {}
    }
}

/// The first seed of a history with which the two worlds look different to the contact. `None`: none of them.
async fn differing(seeds: std::ops::Range<u64>) -> Option<u64> {
    let mut server = Server::new().await;
    for seed in seeds {
        let without = server.play(seed, Team::WritesNone).await;
        let with = server.play(seed, Team::WritesNotes).await;
        if without != with || format!("{with:?}").contains("canary") {
            return Some(seed);
        }
    }
    None
}

/// The pairs of worlds that one test plays; four tests share them, since each runs on one core.
fn share(n: u64) -> std::ops::Range<u64> {
    let worlds = std::env::var("SIDENOTE_WORLDS").ok().and_then(|worlds| worlds.parse().ok()).unwrap_or(1000);
    let share = u64::div_ceil(worlds, 4);
    1 + n * share..1 + (n + 1) * share
}

/// Plays one share, and returns the figure.
async fn look_the_same(n: u64) -> String {
    let seeds = share(n);
    let count = seeds.end - seeds.start;
    assert_eq!(differing(seeds).await, None, "the seed of a history that differs");
    format!("figure: worlds that differ to the contact by the team's notes: 0 of {count} (part {} of 4)", n + 1)
}

#[tokio::test]
async fn a_contact_cannot_tell_whether_the_team_writes_notes() {
    println!("{}", look_the_same(0).await);
}

#[tokio::test]
async fn a_contact_cannot_tell_whether_the_team_writes_notes_2() {
    println!("{}", look_the_same(1).await);
}

#[tokio::test]
async fn a_contact_cannot_tell_whether_the_team_writes_notes_3() {
    println!("{}", look_the_same(2).await);
}

#[tokio::test]
async fn a_contact_cannot_tell_whether_the_team_writes_notes_4() {
    println!("{}", look_the_same(3).await);
}

#[tokio::test]
async fn every_seeded_leak_is_noticed() {
    for leak in Leak::ALL {
        sidenote_server::leak::seed(Some(leak));
        assert!(differing(1..100).await.is_some(), "{leak:?} is not noticed");
    }
    sidenote_server::leak::seed(None);
    println!("figure: seeded leaks to the contact: {0}/{0} caught", Leak::ALL.len());
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
