//! `ThreadView`: a conversation's messages and its own notes, in one order of time.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        conversation::message_item::MessageItem,
        notes::conversation_note_item::ConversationNoteItem,
        shared::{
            channel_mark::channel_name,
            found::{FoundItem, when_wanted},
            load_problem::{LoadProblem, OlderNotPrinted, Waiting},
            seen::when_seen,
        },
        ui::virtual_list::{Edge, VirtualList, VirtualListHandle},
    },
    store::{record::Load, threads::ThreadItem},
    strings::{Value, fill, strings},
};
use leptos::{html, prelude::*};
use wire::{Conversation, ConversationId};

/// The thread. It starts at its end and sticks to it. The conversation counts as read once the end has been in view for
/// long enough.
#[component]
pub fn ThreadView(conversation: ConversationId, known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let client = Client::here();
    let thread = client.store().threads.of(conversation);
    let items = {
        let thread = thread.clone();
        memo(move |_| thread.items())
    };
    let load = memo(move |_| thread.load());
    let is_empty = memo(move |_| items.with(Vec::is_empty));
    let has_older = {
        let thread = client.store().threads.of(conversation);
        memo(move |_| thread.has_older())
    };
    let contact = memo(move |_| known.with(|known| known.as_ref().map(|known| known.contact_id)));
    let label = memo(move |_| {
        known.with(|known| {
            let known = known.as_ref()?;
            let channel = channel_name(known.channel.kind);
            Some(fill(
                strings().thread,
                &[("name", Value::Name(&known.contact.name)), ("channel", Value::Own(channel))],
            ))
        })
    });
    let end = NodeRef::<html::Div>::new();
    // Per version of the conversation: a new message must be seen again.
    let unread = memo(move |_| {
        let is_loaded = load.get() == Load::Ready;
        known.with(|known| known.as_ref().filter(|known| is_loaded && known.unread).map(|known| known.rev))
    });
    let reading = client.clone();
    when_seen(end, unread, Callback::new(move |_| reading.read_conversation(conversation)));
    let handle = VirtualListHandle::new();
    let older = {
        let client = client.clone();
        Callback::new(move |()| client.load_older_thread(conversation))
    };
    let finding = client.clone();
    when_wanted(
        handle,
        ".message, .conversation-note",
        move |place| match place.item {
            FoundItem::InThread(item) if place.conversation == conversation => Some(item),
            _ => None,
        },
        async move |seq| finding.load_thread_down_to(conversation, seq).await,
    );
    let retry = Callback::new(move |()| client.load_thread(conversation));
    view! {
        <div class="thread" tabindex="0" role="region" aria-label=live(move || label.get())>
            {live_view(move || match (load.get(), is_empty.get()) {
                (Load::Failed(failure), _) => Some(view! { <LoadProblem failure retry /> }.into_any()),
                (Load::Ready, true) => Some(view! { <p class="empty">{strings().thread_empty}</p> }.into_any()),
                (Load::Loading | Load::Idle, true) => Some(view! { <Waiting /> }.into_any()),
                _ => None,
            })}
            <OlderNotPrinted has_older />
            <VirtualList
                keys=items
                row=move |item| match item {
                    ThreadItem::Message(id) => view! { <MessageItem conversation id /> }.into_any(),
                    ThreadItem::Note(id) => view! { <ConversationNoteItem conversation contact id /> }.into_any(),
                }
                estimate=84.0
                class="thread-rows"
                edge=Edge::End
                on_near_start=older
                handle
            />
            <div class="thread-end" node_ref=end></div>
        </div>
    }
}
