//! What goes wrong in the world, done to the real server: it is killed in the middle, answers are lost, streams are cut.
//!
//! Each client keeps a ledger of its own, outside of the code under test: what it sent, what was acknowledged, what it
//! deleted. The oracle knows the ledgers and what the server has in the end, nothing else. How often each story is told is
//! up to `SIDENOTE_FAULT_RUNS` (a few times in the usual test, hundreds by `cargo xtask faults`); a story prints its figures.

mod cut;
mod disk;
mod kill;
mod ledger;
mod proxy;
mod sync;

/// So many runs, unless the environment says how many.
fn runs(usual: usize) -> usize {
    std::env::var("SIDENOTE_FAULT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(usual)
}

/// A small generator (splitmix64): the same seed, the same story.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}
