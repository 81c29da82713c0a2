//! `HitView`: one hit: whose it is, when it was written, and the words around what was found.

use crate::browser::{
    clock::clock,
    memo::{ErasedMemo, memo},
};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::Client,
    components::{
        shared::{
            avatar::avatar,
            channel_mark::channel_mark,
            found::{Found, FoundItem, Place},
            timestamp::short_time,
        },
        ui::{icon::Shape, markup::Markup, name::name},
    },
    navigation::{navigator::Navigator, views::InboxView},
    store::threads::ThreadItem,
};
use leptos::{ev::MouseEvent, prelude::*};
use wire::{
    AgentRef, ChannelKind, ContactHit, ContactId, ContactNoteHit, ContactRef, ConversationNoteHit, Direction, Hits,
    MessageHit, SearchResults, Snippet, Time,
};

/// A hit of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Hit {
    Contact(ContactHit),
    ContactNote(ContactNoteHit),
    Message(MessageHit),
    ConversationNote(ConversationNoteHit),
}

/// The hits by kind, in the order of the kinds.
pub fn hits(results: SearchResults) -> [Hits<Hit>; 4] {
    fn group<T>(hits: Hits<T>, hit: fn(T) -> Hit) -> Hits<Hit> {
        Hits { items: hits.items.into_iter().map(hit).collect(), next_cursor: hits.next_cursor }
    }
    [
        group(results.contacts, Hit::Contact),
        group(results.contact_notes, Hit::ContactNote),
        group(results.messages, Hit::Message),
        group(results.conversation_notes, Hit::ConversationNote),
    ]
}

impl Hit {
    fn place(&self) -> Option<Place> {
        let (conversation, item, seq) = match self {
            Self::Contact(_) => return None,
            Self::ContactNote(hit) => (hit.conversation_id, FoundItem::ContactNote(hit.id), hit.seq),
            Self::Message(hit) => (hit.conversation_id, FoundItem::InThread(ThreadItem::Message(hit.id)), hit.seq),
            Self::ConversationNote(hit) => {
                (hit.conversation_id, FoundItem::InThread(ThreadItem::Note(hit.id)), hit.seq)
            }
        };
        Some(Place { conversation, item, seq })
    }

    fn view(&self, view: &InboxView) -> Option<InboxView> {
        let conversation = self.place()?.conversation;
        let has_panel = matches!(self, Self::ContactNote(_));
        Some(if has_panel { view.opening_with_panel(conversation) } else { view.opening(conversation) })
    }
}

#[component]
pub fn HitView(hit: Hit) -> impl IntoView {
    let (client, navigator, found, clock) = (Client::here(), Navigator::here(), Found::here(), clock());
    let is_deleted = is_deleted(&client, &hit);
    let address = match &hit {
        Hit::Contact(contact) => navigator.contact_address.run(contact.id),
        hit => navigator.view.with_untracked(|view| hit.view(view)).map(|view| navigator.address.run(view)),
    };
    let opened = hit.clone();
    let open = move |event: MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        match (&opened, opened.view(&navigator.view.get_untracked())) {
            (Hit::Contact(contact), _) => open_contact(client.clone(), navigator, contact.id),
            (hit, Some(view)) => {
                navigator.go.run(view);
                if let (Some(found), Some(place)) = (found, hit.place()) {
                    found.go_to(place);
                }
            }
            _ => {}
        }
    };
    view! {
        <li hidden=live(move || is_deleted.get())>
            <a class="hit" href=address.unwrap_or_else(|| "#".to_owned()) on:click=open>
                {live_view(move || content(&hit, clock.today()))}
            </a>
        </li>
    }
}

/// Whether a note was deleted since it was found.
fn is_deleted(client: &Client, hit: &Hit) -> ErasedMemo<bool> {
    match hit {
        Hit::ContactNote(hit) => {
            let cell = client.store().contact_notes.of(hit.contact.id).timeline.cell(hit.id);
            memo(move |_| cell.with(|record| record.rev() > 0 && record.shown().is_none()))
        }
        Hit::ConversationNote(hit) => {
            let cell = client.store().threads.of(hit.conversation_id).notes.cell(hit.id);
            memo(move |_| cell.with(|record| record.rev() > 0 && record.shown().is_none()))
        }
        Hit::Contact(_) | Hit::Message(_) => false.into(),
    }
}

/// Opens a contact's page; in a widget, which has none, the newest conversation with the profile beside it.
fn open_contact(client: Client, navigator: Navigator, contact: ContactId) {
    if navigator.contact_address.run(contact).is_some() {
        return navigator.go_to_contact.run(contact);
    }
    leptos::task::spawn_local(async move {
        if let Some(newest) = client.newest_conversation_of(contact).await {
            navigator.go.run(navigator.view.get_untracked().opening_with_panel(newest));
        }
    });
}

fn content(hit: &Hit, today: f64) -> Vec<Markup> {
    match hit {
        Hit::Contact(ContactHit { id, name, snippet, .. }) => {
            let head = Markup::of("span", "row-head", vec![marked(name, "row-name")]);
            vec![avatar(&name.text, id.0), head, marked(snippet, "hit-text")]
        }
        Hit::ContactNote(ContactNoteHit { contact, author, created_at, snippet, .. }) => {
            let icon = Markup::of("span", "hit-icon about", vec![Markup::Icon(Shape::StickyNote)]);
            vec![icon, head(contact, None, *created_at, today), written(Some(author), snippet)]
        }
        Hit::Message(MessageHit { contact, channel, direction, author, created_at, snippet, .. }) => {
            let author = author.as_ref().filter(|_| *direction == Direction::Out);
            let icon = avatar(&contact.name, contact.id.0);
            vec![icon, head(contact, Some(channel.kind), *created_at, today), written(author, snippet)]
        }
        Hit::ConversationNote(ConversationNoteHit { contact, channel, author, created_at, snippet, .. }) => {
            let icon = Markup::of("span", "hit-icon inside", vec![Markup::Icon(Shape::Lock)]);
            vec![icon, head(contact, Some(channel.kind), *created_at, today), written(Some(author), snippet)]
        }
    }
}

fn head(contact: &ContactRef, channel: Option<ChannelKind>, at: Time, today: f64) -> Markup {
    let parts = [name(&contact.name, "row-name")].into_iter().chain(channel.map(channel_mark));
    Markup::of("span", "row-head", parts.chain([short_time(at, today)]).collect())
}

/// The words, behind the name of the agent who wrote them.
fn written(author: Option<&AgentRef>, snippet: &Snippet) -> Markup {
    let by = author
        .map(|author| Markup::of("span", "hit-author", vec![name(&author.name, ""), Markup::Text(": ".to_owned())]));
    Markup::of("span", "hit-text", by.into_iter().chain([marked(snippet, "")]).collect())
}

fn marked(snippet: &Snippet, class: &'static str) -> Markup {
    let part = |(text, is_hit): (&str, bool)| {
        if is_hit { Markup::text("mark", "", text) } else { Markup::Text(text.to_owned()) }
    };
    Markup::of("bdi", class, snippet.parts().into_iter().map(part).collect()).with("dir", "auto")
}
