//! Checks that keep the two kinds of note apart.

use crate::{Outcome, Scene};
use serde_json::json;
use wire::{ConversationNoteId, paths};

const TEXT: &str = "Conformance: of the conversation";

pub(super) fn apart(scene: &Scene) -> Outcome {
    let (id, place) = (ConversationNoteId::fresh(), scene.place);
    let path = paths::conversation_note(place.conversation, id);
    let added = scene.agent.put(&path, &json!({ "body": TEXT }))?.expect(201)?;
    let in_conversation = scene.agent.get(&paths::conversation_notes(place.conversation, None));
    let among_contacts = scene.newest();
    scene.agent.delete(&path)?.expect(200)?;
    let page = in_conversation?.expect(200)?;
    if page.notes()?.first() != Some(&added.note()?) {
        return Err(page.wrong("the note that was just added stands first"));
    }
    let (answer, items) = among_contacts?;
    if items.iter().any(|note| note["id"] == json!(id)) {
        return Err(answer.wrong("no conversation notes among the contact's"));
    }
    Ok(())
}
