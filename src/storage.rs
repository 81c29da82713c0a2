//! What outlives the page: the outbox, in the browser's IndexedDB.

pub(crate) mod outbox;
