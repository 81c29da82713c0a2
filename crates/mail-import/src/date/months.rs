//! Names of months and weekdays, in English and in the languages in which mail programs write dates. A name that means two
//! months in two languages means both (`lis` is October in Croatian and November in Polish).

use chrono::Weekday;
use pure_rust_locales::{Locale, locale_match};
use std::{collections::HashMap, sync::LazyLock};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

const ENGLISH: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const LOCALES: [Locale; 33] = [
    Locale::de_DE,
    Locale::de_AT,
    Locale::fr_FR,
    Locale::es_ES,
    Locale::pt_BR,
    Locale::it_IT,
    Locale::nl_NL,
    Locale::sv_SE,
    Locale::da_DK,
    Locale::nb_NO,
    Locale::fi_FI,
    Locale::pl_PL,
    Locale::cs_CZ,
    Locale::sk_SK,
    Locale::hu_HU,
    Locale::ro_RO,
    Locale::ru_RU,
    Locale::uk_UA,
    Locale::bg_BG,
    Locale::el_GR,
    Locale::tr_TR,
    Locale::ca_ES,
    Locale::hr_HR,
    Locale::sl_SI,
    Locale::et_EE,
    Locale::lv_LV,
    Locale::lt_LT,
    Locale::id_ID,
    Locale::ms_MY,
    Locale::is_IS,
    Locale::gl_ES,
    Locale::eu_ES,
    Locale::he_IL,
];

/// What mail programs write beside the names of the locales.
const OTHERS: [(&str, u32); 5] = [("mrz", 3), ("maerz", 3), ("jaen", 1), ("des", 12), ("okt", 10)];

/// The month of an English name, or of its first letters, at least three.
pub(super) fn english(word: &str) -> Option<u32> {
    let word = word.to_ascii_lowercase();
    let at = ENGLISH.iter().position(|month| word.len() >= 3 && month.starts_with(&word))?;
    u32::try_from(at + 1).ok()
}

/// The months that a word may mean, from 1.
pub(super) fn months(word: &str) -> &'static [u32] {
    static ONE: [[u32; 1]; 12] = [[1], [2], [3], [4], [5], [6], [7], [8], [9], [10], [11], [12]];
    let word = folded(word);
    match english(&word) {
        Some(month) => &ONE[month as usize - 1],
        None => NAMES.months.get(&word).map_or(&[], Vec::as_slice),
    }
}

/// The weekdays that a word may mean.
pub(super) fn weekdays(word: &str) -> &'static [Weekday] {
    NAMES.weekdays.get(&folded(word)).map_or(&[], Vec::as_slice)
}

/// In lower case, without accents and without the dot of an abbreviation.
fn folded(word: &str) -> String {
    let bare = word.trim_end_matches('.').nfd().filter(|c| !is_combining_mark(*c));
    bare.flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)).collect()
}

struct Names {
    months: HashMap<String, Vec<u32>>,
    weekdays: HashMap<String, Vec<Weekday>>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names { months: HashMap::new(), weekdays: HashMap::new() };
    for locale in LOCALES.into_iter().chain([Locale::en_US]) {
        for all in [locale_match!(locale => LC_TIME::MON), locale_match!(locale => LC_TIME::ABMON)] {
            for (n, name) in (1..).zip(all) {
                add(&mut names.months, name, n);
            }
        }
        for all in [locale_match!(locale => LC_TIME::DAY), locale_match!(locale => LC_TIME::ABDAY)] {
            for (n, name) in all.iter().enumerate() {
                // They begin on Sunday.
                let day = (0..n).fold(Weekday::Sun, |day, _| day.succ());
                add(&mut names.weekdays, name, day);
            }
        }
    }
    for (name, month) in OTHERS {
        add(&mut names.months, name, month);
    }
    names
});

fn add<T: PartialEq>(names: &mut HashMap<String, Vec<T>>, name: &str, meaning: T) {
    let name = folded(name.trim());
    let meanings = names.entry(name).or_default();
    if !meanings.contains(&meaning) {
        meanings.push(meaning);
    }
}
