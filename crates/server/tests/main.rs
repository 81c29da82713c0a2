//! Tests of the server, in process over a temporary database: success and each refusal side by side.

// Clippy's exception for tests covers test functions only; their helpers here are test code too.
#![allow(clippy::unwrap_used)]

mod kit;
mod operations;

mod backup;
mod bounds;
mod bulk;
mod canary;
mod command_line;
mod contact_command;
mod contact_flags;
mod contact_import;
mod contact_notes;
mod contact_sources;
mod contacts;
mod conversation;
mod conversation_notes;
mod deletion;
mod demo;
mod embed;
mod erasure;
mod events;
mod export;
mod faults;
mod http;
mod import;
mod import_beside;
mod import_command;
mod inbox;
mod merge;
mod messages;
mod migrations;
mod nodes;
mod non_interference;
mod openapi;
mod operating;
mod own_account;
mod people;
mod postgres;
mod refusals;
mod removal;
mod request_guard;
mod search;
mod session;
mod setup;
mod sign_in;
mod site;
mod team;
mod visitor;
mod walls;
