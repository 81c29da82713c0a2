//! The search: its field above the list of conversations, and the hits in the list's place.

pub mod group;
pub mod hit;
pub mod results;
pub mod search_field;
