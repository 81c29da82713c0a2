//! Tests of drafts: a text stays where it was typed.

use super::{Drafts, Mode};
use crate::samples::{contact_id, conversation_id};
use reactive_graph::traits::{GetUntracked, Set};

#[test]
fn drafts_are_kept_apart_by_contact_by_conversation_and_by_what_they_are() {
    let drafts = Drafts::default();
    drafts.contact_note(contact_id(1)).set("about Ana".to_owned());
    drafts.reply(conversation_id(1)).set("to Ana".to_owned());
    drafts.conversation_note(conversation_id(1)).set("to the team".to_owned());
    drafts.mode(conversation_id(1)).set(Mode::Note);
    assert_eq!(drafts.contact_note(contact_id(1)).get_untracked(), "about Ana");
    assert_eq!(drafts.reply(conversation_id(1)).get_untracked(), "to Ana");
    assert_eq!(drafts.conversation_note(conversation_id(1)).get_untracked(), "to the team");
    assert_eq!(drafts.contact_note(contact_id(2)).get_untracked(), "");
    assert_eq!(drafts.reply(conversation_id(2)).get_untracked(), "");
    assert_eq!(drafts.conversation_note(conversation_id(2)).get_untracked(), "");
    assert_eq!(drafts.mode(conversation_id(2)).get_untracked(), Mode::Reply);
}

#[test]
fn both_panels_of_a_contact_show_the_same_draft() {
    let drafts = Drafts::default();
    assert!(drafts.contact_note(contact_id(1)) == drafts.contact_note(contact_id(1)));
}
