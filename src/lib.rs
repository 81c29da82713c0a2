//! Sidenote.
