//! Checks about contacts and conversations: search, tags, lists, blocking, merging, bulk changes. A back end may leave
//! these operations out.

use crate::{Outcome, Scene, Trouble, client::Answer};
use serde_json::{Value, json};
use wire::{BulkId, ContactFlag, ContactId, ConversationId, ListId, paths};

/// No other text has this word.
const WORD: &str = "Conformanceword";
const TAG: &str = "conformance";

/// The answer to the first request of a check, unless the back end leaves the operation out.
fn offered(answer: Answer) -> Result<Answer, Trouble> {
    match answer.status {
        404 | 405 | 501 => Err(Trouble::Needs("an operation that this back end leaves out")),
        _ => Ok(answer),
    }
}

fn contact(scene: &Scene, id: ContactId) -> Result<(Answer, Value), Trouble> {
    let answer = scene.agent.get(&paths::contact(id))?.expect(200)?;
    let contact = answer.json()?;
    Ok((answer, contact))
}

pub(super) fn search(scene: &Scene) -> Outcome {
    let path = paths::search(WORD, None, 10);
    offered(scene.agent.get(&path)?)?.expect(200)?;
    let added = scene.add(&format!("{WORD} is in this note"))?;
    let found = |answer: &Answer| -> Result<bool, Trouble> {
        let hits = answer.json()?["contact_notes"]["items"].as_array().cloned().unwrap_or_default();
        Ok(hits.iter().any(|hit| hit["id"] == json!(added.id)))
    };
    let answer = scene.agent.get(&path)?.expect(200)?;
    if !found(&answer)? {
        return Err(answer.wrong("the note that has the word"));
    }
    scene.agent.delete(&added.path())?.expect(200)?;
    let answer = scene.agent.get(&path)?.expect(200)?;
    if found(&answer)? { Err(answer.wrong("no deleted note")) } else { Ok(()) }
}

pub(super) fn tags(scene: &Scene) -> Outcome {
    let id = scene.place.contact;
    let path = paths::contact_tag(id, TAG);
    let count = |contact: &Value| {
        let tags = contact["tags"].as_array().cloned().unwrap_or_default();
        tags.iter().filter(|tag| tag["name"] == TAG).count()
    };
    offered(scene.agent.put(&path, &json!({}))?)?.expect(204)?;
    scene.agent.put(&path, &json!({}))?.expect(204)?;
    let (with, tagged) = contact(scene, id)?;
    scene.agent.delete(&path)?.expect(204)?;
    let (without, untagged) = contact(scene, id)?;
    match (count(&tagged), count(&untagged)) {
        (1, 0) => Ok(()),
        (1, _) => Err(without.wrong("no tag that was taken off")),
        _ => Err(with.wrong("the tag once")),
    }
}

pub(super) fn lists(scene: &Scene) -> Outcome {
    let (id, new) = (scene.place.contact, ListId::fresh());
    let path = paths::contact_list(id, new);
    // With the same name each time: a list can't be deleted.
    let answer = offered(scene.agent.put(&path, &json!({ "name": "Conformance" }))?)?.expect(200)?;
    let list: ListId =
        serde_json::from_value(answer.json()?["id"].clone()).map_err(|_| answer.wrong("the list, with its id"))?;
    let (on, listed) = contact(scene, id)?;
    scene.agent.delete(&paths::contact_list(id, list))?.expect(204)?;
    let (off, unlisted) = contact(scene, id)?;
    let is_on = |contact: &Value| {
        contact["lists"].as_array().is_some_and(|lists| lists.iter().any(|known| known["id"] == json!(list)))
    };
    if !is_on(&listed) {
        return Err(on.wrong("the list that the contact was put on"));
    }
    if is_on(&unlisted) {
        return Err(off.wrong("no list that the contact was taken off"));
    }
    scene.agent.put(&paths::contact_list(id, ListId::fresh()), &json!({}))?.refused(404, "not-found").map(drop)
}

pub(super) fn blocked(scene: &Scene) -> Outcome {
    let place = scene.place;
    let flag = |is_set| paths::contact_flag(place.contact, ContactFlag::Blocked, is_set);
    let there = scene.agent.get(&paths::conversation(place.conversation))?.expect(200)?.json()?;
    offered(scene.agent.post(&flag(true))?)?.expect(200)?;
    // Not a reply: one that is not refused would reach somebody.
    let new = json!({ "contact_id": place.contact, "channel_id": there["channel"]["id"] });
    let started = scene.agent.put(&paths::conversation(ConversationId::fresh()), &new);
    let unblocked = scene.agent.post(&flag(false))?.expect(200)?;
    started?.refused(409, "contact-blocked")?;
    if unblocked.json()?["blocked"] != json!(false) {
        return Err(unblocked.wrong("the contact as they are now, with blocked false"));
    }
    Ok(())
}

pub(super) fn merged(scene: &Scene) -> Outcome {
    let (stays, gone) = (scene.place, scene.elsewhere()?);
    let merge = scene.agent.post_json(&paths::contact_merge(gone.contact), &json!({ "into": stays.contact }))?;
    offered(merge)?.expect(200)?;
    let alias = contact(scene, gone.contact);
    let conversation = scene.agent.get(&paths::conversation(gone.conversation));
    let undone = scene.agent.post(&paths::contact_merge_undo(gone.contact))?.expect(200)?;
    let (answer, alias) = alias?;
    if alias["id"] != json!(stays.contact) {
        return Err(answer.wrong("the contact who stays"));
    }
    let conversation = conversation?.expect(200)?;
    if conversation.json()?["contact_id"] != json!(stays.contact) {
        return Err(conversation.wrong("the conversation of the merged contact is with the one who stays"));
    }
    if undone.json()?["id"] != json!(gone.contact) {
        return Err(undone.wrong("the contact who is there again"));
    }
    let back = scene.agent.get(&paths::conversation(gone.conversation))?.expect(200)?;
    if back.json()?["contact_id"] == json!(gone.contact) {
        Ok(())
    } else {
        Err(back.wrong("the conversation is with its own contact again"))
    }
}

pub(super) fn bulk(scene: &Scene) -> Outcome {
    let (id, places) = (BulkId::fresh(), [scene.place, scene.elsewhere()?]);
    let status = |of: ConversationId| -> Result<(Answer, Value), Trouble> {
        let answer = scene.agent.get(&paths::conversation(of))?.expect(200)?;
        let status = answer.json()?["status"].clone();
        Ok((answer, status))
    };
    let before = places.map(|place| status(place.conversation));
    let ids = places.map(|place| place.conversation);
    let asked = json!({ "of": { "conversations": { "ids": ids } }, "change": { "status": "closed" } });
    offered(scene.agent.put(&paths::bulk(id), &asked)?)?.expect(200)?;
    let closed = ids.map(status);
    scene.agent.post(&paths::bulk_undo(id))?.expect(200)?;
    for ((id, before), closed) in ids.into_iter().zip(before).zip(closed) {
        let (answer, closed) = closed?;
        if closed != "closed" {
            return Err(answer.wrong("each that was named is changed"));
        }
        let (answer, now) = status(id)?;
        if now != before?.1 {
            return Err(answer.wrong("after the undo, each as it was before"));
        }
    }
    Ok(())
}
