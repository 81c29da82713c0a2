//! The English sentences about the import of contacts.

use crate::strings::{Counted, import::ImportStrings};

pub(super) const IMPORT: ImportStrings = ImportStrings {
    button: "Import…",
    title: "Import contacts",
    what: "A file of comma-separated values (CSV), as spreadsheets and other programs save it, with a line of titles. The \
        same file again changes nothing.",
    file: "Choose a file",
    column_of: "What “{title}” holds",
    left_out: "Leave out",
    first_name: "First name",
    last_name: "Last name",
    rows: Counted { one: "{count} row. The first:", other: "{count} rows. The first:" },
    no_key: "One column must hold the e-mail address, the phone number or the external id: by it, a contact is known.",
    known: "Details of contacts who are known",
    known_fill: "Fill the empty ones only",
    known_replace: "Replace them by those of the file",
    start: "Import",
    progress: "{done} of {total} rows",
    done: "The import is done.",
    made: Counted { one: "{count} new", other: "{count} new" },
    changed: Counted { one: "{count} changed", other: "{count} changed" },
    unchanged: Counted { one: "{count} unchanged", other: "{count} unchanged" },
    refused: Counted { one: "{count} with problems", other: "{count} with problems" },
    refused_rows: "Rows with problems",
    refused_more: Counted { one: "and {count} more", other: "and {count} more" },
    row: "Row {row}: {reasons}",
    bad_field: "“{field}” is not valid",
    too_many: "“{field}” has too many",
    row_no_key: "no e-mail address, phone number or external id",
    empty: "There is no row in this file.",
    too_large: "This file is too large: at most 20 MB and 100,000 rows.",
    not_text: "This file is no text. Save the table as CSV first.",
    failed: "The import has stopped. {reason} What is imported stays; the same file can be imported again.",
    again: "Go on",
    close: "Close",
};
