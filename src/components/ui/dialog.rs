//! `Dialog`: a modal dialog, which is there while it is open. The browser handles Escape, the focus and what is under it.

use super::live::{live, live_view};
use crate::browser::memo::ErasedMemo;
use leptos::{ev, html, prelude::*};

/// `content` is made when the dialog opens; it is given the command that closes it. `is_open` becomes false then.
#[component]
pub fn Dialog(
    is_open: RwSignal<bool>,
    #[prop(into)] label: ErasedMemo<String>,
    /// Beside `confirmation`.
    #[prop(optional)]
    class: &'static str,
    content: impl Fn(Callback<()>) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let close = Callback::new(move |()| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    });
    live_view(move || is_open.get().then(|| shown(dialog, is_open, label, class, content(close))))
}

/// The part that is independent of the content, compiled once.
fn shown(
    dialog: NodeRef<html::Dialog>,
    is_open: RwSignal<bool>,
    label: ErasedMemo<String>,
    class: &'static str,
    content: AnyView,
) -> AnyView {
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog
            class=format!("confirmation {class}")
            node_ref=dialog
            aria-label=live(move || label.get())
            // What is around it would take its Escape, too.
            on:keydown=|event: ev::KeyboardEvent| event.stop_propagation()
            on:close=move |_| is_open.set(false)
        >
            {content}
        </dialog>
    }
    .into_any()
}
