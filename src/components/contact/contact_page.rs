//! `ContactPage`: a contact's own page: the profile, and the contact's conversations to open.

use crate::browser::memo::memo;
use crate::components::ui::live::live_view;
use crate::{
    client::Client,
    components::{
        contact::contact_profile_panel::{PanelHead, SectionMenu, Sections, known, name_of, resolved},
        inbox::inbox_nav::InboxNav,
        shared::{
            channel_mark::{ChannelMark, channel_name},
            connection_line::ConnectionLine,
            load_problem::LoadProblem,
            message_excerpt::message_excerpt,
            timestamp::{ShortTimestamp, explain_times},
            toasts::Toasts,
        },
        ui::{gestures::one_effect_a_gesture, keyed_list::KeyedList, markup::Markup, name::Name},
    },
    navigation::{navigator::Navigator, views::InboxView},
    store::record::{Failure, Load},
    strings::strings,
};
use leptos::prelude::*;
use wire::{ContactId, Conversation, ConversationId, Preview, ProblemCode};

/// The page of the contact for whom an id stands. Notes can be read here; writing one needs a conversation.
#[component]
pub fn ContactPage(contact: ContactId) -> impl IntoView {
    let resolved = resolved(contact);
    live_view(move || view! { <PageOf contact=resolved.get() /> })
}

#[component]
fn PageOf(contact: ContactId) -> impl IntoView {
    let client = Client::here();
    let navigator = Navigator::here();
    client.show_contact(contact);
    let known = known(contact);
    let name = name_of(known);
    let body = NodeRef::<leptos::html::Div>::new();
    let load = client.store().contacts.load(contact);
    let is_missing = memo(move |_| matches!(load.get(), Load::Failed(Failure::Refused(ProblemCode::NotFound))));
    // The page has a heading before the contact is loaded, and without a contact.
    let heading = move || {
        let name = Some(name.get()).filter(|name| !name.is_empty());
        name.map_or_else(|| strings().contact_unnamed.into_any(), |name| view! { <Name name /> }.into_any())
    };
    view! {
        <div class="inbox contact-page" use:one_effect_a_gesture use:explain_times>
            <ConnectionLine />
            <InboxNav />
            <main class="contact-main">
                <h1 class="sr-only">{live_view(heading)}</h1>
                {live_view(move || {
                    if is_missing.get() {
                        return view! {
                            <div class="pane-problem">
                                <p>{strings().contact_not_found}</p>
                                <button type="button" class="button" on:click=move |_| navigator.go.run(InboxView::default())>
                                    {strings().back_to_inbox}
                                </button>
                            </div>
                        }
                            .into_any();
                    }
                    view! {
                        <div class="panel contact-panel">
                            <PanelHead contact known name close=None />
                            <SectionMenu body name channel=strings().contact_heading />
                            <Sections contact conversation=None known name body />
                        </div>
                        {live_view(move || {
                            let is_erased = known.with(|known| known.as_ref().is_some_and(|known| known.erased));
                            (!is_erased).then(|| view! { <Conversations contact /> })
                        })}
                    }
                        .into_any()
                })}
            </main>
            <Toasts />
        </div>
    }
}

#[component]
fn Conversations(contact: ContactId) -> impl IntoView {
    let client = Client::here();
    let ids = RwSignal::new(Vec::<ConversationId>::new());
    let problem = RwSignal::new(None::<Failure>);
    let load = Callback::new(move |()| {
        let client = client.clone();
        leptos::task::spawn_local(async move {
            match client.conversations_of(contact).await {
                Ok(found) => {
                    problem.try_set(None);
                    ids.try_set(found);
                }
                Err(error) => {
                    problem.try_set(Some(error.failure()));
                }
            }
        });
    });
    load.run(());
    view! {
        <section class="contact-conversations" aria-label=strings().contact_conversations>
            <h2>{strings().contact_conversations}</h2>
            <KeyedList keys=ids row=|id| view! { <OneConversation id /> } class="contact-conversation-rows" />
            {live_view(move || problem.get().map(|failure| view! { <LoadProblem failure retry=load /> }))}
        </section>
    }
}

#[component]
fn OneConversation(id: ConversationId) -> impl IntoView {
    let navigator = Navigator::here();
    let store = Client::here().store().clone();
    let view = InboxView::default().opening(id);
    let address = navigator.address.run(view.clone());
    let shown = store.conversations.shown_untracked(id);
    let at = memo(move |_| store.conversations.shown(id).map(|known| known.last_at).unwrap_or_default());
    shown.map(|Conversation { channel, preview, .. }| {
        view! {
            <a
                class="contact-conversation"
                href=address
                on:click=move |event| {
                    if !(event.ctrl_key() || event.meta_key() || event.shift_key()) {
                        event.prevent_default();
                        navigator.go.run(view.clone());
                    }
                }
            >
                <ChannelMark kind=channel.kind />
                <span aria-hidden="true">{channel_name(channel.kind)}</span>
                {preview.map(|Preview { text, attachment, .. }| {
                    Markup::of("span", "row-preview", message_excerpt(strings(), text, attachment))
                })}
                <ShortTimestamp at />
            </a>
        }
    })
}
