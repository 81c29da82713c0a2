//! `ConversationView`: one conversation: header, thread, composer.

use crate::{
    components::{composer::Composer, conversation_header::ConversationHeader, thread::ThreadView},
    memo::Memo,
};
use leptos::prelude::*;
use wire::{Conversation, ConversationId};

/// One conversation.
#[component]
pub fn ConversationView(conversation: ConversationId, known: Memo<Option<Conversation>>) -> impl IntoView {
    view! {
        <div class="conversation">
            <ConversationHeader conversation known />
            <ThreadView conversation known />
            <Composer conversation known />
        </div>
    }
}
