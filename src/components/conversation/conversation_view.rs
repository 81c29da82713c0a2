//! `ConversationView`: one conversation: header, thread, composer.

use crate::{
    browser::memo::ErasedMemo,
    components::conversation::{composer::Composer, conversation_header::ConversationHeader, thread::ThreadView},
};
use leptos::prelude::*;
use wire::{Conversation, ConversationId};

/// One conversation.
#[component]
pub fn ConversationView(conversation: ConversationId, known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    view! {
        <div class="conversation">
            <ConversationHeader conversation known />
            <ThreadView conversation known />
            <Composer conversation known />
        </div>
    }
}
