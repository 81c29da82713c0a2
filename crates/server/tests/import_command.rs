//! The command `import`: what it reads, what it refuses, and how the past arrives.

use crate::kit::World;
use wire::{Conversation, Page, Status};

fn command(world: &World, arguments: &[&str]) -> (bool, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_sidenote-server"));
    let output =
        command.args(["import", "--org", "acme", "--db"]).arg(world.place.address()).args(arguments).output().unwrap();
    let words = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(words).unwrap())
}

const OLD: &str = "tests/data/threads.mbox";

/// The conversations of [`OLD`]: how many there are, are closed, and are read.
async fn state(world: &World) -> (usize, usize, usize) {
    let names = ["Alice Meyer", "Bob Stone", "Carol Diaz", "everybody@list.example"];
    let page: Page<Conversation> = world.sam().await.get("/api/v1/conversations?limit=100").await.expect(200).read();
    let mail: Vec<_> = page.items.iter().filter(|it| names.contains(&it.contact.name.as_str())).collect();
    let closed = mail.iter().filter(|it| it.status == Status::Closed).count();
    (mail.len(), closed, mail.iter().filter(|it| !it.unread).count())
}

#[tokio::test]
async fn what_is_past_begins_closed_and_read_where_the_command_says_so() {
    for (arguments, closed, read) in [
        (&[][..], 0, 1),
        (&["--read"], 0, 5),
        (&["--closed"], 5, 5),
        (&["--closed-before", "2026-03-05"], 4, 4),
        (&["--closed-before", "2020-01-01"], 0, 1),
    ] {
        let world = World::new().await;
        let (fine, words) = command(&world, &[arguments, &["--own", "@acme.test", OLD]].concat());
        assert!(fine, "{words}");
        assert_eq!(state(&world).await, (5, closed, read), "{arguments:?}");
        assert_eq!(words.contains("closes them."), closed < 5, "{words}");
    }
}

#[tokio::test]
async fn the_same_command_again_closes_what_the_first_left_open_but_nothing_that_went_on() {
    let world = World::new().await;
    command(&world, &["--own", "@acme.test", OLD]);
    command(&world, &["--own", "@acme.test", "tests/data/threads-later.mbox"]);
    let (fine, words) = command(&world, &["--own", "@acme.test", "--closed", OLD]);
    assert!(fine && words.contains("conversations that were there are closed or read now."), "{words}");
    let (all, closed, _) = state(&world).await;
    assert!((1..all).contains(&closed), "{closed} of {all}");
}

#[tokio::test]
async fn a_letter_a_folder_and_what_is_compressed_are_read_and_the_rest_is_refused_in_words() {
    let world = World::new().await;
    let folder = tempfile::TempDir::new().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let letter = |name: &str| {
        format!("From: {name} <{name}@x.test>\nSubject: hi\nDate: Tue, 3 Mar 2026 10:00:00 +0100\n\nHello\n")
    };
    let zipped = |bytes: &[u8]| {
        let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut zip, bytes).unwrap();
        zip.finish().unwrap()
    };
    let mbox = format!("From - \n{}", letter("dora"));
    for (path, messages) in [
        (write("one.eml", letter("ann").as_bytes()), 1),
        (write("a.mbox.gz", &zipped(mbox.as_bytes())), 1),
        (write("bob.eml.gz", &zipped(letter("bob").as_bytes())), 1),
    ] {
        let (fine, words) = command(&world, &[&path]);
        assert!(fine && words.starts_with(&format!("{messages} message in")), "{path}: {words}");
    }
    write("mail/cur/1:2,S", letter("eve").as_bytes());
    write("mail/new/2", letter("fay").as_bytes());
    write("mail/tmp/3", letter("unfinished").as_bytes());
    write("mail/.Sent/cur/4:2,", letter("gus").as_bytes());
    write("mail/Archive.mbox", format!("From - \n{}\nFrom - \nX: y\n\n", letter("hal")).as_bytes());
    write("mail/dovecot.index", b"\x01\x02\x03");
    let (fine, words) = command(&world, &[folder.path().join("mail").to_str().unwrap()]);
    assert!(fine && words.starts_with("4 messages in"), "{words}");
    assert!(words.contains("unreadable: Archive.mbox: message 2 (line 8, byte"), "{words}");
    assert!(words.contains("no mail: dovecot.index"), "{words}");

    let mut cut = zipped(mbox.repeat(100).as_bytes());
    cut.truncate(cut.len() / 2);
    for (path, sentence) in [
        (write("a.zip", b"PK\x03\x04..."), "is a zip archive. Unpack it"),
        (write("a.pst", b"!BDN..."), "is a data file of Outlook"),
        (write("a.tar.gz", &zipped(&[&[b'a'; 257], b"ustar".as_slice()].concat())), "holds a tar archive. Unpack it"),
        (write("cut.gz", &cut), "is damaged: it can't be unpacked to its end."),
        (write("empty", b""), "is not mail: it is empty."),
        (folder.path().join("nothing").to_str().unwrap().to_owned(), "There is no file or folder"),
        (folder.path().join("mail/tmp").to_str().unwrap().replace("tmp", "none"), "There is no file or folder"),
    ] {
        let (fine, words) = command(&world, &[&path]);
        assert!(!fine && words.contains(sentence), "{path}: {words}");
        assert!(!words.contains("os error"), "{words}");
    }
}

#[tokio::test]
async fn an_own_address_that_is_none_is_refused_before_anything_is_read() {
    let world = World::new().await;
    for own in ["acme.test", "Acme Help", "@"] {
        let (fine, words) = command(&world, &["--own", own, OLD]);
        assert!(!fine && words.contains("is no address of the team: write"), "{words}");
    }
    assert_eq!(state(&world).await.0, 0);
}

#[tokio::test]
async fn the_command_says_in_words_what_it_did_and_fails_only_when_nothing_was_mail() {
    let world = World::new().await;
    let run = |file: &str| command(&world, &["--own", "help@acme.test", "--own", "SALES@Acme.Test", file]);
    let (fine, words) = run("tests/data/threads.mbox");
    assert!(fine && words.starts_with("10 messages in, 4 new contacts, 5 new conversations, 0 skipped"), "{words}");
    let (fine, words) = run("tests/data/threads.mbox");
    assert!(fine && words.starts_with("0 messages in, 0 new contacts, 0 new conversations, 9 skipped"), "{words}");
    assert!(run("tests/data/broken.mbox").0, "something in it was mail");
    assert!(!run("/dev/null").0, "it is not a file that can be read twice");
    assert!(!run("Cargo.toml").0 && !run("tests/data/nothing.mbox").0);
}
