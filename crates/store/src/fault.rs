//! Faults that can be seeded into the store, so that the tests show they would notice them. Nothing of this exists
//! unless the crate's feature `faults` is on, and only the tests' own dependency on the crate turns it on.

/// Whether a fault is seeded: plainly `false`, decided by the compiler, unless the feature `faults` is on.
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
        /// A version is taken in although a newer one is known.
        OlderVersionAccepted,
        /// A version older than a deletion brings the thing back.
        DeletionNotFinal,
        /// What a page lacks stays.
        MissingKept,
        /// A page is taken to speak for everything, not for its interval.
        PageOverreaches,
        /// What a page lacks comes back with an older word that is heard later.
        PageForgotten,
        /// A deletion that is only pending is written into the remote state, so that a refusal can't take it back.
        PendingMixedIn,
        /// A saved thing keeps its place among the unsaved ones beside its new one.
        PlaceDoubled,
        /// A reset doesn't make the server's next word count more.
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
        /// A page read before a reset is still believed.
        StalePageBelieved,
        /// A pending change of a page that has ended is not restored.
        LeftForgotten,
        /// What that page had added counts as missing although it has arrived.
        ArrivedRestored,
        /// What may have reached the server counts as never sent.
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
