//! What an agent sees, one component per file. They take ids and cells, give commands to the desk, and never read the
//! address.

pub mod actions_section;
pub mod activity_section;
pub mod add_note_box;
pub mod assign_menu;
pub mod avatar;
pub mod channel_mark;
pub mod composer;
pub mod connection_line;
pub mod contact_addresses;
pub mod contact_page;
pub mod contact_profile_panel;
pub mod conversation_header;
pub mod conversation_list;
pub mod conversation_note_item;
pub mod conversation_row;
pub mod conversation_view;
pub mod detail_field;
pub mod details_section;
pub mod filters;
pub mod icon_rail;
pub mod inbox;
pub mod inbox_nav;
pub mod lists_section;
pub mod load_problem;
pub mod message_item;
pub mod note_divider;
pub mod note_item;
pub mod notes_section;
pub mod pane;
pub mod panel_section;
mod row_keys;
mod seen;
pub mod sign_in;
pub mod tags_section;
pub mod thread;
pub mod timestamp;
pub mod toasts;
pub mod ui;
#[cfg(feature = "embed")]
pub mod widget;
