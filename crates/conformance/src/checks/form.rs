//! Checks about the form that all answers share.

use crate::{Outcome, Scene, Trouble, note::FIELDS};
use wire::{ContactId, paths};

pub(super) fn note(scene: &Scene) -> Outcome {
    let added = scene.add("Conformance: form")?;
    if FIELDS.iter().any(|name| added.note.get(name).is_none()) {
        return Err(added.answer.wrong(&format!("at least the fields {}", FIELDS.join(", "))));
    }
    let time = added.note["created_at"].as_str().unwrap_or_default();
    let is_utc = chrono::DateTime::parse_from_rfc3339(time).is_ok_and(|time| time.offset().local_minus_utc() == 0);
    if !is_utc {
        return Err(added.answer.wrong("created_at, RFC 3339 in UTC"));
    }
    let author = &added.note["author"];
    if !(author["id"].is_string() && author["name"].is_string() && author["removed"].is_boolean()) {
        return Err(added.answer.wrong("an author with id, name and removed"));
    }
    Ok(())
}

pub(super) fn no_store(scene: &Scene) -> Outcome {
    let (answer, _) = scene.newest()?;
    let control = answer.headers.get("cache-control").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if control.contains("no-store") { Ok(()) } else { Err(answer.wrong("Cache-Control: no-store")) }
}

pub(super) fn signed_out(scene: &Scene) -> Outcome {
    scene.nobody.get(&scene.notes())?.refused(401, "signed-out").map(drop)
}

pub(super) fn not_found(scene: &Scene) -> Outcome {
    scene.agent.get("/api/v1/contacts/none/notes")?.refused(404, "not-found")?;
    scene.agent.get(&paths::contact_notes(ContactId::fresh(), None, 50))?.refused(404, "not-found").map(drop)
}

pub(super) fn walls(scene: &Scene) -> Outcome {
    let stranger = scene.stranger.as_ref().ok_or(Trouble::Needs("--stranger"))?;
    // The notes exist for an agent of the organization.
    scene.agent.get(&scene.notes())?.expect(200)?;
    let ours = stranger.get(&scene.notes())?.refused(404, "not-found")?;
    let none = stranger.get(&paths::contact_notes(ContactId::fresh(), None, 50))?.refused(404, "not-found")?;
    if ours.text != none.text {
        return Err(ours.wrong(&format!("the same as for an id that never was: {}", none.text)));
    }
    Ok(())
}
