//! Several rows of a list at once: which are ticked, and what is done to them.

pub mod bulk_bar;
pub mod bulk_progress;
pub mod label_menu;
pub mod selection;
pub mod tick;
