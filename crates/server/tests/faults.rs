//! Faults from outside, on the real server: it is killed while it writes, answers are lost, streams are cut.
//!
//! Each client keeps its own ledger, outside of the code under test: what it sent, what was acknowledged, what it
//! deleted. The oracle knows only the ledgers and the final content of the server. `SIDENOTE_FAULT_RUNS` sets how often
//! each test runs (a few times by default, hundreds with `cargo xtask faults`); each test prints its figures.

pub(crate) mod cut;
pub(crate) mod disk;
pub(crate) mod kill;
pub(crate) mod ledger;
pub(crate) mod proxy;
mod sync;

/// The number of runs: this many, unless the environment sets it.
pub(crate) fn runs(usual: usize) -> usize {
    std::env::var("SIDENOTE_FAULT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(usual)
}

/// A small generator (splitmix64): the same seed gives the same test.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}
