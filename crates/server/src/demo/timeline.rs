//! Everything that happens in the demo, in order. The data says when a thread ended; its earlier messages are spread
//! backwards in the rhythm of its channel, the same way every time.

use super::data::{CONTACT, Conversation, Organization};
use chrono::{DateTime, TimeDelta, Utc};
use wire::{ChannelKind, Status};

/// A conversation: the index of its contact, and its own index there.
pub(super) type At = (usize, usize);

/// One thing that happens in the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Joined { agent: usize },
    Met { contact: usize },
    Started(At),
    Assigned(At),
    Said(At, usize),
    Tagged { contact: usize, tag: usize },
    NotedInConversation(At, usize),
    NotedOnContact { contact: usize, note: usize },
    Closed(At),
    Left { agent: usize },
}

/// The steps of an organization, oldest first.
pub(super) fn of(org: &Organization, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, Step)> {
    let mut steps = Vec::new();
    for (agent, joined) in org.agents.iter().enumerate() {
        steps.push((now - TimeDelta::days(150), Step::Joined { agent }));
        steps.extend(joined.removed_hours_ago.map(|ago| (before(now, ago), Step::Left { agent })));
    }
    for (contact, person) in org.contacts.iter().enumerate() {
        for (n, conversation) in person.conversations.iter().enumerate() {
            thread(&mut steps, (contact, n), conversation, now);
        }
        let threads = person.conversations.iter().enumerate();
        let met = threads.map(|(n, thread)| said_at((contact, n), thread, 0, now)).min().unwrap_or(now);
        steps.push((met, Step::Met { contact }));
        for tag in 0..person.tags.len() {
            let later = TimeDelta::minutes(3 + 40 * i64::try_from(tag).unwrap_or(0));
            steps.push(((met + later).min(now), Step::Tagged { contact, tag }));
        }
        for (note, written) in person.notes.iter().enumerate() {
            steps.push((before(now, written.hours_ago), Step::NotedOnContact { contact, note }));
        }
    }
    steps.sort_by_key(|(at, step)| (*at, rank(step)));
    steps
}

fn thread(steps: &mut Vec<(DateTime<Utc>, Step)>, at: At, conversation: &Conversation, now: DateTime<Utc>) {
    let said = |n| said_at(at, conversation, n, now);
    steps.push((said(0), Step::Started(at)));
    if conversation.assignee.is_some() {
        steps.push((said(0) + TimeDelta::seconds(20), Step::Assigned(at)));
    }
    steps.extend((0..conversation.messages.len()).map(|n| (said(n), Step::Said(at, n))));
    for (n, note) in conversation.notes.iter().enumerate() {
        let nth = TimeDelta::seconds(25 * (1 + i64::try_from(n).unwrap_or(0)));
        steps.push((said(note.after) + nth, Step::NotedInConversation(at, n)));
    }
    if conversation.status == Status::Closed {
        let ended = said(conversation.messages.len() - 1) + TimeDelta::minutes(20);
        steps.push((ended.min(now), Step::Closed(at)));
    }
}

/// The time of the `n`th message.
fn said_at(at: At, conversation: &Conversation, n: usize, now: DateTime<Utc>) -> DateTime<Utc> {
    let later = (n + 1..conversation.messages.len()).map(|m| pause(at, conversation, m));
    before(now, conversation.hours_ago) - later.sum::<TimeDelta>()
}

/// The pause before the `n`th message. It varies, as it does between people.
fn pause(at: At, conversation: &Conversation, n: usize) -> TimeDelta {
    let dice = i64::try_from(at.0 * 31 + at.1 * 17 + n * 7).unwrap_or(0);
    let same_hand = conversation.messages[n].by == CONTACT && conversation.messages[n - 1].by == CONTACT;
    let seconds = match conversation.channel {
        _ if same_hand => 20 + dice % 70,
        ChannelKind::Email => 3_600 + dice % 13 * 4_700,
        ChannelKind::Voice => 1_500 + dice % 11 * 420,
        ChannelKind::Chat => 55 + dice % 9 * 21,
        _ => 140 + dice % 17 * 66,
    };
    TimeDelta::seconds(seconds)
}

fn before(now: DateTime<Utc>, hours: f64) -> DateTime<Utc> {
    now - TimeDelta::milliseconds((hours * 3_600_000.0).round() as i64)
}

/// The order of two steps at the same time.
fn rank(step: &Step) -> u8 {
    match step {
        Step::Joined { .. } => 0,
        Step::Met { .. } => 1,
        Step::Started(_) => 2,
        Step::Said(..) => 3,
        Step::Assigned(_) => 4,
        Step::Tagged { .. } => 5,
        Step::NotedInConversation(..) => 6,
        Step::NotedOnContact { .. } => 7,
        Step::Closed(_) => 8,
        Step::Left { .. } => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::data, *};
    use std::collections::HashSet;

    #[test]
    fn nothing_happens_before_its_cause_or_in_the_future() {
        let now = Utc::now();
        for org in data::organizations() {
            let (mut started, mut gone) = (HashSet::new(), HashSet::new());
            for (at, step) in of(&org, now) {
                assert!(at <= now, "{step:?}");
                match step {
                    Step::Started(conversation) => assert!(started.insert(conversation)),
                    Step::Said(conversation, n) => {
                        assert!(started.contains(&conversation), "{step:?}");
                        let by = &org.contacts[conversation.0].conversations[conversation.1].messages[n].by;
                        assert!(!gone.contains(by), "{step:?}");
                    }
                    Step::NotedOnContact { contact, note } => {
                        let written = &org.contacts[contact].notes[note];
                        assert!(started.contains(&(contact, written.conversation)), "{step:?}");
                        assert!(!gone.contains(&written.by), "{step:?}");
                    }
                    Step::Left { agent } => _ = gone.insert(org.agents[agent].key.clone()),
                    _ => {}
                }
            }
        }
    }
}
