//! Faults that tests seed into the store, to prove that they would detect them. This code exists only with the crate's
//! feature `faults`, which only the tests' own dependency on the crate turns on.

/// Whether a fault is seeded: a constant `false` without the feature `faults`.
#[cfg(not(feature = "faults"))]
macro_rules! seeded {
    ($fault:ident) => {
        false
    };
}

#[cfg(feature = "faults")]
macro_rules! seeded {
    ($fault:ident) => {
        $crate::fault::is_seeded($crate::fault::Fault::$fault)
    };
}

#[cfg(feature = "faults")]
pub use seeding::{Fault, is_seeded, seed};

#[cfg(feature = "faults")]
mod seeding {
    use std::cell::Cell;

    /// One way in which the store could be wrong.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Fault {
        /// A version is accepted although a newer one is known.
        OlderVersionAccepted,
        /// A version older than a deletion brings the thing back.
        DeletionNotFinal,
        /// A thing that a page lacks stays.
        MissingKept,
        /// A page covers all places, not just its interval.
        PageOverreaches,
        /// A thing that a page lacks comes back with an older version that is received later.
        PageForgotten,
        /// A deletion that is only pending is written into the remote state, so that a refusal can't take it back.
        PendingMixedIn,
        /// A saved thing keeps its place among the unsaved ones beside its new one.
        PlaceDoubled,
        /// A reset does not mark things as stale.
        StaleIgnored,
        /// Things below the loaded range are shown.
        FloorIgnored,
        /// After a reset the old range still counts as loaded.
        FloorKept,
        /// A cell is replaced by another.
        CellReplaced,
        /// An unsaved thing that was deleted again is shown once it is confirmed.
        AbandonedForgotten,
        /// An older version counts as the answer to an undo.
        UndoTakenAsDone,
        /// A page read before a reset is still applied.
        StalePageBelieved,
        /// A pending change of a closed page is not restored.
        LeftForgotten,
        /// A restored addition is pending although the server has confirmed it.
        ArrivedRestored,
        /// An addition that may have reached the server counts as never sent.
        SentForgotten,
    }

    impl Fault {
        pub const ALL: [Self; 17] = [
            Self::OlderVersionAccepted,
            Self::DeletionNotFinal,
            Self::MissingKept,
            Self::PageOverreaches,
            Self::PageForgotten,
            Self::PendingMixedIn,
            Self::PlaceDoubled,
            Self::StaleIgnored,
            Self::FloorIgnored,
            Self::FloorKept,
            Self::CellReplaced,
            Self::AbandonedForgotten,
            Self::UndoTakenAsDone,
            Self::StalePageBelieved,
            Self::LeftForgotten,
            Self::ArrivedRestored,
            Self::SentForgotten,
        ];
    }

    thread_local! {
        static SEEDED: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    /// Seeds one fault into this thread's stores, or none.
    pub fn seed(fault: Option<Fault>) {
        SEEDED.set(fault);
    }

    #[must_use]
    pub fn is_seeded(fault: Fault) -> bool {
        SEEDED.get() == Some(fault)
    }
}
