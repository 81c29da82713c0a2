//! One conversation: its header, its thread of messages and notes, and the composer.

pub mod assign_menu;
pub mod composer;
pub mod conversation_header;
pub mod conversation_view;
pub mod message_item;
pub mod not_written_to;
pub mod send_options;
pub mod thread;
