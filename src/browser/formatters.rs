//! Formats dates and times with the browser's `Intl`. Making a formatter takes about a millisecond, so each is cached
//! by locale and options.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::{JsCast, JsValue};

/// Names and values of a formatter's options. Callers must list the same options in the same order, for the cache.
pub(crate) type Options<'a> = &'a [(&'a str, &'a str)];

type Table<F> = RefCell<HashMap<String, F>>;

thread_local! {
    static DATES: Table<Intl::DateTimeFormat> = RefCell::default();
    static AGES: Table<Intl::RelativeTimeFormat> = RefCell::default();
}

/// Formats a time in milliseconds since 1970. `None`: the browser doesn't know the locale or an option's value.
pub(crate) fn date(locale: Option<&str>, options: Options<'_>, milliseconds: f64) -> Option<String> {
    let formatter = DATES.with(|table| kept(table, "DateTimeFormat", locale, options))?;
    let moment = Date::new(&milliseconds.into());
    formatter.format().call1(&JsValue::UNDEFINED, &moment).ok()?.as_string()
}

/// Formats a relative time ("3 hours ago"): a number of units from now, negative in the past.
pub(crate) fn age(locale: Option<&str>, count: f64, unit: &str) -> Option<String> {
    let formatter = AGES.with(|table| kept(table, "RelativeTimeFormat", locale, &[("numeric", "auto")]))?;
    Some(formatter.format(count, unit).into())
}

/// Clears the cache: a formatter keeps the time zone it was made in, and the computer may be in another by now.
pub(crate) fn forget() {
    DATES.with_borrow_mut(HashMap::clear);
    AGES.with_borrow_mut(HashMap::clear);
}

fn kept<F: JsCast + Clone>(table: &Table<F>, kind: &str, locale: Option<&str>, options: Options<'_>) -> Option<F> {
    let key =
        options.iter().fold(locale.unwrap_or_default().to_owned(), |key, (name, value)| key + " " + name + "=" + value);
    if let Some(formatter) = table.borrow().get(&key) {
        return Some(formatter.clone());
    }
    let formatter = made::<F>(kind, locale, options)?;
    table.borrow_mut().insert(key, formatter.clone());
    Some(formatter)
}

/// `None` where `Intl` throws.
fn made<F: JsCast>(kind: &str, locale: Option<&str>, options: Options<'_>) -> Option<F> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor = Reflect::get(&intl, &kind.into()).ok()?.dyn_into::<Function>().ok()?;
    let locales = locale.map(|tag| Array::of1(&tag.into())).unwrap_or_default();
    let given = Object::new();
    for (name, value) in options {
        // Setting a property of a plain object never fails.
        let _ = Reflect::set(&given, &(*name).into(), &(*value).into());
    }
    Reflect::construct(&constructor, &Array::of2(&locales, &given)).ok().map(JsCast::unchecked_into)
}
