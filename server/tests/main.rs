//! Stories about the server, told in process over a temporary database: success and each refusal side by side.

mod kit;

mod contact_notes;
