//! Validation of the fields of a contact's profile.

use crate::error::{Error, Result};
use chrono::{NaiveDate, TimeDelta, Utc};
use wire::{Contact, ContactPatch, FieldError, ProblemCode};

/// Applies a patch to a contact and returns the fields that changed, by their wire names.
///
/// # Errors
/// `invalid-field`, with a pointer to every field whose value is invalid. The contact is then partly changed: drop it.
pub(crate) fn apply(contact: &mut Contact, patch: ContactPatch) -> Result<Vec<&'static str>> {
    let mut laid = Laid::default();
    if let Some(name) = patch.name {
        laid.put("name", &mut contact.name, name, |name| is_line(name, 200));
    }
    laid.put_text("email", &mut contact.email, patch.email, is_email);
    laid.put_text("phone", &mut contact.phone, patch.phone, is_phone);
    laid.put_text("external_id", &mut contact.external_id, patch.external_id, |id| is_line(id, 200));
    laid.put_text("address", &mut contact.address, patch.address, is_address);
    if let Some(birthday) = patch.birthday {
        laid.put("birthday", &mut contact.birthday, birthday, |day| day.is_none_or(is_birthday));
    }
    laid.put_text("language", &mut contact.language, patch.language, is_language);
    if let Some(channel) = patch.default_channel {
        laid.put("default_channel", &mut contact.default_channel, channel, |_| true);
    }
    laid.put_text("time_zone", &mut contact.time_zone, patch.time_zone, is_time_zone);
    if laid.errors.is_empty() { Ok(laid.changed) } else { Err(Error::fields(ProblemCode::InvalidField, laid.errors)) }
}

#[derive(Default)]
struct Laid {
    changed: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl Laid {
    fn put<T: PartialEq>(&mut self, name: &'static str, field: &mut T, value: T, is_valid: fn(&T) -> bool) {
        if *field == value {
            return;
        }
        if is_valid(&value) {
            *field = value;
            self.changed.push(name);
        } else {
            self.errors.push(FieldError { pointer: format!("/{name}"), code: "invalid".to_owned() });
        }
    }

    fn put_text(
        &mut self,
        name: &'static str,
        field: &mut Option<String>,
        value: Option<Option<String>>,
        is_valid: fn(&str) -> bool,
    ) {
        match value {
            None => {}
            Some(value) if value.as_deref().is_none_or(is_valid) => self.put(name, field, value, |_| true),
            Some(_) => self.errors.push(FieldError { pointer: format!("/{name}"), code: "invalid".to_owned() }),
        }
    }
}

/// Whether the text is one line with something visible in it, of at most this many characters.
pub(crate) fn is_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control) && wire::NoteBody::parse(text).is_ok()
}

/// Checks an address as far as RFC 5321 allows without asking its server: one @, something on both sides, 254
/// characters.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |part: &str| !part.is_empty() && !part.contains(['@', '<', '>', ',', ';']);
    is_line(text, 254) && is_plain(local) && is_plain(domain) && !text.contains(char::is_whitespace)
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_known = |c: char| c.is_ascii_digit() || "+ ()-./#*,;x".contains(c);
    (3..=20).contains(&digits) && text.len() <= 40 && text.chars().all(is_known)
}

fn is_address(text: &str) -> bool {
    text.chars().count() <= 500 && wire::NoteBody::parse(text).is_ok_and(|body| body.as_str() == text)
}

/// A birthday is not in the future. "Today" is that of the time zone that is furthest ahead.
fn is_birthday(day: NaiveDate) -> bool {
    let oldest = NaiveDate::from_ymd_opt(1850, 1, 1).expect("a day of the calendar");
    (oldest..=(Utc::now() + TimeDelta::hours(14)).date_naive()).contains(&day)
}

/// The form of a BCP 47 tag: a language of two to eight letters, then subtags of one to eight letters or digits.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    text.len() <= 35
        && (2..=8).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(is_subtag)
}

/// The form of an IANA name. Whether the zone exists is left to the reader's browser.
fn is_time_zone(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    text.len() <= 64 && text.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_take_what_is_real_and_refuse_what_is_not() {
        assert!(is_email("maya+x@acme.test") && is_phone("+49 (30) 123-456") && is_language("pt-BR"));
        assert!(is_time_zone("America/Argentina/Buenos_Aires") && is_time_zone("Etc/GMT+1") && is_time_zone("UTC"));
        assert!(is_address("Road 1\nTown") && is_line("Åsa", 3));
        for wrong in ["", "a", "@", "a@", "@b", "a b@c", "a@b@c", "a@b\u{0}"] {
            assert!(!is_email(wrong), "{wrong:?}");
        }
        for wrong in ["", "12", "call me", "1\n23", "1234567890123456789012"] {
            assert!(!is_phone(wrong), "{wrong:?}");
        }
        for wrong in ["", "e", "e1", "en_US", "en-", "en-ninechars", "en-\u{e9}"] {
            assert!(!is_language(wrong), "{wrong:?}");
        }
        for wrong in ["", "/", "Europe/", "Europe//Berlin", "../etc", "Europe/Ber lin"] {
            assert!(!is_time_zone(wrong), "{wrong:?}");
        }
        assert!(!is_line("a\nb", 9) && !is_line(" ", 9) && !is_line("abc", 2) && !is_address("a\r\nb"));
        assert!(!is_birthday(NaiveDate::from_ymd_opt(1849, 12, 31).unwrap()));
        assert!(!is_birthday((Utc::now() + TimeDelta::days(2)).date_naive()));
    }
}
