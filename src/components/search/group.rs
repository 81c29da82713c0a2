//! `Group`: the hits of one kind, and the button that shows more of them.

use super::hit::{Hit, HitView, hits};
use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::live_view;
use crate::{client::Client, strings::strings};
use leptos::prelude::*;
use wire::{Hits, SearchKind, SearchResults};

/// So many further hits with each click.
const MORE: u32 = 20;

/// The hits of every kind.
#[derive(Clone, Copy)]
pub struct Groups(RwSignal<[Hits<Hit>; 4]>);

impl Default for Groups {
    fn default() -> Self {
        Self(RwSignal::new(Default::default()))
    }
}

impl Groups {
    /// Shows other results. Returns the sentence that says how many they are.
    pub fn show(self, results: SearchResults) -> String {
        let found = hits(results);
        let count = found.iter().map(|hits| hits.items.len()).sum();
        let has_more = found.iter().any(|hits| hits.next_cursor.is_some());
        self.0.try_set(found);
        let sentence = if has_more { &strings().search_found_more } else { &strings().search_found };
        sentence.of(count)
    }

    fn add(self, kind: SearchKind, results: SearchResults) {
        let [mut found] = [hits(results)];
        let more = std::mem::take(&mut found[kind as usize]);
        self.0.try_update(|groups| {
            let group = &mut groups[kind as usize];
            group.items.extend(more.items);
            group.next_cursor = more.next_cursor;
        });
    }

    /// Whether there is no hit. Tracks.
    pub fn is_empty(self) -> bool {
        self.0.with(|groups| groups.iter().all(|hits| hits.items.is_empty()))
    }
}

#[component]
pub fn Group(kind: SearchKind, groups: Groups, text: ErasedMemo<String>) -> impl IntoView {
    let group = groups.0;
    let shown = memo(move |_| group.with(|groups| groups[kind as usize].items.clone()));
    let has_more = memo(move |_| group.with(|groups| groups[kind as usize].next_cursor.is_some()));
    let client = Client::here();
    let more = Callback::new(move |()| {
        let cursor = group.with_untracked(|groups| groups[kind as usize].next_cursor.clone());
        let (Some(cursor), client, text) = (cursor, client.clone(), text.get_untracked()) else { return };
        leptos::task::spawn_local(async move {
            match client.search(&text, Some((kind, &cursor)), MORE).await {
                Ok(results) => groups.add(kind, results),
                Err(failure) => client.alert(crate::strings::failure_sentence(failure).to_owned()),
            }
        });
    });
    live_view(move || {
        let shown = shown.get();
        (!shown.is_empty()).then(|| {
            view! {
                <section class="hit-group" aria-label=title(kind)>
                    <h2>{title(kind)}</h2>
                    <ul>{shown.into_iter().map(|hit| view! { <HitView hit /> }).collect_view()}</ul>
                    {live_view(move || {
                        has_more
                            .get()
                            .then(|| {
                                view! {
                                    <button type="button" class="button quiet more-hits" on:click=move |_| more.run(())>
                                        {strings().search_more}
                                    </button>
                                }
                            })
                    })}
                </section>
            }
        })
    })
}

fn title(kind: SearchKind) -> &'static str {
    match kind {
        SearchKind::Contacts => strings().search_contacts,
        SearchKind::ContactNotes => strings().search_contact_notes,
        SearchKind::Messages => strings().search_messages,
        SearchKind::ConversationNotes => strings().search_conversation_notes,
    }
}
