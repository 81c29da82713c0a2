//! The page's title: the number of unread conversations, and the open contacts. The widget never changes its host's
//! title.

use crate::{
    browser::{
        memo::{ErasedMemo, memo},
        timers::when_idle,
    },
    client::Client,
    navigation::{navigator::Navigator, routes::Route},
    strings::{Value, fill, strings},
};
use leptos::prelude::*;

/// Sets the title of a page without a signed-in agent.
pub(super) fn set_title(place: &str) {
    document().set_title(&fill(strings().page_title, &[("place", Value::Own(place))]));
}

/// Updates the title as long as the owner lives. The number counts unread conversations in the loaded part of the
/// inbox's list.
pub(super) fn keep_title(client: &Client, route: ErasedMemo<Route>, navigator: Navigator) {
    let lists = client.clone();
    let unread = memo(move |_| {
        let query = navigator.view.with(|view| view.query);
        lists.store().conversations.list(query).unread_signal().get()
    });
    let client = client.clone();
    let place = memo(move |_| route.with(|route| place(&client, route)));
    Effect::new(move |_| {
        let title = match unread.get() {
            0 => fill(strings().page_title, &[("place", Value::Own(&place.get()))]),
            count => fill(
                strings().page_title_unread,
                &[("count", Value::Own(&count.to_string())), ("place", Value::Own(&place.get()))],
            ),
        };
        // A browser takes over a millisecond for a title: the frame that shows the conversation goes first.
        when_idle(move || document().set_title(&title));
    });
}

/// The contacts whose conversations are open, or the page's name. Tracks.
fn place(client: &Client, route: &Route) -> String {
    match route {
        Route::Inbox(view) => {
            let mut names: Vec<String> = Vec::new();
            for pane in &view.panes {
                let name = client.conversation(pane.conversation).map(|known| known.contact.name);
                let name = name.map(|name| fill(strings().page_title_conversation, &[("name", Value::Name(&name))]));
                // Two conversations of one contact add one name.
                names.extend(name.filter(|name| !names.contains(name)));
            }
            if names.is_empty() { strings().inbox.to_owned() } else { names.join(", ") }
        }
        Route::Contact(contact) => {
            let name = client.store().contacts.shown(*contact).map(|known| known.name);
            name.map_or_else(
                || strings().contact_unnamed.to_owned(),
                |name| fill(strings().page_title_contact, &[("name", Value::Name(&name))]),
            )
        }
        Route::Contacts(_) => strings().contacts.to_owned(),
        Route::Team => strings().team.title.to_owned(),
        Route::Account => strings().account.title.to_owned(),
        Route::Join => strings().team.join.to_owned(),
        Route::Setup => strings().team.setup.to_owned(),
        Route::NotFound => strings().not_found.to_owned(),
    }
}
