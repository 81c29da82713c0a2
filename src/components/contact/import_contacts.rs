//! `ImportContacts`: imports contacts from a file: a button, and a dialog that shows what will be imported and what came of
//! it.

use super::{import_preview::ImportPreview, import_result::ImportResult};
use crate::browser::memo::memo;
use crate::components::ui::{
    dialog::Dialog,
    live::{live, live_view},
};
use crate::{
    client::{Client, Column, ImportSummary, Table, TableError},
    store::record::Failure,
    strings::strings,
};
use leptos::{ev, prelude::*};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;
use wire::{ImportKnown, ImportRow};

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Step {
    #[default]
    Choosing,
    Importing,
    Done,
    Failed(Failure),
}

/// The import in the dialog.
#[derive(Clone, Copy)]
pub struct Import {
    pub table: RwSignal<Option<Table>>,
    pub columns: RwSignal<Vec<Column>>,
    pub known: RwSignal<ImportKnown>,
    pub step: RwSignal<Step>,
    pub summary: RwSignal<ImportSummary>,
    pub total: RwSignal<usize>,
    /// What is not imported yet.
    rest: StoredValue<Vec<ImportRow>>,
}

impl Import {
    fn new() -> Self {
        Self {
            table: RwSignal::new(None),
            columns: RwSignal::default(),
            known: RwSignal::default(),
            step: RwSignal::default(),
            summary: RwSignal::default(),
            total: RwSignal::new(0),
            rest: StoredValue::default(),
        }
    }

    /// Imports what the file holds.
    fn start(self, client: &Client) {
        let columns = self.columns.get_untracked();
        let rows = self.table.with_untracked(|table| table.as_ref().map(|table| table.contacts(&columns)));
        self.rest.set_value(rows.unwrap_or_default());
        self.total.set(self.rest.with_value(Vec::len));
        self.summary.set(ImportSummary::default());
        self.go_on(client);
    }

    /// Imports what is left.
    pub fn go_on(self, client: &Client) {
        let done = self.summary.with_untracked(|summary| summary.done);
        let rows = self.rest.with_value(|rest| rest[done.min(rest.len())..].to_vec());
        let client = client.clone();
        self.step.set(Step::Importing);
        leptos::task::spawn_local(async move {
            let imported = client.import_contacts(rows, self.known.get_untracked(), self.summary).await;
            self.step.try_set(imported.map_or_else(Step::Failed, |()| Step::Done));
        });
    }
}

/// Nothing for agents who are no admins.
#[component]
pub fn ImportContacts() -> impl IntoView {
    let is_open = RwSignal::new(false);
    Client::here().is_admin().then(|| {
        let content = move |close| view! { <Steps close /> }.into_any();
        view! {
            <button type="button" class="button" on:click=move |_| is_open.set(true)>{strings().import.button}</button>
            <Dialog
                is_open
                label=memo(|_| strings().import.title.to_owned())
                class="merge import-contacts"
                content
            />
        }
    })
}

/// What is in the dialog. An import that is under way goes on when it is closed.
#[component]
fn Steps(close: Callback<()>) -> impl IntoView {
    let import = Import::new();
    view! {
        <h2>{strings().import.title}</h2>
        {live_view(move || match import.step.get() {
            Step::Choosing => view! { <Choosing import close /> }.into_any(),
            _ => view! { <ImportResult import close /> }.into_any(),
        })}
    }
}

#[component]
fn Choosing(import: Import, close: Callback<()>) -> impl IntoView {
    let client = Client::here();
    let failed = RwSignal::new(None::<TableError>);
    let choose = move |event: ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        leptos::task::spawn_local(async move {
            match read(&file).await {
                Ok(table) => {
                    import.columns.try_set(table.columns());
                    import.table.try_set(Some(table));
                    failed.try_set(None);
                }
                Err(error) => {
                    import.table.try_set(None);
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let has_key = move || {
        let is_key = |column: &Column| matches!(column, Column::Email | Column::Phone | Column::ExternalId);
        import.columns.with(|columns| columns.iter().any(is_key))
    };
    let start = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if import.table.with_untracked(Option::is_some) && untrack(has_key) {
            import.start(&client);
        }
    };
    view! {
        <form on:submit=start>
            <p class="quiet">{strings().import.what}</p>
            <label class="import-file">
                <span>{strings().import.file}</span>
                <input type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" autofocus on:change=choose />
            </label>
            {live_view(move || failed.get().map(|error| view! { <p role="alert">{sentence(error)}</p> }))}
            {live_view(move || {
                import.table.with(Option::is_some).then(|| {
                    view! {
                        <ImportPreview import />
                        {live_view(move || (!has_key()).then(|| view! { <p role="alert">{strings().import.no_key}</p> }))}
                    }
                })
            })}
            <div class="confirmation-buttons">
                <button type="button" class="button" on:click=move |_| close.run(())>{strings().field_cancel}</button>
                <button
                    type="submit"
                    class="button primary"
                    disabled=live(move || import.table.with(Option::is_none) || !has_key())
                >
                    {strings().import.start}
                </button>
            </div>
        </form>
    }
}

async fn read(file: &File) -> Result<Table, TableError> {
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(|_| TableError::NotText)?;
    Table::read(&js_sys::Uint8Array::new(&bytes).to_vec())
}

fn sentence(error: TableError) -> &'static str {
    match error {
        TableError::Empty => strings().import.empty,
        TableError::TooLarge => strings().import.too_large,
        TableError::NotText => strings().import.not_text,
    }
}
