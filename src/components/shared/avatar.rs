//! `Avatar`: a person's initials on a colour derived from their id.

use crate::browser::memo::ErasedMemo;
use crate::browser::text_case::{is_word, upper};
use crate::components::ui::{live::live_view, markup::Markup};
use crate::strings::names::one_line;
use leptos::prelude::*;

/// Initials on one of the theme's colours, chosen by the id, so that a person always has the same. Decoration: the name
/// is beside it.
#[component]
pub fn Avatar(#[prop(into)] name: ErasedMemo<String>, seed: uuid::Uuid) -> impl IntoView {
    live_view(move || avatar(&name.get(), seed))
}

/// A person's avatar, as [`Avatar`] shows it.
#[must_use]
pub fn avatar(name: &str, seed: uuid::Uuid) -> Markup {
    let color = seed.as_bytes().iter().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(*byte))) % 8;
    Markup::text("span", "avatar", initials(&one_line(name)))
        .with("data-color", color.to_string())
        .with("aria-hidden", "true")
}

/// The first characters of the first and last word; one of a single word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| is_word(*c)));
    let first = words.next();
    upper(&first.into_iter().chain(words.next_back()).collect::<String>())
}
