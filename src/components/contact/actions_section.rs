//! `ActionsSection`: actions on the open conversation in the panel.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::live_view;
use crate::{
    client::{Client, Fields},
    components::{
        contact::{
            contact_flags::ContactFlags, erase_contact::EraseContact, merge_contact::MergeContact,
            panel_section::PanelSection, start_conversation::StartConversation,
        },
        conversation::assign_menu::AssignMenu,
        shared::unsaved_fields::UnsavedFields,
    },
    strings::strings,
};
use leptos::prelude::*;
use wire::{Contact, ContactId, ConversationId, Status};

/// Assign and close; outside a conversation, a hint that it needs one. Block, unsubscribe, merge. For admins also export and
/// erasure.
#[component]
pub fn ActionsSection(
    contact: ContactId,
    known: ErasedMemo<Option<Contact>>,
    conversation: Option<ConversationId>,
) -> impl IntoView {
    view! {
        <PanelSection name="actions" title=strings().actions>
            {match conversation {
                Some(conversation) => view! { <Actions conversation /> }.into_any(),
                None => view! { <p class="empty">{strings().actions_need_conversation}</p> }.into_any(),
            }}
            <StartConversation contact known />
            <ContactFlags contact known />
            <MergeContact contact known />
            <EraseContact contact known />
        </PanelSection>
    }
}

#[component]
fn Actions(conversation: ConversationId) -> impl IntoView {
    let client = Client::here();
    let known = {
        let client = client.clone();
        memo(move |_| client.conversation(conversation))
    };
    let is_closed =
        memo(move |_| known.with(|known| known.as_ref().is_some_and(|known| known.status == Status::Closed)));
    view! {
        <div class="actions">
            <AssignMenu conversation known />
            <button
                type="button"
                class="button"
                on:click=move |_| {
                    let next = if is_closed.get_untracked() { Status::Open } else { Status::Closed };
                    client.set_status(conversation, next);
                }
            >
                {live_view(move || if is_closed.get() { strings().reopen_conversation } else { strings().close_conversation })}
            </button>
            <UnsavedFields of=Fields::Conversation(conversation) />
        </div>
    }
}
