//! Checks about deleting a note and undoing the deletion.

use crate::{Outcome, Scene, Trouble};
use serde_json::json;
use wire::{ContactNoteId, paths};

const TEXT: &str = "Conformance: deleted";

pub(super) fn gone(scene: &Scene) -> Outcome {
    let added = scene.add(TEXT)?;
    let deleted = scene.agent.delete(&added.path())?.expect(200)?;
    let until = deleted.json()?["restorable_until"].clone();
    if !until.is_string() {
        return Err(deleted.wrong("until when it can be undone, as restorable_until"));
    }
    let rev = deleted.json()?["rev"].as_u64();
    if rev.is_none_or(|rev| Some(rev) <= added.note["rev"].as_u64()) {
        return Err(deleted.wrong("the version of the deletion as rev, higher than the note's"));
    }
    let again = scene.agent.delete(&added.path())?.expect(200)?;
    if again.json()?["restorable_until"] != until || again.json()?["rev"].as_u64() != rev {
        return Err(again.wrong("the same answer as the first time: the time to undo does not begin anew"));
    }
    let (answer, items) = scene.newest()?;
    if items.iter().any(|note| note["id"] == json!(added.id)) {
        return Err(answer.wrong("no deleted note"));
    }
    Ok(())
}

pub(super) fn final_(scene: &Scene) -> Outcome {
    let added = scene.add(TEXT)?;
    scene.agent.delete(&added.path())?.expect(200)?;
    scene.agent.put(&added.path(), &scene.body(TEXT))?.refused(410, "gone").map(drop)
}

pub(super) fn ahead(scene: &Scene) -> Outcome {
    let path = scene.note(ContactNoteId::fresh());
    scene.agent.delete(&path)?.expect(204)?;
    scene.is_refused(&path, &scene.body(TEXT), 410, "gone")
}

pub(super) fn elsewhere(scene: &Scene) -> Outcome {
    let other = scene.elsewhere()?.contact;
    let added = scene.add(TEXT)?;
    scene.agent.delete(&paths::contact_note(other, added.id))?.refused(404, "not-found")?;
    scene.stands_first(&added.note, "the note is still there")
}

pub(super) fn restored(scene: &Scene) -> Outcome {
    let added = scene.add(TEXT)?;
    let above = scene.add(TEXT)?;
    scene.agent.delete(&added.path())?.expect(200)?;
    let path = paths::contact_note_restore(scene.place.contact, added.id);
    let restored = scene.agent.post(&path)?.expect(200)?;
    let mut expected = added.note.clone();
    let note = restored.note()?;
    expected["rev"] = note["rev"].clone();
    if note != expected || note["rev"].as_u64() <= added.note["rev"].as_u64() {
        return Err(restored.wrong("id, author, created_at and seq as before, and a higher rev"));
    }
    let (answer, items) = scene.newest()?;
    if items.first() != Some(&above.note) || items.get(1) != Some(&note) {
        return Err(answer.wrong("the note is back at its place, not on top"));
    }
    Ok(())
}

pub(super) fn by_a_colleague(scene: &Scene) -> Outcome {
    let colleague = scene.colleague.as_ref().ok_or(Trouble::Needs("--colleague"))?;
    let added = scene.add(TEXT)?;
    scene.agent.delete(&added.path())?.expect(200)?;
    let path = paths::contact_note_restore(scene.place.contact, added.id);
    colleague.post(&path)?.refused(403, "forbidden").map(drop)
}
