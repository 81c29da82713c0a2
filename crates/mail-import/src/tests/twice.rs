//! An archive that is imported twice is imported once, in whatever form it was kept in between.

use crate::{Index, Own, Plan, Reading, Way};
use chrono::{DateTime, Utc};
use proptest::{prelude::*, sample::select};
use std::collections::{BTreeMap, BTreeSet};

/// Archives to try. `SIDENOTE_ARCHIVES` asks for more.
fn archives() -> u32 {
    std::env::var("SIDENOTE_ARCHIVES").ok().and_then(|n| n.parse().ok()).unwrap_or(400)
}

#[derive(Clone, Debug)]
struct Written {
    headers: Vec<String>,
    has_date: bool,
    id: Option<String>,
    body: &'static str,
}

/// What a program does to a letter that it keeps or passes on.
#[derive(Clone, Copy, Debug)]
enum Mangling {
    None,
    WindowsLineEnds,
    StatusLines,
    EmptyLines,
    OtherOrder,
    WithoutId,
    SpacesAtLineEnds,
}

const MANGLINGS: [Mangling; 7] = [
    Mangling::None,
    Mangling::WindowsLineEnds,
    Mangling::StatusLines,
    Mangling::EmptyLines,
    Mangling::OtherOrder,
    Mangling::WithoutId,
    Mangling::SpacesAtLineEnds,
];

fn letter() -> impl Strategy<Value = Written> {
    let people = select(vec![
        "From: Ann <ann@x.test>",
        "From: Lee, Bob <bob@y.test>",
        "From: help@acme.test\nTo: Ann <ann@x.test>",
        "From: help@acme.test\nTo: Ann <ann@x.test>, bob@y.test",
        "From: form@acme.test\nReply-To: Cem <cem@z.test>",
        "From: 'Ann' via List <list@z.test>\nX-Original-From: ann@x.test",
        "From: =?utf-8?q?Jos=C3?= =?utf-8?q?=A9?= <jose@x.test>",
        "From: nobody",
    ]);
    let date = select(vec![
        Some("Date: Tue, 3 Mar 2026 10:00:00 +0100"),
        Some("Date: 3 Mar 2026 11:00"),
        Some("Date: 3 out 2021 10:00:00 -0300"),
        Some("Date: Tue, 3 Mar 2099 10:00:00 +0100"),
        Some("Date: never"),
        None,
    ]);
    let subject =
        select(vec!["Subject: Order 7", "Subject: Re: Order 7", "Subject: =?utf-8?b?Q2Fmw6k?=", "X-No-Subject: x"]);
    let id = prop_oneof![1 => Just(None), 3 => (0..6_u8).prop_map(|n| Some(format!("Message-ID: <{n}@x>")))];
    let answers = select(vec!["In-Reply-To: <0@x>", "References: <1@x> <2@x>", "X-No-Answer: x"]);
    let body = select(vec![
        "\nhello\n",
        "\nhello\n\n-- \nAnn\n",
        "Content-Type: text/html\n\n<p>hello</p><div>you</div>\n",
        "Content-Type: text/plain; format=flowed\n\nhello \nyou\n",
        "Content-Transfer-Encoding: base64\n\naGVsbG8=\n\n__\nlist\n",
        "Content-Type: multipart/alternative boundary=bb\n\n--bb\n\n\n--bb\nContent-Type: text/html\n\n<p>hi\n--bb--\n",
        "Content-Type: text\n\nhe wrote:\n\nFrom eve@x.test Mon Mar  2 09:00:00 2026\nno header\n",
        "Content-Type: text/plain; charset=us-ascii\n\ncafé\n",
        "\n",
    ]);
    (people, date, subject, id, answers, body).prop_map(|(people, date, subject, id, answers, body)| {
        let headers = people.lines().chain(date).chain([subject, answers]).map(str::to_owned).collect();
        let has_date = date.is_some_and(|date| date != "Date: never");
        Written { headers, has_date, id, body }
    })
}

impl Written {
    fn raw(&self, mangling: Mangling) -> String {
        let mut headers = self.headers.clone();
        // Without a date, the Message-ID is part of what a letter is.
        let keeps_id = !matches!(mangling, Mangling::WithoutId) || !self.has_date;
        headers.extend(self.id.clone().filter(|_| keeps_id));
        match mangling {
            Mangling::StatusLines => headers.extend(["Status: RO".to_owned(), "X-Mozilla-Status: 0001".to_owned()]),
            Mangling::OtherOrder => headers.reverse(),
            _ => {}
        }
        let mut raw = format!("From - \n{}\n{}\n", headers.join("\n"), self.body);
        match mangling {
            Mangling::WindowsLineEnds => raw = raw.replace('\n', "\r\n"),
            Mangling::EmptyLines => raw.push_str("\n\n\n"),
            Mangling::SpacesAtLineEnds if !self.body.contains("flowed") => raw = raw.replace("hello\n", "hello  \n"),
            _ => {}
        }
        raw
    }
}

/// The letters of a plan, each with the direction and the people of its conversations.
fn planned(archive: &str) -> BTreeMap<(String, String), usize> {
    let now: DateTime<Utc> = "2026-11-27T00:00:00Z".parse().unwrap();
    let reading = Reading { own: Own::new(["help@acme.test", "form@acme.test"]).unwrap(), ..Reading::default() };
    let plan = Plan::new(Index::read(archive.as_bytes(), &reading).unwrap(), now);
    let mut letters = BTreeMap::new();
    for letter in &plan.letters {
        let people: BTreeSet<&str> = match &letter.way {
            Way::In { from } => BTreeSet::from([plan.address(*from)]),
            Way::Out { recipients, .. } => recipients.iter().map(|recipient| plan.address(*recipient)).collect(),
        };
        *letters.entry((letter.identity.to_string(), format!("{people:?}"))).or_default() += 1;
    }
    letters
}

#[test]
fn an_archive_and_a_mangled_copy_are_the_archive() {
    let mangled = prop::collection::vec((letter(), select(&MANGLINGS[..])), 1..12);
    let config = ProptestConfig { cases: archives(), failure_persistence: None, ..ProptestConfig::default() };
    println!("figure: import(x) twice = once: {} archives", archives());
    proptest!(config, |(letters in mangled)| {
        let once: String = letters.iter().map(|(letter, _)| letter.raw(Mangling::None)).collect();
        let again: String = letters.iter().map(|(letter, mangling)| letter.raw(*mangling)).collect();
        prop_assert_eq!(planned(&once), planned(&(once.clone() + &again)));
        prop_assert_eq!(planned(&once).into_keys().collect::<Vec<_>>(), planned(&again).into_keys().collect::<Vec<_>>());
    });
}
