//! The place of a note's text in the database file, chosen so that its deletion leaves no copy.
//!
//! `secure_delete` overwrites deleted rows and freed pages. It doesn't overwrite the copies that SQLite leaves in the
//! unused middle of a page when it moves rows between pages to balance its tree. Of a long row only the beginning is
//! moved; the rest is on overflow pages, which stay where they are until the row is deleted, and are overwritten then.
//! So each text has a row of its own (`contact_note_body`, `conversation_note_body`) that is long enough to overflow.
//! The text is the last column, behind enough padding to keep all of it out of the part that moves. The columns of
//! those tables never change; everything else about a note is in its own table, whose columns may change.
//!
//! The numbers are those of <https://sqlite.org/fileformat2.html#b_tree_pages>, "table b-tree leaf cell".

use crate::sql::Connection;

/// Checked when the database is opened.
pub(crate) const PAGE_SIZE: usize = 4096;
/// The fewest bytes of an overflowing row that stay in its page ("M").
const KEPT: usize = (PAGE_SIZE - 12) * 32 / 255 - 23;
/// The bytes that fit on an overflow page.
const OVERFLOW: usize = PAGE_SIZE - 4;
/// A row that ends at most this far before the end of an overflow page keeps exactly [`KEPT`] bytes in its page.
const SLACK: usize = 519;
/// The approximate size of the row's header and the columns before the padding; the slack covers the differences.
const COLUMNS: usize = 80;

/// The zeros that a row needs before a text of this length: none on Postgres, whose files have another form.
pub(crate) fn before(connection: &Connection, text: &str) -> Vec<u8> {
    match connection {
        Connection::Sqlite(_) => zeros(text),
        Connection::Postgres { .. } => Vec::new(),
    }
}

fn zeros(text: &str) -> Vec<u8> {
    let pages = (text.len() + SLACK).div_ceil(OVERFLOW);
    let row = KEPT + pages * OVERFLOW - SLACK / 2;
    vec![0; row - COLUMNS - text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a row that stay in its page: "K" of the file format.
    fn kept(row: usize) -> usize {
        assert!(row > PAGE_SIZE - 35, "it overflows");
        let kept = KEPT + (row - KEPT) % OVERFLOW;
        if kept <= PAGE_SIZE - 35 { kept } else { KEPT }
    }

    #[test]
    fn no_text_of_any_length_begins_in_the_part_of_a_row_that_moves() {
        for length in 1..=40_000 {
            let padding = zeros(&"a".repeat(length)).len();
            for columns in COLUMNS - 40..=COLUMNS + 40 {
                assert!(kept(columns + padding + length) <= columns + padding, "{length} {columns}");
            }
        }
    }
}
