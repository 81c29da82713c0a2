//! The way out: what happens when an agent signs out. The app gives one; a widget's host signs its agents out itself.

use leptos::prelude::Callback;

/// Signs out and closes the client. Given to components by context.
#[derive(Clone, Copy)]
pub struct Leave(pub Callback<()>);
