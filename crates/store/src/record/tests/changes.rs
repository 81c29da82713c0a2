//! Tests of records with changed fields: every pending change against every message of the server.

use super::FORBIDDEN;
use crate::{
    change::{Change as _, ConversationChange},
    record::{Failure, Pending, PendingChange, Record, SendState},
    samples::{COLLEAGUE, agent_id, conversation},
};
use wire::{Conversation, Seq, Status};

type ConversationRecord = Record<Conversation>;

const CLOSE: ConversationChange = ConversationChange::Status(Status::Closed);
const REOPEN: ConversationChange = ConversationChange::Status(Status::Open);

fn with_changes(changes: &[fn(&mut ConversationRecord)]) -> ConversationRecord {
    let mut record = ConversationRecord::default();
    record.receive(conversation(1, 5, 1));
    changes.iter().for_each(|change| change(&mut record));
    record
}

fn close(record: &mut ConversationRecord) {
    record.apply_change(PendingChange::new(CLOSE, 0));
}

fn assign(record: &mut ConversationRecord) {
    record.apply_change(PendingChange::new(ConversationChange::Assignee(Some(agent_id(COLLEAGUE))), 0));
}

fn reopen(record: &mut ConversationRecord) {
    record.apply_change(PendingChange::new(REOPEN, 0));
}

/// The shown status and assignee, and each pending change.
fn outcome_of_changes(record: &ConversationRecord) -> String {
    let shown = record.shown().map_or("hidden".to_owned(), |(shown, _)| {
        format!("{}, {}", shown.status.into_str(), if shown.assignee_id.is_some() { "assigned" } else { "unassigned" })
    });
    let changes = record.changes().iter().map(|pending| {
        let state = match pending.send_state {
            SendState::Waiting => "is sent",
            SendState::Retrying(_) => "is sent again",
            SendState::Refused(_) => "was refused",
        };
        format!("; {} {state}", pending.change.field())
    });
    shown + &changes.collect::<String>()
}

type WordOnChanges = (&'static str, fn(&mut ConversationRecord));

fn words_on_changes() -> Vec<WordOnChanges> {
    vec![
        ("as it was", |record| record.receive(conversation(1, 5, 1))),
        ("closed by a colleague", |record| record.receive(closed(7))),
        ("an older version", |record| record.receive(conversation(1, 4, 1))),
        ("answer: closed", |record| {
            record.receive(closed(8));
            record.settle_change(&CLOSE);
        }),
        ("answer: forbidden", |record| record.refuse_change(&CLOSE, FORBIDDEN)),
        ("no answer", |record| record.retry_change(&CLOSE, Failure::Offline)),
        ("closed again", close),
        ("reopened", reopen),
        ("discarded", |record| record.settle_change(&CLOSE)),
        ("a reset", ConversationRecord::mark_stale),
    ]
}

fn closed(rev: Seq) -> Conversation {
    Conversation { status: Status::Closed, rev, ..conversation(1, 5, 1) }
}

#[test]
fn whatever_is_changed_and_whatever_the_server_says_an_agent_sees_this() {
    let mut table = String::new();
    let pending = [
        ("nothing", with_changes(&[])),
        ("closed", with_changes(&[close])),
        ("closed, refused", with_changes(&[close, |record| record.refuse_change(&CLOSE, FORBIDDEN)])),
        ("closed and assigned", with_changes(&[close, assign])),
        ("closed and reopened", with_changes(&[close, reopen])),
        ("closed before it was seen", {
            let mut record = ConversationRecord::default();
            record.restore_pending(Pending::Change(vec![PendingChange::new(CLOSE, 0)]));
            record
        }),
    ];
    for (pending, record) in pending {
        table.push_str(&format!("{pending}: {}\n", outcome_of_changes(&record)));
        for (word, say) in words_on_changes() {
            let (mut record, before) = (record.clone(), outcome_of_changes(&record));
            say(&mut record);
            let after = outcome_of_changes(&record);
            if before != after {
                table.push_str(&format!("  {word}: {after}\n"));
            }
        }
    }
    assert_eq!(table, include_str!("../outcomes_of_changes.txt"));
}
