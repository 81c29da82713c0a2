//! Any bytes as an mbox: reading, planning, and reading each letter again.

#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use mail_import::{Index, Own, Plan, Reading};

fuzz_target!(|bytes: &[u8]| {
    let reading = Reading { own: Own::new(["@acme.test"]).unwrap(), ..Reading::default() };
    let index = Index::read(bytes, &reading).unwrap();
    let plan = Plan::new(index, DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    for planned in &plan.letters {
        let letter = plan.letter(bytes, planned).unwrap();
        assert!(letter.body.len() <= 1024 * 1024);
        assert!(!letter.body.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    }
});
