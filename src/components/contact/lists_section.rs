//! `ListsSection`: the lists that a contact is on.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::live_view;
use crate::{
    components::{contact::panel_section::PanelSection, ui::name::Name},
    strings::strings,
};
use leptos::prelude::*;
use wire::Contact;

/// The lists of a contact.
#[component]
pub fn ListsSection(known: ErasedMemo<Option<Contact>>) -> impl IntoView {
    let lists = memo(move |_| known.with(|known| known.as_ref().map(|known| known.lists.clone()).unwrap_or_default()));
    view! {
        <PanelSection name="lists" title=strings().lists>
            <ul class="lists">
                {live_view(move || {
                    lists.get().into_iter().map(|list| view! { <li><Name name=list.name /></li> }).collect_view()
                })}
            </ul>
            {live_view(move || lists.with(Vec::is_empty).then(|| view! { <p class="empty">{strings().lists_empty}</p> }))}
        </PanelSection>
    }
}
