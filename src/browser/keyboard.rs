//! Classifies key presses in a text field. Key presses while an input method is composing are ignored.

use leptos::ev::KeyboardEvent;

/// A key press in a text field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chord {
    /// Ctrl+Enter or ⌘+Enter.
    Submit,
    /// Enter alone. With Shift it is a new line, always.
    Enter,
    Other,
}

/// Classifies a key press.
#[must_use]
pub(crate) fn chord(event: &KeyboardEvent) -> Chord {
    // 229: some browsers report the Enter that ends a composition as no longer composing.
    let is_composing = event.is_composing() || event.key_code() == 229;
    if event.key() != "Enter" || is_composing || event.alt_key() {
        Chord::Other
    } else if event.ctrl_key() || event.meta_key() {
        Chord::Submit
    } else if event.shift_key() {
        Chord::Other
    } else {
        Chord::Enter
    }
}
