//! Imported mail archives: what the agents see, and the report about the rest.

use crate::kit::{Client, World, eventually};
use sidenote_server::import::{self, Options, Own, Reading, Report};
use std::{collections::BTreeMap, path::PathBuf};
use wire::{Contact, Conversation, Direction, Message, Page, Status, paths};

fn archive(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

async fn bring_in(world: &World, name: &str, own: &[&str]) -> Report {
    bring_in_bytes(world, &archive(name), own).await
}

async fn bring_in_bytes(world: &World, mbox: &[u8], own: &[&str]) -> Report {
    let reading = Reading { own: Own::new(own).unwrap(), ..Reading::default() };
    import::archive(world.db(), "acme", &mbox, &Options { reading, ..Options::default() }).await.unwrap()
}

const TEAM: [&str; 2] = ["help@acme.test", "SALES@Acme.Test"];

/// Every imported conversation with its messages, oldest first, by the contact's name and the first words of a message.
async fn threads(agent: &Client) -> BTreeMap<String, Vec<Message>> {
    let mut threads = BTreeMap::new();
    let page: Page<Conversation> = agent.get("/api/v1/conversations?limit=100").await.expect(200).read();
    for conversation in page.items {
        let mut messages: Page<Message> = agent.get(&paths::messages(conversation.id, None)).await.expect(200).read();
        messages.items.reverse();
        if let Some(first) = messages.items.first() {
            let words = first.body.lines().next().unwrap_or_default().to_owned();
            threads.insert(format!("{}: {words}", conversation.contact.name), messages.items);
        }
    }
    threads
}

async fn contact(agent: &Client, name: &str) -> Contact {
    let page: Page<Conversation> = agent.get("/api/v1/conversations?limit=100").await.expect(200).read();
    let found = page.items.iter().find(|conversation| conversation.contact.name == name).unwrap();
    agent.get(&paths::contact(found.contact_id)).await.expect(200).read()
}

fn bodies(messages: &[Message]) -> Vec<(Direction, &str)> {
    messages.iter().map(|message| (message.direction, message.body.as_str())).collect()
}

#[tokio::test]
async fn a_thread_with_several_senders_becomes_one_conversation_for_each() {
    let world = World::new().await;
    let report = bring_in(&world, "threads.mbox", &TEAM).await;
    assert_eq!((report.messages, report.contacts, report.conversations), (10, 4, 5), "{report:?}");
    let threads = threads(&world.sam().await).await;

    use Direction::{In, Out};
    assert_eq!(
        bodies(&threads["Alice Meyer: Broken display"]),
        [
            (In, "Broken display\n\nThe display shows nothing."),
            (Out, "Please hold the button for five seconds."),
            (Out, "Both of you get a new one."),
            (In, "Thank you!"),
        ]
    );
    assert_eq!(
        bodies(&threads["Bob Stone: Re: Broken display"]),
        [(In, "Re: Broken display\n\nMine is broken too, same batch."), (Out, "Both of you get a new one.")]
    );
    assert_eq!(bodies(&threads["Alice Meyer: An invoice"]), [(In, "An invoice\n\nCould I have an invoice?")]);
    assert_eq!(
        bodies(&threads["Carol Diaz: Your offer"]),
        [(Out, "Your offer\n\nHere is the offer you asked for on the phone."), (In, "We take it.")]
    );
}

#[tokio::test]
async fn messages_keep_the_time_they_were_written_and_nobody_is_named_for_the_teams_mail() {
    let world = World::new().await;
    bring_in(&world, "threads.mbox", &TEAM).await;
    let threads = threads(&world.sam().await).await;
    let alice = &threads["Alice Meyer: Broken display"];
    assert_eq!(alice[0].created_at.to_rfc3339(), "2026-03-02T09:00:00+00:00");
    assert!(alice.is_sorted_by_key(|message| (message.created_at, message.seq)));
    assert!(alice.iter().all(|message| message.author.is_none()));
    assert!(threads.values().flatten().all(|message| message.delivery == wire::Delivery::Delivered));
}

#[tokio::test]
async fn one_sender_is_one_contact_however_the_address_is_written() {
    let world = World::new().await;
    bring_in(&world, "threads.mbox", &TEAM).await;
    let alice = contact(&world.sam().await, "Alice Meyer").await;
    assert_eq!(alice.email.as_deref(), Some("Alice@Mail.Example"));
    assert_eq!(alice.channels.len(), 1);
    assert_eq!(alice.channels[0].address, "alice@mail.example");
}

#[tokio::test]
async fn the_teams_first_letter_begins_a_conversation_with_whom_it_is_to_and_one_to_nobody_is_named() {
    let world = World::new().await;
    let mbox = b"From - \nFrom: Help <help@acme.test>\nTo: Ann Lee <ann@y.test>, sales@acme.test\nSubject: Our offer\n\
        Message-ID: <1@acme>\n\nFor you.\n\n\
        From - \nFrom: ann@y.test\nTo: help@acme.test\nSubject: Re: Our offer\n\nWe take it.\n\n\
        From - \nFrom: help@acme.test\nTo: sales@acme.test\n\nLunch?\n";
    let report = bring_in_bytes(&world, mbox, &["Help <help@acme.test>", "@acme.test"]).await;
    assert_eq!((report.messages, report.contacts, report.conversations), (2, 1, 1), "{report:?}");
    let threads = threads(&world.sam().await).await;
    let bodies = bodies(&threads["Ann Lee: Our offer"]);
    assert_eq!(bodies, [(Direction::Out, "Our offer\n\nFor you."), (Direction::In, "We take it.")]);
    let words = report.summary(None);
    assert!(
        words.contains("left out: message 3 (line 16, byte 210): the team's own mail, and it is to nobody"),
        "{words}"
    );
}

#[tokio::test]
async fn letters_are_one_only_if_sender_date_subject_and_text_are() {
    let world = World::new().await;
    let letter = |head: &str, text: &str| format!("From - \nFrom: Ann <ann@x.test>\n{head}\n{text}\n\n");
    let first = letter("Message-ID: <1@x>\nSubject: A\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n", "Please cancel.");
    assert_eq!(bring_in_bytes(&world, first.as_bytes(), &[]).await.messages, 1);
    for same in [
        letter("Message-ID: <1@x>\nSubject: A\nDate: 3 Mar 2026 09:00:00 GMT\nStatus: RO\n", "Please cancel.\n"),
        letter("Subject: A\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n", "Please  cancel."),
        letter("Message-ID: <2@x>\nSubject: A\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n", "Please cancel."),
    ] {
        let report = bring_in_bytes(&world, same.as_bytes(), &[]).await;
        assert_eq!((report.messages, report.known, report.conversations), (0, 1, 0), "{same}");
    }
    for other in [
        letter("Message-ID: <1@x>\nSubject: B\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n", "Please cancel."),
        letter("Message-ID: <1@x>\nSubject: A\nDate: Wed, 4 Mar 2026 10:00:00 +0100\n", "Please cancel."),
        letter("Message-ID: <1@x>\nSubject: A\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n", "Please don't."),
    ] {
        for added in [1, 0] {
            assert_eq!(bring_in_bytes(&world, other.as_bytes(), &[]).await.messages, added, "{other}");
        }
    }
}

#[tokio::test]
async fn the_second_time_nothing_changes() {
    for name in ["threads.mbox", "charsets.mbox", "mime.mbox", "crlf.mbox", "broken.mbox"] {
        let world = World::new().await;
        let first = bring_in(&world, name, &TEAM).await;
        let before = (world.count("SELECT SUM(seq) FROM org").await, world.count("SELECT COUNT(*) FROM event").await);
        let second = bring_in(&world, name, &TEAM).await;
        let after = (world.count("SELECT SUM(seq) FROM org").await, world.count("SELECT COUNT(*) FROM event").await);
        assert!(first.messages > 0);
        assert_eq!((second.messages, second.contacts, second.conversations), (0, 0, 0), "{name}: {second:?}");
        assert_eq!(before, after, "{name}");
        assert_eq!(second.unreadable, first.unreadable);
    }
}

#[tokio::test]
async fn a_later_archive_goes_on_where_the_first_ended() {
    let world = World::new().await;
    bring_in(&world, "threads.mbox", &TEAM).await;
    let report = bring_in(&world, "threads-later.mbox", &TEAM).await;
    assert_eq!((report.messages, report.contacts, report.conversations), (3, 1, 1), "{report:?}");
    let threads = threads(&world.sam().await).await;
    assert_eq!(threads["Alice Meyer: An invoice"].len(), 2, "the team's answer found the thread");
    assert_eq!(threads["Dora: Re: Broken display"].len(), 1);
    let alice = bodies(&threads["Alice Meyer: Broken display"]);
    assert!(alice.last().unwrap().1.ends_with("Dora, write to them, they are quick."), "{alice:?}");
}

#[tokio::test]
async fn a_letter_reopens_a_closed_conversation() {
    let world = World::new().await;
    bring_in(&world, "threads.mbox", &TEAM).await;
    let sam = world.sam().await;
    let page: Page<Conversation> = sam.get("/api/v1/conversations?limit=100").await.expect(200).read();
    for conversation in &page.items {
        let close = serde_json::json!({ "status": "closed" });
        sam.patch(&paths::conversation(conversation.id), close).await.expect(200);
    }
    bring_in(&world, "threads-later.mbox", &TEAM).await;
    let open: Page<Conversation> = sam.get("/api/v1/conversations?status=open").await.expect(200).read();
    let mut names: Vec<&str> = open.items.iter().map(|conversation| conversation.contact.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["Alice Meyer", "Dora"], "the team's own answer reopens nothing");
    assert!(open.items.iter().all(|conversation| conversation.status == Status::Open));
}

#[tokio::test]
async fn names_and_texts_are_read_in_every_character_set() {
    let world = World::new().await;
    let report = bring_in(&world, "charsets.mbox", &[]).await;
    assert_eq!((report.messages, report.contacts, report.unreadable.len()), (6, 6, 0), "{report:?}");
    let threads = threads(&world.sam().await).await;
    let texts: Vec<(&str, &str)> =
        threads.iter().map(|(head, messages)| (head.as_str(), messages[0].body.as_str())).collect();
    for expected in [
        ("Jürgen Groß: Rückgabe für 5 €", "Schöne Grüße aus Köln - \neine sehr lange Zeile, die hier weitergeht."),
        ("Анна Петрова: Возврат", "Добрый день!\nГде мой заказ?"),
        ("田中 太郎: 見積もりの件", "お世話になっております。\nお見積りをお願いします。"),
        ("Chloé Dubôis: Réclamation", "L’appareil coûte 30 €…"),
        ("nameless@poste.example: “Déjà vu” sans jeu de caractères", "“Déjà vu” sans jeu de caractères"),
        ("ليلى منصور: سؤال", "هل تشحنون إلى الأردن؟"),
    ] {
        assert!(texts.iter().any(|(head, body)| *head == expected.0 && body.ends_with(expected.1)), "{expected:?}");
    }
}

#[tokio::test]
async fn attachments_are_listed_and_the_plain_text_is_preferred() {
    let world = World::new().await;
    bring_in(&world, "mime.mbox", &[]).await;
    let threads = threads(&world.sam().await).await;
    let of = |name: &str| threads.iter().find(|(head, _)| head.starts_with(name)).unwrap().1[0].clone();
    let files = |name: &str| -> Vec<(String, u64, String)> {
        of(name).attachments.into_iter().map(|file| (file.name, file.size, file.media_type)).collect()
    };
    let file = |name: &str, size, kind: &str| (name.to_owned(), size, kind.to_owned());

    assert_eq!(
        files("Mixed"),
        [file("Rechnung März.pdf", 1000, "application/pdf"), file("naïve chat.png", 77, "image/png")]
    );
    assert_eq!(of("Mixed").body, "With two files\n\nSee the files.");
    assert_eq!(of("Alternative").body, "Plain wins.");
    assert_eq!(of("Html").body, "Grüße & Küsse\n\nSecond\nline");
    assert_eq!(files("Uu"), [file("cat.txt", 3, "application/octet-stream")]);
    assert!(of("Uu").body.starts_with("The old way:") && !of("Uu").body.contains("begin"));
    assert_eq!(files("Forwarder"), [file("The inner one.eml", 87, "message/rfc822")]);
    assert!(of("Forwarder").body.starts_with("Look at what message/rfc822 they sent:\n\n---------- Enclosed message"));
    assert_eq!(of("Signer").body, "Signed words.");
}

#[tokio::test]
async fn the_list_says_of_a_mail_without_text_that_it_has_an_attachment() {
    let world = World::new().await;
    let mbox = b"From - \nFrom: Ann Lee <ann@y.test>\nContent-Type: application/pdf; name=scan.pdf\n\n%PDF\n";
    bring_in_bytes(&world, mbox, &[]).await;
    let page: Page<Conversation> = world.sam().await.get("/api/v1/conversations?limit=100").await.expect(200).read();
    let preview = page.items.into_iter().find(|it| it.contact.name == "Ann Lee").unwrap().preview.unwrap();
    assert_eq!((preview.text.as_str(), preview.attachment.as_deref()), ("", Some("scan.pdf")));
}

#[tokio::test]
async fn of_many_letters_with_the_same_doubt_the_first_are_named_and_the_others_counted() {
    let world = World::new().await;
    let mbox: String = (0..30).map(|n| format!("From - \nFrom: Ann <ann@y.test>\n\nletter {n}\n\n")).collect();
    let words = bring_in_bytes(&world, mbox.as_bytes(), &[]).await.summary(None);
    assert!(words.contains("in doubt: message 20 (") && !words.contains("message 21 ("), "{words}");
    assert!(words.ends_with("in doubt: 10 more: it has no date that can be read, or only one in the future, and gets that of the message before it"));
}

#[tokio::test]
async fn windows_line_ends_and_quoted_from_lines_are_undone() {
    let world = World::new().await;
    let report = bring_in(&world, "crlf.mbox", &[]).await;
    assert_eq!(report.messages, 2);
    let threads = threads(&world.sam().await).await;
    assert_eq!(threads["Carriage: Line ends"][0].body, "Line ends\n\none\ntwo\n\nFrom here on it is quoted");
}

#[tokio::test]
async fn what_cannot_be_read_is_named_with_its_place_and_the_rest_goes_in() {
    let world = World::new().await;
    let report = bring_in(&world, "broken.mbox", &[]).await;
    assert_eq!((report.letters, report.messages, report.known), (16, 12, 1), "{report:?}");
    let words = report.summary(None);
    for line in [
        "12 messages in, 11 new contacts, 11 new conversations, 1 skipped (already there), 3 unreadable.",
        "unreadable: before the first message (line 1, byte 0): there is text before the first \"From \" line",
        "unreadable: message 2 (line 10, byte 194): nobody is named as its sender",
        "unreadable: message 9 (line 57, byte 1201): it is empty",
        "in doubt: message 7 (line 43, byte 870): another message has the same Message-ID",
    ] {
        assert!(words.contains(line), "{line}\n{words}");
    }
    let threads = threads(&world.sam().await).await;
    for (head, body) in [
        ("nofrom@x.example: No From header", "The envelope knows me."),
        ("Unclosed: Nobody closed me.", "Nobody closed me."),
        ("Lost Boundary: No boundary in sight.", "No boundary in sight."),
        ("Control: abc", "before\u{fffd}after\u{fffd}[31mred\npage"),
        ("Huge: Below huge headers.", "Below huge headers."),
        ("Cut: This one ends in the mid", "This one ends in the mid"),
    ] {
        assert!(threads[head][0].body.ends_with(body), "{head}");
    }
    let prose = &threads["Prose: First paragraph."][0].body;
    assert!(
        prose.contains("\nFrom the second")
            && prose.contains("\nFrom the third")
            && prose.contains("\n>From the fourth")
    );
    assert_eq!(threads["No Date: The From_ line says when."][0].created_at.to_rfc3339(), "2026-03-02T09:03:00+00:00");
}

#[tokio::test]
async fn agents_who_are_watching_see_the_letters_come_in() {
    let world = World::new().await;
    let sam = world.sam().await;
    let mut stream = sam.stream(paths::EVENTS).await;
    stream.until("hello").await;
    let report = bring_in(&world, "threads.mbox", &TEAM).await;
    for _ in 0..report.messages {
        let heard = stream.until("message-added").await;
        assert!(heard.data["actor"].is_null());
    }
}

#[tokio::test]
async fn another_process_may_import_beside_the_open_server() {
    let world = World::new().await;
    tokio::spawn(sidenote_server::other_processes::follow(world.db().clone()));
    let sam = world.sam().await;
    let mut stream = sam.stream(paths::EVENTS).await;
    stream.until("hello").await;

    let other = world.place.open().await;
    import::archive(&other, "acme", &archive("mime.mbox").as_slice(), &Options::default()).await.unwrap();
    other.close().await;

    stream.until("message-added").await;
    eventually(async || threads(&sam).await.len() == 6).await;
}

#[tokio::test]
async fn the_other_organization_gets_nothing() {
    let world = World::new().await;
    bring_in(&world, "threads.mbox", &TEAM).await;
    assert!(threads(&world.gia().await).await.is_empty());
}

#[tokio::test]
async fn an_unknown_organization_is_refused_before_anything_is_read() {
    let world = World::new().await;
    let refused = import::archive(world.db(), "nobody", &archive("mime.mbox").as_slice(), &Options::default()).await;
    assert!(refused.unwrap_err().to_string().contains("no organization"));
}

#[tokio::test]
async fn a_file_that_is_no_archive_says_so() {
    let world = World::new().await;
    assert!(bring_in_bytes(&world, b"%PDF-1.7\n\x00\xff\nnot mail\n", &[]).await.read_nothing());
    assert!(bring_in_bytes(&world, b"", &[]).await.read_nothing());
}

#[tokio::test]
async fn a_very_long_letter_goes_in_whole() {
    let world = World::new().await;
    let long = "All work and no play. ".repeat(40_000);
    let text = format!("From - \nFrom: Jack <jack@x.example>\nMessage-ID: <long@x.example>\n\n{long}\n");
    let report = bring_in_bytes(&world, text.as_bytes(), &[]).await;
    assert_eq!(report.messages, 1);
    let stored = world.count("SELECT MAX(LENGTH(body)) FROM message").await;
    assert_eq!(usize::try_from(stored).unwrap(), long.len());
}

#[tokio::test]
async fn a_letter_beyond_the_limits_is_there_in_part_and_is_named() {
    let world = World::new().await;
    let long = "All work and no play. ".repeat(100_000);
    let text = format!("From - \nFrom: Jack <jack@x.example>\nMessage-ID: <long@x.example>\n\n{long}\n");
    let report = bring_in_bytes(&world, text.as_bytes(), &[]).await;
    let line = "cut: message 1 (line 1, byte 0): its text is longer than 1 MB, and the rest of it is left out";
    assert!(report.messages == 1 && report.summary(None).contains(line), "{report:?}");
    assert_eq!(world.count("SELECT MAX(LENGTH(body)) FROM message").await, 1024 * 1024);
}
