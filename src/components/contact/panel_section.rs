//! `PanelSection`: one section of the Contact Profile Panel. It remembers on this device whether it is open.

use crate::browser::{dispose::dispose_with_owner, memo::ErasedMemo};
use crate::components::ui::live::live_view;
use crate::{
    client::Client,
    components::ui::{icon::Shape, markup::Markup},
};
use leptos::prelude::*;

/// A heading that opens and closes its content. `name` is the section's key, in storage and as a jump target.
#[component]
pub fn PanelSection(
    name: &'static str,
    #[prop(into)] title: String,
    #[prop(into, optional)] count: Option<ErasedMemo<String>>,
    /// Opens it when this becomes true.
    #[prop(optional)]
    is_wanted: Option<ErasedMemo<bool>>,
    children: ChildrenFn,
) -> impl IntoView {
    let key = format!("sidenote.section.{}.{name}", Client::here().my_id());
    let is_open = RwSignal::new(remembered(&key));
    if let Some(is_wanted) = is_wanted {
        let note_follower = dispose_with_owner();
        Effect::new(move |_| {
            note_follower();
            if is_wanted.get() {
                is_open.set(true);
            }
        });
    }
    let toggle = move |_| {
        is_open.update(|open| *open = !*open);
        remember(&key, is_open.get_untracked());
    };
    view! {
        <section class=format!("panel-section section-{name}") data-section=name>
            // The button fills the heading.
            <h3 on:click=toggle>
                {live_view(move || heading(&title, count.map(|count| count.get()).unwrap_or_default(), is_open.get()))}
            </h3>
            <Show when=move || is_open.get()>
                <div class="section-content">{children()}</div>
            </Show>
        </section>
    }
}

fn heading(title: &str, count: String, is_open: bool) -> Markup {
    let title = Markup::text("span", "", title);
    // The space is for the accessible name, "Notes 2".
    let space = Markup::Text(" ".to_owned());
    let parts = vec![Markup::Icon(Shape::ChevronDown), title, space, Markup::text("span", "section-count", count)];
    let button = Markup::of("button", "section-toggle", parts).with("type", "button");
    button.with("aria-expanded", is_open.to_string())
}

fn remembered(key: &str) -> bool {
    // Without storage every section is open, the default.
    let storage = window().local_storage().ok().flatten();
    storage.and_then(|storage| storage.get_item(key).ok().flatten()).is_none_or(|value| value != "closed")
}

fn remember(key: &str, is_open: bool) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        let _ = storage.set_item(key, if is_open { "open" } else { "closed" });
    }
}
