//! `Avatar`: a person's initials on a colour derived from their id.

use crate::browser::memo::ErasedMemo;
use crate::browser::text_case::{is_word, upper};
use crate::components::ui::live::live_view;
use crate::strings::names::one_line;
use leptos::prelude::*;

/// Initials on one of the theme's colours, chosen by the id, so that a person always has the same. Decoration: the name
/// is beside it.
#[component]
pub fn Avatar(#[prop(into)] name: ErasedMemo<String>, seed: uuid::Uuid) -> impl IntoView {
    let color = seed.as_bytes().iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte))) % 8;
    view! {
        <span class="avatar" data-color=color aria-hidden="true">
            {live_view(move || initials(&one_line(&name.get())))}
        </span>
    }
}

/// The first characters of the first and last word; one of a single word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| is_word(*c)));
    let first = words.next();
    upper(&first.into_iter().chain(words.next_back()).collect::<String>())
}
