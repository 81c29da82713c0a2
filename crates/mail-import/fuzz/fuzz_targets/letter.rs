//! Any bytes as one letter: its headers, parts, encodings, dates and names.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mail_import::{Archive, Form, Index, Reading, Source};
use std::io::{Cursor, Result};

struct Letter<'a>(&'a [u8]);

impl Archive for Letter<'_> {
    fn count(&self) -> usize {
        1
    }

    fn form(&self, _: usize) -> Form {
        Form::Letter
    }

    fn open(&self, _: usize) -> Result<Box<dyn Source + '_>> {
        Ok(Box::new(Cursor::new(self.0)))
    }
}

fuzz_target!(|bytes: &[u8]| {
    let raw = [b"From: Ann <ann@x.test>\n", bytes].concat();
    let index = Index::read(&Letter(&raw), &Reading::default()).unwrap();
    assert!(index.count == 1 && index.unreadable.is_empty());
});
