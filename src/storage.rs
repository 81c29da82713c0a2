//! Persistent storage: the outbox, in the browser's IndexedDB.

pub(crate) mod outbox;
