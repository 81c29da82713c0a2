//! Persistent storage: the outbox, in the browser's IndexedDB, sealed.

pub(crate) mod outbox;
mod seal;
