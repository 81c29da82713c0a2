//! The page's title: the number of unread conversations, and the open contacts. The widget never changes its host's
//! title.

use crate::{
    browser::memo::{ErasedMemo, memo},
    client::Client,
    navigation::{navigator::Navigator, routes::Route},
    strings::{fill, strings},
};
use leptos::prelude::*;

/// Sets the title of a page without a signed-in agent.
pub(super) fn set_title(place: &str) {
    document().set_title(&fill(strings().page_title, &[("place", place)]));
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
    Effect::new(move |_| match unread.get() {
        0 => set_title(&place.get()),
        count => {
            let title = fill(strings().page_title_unread, &[("count", &count.to_string()), ("place", &place.get())]);
            document().set_title(&title);
        }
    });
}

/// The contacts whose conversations are open, or the page's name. Tracks.
fn place(client: &Client, route: &Route) -> String {
    match route {
        Route::Inbox(view) => {
            let mut names: Vec<String> = Vec::new();
            for pane in &view.panes {
                let name = client.conversation(pane.conversation).map(|known| plain(&known.contact.name));
                // Two conversations of one contact add one name.
                names.extend(name.filter(|name| !name.is_empty() && !names.contains(name)));
            }
            if names.is_empty() { strings().inbox.to_owned() } else { names.join(", ") }
        }
        Route::Contact(contact) => {
            let name = client.store().contacts.shown(*contact).map(|known| plain(&known.name)).unwrap_or_default();
            if name.is_empty() {
                strings().contact_unnamed.to_owned()
            } else {
                fill(strings().page_title_contact, &[("name", &name)])
            }
        }
        Route::NotFound => strings().not_found.to_owned(),
    }
}

/// Removes direction marks and line breaks from a name for the title.
fn plain(name: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let visible: String = name.chars().filter(|letter| !turns(*letter)).collect();
    visible
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
