//! Reading moments and days. Chrono's own reader understands a dozen notations, and all of them would be downloaded
//! with the app.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, de::Error};

/// Reads a moment as RFC 3339 writes it, in any zone.
#[must_use]
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    let bytes = text.as_bytes();
    if !text.is_ascii() || bytes.len() < 20 || !matches!(bytes[10], b'T' | b't' | b' ') {
        return None;
    }
    let clock = NaiveTime::from_hms_opt(number(&text[11..13])?, number(&text[14..16])?, number(&text[17..19])?)?;
    if bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let (nanoseconds, zone) = match text[19..].strip_prefix('.') {
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            // Finer than nanoseconds is cut off.
            let nine = format!("{:0<9}", &rest[..digits.min(9)]);
            ((digits > 0).then(|| number(&nine)).flatten()?, &rest[digits..])
        }
        None => (0, &text[19..]),
    };
    let local = NaiveDateTime::new(day(&text[..10])?, clock) + TimeDelta::nanoseconds(i64::from(nanoseconds));
    Some((local.checked_sub_signed(offset(zone)?)?).and_utc())
}

/// Reads a day, `YYYY-MM-DD`.
#[must_use]
pub fn day(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if !text.is_ascii() || bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let year = i32::try_from(number(&text[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&text[5..7])?, number(&text[8..])?)
}

/// How far a zone's clocks are ahead of UTC.
fn offset(zone: &str) -> Option<TimeDelta> {
    if let "Z" | "z" = zone {
        return Some(TimeDelta::zero());
    }
    let (sign, rest) = zone.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':').filter(|(hours, minutes)| hours.len() == 2 && minutes.len() == 2)?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let ahead = TimeDelta::minutes(i64::from(hours * 60 + minutes));
    match sign {
        "+" => Some(ahead),
        "-" => Some(-ahead),
        _ => None,
    }
}

/// Digits and nothing else.
fn number(digits: &str) -> Option<u32> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

pub(crate) fn read_moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    moment(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom("a time is written as RFC 3339 says"))
}

pub(crate) fn read_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    day(&text).map(Some).ok_or_else(|| D::Error::custom("a day is written YYYY-MM-DD"))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chrono_reads(text: &str) -> Option<DateTime<Utc>> {
        DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc())
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        let wrong = [
            "",
            "2026-11-22",
            "2026-11-22T14:05Z",
            "2026-11-22T14:05:00",
            "2026-11-22T14:05:00.Z",
            "2026-13-22T14:05:00Z",
            "2026-02-30T14:05:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T14:60:00Z",
            "2026-11-22T14:05:00+2:00",
            "2026-11-22T14:05:00+24:00",
            "2026-11-22T14:05:00+0200",
            "2026-11-22T14-05-00Z",
            "2026-11-22T14:05:00Zx",
            "+026-11-22T14:05:00Z",
            "2026-11-22T+1:05:00Z",
            "٢٠٢٦-11-22T14:05:00Z",
            "2026-11-22T14:05:00é",
        ];
        for text in wrong {
            assert_eq!(moment(text), None, "{text}");
            assert_eq!(chrono_reads(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_moment_reads_as_chrono_reads_it(
            seconds in -62_135_596_800_i64..253_402_300_799,
            nanoseconds in 0_u32..1_000_000_000,
            zone in -1_439_i32..1_440,
        ) {
            let zone = chrono::FixedOffset::east_opt(zone * 60).unwrap();
            let at = DateTime::from_timestamp(seconds, nanoseconds).unwrap().with_timezone(&zone);
            // A year of another zone may have five digits.
            prop_assume!((0..=9999).contains(&chrono::Datelike::year(&at)));
            for text in [at.to_rfc3339(), at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)] {
                prop_assert_eq!(moment(&text), chrono_reads(&text), "{}", text);
                prop_assert!(moment(&text).is_some());
            }
            let date = at.date_naive();
            prop_assert_eq!(day(&date.to_string()), Some(date));
        }

        #[test]
        fn any_text_of_these_letters_reads_as_chrono_reads_it(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{0,12})?([Zz]|[+-][0-2][0-9]:[0-6][0-9])?") {
            prop_assert_eq!(moment(&text), chrono_reads(&text));
        }
    }
}
