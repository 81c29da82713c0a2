//! The team: its page for admins, and the page on which somebody joins it.

pub mod agent_row;
pub mod fields;
pub mod invitations;
pub mod join_page;
pub mod setup_page;
pub mod team_page;
