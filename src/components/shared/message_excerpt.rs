//! The first line of a message in a list, with its attachment.

use crate::{
    components::ui::{icon::Shape, markup::Markup, name::filled_markup},
    strings::{Strings, Value},
};

/// `words`: what the caller's language says. `attachment`: the name of the first one. Where there is no text, it stands
/// for it.
pub fn message_excerpt(words: &'static Strings, text: String, attachment: Option<String>) -> Vec<Markup> {
    let excerpt = |text| Markup::isolated("", text);
    match attachment {
        None => vec![excerpt(text)],
        Some(name) if text.is_empty() => {
            let sentence = filled_markup(words.preview_attachment, &[("name", Value::Name(&name))]);
            std::iter::once(Markup::Icon(Shape::Paperclip)).chain(sentence).collect()
        }
        Some(_) => {
            let mark = Markup::text("span", "sr-only", words.preview_with_attachment);
            vec![Markup::Icon(Shape::Paperclip), mark, excerpt(text)]
        }
    }
}
