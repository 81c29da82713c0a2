//! Groups letters into threads: two letters that name a common Message-ID, their own or one they refer to, are in one
//! thread, and so on from letter to letter (a union-find over the ids).

use crate::Letter;
use std::collections::HashMap;

/// The threads of an archive.
pub(crate) struct Threads {
    /// Letters by their index, earliest first; threads by their first letter.
    pub(crate) threads: Vec<Thread>,
}

pub(crate) struct Thread {
    pub(crate) letters: Vec<usize>,
    /// Every Message-ID that the letters have or name, including those of letters outside the archive.
    pub(crate) ids: Vec<String>,
}

impl Threads {
    /// Groups the letters. `letters` should be in the order of their time.
    pub(crate) fn new(letters: &[Letter]) -> Self {
        let mut sets = Sets::default();
        for letter in letters {
            let own = sets.node(&letter.key);
            for id in letter.references.iter().chain(&letter.in_reply_to) {
                let other = sets.node(id);
                sets.join(own, other);
            }
        }
        let mut at: HashMap<usize, usize> = HashMap::new();
        let mut threads: Vec<Thread> = Vec::new();
        for (index, letter) in letters.iter().enumerate() {
            let node = sets.node(&letter.key);
            let thread = *at.entry(sets.root(node)).or_insert_with(|| {
                threads.push(Thread { letters: Vec::new(), ids: Vec::new() });
                threads.len() - 1
            });
            threads[thread].letters.push(index);
        }
        for (node, id) in sets.names.clone().into_iter().enumerate() {
            if let Some(thread) = at.get(&sets.root(node)) {
                threads[*thread].ids.push(id);
            }
        }
        Self { threads }
    }
}

#[derive(Default)]
struct Sets {
    nodes: HashMap<String, usize>,
    names: Vec<String>,
    parent: Vec<usize>,
}

impl Sets {
    fn node(&mut self, id: &str) -> usize {
        if let Some(node) = self.nodes.get(id) {
            return *node;
        }
        let node = self.parent.len();
        self.parent.push(node);
        self.names.push(id.to_owned());
        self.nodes.insert(id.to_owned(), node);
        node
    }

    fn root(&mut self, mut node: usize) -> usize {
        while self.parent[node] != node {
            self.parent[node] = self.parent[self.parent[node]];
            node = self.parent[node];
        }
        node
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }
}
