//! What a search compares: the words of a text without case and accents, the words that are searched for, and the part of a
//! text that shows a hit. No database.

mod query;
mod snippet;
mod terms;
mod units;

pub(crate) use query::{QueryTerm, SearchQuery};
pub(crate) use snippet::snippet;
pub(crate) use terms::{Terms, VERSION, digits, of_contact, of_text};
