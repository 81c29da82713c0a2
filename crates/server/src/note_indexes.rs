//! The indexes of the search for both kinds of note, each its own.

use crate::{
    error::Result,
    search_index::{self, SearchIndex},
    sql::Connection,
};

pub(crate) const CONTACT_NOTES: SearchIndex = SearchIndex::of("contact_note_search");
pub(crate) const CONVERSATION_NOTES: SearchIndex = SearchIndex::of("conversation_note_search");

/// Writes the files of the indexes again on SQLite, after notes were deleted.
pub(crate) async fn rewrite(connection: &mut Connection) -> Result<()> {
    for index in [CONTACT_NOTES, CONVERSATION_NOTES] {
        search_index::rewrite(connection, index).await?;
    }
    Ok(())
}
