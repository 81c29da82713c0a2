//! When a letter was written: its Date header, else the first Received header, else the archive's "From " line.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};
use mail_parser::{HeaderName, HeaderValue, Message};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The time in the message, or in its "From " line.
pub(crate) fn of_message(message: &Message<'_>, from_line: &[u8]) -> Option<DateTime<Utc>> {
    let header = message.header_values(HeaderName::Date).find_map(|value| match value {
        HeaderValue::DateTime(date) => plausible(date),
        _ => None,
    });
    let received = || message.received().and_then(|received| plausible(&received.date()?));
    header.or_else(received).or_else(|| of_from_line(from_line))
}

/// mail-parser returns a date's numbers as they are written, 31 February and 25:61 too; that is its design, so there is
/// no issue. A year before e-mail is a broken date: the next source is better than a thread at the wrong end.
fn plausible(date: &mail_parser::DateTime) -> Option<DateTime<Utc>> {
    let day = NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))?;
    // A leap second, or a sloppy 24:00, still has the right minute.
    let time =
        day.and_hms_opt(u32::from(date.hour.min(23)), u32::from(date.minute.min(59)), u32::from(date.second.min(59)))?;
    let offset = Duration::minutes(i64::from(date.tz_hour) * 60 + i64::from(date.tz_minute));
    let utc = if date.tz_before_gmt { time.checked_add_signed(offset)? } else { time.checked_sub_signed(offset)? };
    within_mail_history(utc)
}

fn within_mail_history(time: NaiveDateTime) -> Option<DateTime<Utc>> {
    (time.and_utc().timestamp() > 0).then(|| time.and_utc())
}

/// The date at the end of a "From " line, e. g. `alice@x.test Mon Jun  3 12:50:27 1996`; a zone may stand before or
/// after the year. Taken as UTC, as RFC 4155 says.
pub(crate) fn of_from_line(line: &[u8]) -> Option<DateTime<Utc>> {
    let line = std::str::from_utf8(line).ok()?;
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let month_at = words.iter().rposition(|word| month(word).is_some())?;
    let month = month(words[month_at])?;
    let day: u32 = words.get(month_at + 1)?.parse().ok()?;
    let mut clock = words.get(month_at + 2)?.split(':').map(str::parse::<u32>);
    let (hour, minute) = (clock.next()?.ok()?, clock.next()?.ok()?);
    let second = clock.next().and_then(Result::ok).unwrap_or(0).min(59);
    let year = words[month_at + 3..].iter().find_map(|word| (word.len() == 4).then(|| word.parse::<i32>().ok())?)?;
    within_mail_history(NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, minute, second)?)
}

fn month(word: &str) -> Option<u32> {
    let at = MONTHS.iter().position(|month| word.eq_ignore_ascii_case(month))?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_lines_of_several_writers_are_understood() {
        for line in [
            "a@x.test Mon Jun  3 12:50:27 1996",
            "a@x.test Mon Jun 03 12:50:27 1996 +0000",
            "- Mon Jun 3 12:50:27 PDT 1996 remote from y",
        ] {
            assert_eq!(of_from_line(line.as_bytes()).unwrap().to_rfc3339(), "1996-06-03T12:50:27+00:00", "{line}");
        }
    }

    #[test]
    fn a_sentence_is_not_a_date() {
        for line in ["", "- ", "June on we ship in May 2020", "Mon Jun 99 12:50:27 1996", "may 1 be so bold"] {
            assert_eq!(of_from_line(line.as_bytes()), None, "{line}");
        }
    }
}
