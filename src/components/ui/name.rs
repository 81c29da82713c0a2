//! `Name`, `FileName`, `Line` and `Lines`: names and other short texts of somebody, isolated from what is around them.
//! `filled`: a sentence with such texts.

use crate::strings::{
    Part, Value,
    names::{display_file_name, display_name, one_line},
    parts,
};
use leptos::prelude::*;

/// A name, cut if it is long; the tooltip has the whole.
#[component]
pub fn Name(#[prop(into)] name: String, #[prop(optional)] class: Option<&'static str>) -> impl IntoView {
    shown(display_name(&name), one_line(&name), class)
}

/// A file's name, cut in the middle.
#[component]
pub fn FileName(#[prop(into)] name: String) -> impl IntoView {
    shown(display_file_name(&name), one_line(&name), None)
}

/// A text in one line and in full, such as an address.
#[component]
pub fn Line(#[prop(into)] text: String, #[prop(optional)] class: Option<&'static str>) -> impl IntoView {
    shown(one_line(&text), one_line(&text), class)
}

/// A short text with its line breaks, such as a postal address. Each line as [`Line`] shows it.
#[component]
pub fn Lines(#[prop(into)] text: String) -> impl IntoView {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).map(one_line);
    let shown_text = lines.collect::<Vec<_>>().join("\n");
    shown(shown_text.clone(), shown_text, Some("lines"))
}

/// A sentence with its placeholders filled, for a view.
pub fn filled(sentence: &str, values: &[(&str, Value<'_>)]) -> AnyView {
    let parts = parts(sentence, values).into_iter().map(|part| match part {
        Part::Own(text) => text.into_any(),
        Part::Other { shown: text, whole } => shown(text, whole, None),
    });
    parts.collect::<Vec<_>>().into_any()
}

fn shown(text: String, whole: String, class: Option<&'static str>) -> AnyView {
    view! { <bdi dir="auto" class=class title=whole>{text}</bdi> }.into_any()
}
