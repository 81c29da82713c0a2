//! `SignOut`: the command to sign out. The app provides one; a widget's host signs its agents out itself.

use leptos::prelude::Callback;

/// Signs out and closes the client. Provided by context.
#[derive(Clone, Copy)]
pub struct SignOut(pub Callback<()>);
