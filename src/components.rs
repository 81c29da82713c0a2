//! The views of the inbox, in folders by area. Components take ids and cells as properties, send commands to the
//! client, and never read the address.

pub mod account;
pub mod bulk;
pub mod contact;
pub mod conversation;
pub mod inbox;
pub mod notes;
pub mod search;
pub mod shared;
pub mod team;
pub mod ui;
