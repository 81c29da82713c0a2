//! `Name`, `file_name`, `Line` and `lines`: names and other short texts of somebody, isolated from what is around them.
//! `filled`: a sentence with such texts.

use super::markup::Markup;
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
#[must_use]
pub fn file_name(name: &str) -> Markup {
    Markup::isolated("", display_file_name(name)).with("title", one_line(name))
}

/// A text in one line and in full, such as an address.
#[component]
pub fn Line(#[prop(into)] text: String, #[prop(optional)] class: Option<&'static str>) -> impl IntoView {
    shown(one_line(&text), one_line(&text), class)
}

/// A short text with its line breaks, such as a postal address. Each line as [`Line`] shows it.
#[must_use]
pub fn lines(text: &str) -> Markup {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).map(one_line);
    let shown_text = lines.collect::<Vec<_>>().join("\n");
    Markup::isolated("lines", shown_text.clone()).with("title", shown_text)
}

/// A sentence with its placeholders filled, for a view.
pub fn filled(sentence: &str, values: &[(&str, Value<'_>)]) -> AnyView {
    filled_markup(sentence, values).into_any()
}

/// Like [`filled`], as markup.
#[must_use]
pub fn filled_markup(sentence: &str, values: &[(&str, Value<'_>)]) -> Vec<Markup> {
    let parts = parts(sentence, values).into_iter().filter_map(|part| match part {
        Part::Own(text) if text.is_empty() => None,
        Part::Own(text) => Some(Markup::Text(text)),
        Part::Other { shown: text, whole } => Some(Markup::isolated("", text).with("title", whole)),
    });
    parts.collect()
}

fn shown(text: String, whole: String, class: Option<&'static str>) -> AnyView {
    Markup::isolated(class.unwrap_or_default(), text).with("title", whole).into_any()
}

/// A name, as [`Name`] shows it.
#[must_use]
pub fn name(name: &str, class: &'static str) -> Markup {
    Markup::isolated(class, display_name(name)).with("title", one_line(name))
}
