//! Where a note's text lies in the database file, so that deleting it leaves nothing behind.
//!
//! `secure_delete` overwrites rows that are deleted and pages that become free. It doesn't overwrite the copies that
//! SQLite leaves in the unused middle of a page when it moves rows between pages to keep its tree in balance. Only
//! the beginning of a long row is moved that way; the rest of it lies on overflow pages, which stay where they are
//! until the row goes, and are overwritten then. So a text has a row of its own (`contact_note_body`,
//! `conversation_note_body`) that is long enough to overflow, and comes last in it, behind enough padding to push all of it
//! out of the part that moves. Those tables keep their columns for ever; what else is known of a note is in the note's own
//! table, whose columns may change.
//!
//! The numbers are those of <https://sqlite.org/fileformat2.html#b_tree_pages>, "table b-tree leaf cell".

/// Checked when the database is opened.
pub(crate) const PAGE_SIZE: usize = 4096;
/// What a row that overflows keeps in its page at least ("M").
const KEPT: usize = (PAGE_SIZE - 12) * 32 / 255 - 23;
/// What fits on an overflow page.
const OVERFLOW: usize = PAGE_SIZE - 4;
/// A row that ends up to this much before an overflow page is full keeps exactly [`KEPT`] bytes in its page.
const SLACK: usize = 519;
/// The columns before the padding and the row's header take about this much; the slack makes up for what they differ.
const COLUMNS: usize = 80;

/// As many zeros as a row needs before a text of this many bytes.
pub(crate) fn before(text: &str) -> Vec<u8> {
    let pages = (text.len() + SLACK).div_ceil(OVERFLOW);
    let row = KEPT + pages * OVERFLOW - SLACK / 2;
    vec![0; row - COLUMNS - text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of a row stays in its page: "K" of the file format.
    fn kept(row: usize) -> usize {
        assert!(row > PAGE_SIZE - 35, "it overflows");
        let kept = KEPT + (row - KEPT) % OVERFLOW;
        if kept <= PAGE_SIZE - 35 { kept } else { KEPT }
    }

    #[test]
    fn no_text_of_any_length_begins_in_the_part_of_a_row_that_moves() {
        for length in 1..=40_000 {
            let padding = before(&"a".repeat(length)).len();
            for columns in COLUMNS - 40..=COLUMNS + 40 {
                assert!(kept(columns + padding + length) <= columns + padding, "{length} {columns}");
            }
        }
    }
}
