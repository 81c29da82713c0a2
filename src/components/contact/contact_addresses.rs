//! `ContactAddresses`: the contact's addresses by channel, in the panel's head.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    browser::timers::after,
    client::Client,
    components::{
        shared::channel_mark::channel_mark,
        ui::{
            icon::{Icon, Shape},
            markup::Markup,
            name::Line,
        },
    },
    strings::{Value, fill, strings},
};
use leptos::{prelude::*, task::spawn_local};
use wire::{ChannelAddress, ChannelKind, Contact, VariantArray as _};

/// The time for which the check mark replaces the copy icon.
const COPIED_MS: u32 = 2_000;

/// An address with the channels that it is used on: one telephone number often serves several.
type Reached = (String, Vec<ChannelKind>);

/// Each address once, with its channels and a way to copy it.
#[component]
pub fn ContactAddresses(known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let reached: ErasedMemo<Vec<Reached>> =
        memo(move |_| known.with(|known| known.as_ref().map(|known| by_address(&known.channels)).unwrap_or_default()));
    live_view(move || {
        // Before what is derived from it, as in `detail_field.rs`.
        let is_known = known.with(Option::is_some);
        let reached = reached.get();
        if reached.is_empty() {
            // Room for one, so that nothing jumps when the contact is there.
            return (!is_known).then(|| Markup::text("div", "addresses waiting", "").into_any());
        }
        let rows = reached.into_iter().map(|(address, kinds)| view! { <Address address kinds /> });
        let rows = rows.collect_view();
        Some(view! { <ul class="addresses" role="list" aria-label=strings().reached_on>{rows}</ul> }.into_any())
    })
}

/// Groups channels by address, in the general order of channels.
fn by_address(channels: &[ChannelAddress]) -> Vec<Reached> {
    let mut reached: Vec<Reached> = Vec::new();
    for &kind in ChannelKind::VARIANTS {
        for ChannelAddress { address, .. } in channels.iter().filter(|channel| channel.kind == kind) {
            match reached.iter_mut().find(|(known, _)| known == address) {
                Some((_, kinds)) => kinds.push(kind),
                None => reached.push((address.clone(), vec![kind])),
            }
        }
    }
    reached
}

#[component]
fn Address(address: String, kinds: Vec<ChannelKind>) -> impl IntoView {
    let marks = kinds.into_iter().flat_map(|kind| [channel_mark(kind), Markup::Text(" ".to_owned())]).collect();
    view! {
        <li class="address">
            {Markup::of("span", "address-channels", marks)}
            <Line class="address-text" text=address.clone() />
            <CopyButton address />
        </li>
    }
}

#[component]
fn CopyButton(address: String) -> impl IntoView {
    let client = Client::here();
    let is_copied = RwSignal::new(false);
    Effect::new(move |_| {
        if is_copied.get() {
            after(COPIED_MS, move || is_copied.set(false));
        }
    });
    let name = fill(strings().copy_address, &[("address", Value::Text(&address))]);
    let copy = move |_| {
        let (client, address) = (client.clone(), address.clone());
        spawn_local(async move {
            if client.copy(&address).await {
                is_copied.try_set(true);
            }
        });
    };
    view! {
        <button
            type="button"
            class="icon-button copy"
            class:done=live(move || is_copied.get())
            aria-label=name
            title=strings().copy
            on:click=copy
        >
            {live_view(move || {
                let shape = if is_copied.get() { Shape::Check } else { Shape::Copy };
                view! { <Icon shape /> }
            })}
        </button>
    }
}
