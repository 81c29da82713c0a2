//! Checks about the live stream, and about the same events by polling.

use crate::{
    Outcome, Scene, Trouble,
    client::{Heard, Stream},
    note::known,
};
use serde_json::{Value, json};
use wire::{ContactNoteId, Position, paths};

const TEXT: &str = "Conformance: told";

fn wrong(contract: &str, heard: &Heard) -> Trouble {
    Trouble::Wrong(format!("GET {}: the contract says: {contract}. The event was {heard:?}", paths::EVENTS))
}

pub(super) fn hello(scene: &Scene) -> Outcome {
    let first = scene.agent.events(None)?.next()?;
    let has_form = first.data["epoch"].is_string() && first.data["head"].is_u64();
    if first.event == "hello" && first.id.is_none() && has_form {
        return Ok(());
    }
    Err(wrong("hello comes first, with epoch and head and without an id", &first))
}

/// The next event about this note; events about anything else are ignored.
fn about(stream: &Stream, id: ContactNoteId) -> Result<Heard, Trouble> {
    stream.next_where(|heard| heard.data["note"]["id"] == json!(id) || heard.data["note_id"] == json!(id))
}

fn position(heard: &Heard) -> Result<Position, Trouble> {
    let id = heard.id.as_deref().and_then(|id| id.parse::<Position>().ok());
    id.ok_or_else(|| wrong("an event's id is its position, EPOCH.SEQ", heard))
}

pub(super) fn told(scene: &Scene) -> Outcome {
    let listeners = [Some(&scene.agent), scene.colleague.as_ref()];
    let mut streams = Vec::new();
    for listener in listeners.into_iter().flatten() {
        let stream = listener.events(None)?;
        stream.next()?;
        streams.push(stream);
    }
    let added = scene.add(TEXT)?;
    scene.agent.delete(&added.path())?.expect(200)?;
    for stream in &streams {
        // If the text is gone already, the only event about the note is its deletion.
        let first = about(stream, added.id)?;
        let last = if first.event == "contact-note-added" { about(stream, added.id)? } else { first.clone() };
        if first.event == "contact-note-added" && known(&first.data["note"]) != added.note {
            return Err(wrong("contact-note-added holds the note as it was answered", &first));
        }
        if last.event != "contact-note-deleted" || last.data["contact_id"] != json!(scene.place.contact) {
            return Err(wrong("then contact-note-deleted, with note_id and contact_id", &last));
        }
        if Some(position(&last)?.seq) != last.data["seq"].as_u64() {
            return Err(wrong("the seq of an event is that of its position", &last));
        }
    }
    Ok(())
}

pub(super) fn resumes(scene: &Scene) -> Outcome {
    let stream = scene.agent.events(None)?;
    stream.next()?;
    let first = scene.add(TEXT)?;
    let heard = about(&stream, first.id)?;
    let after = position(&heard)?.to_string();
    let second = scene.add(TEXT)?;
    let resumed = scene.agent.events(Some(&after))?;
    let mut next = resumed.next_known()?;
    while ["hello", "heartbeat"].contains(&next.event.as_str()) {
        next = resumed.next_known()?;
    }
    if known(&next.data["note"]) == second.note {
        return Ok(());
    }
    Err(wrong("what comes first is what came right after the position", &next))
}

pub(super) fn reset(scene: &Scene) -> Outcome {
    let stream = scene.agent.events(Some("noepoch.1"))?;
    let first = stream.next()?;
    let said = if first.event == "hello" { stream.next_known()? } else { first };
    if said.event == "reset" && said.id.is_none() {
        return Ok(());
    }
    Err(wrong("reset, without an id", &said))
}

pub(super) fn changes(scene: &Scene) -> Outcome {
    let before = scene.newest()?.0.as_of()?;
    let added = scene.add(TEXT)?;
    let answer = scene.agent.get(&paths::changes(&before, 100))?.expect(200)?;
    let tells = |item: &Value| item["event"] == "contact-note-added" && known(&item["data"]["note"]) == added.note;
    if answer.items()?.iter().any(tells) {
        return Ok(());
    }
    Err(answer.wrong("the events after the position, each with event and data, the new note's among them"))
}
