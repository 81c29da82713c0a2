//! Threads of letters whose programs don't say what they answer: an answer without In-Reply-To belongs to the last letter
//! between the same two sides with the same subject.

use crate::index::{Envelope, Index};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{HashMap, HashSet};

/// After this time, a letter of the team's with an old subject, but without "Re:", is a new one.
const STILL_THE_SAME: TimeDelta = TimeDelta::days(14);

/// Joins such letters with their threads. `timed`: the letters in the order of their times.
pub(crate) fn join(index: &mut Index, timed: &[(DateTime<Utc>, Envelope)]) {
    let keys: HashSet<usize> = timed.iter().map(|(_, envelope)| envelope.key).collect();
    // By an address from outside and a subject: the last letter with both, and its time.
    let mut last: HashMap<(usize, usize), (usize, DateTime<Utc>)> = HashMap::new();
    for (at, envelope) in timed {
        if index.subjects[envelope.subject].is_empty() {
            continue;
        }
        let people = if envelope.is_own { &*envelope.recipients } else { std::slice::from_ref(&envelope.from) };
        let is_linked = envelope.answers.iter().any(|id| keys.contains(id));
        for person in people {
            let before = last.insert((*person, envelope.subject), (envelope.key, *at));
            let Some((key, time)) = before.filter(|_| !is_linked) else { continue };
            if envelope.is_reply || (envelope.is_own && *at - time <= STILL_THE_SAME) {
                index.threads.join(key, envelope.key);
            }
        }
    }
}
