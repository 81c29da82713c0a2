//! The property test: after any history, order, repetition, and loss covered by a snapshot, clients show the server's
//! state. Each fault seeded into the store makes it fail, which proves that the test detects it.

use crate::{
    dice::Dice,
    world::{Step, World, describe, history},
};
use store::fault::{Fault, seed};

/// The default number of histories; `SIDENOTE_FAULT_HISTORIES` overrides it.
const HISTORIES: u64 = 10_000;
const LENGTH: usize = 40;

/// A failed history, with its seed.
struct Divergence {
    seed: u64,
    steps: Vec<Step>,
    what: String,
}

#[test]
fn whatever_the_network_does_every_client_ends_up_showing_what_the_server_has() {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let wanted = std::env::var("SIDENOTE_FAULT_HISTORIES").ok().and_then(|count| count.parse().ok());
    let histories = wanted.unwrap_or(HISTORIES);
    let share = |thread: u64| (thread..histories).step_by(usize::try_from(threads).unwrap());
    let snapshots: usize = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run_all(share(thread)))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap().unwrap_or_else(|found| panic!("{}", found.tell())))
            .sum()
    });
    assert!(snapshots as u64 >= 2 * histories);
    println!(
        "figure: {histories} histories of three agents, each with one to four tabs, {snapshots} snapshots: 0 divergent, 0 lost, 0 resurrected"
    );
}

#[test]
fn each_fault_seeded_into_the_store_is_noticed() {
    let mut missed = Vec::new();
    for fault in Fault::ALL {
        seed(Some(fault));
        let found = run_all(0..HISTORIES);
        seed(None);
        match found {
            Ok(_) => missed.push(fault),
            Err(found) => println!("{fault:?}: seed {}, {} steps: {}", found.seed, found.steps.len(), found.what),
        }
    }
    println!("figure: faults seeded into the store: {}/{} caught", Fault::ALL.len() - missed.len(), Fault::ALL.len());
    assert!(missed.is_empty(), "not noticed: {missed:?}");
}

/// Runs histories until one diverges. Returns the number of pages received.
fn run_all(seeds: impl Iterator<Item = u64>) -> Result<usize, Divergence> {
    let mut snapshots = 0;
    for seed in seeds {
        let steps = history(&mut Dice::new(seed), LENGTH);
        match run(seed, &steps) {
            Ok(pages) => snapshots += pages,
            Err(what) => return Err(shortest(seed, steps, what)),
        }
    }
    Ok(snapshots)
}

fn run(seed: u64, steps: &[Step]) -> Result<usize, String> {
    let mut world = World::new();
    steps.iter().try_for_each(|step| world.take(*step))?;
    world.calm_down(&mut Dice::new(seed ^ 0x5EED))
}

/// Shrinks a history: removes steps while it still fails.
fn shortest(seed: u64, mut steps: Vec<Step>, mut what: String) -> Divergence {
    let mut piece = steps.len().div_ceil(2);
    while piece > 0 {
        let mut at = 0;
        let mut shorter = false;
        while at < steps.len() {
            let mut fewer = steps.clone();
            fewer.drain(at..steps.len().min(at + piece));
            match run(seed, &fewer) {
                Err(still) => (steps, what, shorter) = (fewer, still, true),
                Ok(_) => at += piece,
            }
        }
        if !shorter {
            piece /= 2;
        }
    }
    Divergence { seed, steps, what }
}

impl Divergence {
    fn tell(&self) -> String {
        format!("seed {}: {}\nafter\n{}", self.seed, self.what, describe(&self.steps))
    }
}
