//! A contact: the profile panel with its sections, and the contact's own page.

pub mod actions_section;
pub mod activity_section;
pub mod add_label;
pub mod contact_addresses;
pub mod contact_by;
pub mod contact_flags;
pub mod contact_page;
pub mod contact_profile_panel;
pub mod contacts_list;
pub mod contacts_page;
mod detail_edit;
pub mod detail_field;
mod detail_input;
pub mod details_section;
pub mod erase_contact;
pub mod import_contacts;
pub mod import_preview;
pub mod import_result;
pub mod lists_section;
pub mod merge_contact;
pub mod merge_preview;
pub mod new_conversation;
pub mod panel_section;
pub mod start_conversation;
pub mod tags_section;
