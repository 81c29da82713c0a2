//! `Typed`: what is typed or pasted into a field, without the control characters that no text can have. Says how many
//! were left out.

use crate::{browser::insert::insert_text, components::ui::live::live_view, strings::strings};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use wire::{Cleaned, clean_line, clean_lines};

/// The cleaning of one field. A password is taken as it is: it has none.
#[derive(Clone, Copy)]
pub struct Typed {
    clean: fn(&str) -> Cleaned,
    /// How many characters were left out since the field was empty.
    removed: RwSignal<usize>,
}

impl Typed {
    /// For a field of several lines: separators become line breaks.
    #[must_use]
    pub fn lines() -> Self {
        Self { clean: clean_lines, removed: RwSignal::new(0) }
    }

    /// For a field of one line: separators become spaces.
    #[must_use]
    pub fn line() -> Self {
        Self { clean: clean_line, removed: RwSignal::new(0) }
    }

    /// The text of the field, for `on:input`. The field shows it so at once, with the caret where it was.
    #[must_use]
    pub fn text(self, event: &ev::Event) -> String {
        let target = event.target();
        let field = target.as_ref().and_then(Field::of);
        let Some(field) = field else { return String::new() };
        let value = field.value();
        let cleaned = (self.clean)(&value);
        if cleaned.text != value {
            field.show(&cleaned.text, |before| (self.clean)(before).text);
        }
        self.note(cleaned.removed);
        if cleaned.text.is_empty() {
            self.forget();
        }
        cleaned.text
    }

    /// For `on:paste`: pastes the cleaned text in place of the other, so that Undo takes it back.
    pub fn paste(self, event: &ev::ClipboardEvent) {
        let pasted = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        let cleaned = (self.clean)(&pasted);
        if cleaned.text != pasted && insert_text(&cleaned.text) {
            event.prevent_default();
            self.note(cleaned.removed);
        }
    }

    /// After the text was saved or sent.
    pub fn forget(self) {
        if self.removed.get_untracked() > 0 {
            self.removed.set(0);
        }
    }

    /// The sentence about what was left out.
    pub fn hint(self) -> impl IntoView {
        view! {
            <p class="field-hint" role="status">
                {live_view(move || {
                    let removed = self.removed.get();
                    (removed > 0).then(|| strings().controls_removed.of(removed))
                })}
            </p>
        }
    }

    fn note(self, removed: usize) {
        if removed > 0 {
            self.removed.update(|count| *count += removed);
        }
    }
}

enum Field<'a> {
    Line(&'a HtmlInputElement),
    Lines(&'a HtmlTextAreaElement),
}

impl<'a> Field<'a> {
    fn of(target: &'a web_sys::EventTarget) -> Option<Self> {
        target.dyn_ref().map(Self::Line).or_else(|| target.dyn_ref().map(Self::Lines))
    }

    fn value(&self) -> String {
        match self {
            Self::Line(field) => field.value(),
            Self::Lines(field) => field.value(),
        }
    }

    /// Sets the text. `clean`: of the text before the caret.
    fn show(&self, text: &str, clean: impl Fn(&str) -> String) {
        let caret = match self {
            Self::Line(field) => field.selection_end(),
            Self::Lines(field) => field.selection_end(),
        };
        let units: Vec<u16> =
            self.value().encode_utf16().take(caret.ok().flatten().unwrap_or(u32::MAX) as usize).collect();
        let caret = u32::try_from(clean(&String::from_utf16_lossy(&units)).encode_utf16().count()).unwrap_or(u32::MAX);
        // Fields of some types, such as e-mail, have no caret that can be set.
        let _ = match self {
            Self::Line(field) => {
                field.set_value(text);
                field.set_selection_range(caret, caret)
            }
            Self::Lines(field) => {
                field.set_value(text);
                field.set_selection_range(caret, caret)
            }
        };
    }
}
