//! The checks. Each one tests a sentence of the contract.

mod adding;
mod deleting;
mod events;
mod form;
mod kinds;
mod listing;
mod people;

use crate::{Outcome, Scene};

/// A sentence of the contract, and the function that tests it.
pub struct Check {
    pub rule: &'static str,
    asked: fn(&Scene) -> Outcome,
}

impl Check {
    /// Tests the server of `scene`.
    ///
    /// # Errors
    /// The difference from the contract, or what is missing to run the check.
    pub fn ask(&self, scene: &Scene) -> Outcome {
        (self.asked)(scene)
    }
}

const fn check(rule: &'static str, asked: fn(&Scene) -> Outcome) -> Check {
    Check { rule, asked }
}

/// All checks, in the order in which they run.
pub const CHECKS: &[Check] = &[
    check("a note that is put is answered with 201 and stands first in the list", adding::stands_first),
    check("the same note put again is answered with 200, and there is one of it", adding::once),
    check("an id that is used for another text is refused with 409 id-reuse, and nothing changes", adding::id_reuse),
    check("a text is kept exactly as it was typed, with line ends as \\n", adding::exact),
    check("10,000 characters are saved, whatever they take in bytes, and 10,001 are refused", adding::length),
    check("a text in which nothing can be seen, or with control characters, is refused", adding::invisible),
    check("an unknown field is refused with 422 unknown-field, a missing one with missing-field", adding::fields),
    check("a conversation of another contact is refused with 422 wrong-contact", adding::wrong_contact),
    check("what is not JSON is refused with 400 bad-json, and another content type with 415", adding::no_json),
    check("a deleted note is gone from the list, and deleting it again gives the same answer", deleting::gone),
    check("the id of a deleted note is refused with 410 gone", deleting::final_),
    check("deleting an id that never came answers 204, and its note is then refused with 410", deleting::ahead),
    check("a note is not found, and not deleted, below another contact", deleting::elsewhere),
    check("an undone deletion brings back the same note at its place, with a higher rev", deleting::restored),
    check("a colleague can't undo a deletion", deleting::by_a_colleague),
    check("notes are listed newest first, by seq", listing::order),
    check("going through pages gives each note once, and the last page has no next_cursor", listing::pages),
    check("a cursor that the back end did not make is refused with 400 bad-cursor", listing::bad_cursor),
    check("a page says as of which position it was read, not before its newest note", listing::as_of),
    check(
        "a page says how many notes of others are newer than the agent's seen mark, which never goes back",
        listing::unseen,
    ),
    check("a note has its fields, and times are RFC 3339 in UTC", form::note),
    check("answers are not stored: Cache-Control: no-store", form::no_store),
    check("who isn't signed in is refused with 401 signed-out", form::signed_out),
    check("an id that is none, or is nobody's, is refused with 404 not-found", form::not_found),
    check("another organization's contact answers byte for byte as one that does not exist", form::walls),
    check("a conversation note is in its conversation and not among the contact's", kinds::apart),
    check("the stream begins with hello, with epoch and head and without an id", events::hello),
    check("an added and a deleted note are told to everybody, their author too, at their position", events::told),
    check("Last-Event-ID goes on right after that position", events::resumes),
    check("a position of another epoch is answered with reset", events::reset),
    check("/changes tells the same events as the stream", events::changes),
    check("a contact note is found by its words, and no more from its deletion on", people::search),
    check("a tag that is put twice is on the contact once, and is gone when it is taken off", people::tags),
    check("a list that doesn't exist is made with a name, and is not found without one", people::lists),
    check(
        "no conversation is started with a blocked contact: 409 contact-blocked, until they are unblocked",
        people::blocked,
    ),
    check("the id of a merged contact stands for who stays, until the merge is undone", people::merged),
    check("a bulk change is taken back by one undo, which gives each what it had before", people::bulk),
];
