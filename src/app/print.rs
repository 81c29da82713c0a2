//! Ctrl+P: everything that is open is loaded in full before it is printed. A browser that prints on its own, from its
//! menu, waits for nothing: then the paper says what is missing.

use crate::{
    browser::{memo::ErasedMemo, printing::Printing, timers::next_frame},
    client::Client,
    navigation::{navigator::Navigator, routes::Route},
};
use leptos::{ev, prelude::*};
use wire::{ContactId, ConversationId};

/// Listens as long as the owner lives.
pub(super) fn print_in_full(client: &Client, route: ErasedMemo<Route>, navigator: Navigator, printing: Printing) {
    let client = client.clone();
    let pressed = window_event_listener(ev::keydown, move |event| {
        let is_print = (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key();
        if !is_print || !event.key().eq_ignore_ascii_case("p") {
            return;
        }
        let open = untrack(|| Open::here(&client, route, navigator));
        if untrack(|| open.is_loaded(&client)) {
            return;
        }
        event.prevent_default();
        let client = client.clone();
        leptos::task::spawn_local(async move {
            open.load(&client).await;
            printing.begin();
            next_frame(|| {
                let _ = window().print();
            });
        });
    });
    on_cleanup(move || pressed.remove());
}

/// What is open on the page.
struct Open {
    conversations: Vec<ConversationId>,
    contacts: Vec<ContactId>,
}

impl Open {
    fn here(client: &Client, route: ErasedMemo<Route>, navigator: Navigator) -> Self {
        match route.get() {
            Route::Inbox(_) => {
                let panes = navigator.view.get().panes;
                let with_panel = panes.iter().filter(|pane| pane.panel);
                let contacts =
                    with_panel.filter_map(|pane| Some(client.conversation(pane.conversation)?.contact_id)).collect();
                Self { conversations: panes.iter().map(|pane| pane.conversation).collect(), contacts }
            }
            Route::Contact(contact) => Self { conversations: Vec::new(), contacts: vec![contact] },
            Route::Contacts(_) | Route::Team | Route::Account | Route::Join | Route::Setup | Route::NotFound => {
                Self { conversations: Vec::new(), contacts: Vec::new() }
            }
        }
    }

    fn is_loaded(&self, client: &Client) -> bool {
        let store = client.store();
        !self.conversations.iter().any(|id| store.threads.of(*id).has_older())
            && !self.contacts.iter().any(|id| store.contact_notes.of(*id).timeline.has_older())
    }

    async fn load(&self, client: &Client) {
        for conversation in &self.conversations {
            client.load_whole_thread(*conversation).await;
        }
        for contact in &self.contacts {
            client.load_all_contact_notes(*contact).await;
        }
    }
}
