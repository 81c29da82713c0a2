//! When a letter was written: the times that its Date header, its Received headers and the archive's "From " line say.

mod months;
mod reading;
#[cfg(test)]
mod tests;

use crate::head::Head;
use chrono::{DateTime, NaiveDate, Utc};

/// The times that a letter names, the most trustworthy first.
pub(crate) fn times(head: &Head, from_line: &[u8]) -> Vec<DateTime<Utc>> {
    let written = head.all("date").find_map(of_header);
    // The first is the last server's, nearest to the reader.
    let received = head.all("received").find_map(|field| of_header(field.rsplit(';').next()?));
    let delivered = head.all("delivery-date").find_map(of_header);
    [written, received, delivered, of_from_line(from_line)].into_iter().flatten().collect()
}

/// The time of a Date header: by the standard where it follows it, else by what is readable in it.
pub(crate) fn of_header(text: &str) -> Option<DateTime<Utc>> {
    let by_standard = DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc());
    by_standard.or_else(|| reading::read(text)).and_then(within_mail_history)
}

/// A year before e-mail is a broken date: the next source is better than a thread at the wrong end.
fn within_mail_history(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (time.timestamp() > 0).then_some(time)
}

/// The time in a "From " line, without that word: the usual form, else what is readable after the sender.
fn of_from_line(line: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(line).ok()?;
    let text = text.strip_prefix("From ").unwrap_or(text).trim();
    let after_sender = || of_header(text.split_once(char::is_whitespace)?.1);
    of_separator(text.as_bytes()).or_else(after_sender)
}

/// The date at the end of a separator, e. g. `alice@x.test Mon Jun  3 12:50:27 1996`; a zone may stand before or after
/// the year. Taken as UTC, as RFC 4155 says.
pub(crate) fn of_separator(line: &[u8]) -> Option<DateTime<Utc>> {
    let line = std::str::from_utf8(line).ok()?;
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let month_at = words.iter().rposition(|word| word.len() == 3 && months::english(word).is_some())?;
    let month = months::english(words[month_at])?;
    let day: u32 = words.get(month_at + 1)?.parse().ok()?;
    let mut clock = words.get(month_at + 2)?.split(':').map(str::parse::<u32>);
    let (hour, minute) = (clock.next()?.ok()?, clock.next()?.ok()?);
    let second = clock.next().and_then(Result::ok).unwrap_or(0).min(59);
    let year = words[month_at + 3..].iter().find_map(|word| (word.len() == 4).then(|| word.parse::<i32>().ok())?)?;
    let time = NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, minute, second)?;
    within_mail_history(time.and_utc())
}
