//! Another product's page in Leptos: its own card of a customer, with what the team knows in it. It uses Sidenote's store
//! and components as they are; the card and the page around it are the product's.
#![cfg(target_arch = "wasm32")]

use leptos::prelude::*;
use sidenote::{
    browser::{memo::memo, style_sheet::sheet},
    client::Client,
    components::{
        contact::contact_profile_panel::ContactProfilePanel, notes::notes_section::NotesSection, shared::toasts::Toasts,
    },
    navigation::{navigator::Navigator, views::InboxView},
    net::api::Api,
};
use wire::{ContactId, ConversationId};

/// Whom the product knows, with the ids that Sidenote has for them.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Customer {
    pub name: String,
    pub contact: ContactId,
    /// Where new notes are written.
    pub conversation: ConversationId,
}

/// All customers' cards, once Sidenote's client is open. `api`: the same origin's for somebody with a session there, or
/// with tokens.
#[component]
pub fn Customers(api: Api, customers: Vec<Customer>) -> impl IntoView {
    let client = RwSignal::new(None);
    leptos::task::spawn_local(async move {
        let opened = sidenote::sync::open(api, None).await;
        client.try_set(Some(opened.map_err(|error| error.failure())));
    });
    on_cleanup(move || {
        if let Some(Some(Ok(client))) = client.try_get_untracked() {
            client.close();
        }
    });
    move || match client.get() {
        None => view! { <p>"Opening…"</p> }.into_any(),
        Some(Err(failure)) => view! { <p role="alert">{sidenote::strings::failure_sentence(failure)}</p> }.into_any(),
        Some(Ok(client)) => {
            let customers = customers.clone();
            view! { <SignedIn client customers /> }.into_any()
        }
    }
}

/// What all of Sidenote's components below need: a client, a place to keep what is open, and the styles.
#[component]
fn SignedIn(client: Client, customers: Vec<Customer>) -> impl IntoView {
    provide_context(client);
    provide_context(Navigator::in_memory(RwSignal::new(InboxView::default())));
    view! {
        <style>{sheet()}</style>
        {customers.into_iter().map(|customer| view! { <CustomerCard customer /> }).collect::<Vec<_>>()}
        <Toasts />
    }
}

/// The product's own card: a count out of the store, Sidenote's notes, and the whole profile when it is asked for.
#[component]
pub fn CustomerCard(customer: Customer) -> impl IntoView {
    let Customer { name, contact, conversation } = customer;
    let client = Client::here();
    // Loads the contact and keeps it right for as long as this view is there.
    client.show_contact(contact);
    client.load_conversation(conversation);
    let order = client.store().contact_notes.of(contact).timeline.order_signal();
    let count = memo(move |_| order.with(Vec::len));
    let whole = RwSignal::new(false);
    let label = memo(move |_| name.clone());
    view! {
        <article aria-label=move || label.get()>
            <h2>{move || label.get()}</h2>
            <p>{move || format!("{} notes", count.get())}</p>
            <button type="button" on:click=move |_| whole.update(|whole| *whole = !*whole)>
                {move || if whole.get() { "Notes only" } else { "Whole profile" }}
            </button>
            {move || match whole.get() {
                true => {
                    let close = Callback::new(move |()| whole.set(false));
                    view! { <ContactProfilePanel contact conversation close /> }.into_any()
                }
                false => view! { <NotesSection contact conversation=Some(conversation) name=label /> }.into_any(),
            }}
        </article>
    }
}
