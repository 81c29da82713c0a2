//! `Table`: a file of comma-separated values (RFC 4180) as rows of texts, as spreadsheets of any country save it.

use js_sys::Uint8Array;
use web_sys::{TextDecoder, TextDecoderOptions};

/// The largest file, in bytes.
const MOST_BYTES: usize = 20 << 20;
/// The most rows.
const MOST_ROWS: usize = 100_000;
/// What stands between the values. Where a comma is in numbers, spreadsheets take a semicolon.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// The titles of the columns, and the rows below them. Each row has as many values as there are titles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub titles: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Why a file can't be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableError {
    /// No row below the titles.
    Empty,
    /// Too many bytes or rows.
    TooLarge,
    /// Not a text: perhaps a spreadsheet's own format.
    NotText,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn read(bytes: &[u8]) -> Result<Self, TableError> {
        if bytes.len() > MOST_BYTES {
            return Err(TableError::TooLarge);
        }
        Self::parse(&decoded(bytes).ok_or(TableError::NotText)?)
    }

    fn parse(text: &str) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator(text))
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|_| TableError::NotText)?;
            let row: Vec<String> = record.iter().map(|value| value.trim().to_owned()).collect();
            if row.iter().all(String::is_empty) {
                continue;
            }
            if rows.len() > MOST_ROWS {
                return Err(TableError::TooLarge);
            }
            rows.push(row);
        }
        let mut rows = rows.into_iter();
        let titles = rows.next().ok_or(TableError::Empty)?;
        let fill = |mut row: Vec<String>| {
            row.resize(titles.len(), String::new());
            row
        };
        let rows: Vec<_> = rows.map(fill).collect();
        if rows.is_empty() { Err(TableError::Empty) } else { Ok(Self { titles, rows }) }
    }
}

/// The values of a cell that holds several, as the export writes them: CSV in CSV.
pub(super) fn several(cell: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(cell.as_bytes());
    let values = reader.records().flatten().flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>());
    values.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()).collect()
}

/// The separator that is most often in the first line.
fn separator(text: &str) -> u8 {
    let line = text.lines().next().unwrap_or_default();
    let count = |separator: char| line.matches(separator).count();
    // Of equals the first: `max_by_key` takes the last.
    let most = SEPARATORS.into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(',');
    most as u8
}

/// The text of a file: what its first bytes say, else UTF-8, else the encoding of older spreadsheets in the west. `None`: it
/// is not a text.
fn decoded(bytes: &[u8]) -> Option<String> {
    let encoding = match bytes {
        [0xff, 0xfe, ..] => "utf-16le",
        [0xfe, 0xff, ..] => "utf-16be",
        _ => "utf-8",
    };
    let text = decode(bytes, encoding).or_else(|| decode(bytes, "windows-1252"))?;
    let is_text = !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
    is_text.then_some(text)
}

fn decode(bytes: &[u8], encoding: &str) -> Option<String> {
    let options = TextDecoderOptions::new();
    options.set_fatal(true);
    let decoder = TextDecoder::new_with_label_and_options(encoding, &options).ok()?;
    decoder.decode_with_js_u8_array(&Uint8Array::from(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let Table { titles, rows } = Table::parse(text).unwrap();
        [titles].into_iter().chain(rows).collect()
    }

    #[wasm_bindgen_test]
    fn separators_quotes_and_line_ends_of_any_spreadsheet_are_read() {
        let wanted = [["Name", "Tags"], ["Ana, B.", "a \"b\"\nc"], ["Bob", ""]];
        assert_eq!(rows("Name,Tags\r\n\"Ana, B.\",\"a \"\"b\"\"\nc\"\r\nBob\r\n"), wanted);
        assert_eq!(rows("Name;Tags\n\"Ana, B.\";\"a \"\"b\"\"\nc\"\n\n;\nBob;\n"), wanted);
        assert_eq!(rows("Name\tTags\nAna, B.\t\"a \"\"b\"\"\nc\"\nBob\t\tmore"), wanted);
    }

    #[wasm_bindgen_test]
    fn the_encoding_is_what_the_bytes_say() {
        let names = |bytes: &[u8]| Table::read(bytes).map(|table| table.rows[0][0].clone());
        assert_eq!(names("\u{feff}Name\nJosé".as_bytes()), Ok("José".to_owned()));
        assert_eq!(Table::read("\u{feff}Name\nJosé".as_bytes()).unwrap().titles, ["Name"]);
        assert_eq!(names(b"Name\nJos\xe9"), Ok("José".to_owned()));
        let utf16: Vec<u8> = "\u{feff}Name\nJosé".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(names(&utf16), Ok("José".to_owned()));
    }

    #[wasm_bindgen_test]
    fn what_is_no_table_is_said() {
        assert_eq!(Table::read(b""), Err(TableError::Empty));
        assert_eq!(Table::read(b"Name,Email\n"), Err(TableError::Empty));
        assert_eq!(Table::read(b"PK\x03\x04\x00\x00"), Err(TableError::NotText));
        assert_eq!(Table::read(&vec![b'a'; MOST_BYTES + 1]), Err(TableError::TooLarge));
    }

    #[wasm_bindgen_test]
    fn several_values_in_a_cell_are_csv_in_csv() {
        assert_eq!(several("vip, spring,\"a, b\",,c"), ["vip", "spring", "a, b", "c"]);
        assert!(several(" ").is_empty());
    }
}
