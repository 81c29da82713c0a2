//! `ConversationView`: one conversation: header, thread, composer.

use crate::memo::{Memo, memo};
use crate::{
    components::{composer::Composer, conversation_header::ConversationHeader, thread::ThreadView},
    desk::Desk,
};
use leptos::prelude::*;
use wire::{Conversation, ConversationId};

/// One conversation. While it is on the screen, what arrives counts as read.
#[component]
pub fn ConversationView(conversation: ConversationId, known: Memo<Option<Conversation>>) -> impl IntoView {
    let desk = Desk::here();
    let is_unread = memo(move |_| known.with(|known| known.as_ref().is_some_and(|known| known.unread)));
    Effect::new(move |_| {
        if is_unread.get() {
            desk.read_conversation(conversation);
        }
    });
    view! {
        <div class="conversation">
            <ConversationHeader conversation known />
            <ThreadView conversation known />
            <Composer conversation known />
        </div>
    }
}
