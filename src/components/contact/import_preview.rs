//! `ImportPreview`: the first rows of a file, and which column holds what.

use super::import_contacts::Import;
use crate::components::ui::{
    live::{live, live_view},
    name::Name,
};
use crate::{
    client::Column,
    strings::{Value, fill, strings},
};
use leptos::prelude::*;
use wire::ImportKnown;

/// So many rows are shown.
const SHOWN: usize = 5;
/// A long cell is cut.
const MOST_CHARS: usize = 80;

#[component]
pub fn ImportPreview(import: Import) -> impl IntoView {
    let Some(table) = import.table.get_untracked() else { return ().into_any() };
    let count = table.rows.len();
    let titles = table.titles.into_iter().enumerate();
    let heads = titles.map(|(nth, title)| view! { <ColumnHead import nth title /> }).collect_view();
    let cell = |text: String| {
        let name = text.chars().take(MOST_CHARS).collect::<String>();
        view! { <td><Name name /></td> }
    };
    let row = |row: Vec<String>| view! { <tr>{row.into_iter().map(cell).collect_view()}</tr> };
    let rows = table.rows.into_iter().take(SHOWN).map(row).collect_view();
    view! {
        <p>{strings().import.rows.of(count)}</p>
        // Focusable, so that a key scrolls it.
        <div class="import-table" tabindex="0" role="region" aria-label=strings().import.title>
            <table>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <fieldset class="merge-group">
            <legend>{strings().import.known}</legend>
            <Known import known=ImportKnown::Fill name=strings().import.known_fill />
            <Known import known=ImportKnown::Replace name=strings().import.known_replace />
        </fieldset>
    }
    .into_any()
}

#[component]
fn ColumnHead(import: Import, nth: usize, title: String) -> impl IntoView {
    let chosen = move || import.columns.with(|columns| columns.get(nth).copied().unwrap_or(Column::LeftOut));
    let choose = move |event| {
        let column = Column::of_number(&event_target_value(&event));
        import.columns.update(|columns| {
            if let Some(place) = columns.get_mut(nth) {
                *place = column;
            }
        });
    };
    let options = Column::ALL.into_iter().map(|column| {
        view! { <option value=column.number() selected=live(move || chosen() == column)>{name_of(column)}</option> }
    });
    view! {
        <th scope="col" class:left-out=live(move || chosen() == Column::LeftOut)>
            {live_view({
                let title = title.clone();
                move || view! { <Name name=title.clone() /> }
            })}
            <select
                class="select"
                aria-label=fill(strings().import.column_of, &[("title", Value::Name(&title))])
                on:change=choose
            >
                {options.collect_view()}
            </select>
        </th>
    }
}

#[component]
fn Known(import: Import, known: ImportKnown, name: &'static str) -> impl IntoView {
    view! {
        <label class="merge-choice">
            <input
                type="radio"
                name="import-known"
                prop:checked=live(move || import.known.get() == known)
                on:change=move |_| import.known.set(known)
            />
            {name}
        </label>
    }
}

fn name_of(column: Column) -> &'static str {
    let strings = strings();
    match column {
        Column::LeftOut => strings.import.left_out,
        Column::Name => strings.field_name,
        Column::FirstName => strings.import.first_name,
        Column::LastName => strings.import.last_name,
        Column::Email => strings.field_email,
        Column::Phone => strings.field_phone,
        Column::ExternalId => strings.field_external_id,
        Column::Address => strings.field_address,
        Column::Birthday => strings.field_birthday,
        Column::Language => strings.field_language,
        Column::DefaultChannel => strings.field_default_channel,
        Column::TimeZone => strings.field_time_zone,
        Column::Tags => strings.tags,
        Column::Lists => strings.lists,
    }
}
