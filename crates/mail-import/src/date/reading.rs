//! Dates that follow no standard: every form that a person reads the same way. What two people may read differently is no date:
//! `3/4/2021` is one only if the weekday beside it says which.

use super::months::{months, weekdays};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

/// Longer than any date.
const MAX_LEN: usize = 200;

/// Time zones by their names, in minutes east of Greenwich. Of names with several meanings the one of most mail.
const ZONES: [(&str, i32); 50] = [
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("cet", 60),
    ("met", 60),
    ("mez", 60),
    ("cest", 120),
    ("mest", 120),
    ("mesz", 120),
    ("eet", 120),
    ("sast", 120),
    ("eest", 180),
    ("msk", 180),
    ("msd", 240),
    ("trt", 180),
    ("idt", 180),
    ("gst", 240),
    ("pkt", 300),
    ("ist", 330),
    ("npt", 345),
    ("ict", 420),
    ("wib", 420),
    ("hkt", 480),
    ("sgt", 480),
    ("pht", 480),
    ("awst", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("aest", 600),
    ("acdt", 630),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("nst", -210),
    ("ndt", -150),
    ("ast", -240),
    ("adt", -180),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
];

/// Time zones by their long names, as ones of [`ZONES`].
const LONG_ZONES: [(&str, &str); 14] = [
    ("pacific daylight time", "pdt"),
    ("pacific standard time", "pst"),
    ("mountain daylight time", "mdt"),
    ("mountain standard time", "mst"),
    ("central daylight time", "cdt"),
    ("central standard time", "cst"),
    ("eastern daylight time", "edt"),
    ("eastern standard time", "est"),
    ("central european summer time", "cest"),
    ("central european standard time", "cet"),
    ("central european time", "cet"),
    ("british summer time", "bst"),
    ("greenwich mean time", "gmt"),
    ("coordinated universal time", "utc"),
];

/// What a text says of a time, so far.
#[derive(Default)]
struct Found {
    year: Option<i32>,
    months: Vec<u32>,
    day: Option<u32>,
    /// Day and month, in an order that has to be found out.
    unordered: Option<(u32, u32)>,
    time: Option<NaiveTime>,
    is_afternoon: Option<bool>,
    /// In minutes.
    offset: Option<i32>,
    named_offset: Option<i32>,
    weekdays: Vec<Weekday>,
    /// What the word of the weekday means as a month.
    weekday_months: &'static [u32],
}

/// Reads a date and a time; without a zone it is one of UTC, without a time the day begins.
pub(super) fn read(text: &str) -> Option<DateTime<Utc>> {
    let text: String = text.chars().take(MAX_LEN).flat_map(char::to_lowercase).collect();
    let joined = ["년 ", "월 ", "年 ", "月 "].iter().fold(text, |text, sign| text.replace(sign, sign.trim_end()));
    let mut text: String = joined.chars().map(western).collect();
    for (long, short) in LONG_ZONES {
        text = text.replace(long, short);
    }
    if text.trim_start().get(4..6) == Some(". ") {
        // `2021. 6. 3.`
        text = text.replacen(". ", "-", 2);
    }
    if let Some(seconds) = seconds_of_unix(text.trim()) {
        return Some(seconds);
    }
    let mut found = Found::default();
    for word in text.split(|c: char| c.is_whitespace() || "(),;[]\"".contains(c)) {
        // The date and the time of ISO 8601 are one word.
        match word
            .split_once('t')
            .filter(|(date, time)| is_dated(date) && time.starts_with(|c: char| c.is_ascii_digit()))
        {
            Some((date, time)) => [date, time].into_iter().for_each(|part| found.word(part)),
            None => found.word(word),
        }
    }
    found.time()
}

/// The signs of dates in Chinese, Japanese and Korean.
fn western(c: char) -> char {
    match c {
        '年' | '월' | '月' | '년' => '-',
        '日' | '일' => ' ',
        '時' | '时' | '点' | '點' | '시' | '分' | '분' => ':',
        '秒' | '초' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        _ => c,
    }
}

fn is_dated(word: &str) -> bool {
    word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_digit() || b"-/.".contains(&byte))
}

fn seconds_of_unix(text: &str) -> Option<DateTime<Utc>> {
    let is_one = (9..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    DateTime::from_timestamp(text.parse().ok().filter(|_| is_one)?, 0)
}

impl Found {
    fn word(&mut self, word: &str) {
        let word = word.trim_matches(['\'', '|']);
        // `03/jun/2021:10:00:00`
        if let Some((date, clock)) = word.split_once(':').filter(|(date, _)| date.contains('/')) {
            self.word(date);
            return self.word(clock);
        }
        let starts_with_digit = word.starts_with(|c: char| c.is_ascii_digit());
        let is_read = if word.contains(':') && starts_with_digit {
            self.clock(word)
        } else if starts_with_digit {
            self.numbers(word)
        } else {
            self.offset(word) || self.name(word)
        };
        // `3-jun-2021`, `jun/3/2021`.
        let is_joined = !is_read && word.contains(['-', '/', '.']);
        if is_joined && word.chars().any(char::is_alphabetic) {
            for part in word.split(['-', '/', '.']).filter(|part| !part.is_empty()) {
                if part.bytes().all(|byte| byte.is_ascii_digit()) {
                    _ = self.numbers(part)
                } else {
                    _ = self.name(part)
                }
            }
        }
    }

    /// `10:00`, `10:00:00.5`, `10:00am`, `10:00:00+02:00`, `10:00z`.
    fn clock(&mut self, word: &str) -> bool {
        let end = word.find(|c: char| !(c.is_ascii_digit() || ":.".contains(c))).unwrap_or(word.len());
        let (clock, rest) = word.split_at(end);
        let mut parts = clock.trim_end_matches([':', '.']).split([':', '.']).map(str::parse::<u32>);
        let (Some(Ok(hour)), minute, second) = (parts.next(), parts.next(), parts.next()) else { return false };
        let (minute, second) = (minute.unwrap_or(Ok(0)), second.unwrap_or(Ok(0)));
        // A leap second, or a sloppy 24:00, still has the right minute.
        let (Ok(minute @ 0..=59), Ok(second @ 0..=60), 0..=24) = (minute, second, hour) else { return false };
        self.time = self.time.or(NaiveTime::from_hms_opt(hour.min(23), minute, second.min(59)));
        rest.is_empty() || self.offset(rest) || self.name(rest)
    }

    /// A day, a year, or a date of numbers.
    fn numbers(&mut self, word: &str) -> bool {
        let parts: Vec<&str> = word.trim_end_matches(['.', '-', '/']).split(['-', '/', '.']).collect();
        let values: Option<Vec<u32>> = parts.iter().map(|part| part.parse().ok()).collect();
        match (values.as_deref(), &parts[..]) {
            (Some(&[year, month, day]), [y, ..]) if y.len() == 4 => self.date(year, month, day),
            (Some(&[a, b, year]), [.., y]) if y.len() == 4 || (self.day.is_none() && self.year.is_none()) => {
                let is_day_first = word.contains('.');
                self.year = self.year.or(whole_year(year, y.len()));
                if is_day_first || a > 12 {
                    (self.day, self.months) = (Some(a), vec![b]);
                } else if b > 12 || a == b {
                    (self.day, self.months) = (Some(b), vec![a]);
                } else {
                    self.unordered = Some((a, b));
                }
                true
            }
            // `10.30.00` beside a date.
            (Some(&[_, _, _]), _) if self.time.is_none() => self.clock(&word.replace('.', ":")),
            (Some(&[number]), [digits]) => self.number(number, digits.len()),
            _ => self.counted(word),
        }
    }

    fn date(&mut self, year: u32, month: u32, day: u32) -> bool {
        self.year = i32::try_from(year).ok();
        (self.months, self.day) = (vec![month], Some(day));
        true
    }

    fn number(&mut self, number: u32, digits: usize) -> bool {
        match digits {
            8 => return self.date(number / 10_000, number / 100 % 100, number % 100),
            // The time of ISO 8601 without colons.
            6 if self.day.is_some() => {
                self.time = NaiveTime::from_hms_opt(number / 10_000, number / 100 % 100, number % 100);
            }
            1 | 2 if self.day.is_none() => self.day = Some(number),
            2..=4 if self.year.is_none() => self.year = whole_year(number, digits),
            _ => return false,
        }
        true
    }

    /// `3rd`, `1er`, `10h30`, `9am`, `100000z`.
    fn counted(&mut self, word: &str) -> bool {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = word.split_at(digits);
        match rest {
            "st" | "nd" | "rd" | "th" | "er" | "e" | "." | "º" | "ª" | "-ая" => {
                number.parse().is_ok_and(|value| self.number(value, digits))
            }
            "am" | "pm" => self.clock(&format!("{number}:00{rest}")),
            "z" => number.parse().is_ok_and(|value| self.number(value, digits)) && self.offset("z"),
            _ => match rest.strip_prefix('h') {
                Some(minutes) if minutes.bytes().all(|byte| byte.is_ascii_digit()) => {
                    self.clock(&format!("{number}:{}", if minutes.is_empty() { "00" } else { minutes }))
                }
                _ => false,
            },
        }
    }

    /// `+0200`, `-03:00`, `+2`, `gmt+1`, `cest`.
    fn offset(&mut self, word: &str) -> bool {
        let at = word.find(['+', '-']).unwrap_or(word.len());
        let (name, offset) = word.split_at(at);
        let zone = ZONES.iter().find(|zone| zone.0 == name.trim_matches('.'));
        if offset.is_empty() {
            self.named_offset = self.named_offset.or(zone.map(|zone| zone.1));
            return zone.is_some();
        }
        let digits: String = offset[1..].chars().filter(char::is_ascii_digit).collect();
        let is_one = offset[1..].bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
        let (hours, minutes) = match digits.len() {
            1 | 2 => (digits.as_str(), "0"),
            3 | 4 => digits.split_at(digits.len() - 2),
            _ => return false,
        };
        if !is_one || !(name.is_empty() || zone.is_some_and(|zone| zone.1 == 0)) {
            return false;
        }
        let (Ok(hours @ 0..=15), Ok(minutes @ 0..=59)) = (hours.parse::<i32>(), minutes.parse::<i32>()) else {
            return false;
        };
        let minutes = hours * 60 + minutes;
        self.offset = self.offset.or(Some(if offset.starts_with('-') { -minutes } else { minutes }));
        true
    }

    /// A month, a weekday, or half of the day.
    fn name(&mut self, word: &str) -> bool {
        match word.replace('.', "").as_str() {
            "am" | "上午" | "午前" | "오전" => self.is_afternoon = Some(false),
            "pm" | "下午" | "午後" | "오후" => self.is_afternoon = Some(true),
            // Before the day's number, `mar` may be Tuesday; after a weekday it is March.
            _ if self.weekdays.is_empty()
                && self.day.is_none()
                && self.months.is_empty()
                && !weekdays(word).is_empty() =>
            {
                self.weekdays = weekdays(word).to_vec();
                self.weekday_months = months(word);
            }
            _ if self.months.is_empty() => {
                self.months = months(word).to_vec();
                if self.months.is_empty() && self.weekdays.is_empty() {
                    self.weekdays = weekdays(word).to_vec();
                }
                return !self.months.is_empty();
            }
            _ => return false,
        }
        true
    }

    fn time(self) -> Option<DateTime<Utc>> {
        let (year, time) = (self.year?, self.half_of_day());
        let dates: Vec<NaiveDate> = match self.unordered {
            Some((a, b)) => {
                [(a, b), (b, a)].iter().filter_map(|it| NaiveDate::from_ymd_opt(year, it.0, it.1)).collect()
            }
            None => {
                let day = self.day?;
                let months = if self.months.is_empty() { self.weekday_months } else { &self.months };
                months.iter().filter_map(|month| NaiveDate::from_ymd_opt(year, *month, day)).collect()
            }
        };
        let on_its_weekday: Vec<NaiveDate> =
            dates.iter().copied().filter(|date| self.weekdays.contains(&chrono::Datelike::weekday(date))).collect();
        let date = match (&dates[..], &on_its_weekday[..]) {
            ([date], _) | (_, [date]) => *date,
            _ => return None,
        };
        let offset = self.offset.or(self.named_offset).unwrap_or_default();
        date.and_time(time).and_utc().checked_sub_signed(TimeDelta::minutes(offset.into()))
    }

    fn half_of_day(&self) -> NaiveTime {
        use chrono::Timelike as _;
        let time = self.time.unwrap_or_default();
        match (self.is_afternoon, time.hour()) {
            (Some(true), 1..=11) => time.with_hour(time.hour() + 12).unwrap_or(time),
            (Some(false), 12) => time.with_hour(0).unwrap_or(time),
            _ => time,
        }
    }
}

/// RFC 5322, section 4.3: of two digits, up to 49 is in this century; of three, since 1900.
fn whole_year(number: u32, digits: usize) -> Option<i32> {
    let year = match (digits, number) {
        (2, 0..=49) => number + 2000,
        (2 | 3, _) => number + 1900,
        _ => number,
    };
    i32::try_from(year).ok()
}
