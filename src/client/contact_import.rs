//! Imports contacts from a table, some rows at a time.

mod columns;
mod table;

pub use columns::Column;
pub use table::{Table, TableError};

use super::Client;
use crate::{
    net::{api::Method, error::ApiError},
    store::record::Failure,
};
use leptos::prelude::*;
use wire::{ContactImport, FieldError, IMPORT_AT_ONCE, ImportKnown, ImportOutcome, ImportRow, Imported, paths};

/// What came of the rows so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    pub done: usize,
    pub made: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// The rows that were refused, or of which a tag or list could not be added.
    pub refused: Vec<Refused>,
}

/// A row, by its number in the table: the first below the titles is the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub row: usize,
    pub errors: Vec<FieldError>,
}

impl ImportSummary {
    fn add(&mut self, imported: Imported) {
        for row in imported.rows {
            self.done += 1;
            match row.outcome {
                ImportOutcome::Made => self.made += 1,
                ImportOutcome::Changed => self.changed += 1,
                ImportOutcome::Unchanged => self.unchanged += 1,
                ImportOutcome::Refused => {}
            }
            if !row.errors.is_empty() {
                // As a spreadsheet counts: the titles are the first.
                self.refused.push(Refused { row: self.done + 1, errors: row.errors });
            }
        }
    }
}

impl Client {
    /// Imports contacts. `summary` says how far it is. If it fails in between, the same rows can be imported again: those that
    /// are done change nothing.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn import_contacts(
        &self,
        rows: Vec<ImportRow>,
        known: ImportKnown,
        summary: RwSignal<ImportSummary>,
    ) -> Result<(), Failure> {
        for some in rows.chunks(IMPORT_AT_ONCE) {
            let asked = ContactImport { rows: some.to_vec(), known };
            let imported = self.import_some(&asked).await.map_err(|error| error.failure())?;
            // The view may be gone; what is begun is brought to an end.
            summary.try_update(|summary| summary.add(imported));
        }
        Ok(())
    }

    async fn import_some(&self, asked: &ContactImport) -> Result<Imported, ApiError> {
        let send = || async { self.api().send_json::<Imported>(Method::POST, paths::CONTACTS_IMPORT, asked).await };
        self.try_often(send, |_| false).await
    }
}
