//! The keys of a list, their order, and which nodes can stay in place when the order changes.
//!
//! No DOM. Each row gets a token (`u64`), so that the code that uses it is compiled once, not once per type of key.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// One change of a list: `inserted` replaces `removed` rows from `at` on. A token that is both removed and inserted is
/// a row that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) at: usize,
    pub(crate) removed: usize,
    pub(crate) inserted: Vec<u64>,
}

/// The keys of one list, each once.
///
/// Invariant: `tokens` holds exactly the keys in `keys`; a key keeps its token as long as it is in the list, and no
/// token is ever given twice.
pub(crate) struct Keys<K> {
    keys: Vec<K>,
    tokens: HashMap<K, u64>,
    next: u64,
}

impl<K: Clone + Eq + Hash> Default for Keys<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), tokens: HashMap::new(), next: 0 }
    }
}

impl<K: Clone + Eq + Hash> Keys<K> {
    /// Updates the keys to the wanted order; `None` if it is the same. Of a repeated key the first counts.
    ///
    /// Equal ends are compared but not hashed: adding a key to a list of thousands hashes one key.
    pub(crate) fn update(&mut self, wanted: &[K]) -> Option<Splice> {
        match self.splice(wanted) {
            Ok(splice) => splice,
            Err(Repeated) => {
                let mut seen = HashSet::with_capacity(wanted.len());
                let once: Vec<K> = wanted.iter().filter(|key| seen.insert(*key)).cloned().collect();
                self.splice(&once).unwrap_or(None)
            }
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&K> {
        self.keys.get(index)
    }

    pub(crate) fn token(&self, key: &K) -> Option<u64> {
        self.tokens.get(key).copied()
    }

    fn splice(&mut self, wanted: &[K]) -> Result<Option<Splice>, Repeated> {
        let at = self.keys.iter().zip(wanted).take_while(|(have, want)| have == want).count();
        if at == self.keys.len() && at == wanted.len() {
            return Ok(None);
        }
        let tail = self.keys[at..].iter().rev().zip(wanted[at..].iter().rev()).take_while(|(a, b)| a == b).count();
        let old = at..self.keys.len() - tail;
        let new = &wanted[at..wanted.len() - tail];

        let mut left = HashMap::with_capacity(old.len());
        for key in &self.keys[old.clone()] {
            if let Some((key, token)) = self.tokens.remove_entry(key) {
                left.insert(key, token);
            }
        }
        let mut inserted = Vec::with_capacity(new.len());
        for key in new {
            if self.tokens.contains_key(key) {
                // A repeated key. Restore everything: the caller tries again with unique keys.
                for key in &new[..inserted.len()] {
                    self.tokens.remove(key);
                }
                self.tokens.extend(left);
                return Err(Repeated);
            }
            let token = left.get(key).copied().unwrap_or_else(|| {
                self.next += 1;
                self.next
            });
            self.tokens.insert(key.clone(), token);
            inserted.push(token);
        }
        let removed = old.len();
        self.keys.splice(old, new.iter().cloned());
        Ok(Some(Splice { at, removed, inserted }))
    }
}

struct Repeated;

/// For each of `new`, whether its node stays in place while the others are moved around it. Tokens that are not in
/// `old` don't; of the others as many as possible do (a longest increasing subsequence of old places). `held` always
/// stays if it is in both: moving a node takes the focus from it.
pub(crate) fn stays(old: &[u64], new: &[u64], held: Option<u64>) -> Vec<bool> {
    let place: HashMap<u64, usize> = old.iter().enumerate().map(|(place, token)| (*token, place)).collect();
    let held =
        held.and_then(|token| Some((new.iter().position(|candidate| *candidate == token)?, *place.get(&token)?)));

    // `ends[n]` is the index in `new` that ends the best run of length n + 1; `before[i]` the one before i in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; new.len()];
    let old_place = |index: usize| place.get(&new[index]).copied();
    for (index, token) in new.iter().enumerate() {
        let Some(was) = place.get(token).copied() else { continue };
        // A row that passes the held one, in either direction, must move.
        if held.is_some_and(|(new_held, old_held)| index != new_held && (index < new_held) != (was < old_held)) {
            continue;
        }
        let run = ends.partition_point(|end| old_place(*end).is_some_and(|place| place < was));
        before[index] = run.checked_sub(1).map(|shorter| ends[shorter]);
        if run == ends.len() {
            ends.push(index);
        } else {
            ends[run] = index;
        }
    }

    let mut stay = vec![false; new.len()];
    let mut next = ends.last().copied();
    while let Some(index) = next {
        stay[index] = true;
        next = before[index];
    }
    stay
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// Applies a splice to the tokens of a list.
    fn follow(tokens: &mut Vec<u64>, splice: Option<Splice>) {
        if let Some(Splice { at, removed, inserted }) = splice {
            tokens.splice(at..at + removed, inserted);
        }
    }

    fn once(keys: &[u8]) -> Vec<u8> {
        let mut seen = HashSet::new();
        keys.iter().copied().filter(|key| seen.insert(*key)).collect()
    }

    proptest! {
        #[wasm_bindgen_test]
        fn whoever_follows_the_splices_has_the_keys_in_order_and_each_keeps_its_token(
            steps in prop::collection::vec(prop::collection::vec(0u8..24, 0..30), 1..12)
        ) {
            let mut keys = Keys::default();
            let mut tokens = Vec::new();
            for wanted in steps {
                let before: HashMap<u8, u64> = keys.keys.iter().copied().zip(tokens.iter().copied()).collect();
                follow(&mut tokens, keys.update(&wanted));
                let wanted = once(&wanted);
                prop_assert_eq!(&keys.keys, &wanted);
                prop_assert_eq!(tokens.len(), wanted.len());
                for (key, token) in wanted.iter().zip(&tokens) {
                    prop_assert_eq!(keys.token(key), Some(*token));
                    if let Some(was) = before.get(key) {
                        prop_assert_eq!(was, token);
                    }
                }
                prop_assert_eq!(tokens.iter().collect::<HashSet<_>>().len(), tokens.len());
                prop_assert_eq!(keys.tokens.len(), keys.keys.len());
            }
        }

        #[wasm_bindgen_test]
        fn what_stays_is_in_both_keeps_its_order_and_includes_the_held_one(
            old in prop::collection::vec(0u64..30, 0..30),
            new in prop::collection::vec(0u64..30, 0..30),
            held in 0u64..30,
        ) {
            let distinct = |list: Vec<u64>| {
                let mut seen = HashSet::new();
                list.into_iter().filter(|token| seen.insert(*token)).collect::<Vec<_>>()
            };
            let (old, new) = (distinct(old), distinct(new));
            let stay = stays(&old, &new, Some(held));
            let staying: Vec<u64> = new.iter().zip(&stay).filter(|(_, stay)| **stay).map(|(token, _)| *token).collect();
            let places: Vec<_> = staying.iter().map(|token| old.iter().position(|was| was == token)).collect();
            prop_assert!(places.iter().all(Option::is_some));
            prop_assert!(places.is_sorted());
            if old.contains(&held) && new.contains(&held) {
                prop_assert!(staying.contains(&held));
            }
        }
    }

    #[wasm_bindgen_test]
    fn a_key_added_in_front_is_a_splice_of_one() {
        let mut keys = Keys::default();
        keys.update(&[1, 2, 3]);
        assert_eq!(keys.update(&[0, 1, 2, 3]), Some(Splice { at: 0, removed: 0, inserted: vec![4] }));
        assert_eq!(keys.update(&[0, 1, 2, 3]), None);
    }

    #[wasm_bindgen_test]
    fn one_row_that_moves_lets_all_others_stay() {
        assert_eq!(stays(&[1, 2, 3, 4], &[4, 1, 2, 3], None), [false, true, true, true]);
        assert_eq!(stays(&[1, 2, 3, 4], &[2, 3, 4, 1], None), [true, true, true, false]);
        // Unless that row must not move.
        assert_eq!(stays(&[1, 2, 3, 4], &[4, 1, 2, 3], Some(4)), [true, false, false, false]);
    }
}
