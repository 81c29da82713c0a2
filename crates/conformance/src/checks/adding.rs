//! Checks about adding a note.

use crate::{Outcome, Scene};
use serde_json::json;
use wire::ContactNoteId;

const TEXT: &str = "Conformance: may be deleted";

pub(super) fn stands_first(scene: &Scene) -> Outcome {
    let added = scene.add(TEXT)?;
    if added.note["id"] != json!(added.id) || added.note["body"] != TEXT {
        return Err(added.answer.wrong("the note with the id and the text that were sent"));
    }
    scene.stands_first(&added.note, "the note that was just added stands first, as it was answered")
}

pub(super) fn once(scene: &Scene) -> Outcome {
    let added = scene.add(TEXT)?;
    let again = scene.agent.put(&added.path(), &scene.body(TEXT))?.expect(200)?;
    if again.note()? != added.note {
        return Err(again.wrong("the same note as the first time"));
    }
    let (before, after) = (added.note["seq"].as_u64(), scene.newest()?);
    let newer = after.1.iter().filter(|note| note["body"] == TEXT && note["seq"].as_u64() >= before).count();
    if newer != 1 {
        return Err(after.0.wrong("one note, however often it was sent"));
    }
    Ok(())
}

pub(super) fn id_reuse(scene: &Scene) -> Outcome {
    let added = scene.add(TEXT)?;
    scene.agent.put(&added.path(), &scene.body("Conformance: another text"))?.refused(409, "id-reuse")?;
    scene.stands_first(&added.note, "the first note unchanged")
}

pub(super) fn exact(scene: &Scene) -> Outcome {
    let added = scene.add("  a\r\n\tb 👩‍👩‍👧 e\u{301} \u{202e}x ")?;
    if added.note["body"] != "  a\n\tb 👩‍👩‍👧 e\u{301} \u{202e}x " {
        return Err(added.answer.wrong("no trimming, no normalization; \\r\\n becomes \\n"));
    }
    Ok(())
}

pub(super) fn length(scene: &Scene) -> Outcome {
    let longest = "𝒏".repeat(10_000);
    let added = scene.add(&longest)?;
    if added.note["body"] != longest {
        return Err(added.answer.wrong("10,000 characters of four bytes each, all kept"));
    }
    let longer = scene.body(&"n".repeat(10_001));
    scene.is_refused(&scene.note(ContactNoteId::fresh()), &longer, 422, "invalid-body")
}

pub(super) fn invisible(scene: &Scene) -> Outcome {
    for text in ["", " \n\t", "\u{200b}\u{ad}\u{3164}", "a\u{0}b", "a\u{7}b"] {
        scene.is_refused(&scene.note(ContactNoteId::fresh()), &scene.body(text), 422, "invalid-body")?;
    }
    Ok(())
}

pub(super) fn fields(scene: &Scene) -> Outcome {
    let path = scene.note(ContactNoteId::fresh());
    let mut more = scene.body(TEXT);
    more["colour"] = json!("blue");
    scene.is_refused(&path, &more, 422, "unknown-field")?;
    let less = json!({ "conversation_id": scene.place.conversation });
    scene.is_refused(&path, &less, 422, "missing-field")
}

pub(super) fn wrong_contact(scene: &Scene) -> Outcome {
    let other = scene.elsewhere()?.conversation;
    let body = json!({ "body": TEXT, "conversation_id": other });
    scene.is_refused(&scene.note(ContactNoteId::fresh()), &body, 422, "wrong-contact")
}

pub(super) fn no_json(scene: &Scene) -> Outcome {
    let path = scene.note(ContactNoteId::fresh());
    scene.agent.put_raw(&path, "application/json", "{\"body\":")?.refused(400, "bad-json")?;
    let body = scene.body(TEXT).to_string();
    scene.agent.put_raw(&path, "text/plain", &body)?.refused(415, "wrong-content-type").map(drop)
}
