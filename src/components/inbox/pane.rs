//! `PaneView`: one open conversation with its icon rail and its Contact Profile Panel.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::{
    live::{live, live_view},
    name::filled,
};
use crate::{
    client::Client,
    components::{
        contact::contact_profile_panel::ContactProfilePanel,
        conversation::conversation_view::ConversationView,
        inbox::{icon_rail::IconRail, reveal::when_asked_for},
        shared::load_problem::{LoadProblem, Waiting},
    },
    navigation::navigator::Navigator,
    store::{
        conversations::Erasure,
        record::{Failure, Load},
    },
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use wire::{Conversation, ConversationId, ProblemCode};

/// A pane: conversation, panel and rail belong together.
#[component]
pub fn PaneView(conversation: ConversationId) -> impl IntoView {
    let client = Client::here();
    client.show_conversation(conversation);
    let load = client.store().conversations.load(conversation);
    let known = memo(move |_| client.conversation(conversation));
    let ids = memo(move |_| known.with(|known| known.as_ref().map(|known| (known.id, known.contact_id))));
    let erased = Client::here();
    let erasure = memo(move |_| erased.erasure(conversation));
    let name = memo(move |_| {
        let name = known.with(|known| known.as_ref().map(pane_name));
        name.or_else(|| erasure.get().map(|_| strings().contact_erased.to_owned())).unwrap_or_default()
    });
    let pane = NodeRef::<leptos::html::Section>::new();
    when_asked_for(conversation, pane);
    view! {
        <section class="pane" node_ref=pane aria-label=live(move || name.get())>
            {live_view(move || match (ids.get(), erasure.get()) {
                (Some((_, contact)), _) => view! { <Opened conversation contact known /> }.into_any(),
                (None, Some(erasure)) => view! { <Erased conversation erasure /> }.into_any(),
                (None, None) => view! { <NotThere conversation load=load.get() /> }.into_any(),
            })}
        </section>
    }
}

fn pane_name(conversation: &Conversation) -> String {
    let channel = crate::components::shared::channel_mark::channel_name(conversation.channel.kind);
    fill(
        strings().conversation_with,
        &[("name", Value::Name(&conversation.contact.name)), ("channel", Value::Own(channel))],
    )
}

#[component]
fn Opened(
    conversation: ConversationId,
    contact: wire::ContactId,
    known: ErasedMemo<Option<Conversation>>,
) -> impl IntoView {
    let navigator = Navigator::here();
    Client::here().show_contact(contact);
    let has_panel = memo(move |_| navigator.view.with(|view| view.has_panel(conversation)));
    let rail = NodeRef::<leptos::html::Button>::new();
    let close_panel = Callback::new(move |()| {
        navigator.toggle_panel(conversation);
        // Return the focus to the button that opened the panel.
        crate::browser::timers::soon(move || {
            if let Some(button) = rail.get_untracked() {
                let _ = button.focus();
            }
        });
    });
    view! {
        <ConversationView conversation known />
        {live_view(move || {
            has_panel
                .get()
                .then(|| view! { <ContactProfilePanel contact conversation close=close_panel /> })
        })}
        <IconRail conversation contact is_open=has_panel button=rail />
    }
}

/// Stands in the place of a conversation whose contact was erased. The panel shows what is left of them.
#[component]
fn Erased(conversation: ConversationId, erasure: Erasure) -> impl IntoView {
    let navigator = Navigator::here();
    let client = Client::here();
    let Erasure { contact, by } = erasure;
    client.show_contact(contact);
    let leave = NodeRef::<leptos::html::Button>::new();
    if by.as_ref().is_some_and(|agent| agent.id == client.my_id()) {
        // The dialog that had the focus is gone.
        crate::browser::timers::soon(move || {
            if let Some(button) = leave.get_untracked() {
                let _ = button.focus();
            }
        });
    }
    let has_panel = memo(move |_| navigator.view.with(|view| view.has_panel(conversation)));
    let close_panel = Callback::new(move |()| navigator.toggle_panel(conversation));
    let sentence = match by {
        Some(agent) => filled(strings().contact_erased_by, &[("name", Value::Name(&agent.name))]),
        None => strings().contact_erased.into_any(),
    };
    view! {
        <div class="pane-problem">
            <p>{sentence}</p>
            <button type="button" class="button" node_ref=leave on:click=move |_| navigator.close(conversation)>
                {strings().close_pane}
            </button>
        </div>
        {live_view(move || {
            has_panel
                .get()
                .then(|| view! { <ContactProfilePanel contact conversation close=close_panel /> })
        })}
    }
}

#[component]
fn NotThere(conversation: ConversationId, load: Load) -> impl IntoView {
    let client = Client::here();
    let navigator = Navigator::here();
    match load {
        Load::Failed(Failure::Refused(ProblemCode::NotFound)) => view! {
            <div class="pane-problem">
                <p>{strings().conversation_not_found}</p>
                <button type="button" class="button" on:click=move |_| navigator.close(conversation)>
                    {strings().close_pane}
                </button>
            </div>
        }
        .into_any(),
        Load::Failed(failure) => {
            let retry = Callback::new(move |()| client.load_conversation(conversation));
            view! { <LoadProblem failure retry /> }.into_any()
        }
        Load::Idle | Load::Loading | Load::Ready => view! { <Waiting /> }.into_any(),
    }
}
