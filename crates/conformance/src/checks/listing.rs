//! Checks about lists and their pages.

use crate::{Outcome, Scene, Trouble};
use serde_json::{Value, json};
use wire::paths;

const TEXT: &str = "Conformance: listed";

pub(super) fn order(scene: &Scene) -> Outcome {
    let _three = [scene.add(TEXT)?, scene.add(TEXT)?, scene.add(TEXT)?];
    let (answer, items) = scene.newest()?;
    let seqs: Vec<_> = items.iter().map(|note| note["seq"].as_u64()).collect();
    if seqs.contains(&None) || !seqs.is_sorted_by(|newer, older| newer > older) {
        return Err(answer.wrong("newest first: seq falls from each note to the next"));
    }
    Ok(())
}

pub(super) fn pages(scene: &Scene) -> Outcome {
    let _five = [TEXT; 5].map(|text| scene.add(text));
    let (_, whole) = scene.newest()?;
    let mut found: Vec<Value> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let path = paths::contact_notes(scene.place.contact, cursor.as_deref(), 2);
        let answer = scene.agent.get(&path)?.expect(200)?;
        let items = answer.notes()?;
        if items.len() > 2 {
            return Err(answer.wrong("no more than the two that were asked for"));
        }
        if items.iter().any(|note| found.contains(note)) {
            return Err(answer.wrong("a note is on one page only"));
        }
        found.extend(items.iter().cloned());
        match &answer.json()?["next_cursor"] {
            Value::String(next) => cursor = Some(next.clone()),
            Value::Null if found.iter().take(50).eq(whole.iter()) => return Ok(()),
            Value::Null => return Err(answer.wrong("all pages together are the whole list")),
            _ => return Err(answer.wrong("next_cursor, a string or null")),
        }
        if items.is_empty() {
            return Err(answer.wrong("a page with a next_cursor holds something"));
        }
    }
}

pub(super) fn bad_cursor(scene: &Scene) -> Outcome {
    let path = paths::contact_notes(scene.place.contact, Some("no-such-cursor"), 2);
    scene.agent.get(&path)?.refused(400, "bad-cursor").map(drop)
}

pub(super) fn as_of(scene: &Scene) -> Outcome {
    let added = scene.add(TEXT)?;
    let (answer, _) = scene.newest()?;
    if added.note["rev"].as_u64().is_some_and(|rev| answer.as_of().is_ok_and(|position| position.seq >= rev)) {
        return Ok(());
    }
    Err(answer.wrong("as_of, EPOCH.SEQ, that is not older than the newest note's rev"))
}

pub(super) fn unseen(scene: &Scene) -> Outcome {
    let colleague = scene.colleague.as_ref().ok_or(Trouble::Needs("--colleague"))?;
    let seen = paths::contact_notes_seen(scene.place.contact);
    let marked = scene.add(TEXT)?;
    let (mark, new) = (marked.note["seq"].clone(), scene.add(TEXT)?);
    colleague.put(&seen, &json!({ "seq": mark }))?.expect(204)?;
    let says = |unseen: u64, mark: &Value, contract: &str| {
        let page = colleague.get(&paths::contact_notes(scene.place.contact, None, 1))?.expect(200)?;
        let json = page.json()?;
        if json["unseen"] == unseen && json["seen"] == *mark { Ok(()) } else { Err(page.wrong(contract)) }
    };
    says(1, &mark, "unseen is 1 and seen is the mark: a colleague added one note after it")?;
    let own = scene.agent.get(&scene.notes())?.expect(200)?;
    let _third = scene.add(TEXT)?;
    let still = scene.agent.get(&scene.notes())?.expect(200)?;
    if still.json()?["unseen"] != own.json()?["unseen"] {
        return Err(still.wrong("an agent's own note is not new to them"));
    }
    says(2, &mark, "unseen is 2, on a page of one note too")?;
    colleague.put(&seen, &json!({ "seq": new.note["seq"] }))?.expect(204)?;
    colleague.put(&seen, &json!({ "seq": mark }))?.expect(204)?;
    says(1, &new.note["seq"], "the mark stays at the later note, and unseen is 1")
}
