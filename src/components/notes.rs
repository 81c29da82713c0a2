//! Contact notes and conversation notes: the section, the box to add one, and the items.

pub mod add_note_box;
pub mod conversation_note_item;
pub mod note_divider;
pub mod note_item;
pub mod notes_search;
pub mod notes_section;
pub mod sensitive;
