//! Navigation: views as data, their addresses, and the navigator between them.

pub mod navigator;
pub mod routes;
pub mod sign_out;
pub mod views;
