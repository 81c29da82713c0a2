//! What is open where, as data: views, their addresses, and the way from one to another.

pub mod navigator;
pub mod routes;
pub mod sign_out;
pub mod views;
