//! `ImportResult`: how far an import is, what came of it, and which rows had problems.

use super::import_contacts::{Import, Step};
use crate::components::ui::live::{live, live_view};
use crate::{
    client::{Client, ImportSummary, Refused},
    strings::{Value, failure_sentence, fill, strings},
};
use leptos::prelude::*;
use wire::FieldError;

/// So many rows with problems are named.
const NAMED: usize = 50;

#[component]
pub fn ImportResult(import: Import, close: Callback<()>) -> impl IntoView {
    let client = Client::here();
    let progress = move || {
        let (done, total) = (import.summary.with(|summary| summary.done).to_string(), import.total.get().to_string());
        fill(strings().import.progress, &[("done", Value::Own(&done)), ("total", Value::Own(&total))])
    };
    let step = import.step;
    view! {
        <p role="status">
            {live_view(move || match step.get() {
                Step::Done => strings().import.done.to_owned(),
                _ => progress(),
            })}
        </p>
        <progress
            aria-label=strings().import.title
            max=live(move || import.total.get().max(1).to_string())
            value=live(move || import.summary.with(|summary| summary.done).to_string())
        ></progress>
        <ul class="import-counts">
            {live_view(move || import.summary.with(counts).into_iter().map(|count| view! { <li>{count}</li> }).collect_view())}
        </ul>
        {live_view(move || import.summary.with(|summary| (!summary.refused.is_empty()).then(|| problems(&summary.refused))))}
        {live_view(move || match step.get() {
            Step::Failed(failure) => {
                let reason = [("reason", Value::Own(failure_sentence(failure)))];
                Some(view! { <p role="alert">{fill(strings().import.failed, &reason)}</p> })
            }
            _ => None,
        })}
        <div class="confirmation-buttons">
            {live_view(move || {
                let client = client.clone();
                matches!(step.get(), Step::Failed(_)).then(|| {
                    view! {
                        <button type="button" class="button primary" on:click=move |_| import.go_on(&client)>
                            {strings().import.again}
                        </button>
                    }
                })
            })}
            <button type="button" class="button" on:click=move |_| close.run(())>{strings().import.close}</button>
        </div>
    }
}

fn counts(summary: &ImportSummary) -> Vec<String> {
    let strings = &strings().import;
    let counts = [
        (&strings.made, summary.made),
        (&strings.changed, summary.changed),
        (&strings.unchanged, summary.unchanged),
        (&strings.refused, summary.refused.len()),
    ];
    counts.into_iter().map(|(sentence, count)| sentence.of(count)).collect()
}

fn problems(refused: &[Refused]) -> impl IntoView + use<> {
    let more = refused.len().saturating_sub(NAMED);
    let rows = refused.iter().take(NAMED).map(|refused| {
        let reasons = refused.errors.iter().map(reason).collect::<Vec<_>>().join(", ");
        let values = [("row", Value::Own(&refused.row.to_string())), ("reasons", Value::Own(&reasons))];
        let sentence = fill(strings().import.row, &values);
        view! { <li>{sentence}</li> }
    });
    let rows = rows.collect_view();
    view! {
        <h3>{strings().import.refused_rows}</h3>
        <ul class="import-problems">
            {rows}
            {(more > 0).then(|| view! { <li>{strings().import.refused_more.of(more)}</li> })}
        </ul>
    }
}

fn reason(error: &FieldError) -> String {
    let strings = strings();
    let field = match error.pointer.as_str() {
        "/name" => strings.field_name,
        "/email" => strings.field_email,
        "/phone" => strings.field_phone,
        "/external_id" => strings.field_external_id,
        "/address" => strings.field_address,
        "/birthday" => strings.field_birthday,
        "/language" => strings.field_language,
        "/default_channel" => strings.field_default_channel,
        "/time_zone" => strings.field_time_zone,
        "/tags" => strings.tags,
        "/lists" => strings.lists,
        _ => return strings.import.row_no_key.to_owned(),
    };
    let sentence = if error.code == "too-many" { strings.import.too_many } else { strings.import.bad_field };
    fill(sentence, &[("field", Value::Own(field))])
}
