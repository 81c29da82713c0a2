//! The agent's own settings: name, sending, password, sessions.

pub mod account_page;
pub mod own_name;
pub mod own_password;
pub mod own_sessions;
