//! The first line of a message in a list, with its attachment.

use crate::{
    components::ui::{
        icon::{Icon, Shape},
        name::filled,
        text::Excerpt,
    },
    strings::{Strings, Value},
};
use leptos::prelude::*;

/// `words`: what the caller's language says. `attachment`: the name of the first one. Where there is no text, it stands for it.
#[component]
pub fn MessageExcerpt(words: &'static Strings, text: String, attachment: Option<String>) -> impl IntoView {
    let only = attachment.as_deref().filter(|_| text.is_empty()).map(|name| {
        view! {
            <Icon shape=Shape::Paperclip />
            {filled(words.preview_attachment, &[("name", Value::Name(name))])}
        }
    });
    let beside = (attachment.is_some() && only.is_none()).then(|| {
        view! {
            <Icon shape=Shape::Paperclip />
            <span class="sr-only">{words.preview_with_attachment}</span>
        }
    });
    view! {
        {beside}
        {only}
        <Excerpt text />
    }
}
