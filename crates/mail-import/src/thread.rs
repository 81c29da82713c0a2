//! Groups letters into threads: two letters that name a common Message-ID, their own or one they refer to, are in one
//! thread, and so on from letter to letter (a union-find over the ids).

/// The threads, of ids by their numbers.
#[derive(Default)]
pub(crate) struct Threads {
    parent: Vec<usize>,
    /// The steps that all look-ups took.
    #[cfg(test)]
    pub(crate) steps: usize,
}

impl Threads {
    /// Any id of the thread, the same one for all its ids.
    pub(crate) fn root(&mut self, mut id: usize) -> usize {
        self.parent.extend(self.parent.len()..=id);
        while self.parent[id] != id {
            self.parent[id] = self.parent[self.parent[id]];
            id = self.parent[id];
            #[cfg(test)]
            {
                self.steps += 1;
            }
        }
        id
    }

    pub(crate) fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(pairs: impl Iterator<Item = (usize, usize)>) -> usize {
        let mut threads = Threads::default();
        pairs.for_each(|(a, b)| threads.join(a, b));
        threads.steps
    }

    #[test]
    fn twice_the_letters_take_twice_the_steps_in_whatever_order_they_name_each_other() {
        let n = 20_000;
        let forwards = |n| steps((1..n).map(|id| (id, id - 1)));
        let backwards = |n: usize| steps((1..n).rev().map(|id| (id, id - 1)));
        let all_name_the_first = |n| steps((1..n).map(|id| (id, 0)));
        let all_name_those_before =
            |n: usize| steps((1..n).flat_map(|id| (id.saturating_sub(50)..id).map(move |b| (id, b))));
        let in_pairs = |n: usize| steps((0..15).flat_map(move |bit| (0..n).map(move |id| (id, id ^ (1 << bit)))));
        for steps in [&forwards as &dyn Fn(usize) -> usize, &backwards, &all_name_the_first, &all_name_those_before] {
            assert!(10 * steps(2 * n) <= 22 * steps(n) + n, "{} {}", steps(n), steps(2 * n));
        }
        assert!(in_pairs(1 << 15) <= 15 * (1 << 15) * 3);
    }
}
