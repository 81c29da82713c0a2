//! The smallest letters that once were read wrongly, in `tests/letters`, each with what is right. The modules' own tests
//! have more of each kind.

use super::letters;
use crate::{Index, Letter, Own, Plan, Reading, ReplyTo, Warning, Way};
use chrono::{DateTime, Utc};

macro_rules! samples {
    ($($name:literal,)*) => {
        [$(($name, include_bytes!(concat!("../../tests/letters/", $name, ".mbox")).as_slice()),)*]
    };
}

const SAMPLES: [(&str, &[u8]); 22] = samples![
    "2022jp-unlabelled",
    "b64-footer",
    "ct-nosemicolon",
    "cte-quoted",
    "date-month",
    "date-nozone",
    "empty-plain",
    "from-comma",
    "from-glued",
    "from-paragraph",
    "html-blocks",
    "html-link",
    "html-lt",
    "mailto",
    "own-displayname",
    "own-first",
    "own-reply-no-irt",
    "replyto",
    "same-id-same-text",
    "space-line",
    "split-word",
    "utf8-as-ascii",
];

fn archive(name: &str) -> &'static [u8] {
    SAMPLES.iter().find(|sample| sample.0 == name).unwrap().1
}

fn letter(name: &str) -> Letter {
    let mut letters = letters(archive(name));
    assert_eq!(letters.len(), 1, "{name}");
    letters.remove(0)
}

fn now() -> DateTime<Utc> {
    "2026-11-27T00:00:00Z".parse().unwrap()
}

fn plan(name: &str, own: &[&str]) -> Plan {
    let reading = Reading { own: Own::new(own).unwrap(), reply_to: ReplyTo::Auto };
    Plan::new(Index::read(archive(name), &reading).unwrap(), now())
}

#[test]
fn texts_are_whole() {
    for (name, text) in [
        ("html-blocks", "Lamp\t2\t15\n\nOne\nTwo\n\n- a\n- b"),
        ("html-link", "Verify (https://x.test/verify?t=1)"),
        ("html-lt", "if a < b and c > d then ok"),
        ("empty-plain", "Only the HTML says it"),
        ("ct-nosemicolon", "My order never came."),
        ("space-line", "My order never came."),
        ("cte-quoted", "Café"),
        ("b64-footer", "My order never came.\n\n_____\nlist@x.test"),
        ("2022jp-unlabelled", "注文の件"),
        ("utf8-as-ascii", "café"),
        ("from-paragraph", "He forwarded:\n\nFrom bob@y.test Mon Mar  2 09:00:00 2026\nPlease cancel order 7."),
    ] {
        assert_eq!(letter(name).body, text, "{name}");
    }
}

#[test]
fn senders_are_who_wrote() {
    for (name, sender, address) in [
        ("from-comma", Some("Smith, Ann"), "ann@x.test"),
        ("from-glued", Some("some name, ann lee"), "ann@x.test"),
        ("mailto", Some("Ann"), "ann@x.test"),
        ("split-word", Some("José"), "jose@x.test"),
    ] {
        let from = letter(name).from;
        assert_eq!((from.name.as_deref(), from.address.as_str()), (sender, address), "{name}");
    }
    assert_eq!(letter("split-word").subject.as_deref(), Some("Café"));
    for own in [&[][..], &["form@acme.test"]] {
        let plan = plan("replyto", own);
        let Way::In { from } = plan.letters[0].way else { panic!("it is from outside") };
        assert_eq!(plan.sender(from).unwrap().name.as_deref(), Some("Ann"));
        assert_eq!(plan.address(from), "ann@y.test");
    }
}

#[test]
fn a_service_that_answers_for_its_people_is_the_sender() {
    for (reply_to, sender) in [
        ("Code <reply+a1@reply.code.test>", "notifications@code.test"),
        ("no-reply@y.test", "notifications@code.test"),
        ("Ann <ann@y.test>", "ann@y.test"),
    ] {
        let mbox = format!("From - \nFrom: Code <notifications@code.test>\nReply-To: {reply_to}\n\nhi\n");
        let plan = Plan::new(Index::read(mbox.as_bytes(), &Reading::default()).unwrap(), now());
        let Way::In { from } = plan.letters[0].way else { panic!("it is from outside") };
        assert_eq!(plan.address(from), sender, "{reply_to}");
    }
}

#[test]
fn dates_are_read_or_come_from_elsewhere() {
    for (name, time) in [("date-month", "2021-10-03T13:00:00+00:00"), ("date-nozone", "2021-06-03T10:00:00+00:00")] {
        assert_eq!(letter(name).times[0].to_rfc3339(), time, "{name}");
    }
}

#[test]
fn the_teams_letters_are_in_the_right_conversation() {
    let first = plan("own-first", &["help@acme.test"]);
    let Way::Out { to, recipients, .. } = &first.letters[0].way else { panic!("it is the team's") };
    assert!(to.is_empty() && first.address(recipients[0]) == "ann@y.test");

    for own in ["help@acme.test", "Acme Help <help@acme.test>", "@acme.test"] {
        let reply = plan("own-reply-no-irt", &[own]);
        let (question, answer) = (&reply.letters[0], &reply.letters[1]);
        let Way::In { from } = question.way else { panic!("it is from outside") };
        assert!(matches!(&answer.way, Way::Out { to, .. } if to.contains(&from)), "{own}");
        assert_eq!(question.thread, answer.thread);

        let named = plan("own-displayname", &[own]);
        assert!(matches!(named.letters[0].way, Way::In { .. }), "{own}");
        assert!(matches!(&named.letters[1].way, Way::Out { to, .. } if to.len() == 1), "{own}");
    }
}

#[test]
fn letters_with_one_id_are_the_same_only_if_all_is_the_same() {
    let bytes = archive("same-id-same-text");
    let index = Index::read(bytes, &Reading::default()).unwrap();
    assert_eq!((index.envelopes.len(), index.repeated), (2, 0));
    assert_eq!(index.warnings, [(index.envelopes[1].place, Warning::MessageId)]);
    let twice = [bytes, b"\n", bytes].concat();
    assert_eq!(Index::read(&twice[..], &Reading::default()).unwrap().repeated, 2);
}
