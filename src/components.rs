//! What an agent sees, in folders by where. Components take ids and cells as properties, give commands to the client,
//! and never read the address.

pub mod contact;
pub mod conversation;
pub mod inbox;
pub mod notes;
pub mod shared;
pub mod ui;
