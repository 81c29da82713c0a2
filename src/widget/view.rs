//! `Widget`: the root view of a mount: an inbox, a conversation or a contact, or an error.

use crate::browser::memo::{ErasedMemo, memo};
use crate::{
    client::{Client, Session},
    components::{
        contact::contact_by::ContactBy,
        contact::contact_profile_panel::{PanelHead, SectionMenu, Sections, known, name_of, resolved},
        inbox::{Inbox, pane::PaneView},
        shared::{
            connection_line::ConnectionLine, load_problem::LoadProblem, timestamp::explain_times, toasts::Toasts,
        },
        ui::{gestures::one_effect_a_gesture, live::live_view},
    },
    navigation::navigator::Navigator,
    store::record::Failure,
    strings::strings,
};
use leptos::prelude::*;
use wire::{ContactId, ContactKey, ConversationId};

/// The view of a mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Inbox,
    /// The conversation that the navigator has open.
    Conversation,
    /// A contact's profile; a new note is written in `conversation`, if there is one.
    ContactPanel {
        contact: Subject,
        conversation: Option<ConversationId>,
    },
}

/// Whose profile is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Id(ContactId),
    /// The contact whom another system knows by this.
    By(ContactKey, String),
}

/// The contact whose profile a mount shows. Provided by context.
#[derive(Clone, Default)]
pub struct Present(pub ArcRwSignal<Option<ContactId>>);

/// The loading stage of a mount.
#[derive(Clone)]
pub enum Stage {
    Starting,
    SignedIn(Client),
    /// The host returned no token, or one that the server refused.
    NoToken,
    Failed(Failure),
}

/// The root component. `retry` requests a new token from the host and starts or continues with it.
#[component]
pub fn Widget(
    shown: ErasedMemo<Shown>,
    stage: RwSignal<Stage>,
    navigator: Navigator,
    retry: Callback<()>,
) -> impl IntoView {
    provide_context(navigator);
    live_view(move || match stage.get() {
        Stage::Starting => ().into_any(),
        Stage::NoToken => view! { <Gate><AskAgain retry /></Gate> }.into_any(),
        Stage::Failed(failure) => view! { <Gate><LoadProblem failure retry /></Gate> }.into_any(),
        Stage::SignedIn(client) => view! { <SignedIn client shown retry /> }.into_any(),
    })
}

#[component]
fn Gate(children: Children) -> impl IntoView {
    view! { <div class="widget-gate">{children()}</div> }
}

#[component]
fn SignedIn(client: Client, shown: ErasedMemo<Shown>, retry: Callback<()>) -> impl IntoView {
    provide_context(client.clone());
    let session = client.session();
    let is_expired = memo(move |_| session.get() == Session::Expired);
    view! {
        {live_view(move || match shown.get() {
            Shown::Inbox => view! { <Inbox guest=true /> }.into_any(),
            Shown::Conversation => view! { <OneConversation /> }.into_any(),
            Shown::ContactPanel { contact: Subject::Id(contact), conversation } => {
                view! { <OneContact contact conversation /> }.into_any()
            }
            Shown::ContactPanel { contact: Subject::By(key, value), conversation } => {
                let profile = move |contact| view! { <OneContact contact conversation /> }.into_any();
                view! { <ContactBy key value profile /> }.into_any()
            }
        })}
        {live_view(move || is_expired.get().then(|| view! { <div class="widget-expired"><AskAgain retry /></div> }))}
    }
}

/// One conversation like in an inbox, without the list.
#[component]
fn OneConversation() -> impl IntoView {
    let view_ = Navigator::here().view;
    let open = memo(move |_| view_.with(|view| view.panes.first().map(|pane| pane.conversation)));
    view! {
        <div class="inbox widget-conversation reading" use:one_effect_a_gesture use:explain_times>
            <ConnectionLine />
            <div class="panes">
                {live_view(move || match open.get() {
                    Some(conversation) => view! { <PaneView conversation /> }.into_any(),
                    None => view! { <p class="panes-empty">{strings().nothing_open}</p> }.into_any(),
                })}
            </div>
            <Toasts />
        </div>
    }
}

/// A contact's profile like beside a conversation: that of the one for whom the id stands.
#[component]
fn OneContact(contact: ContactId, conversation: Option<ConversationId>) -> impl IntoView {
    let resolved = resolved(contact);
    live_view(move || view! { <ProfileOf contact=resolved.get() conversation /> })
}

#[component]
fn ProfileOf(contact: ContactId, conversation: Option<ConversationId>) -> impl IntoView {
    let client = Client::here();
    if let Some(Present(present)) = use_context() {
        present.set(Some(contact));
    }
    client.show_contact(contact);
    if let Some(conversation) = conversation {
        client.load_conversation(conversation);
    }
    let known = known(contact);
    let name = name_of(known);
    let body = NodeRef::<leptos::html::Div>::new();
    view! {
        <div class="inbox widget-panel" use:one_effect_a_gesture use:explain_times>
            <ConnectionLine />
            <div class="panel" part="panel">
                <PanelHead contact known name close=None />
                <SectionMenu body name channel=strings().contact_heading />
                <Sections contact conversation known name body />
            </div>
            <Toasts />
        </div>
    }
}

/// The dialog for a missing token. Typed text is not lost meanwhile.
#[component]
fn AskAgain(retry: Callback<()>) -> impl IntoView {
    view! {
        <div class="load-problem" role="alert">
            <p>{strings().no_token}</p>
            <button type="button" class="button" on:click=move |_| retry.run(())>
                {strings().try_again}
            </button>
        </div>
    }
}
