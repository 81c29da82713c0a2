//! Our reader of JSON beside `serde_json`: they accept the same texts and read the same from them.

// A test says that something went wrong by panicking; so does what it calls.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::Value;
use wire::json::Json;

/// What serde_json read, as ours reads it. Of members with the same name it keeps the last, sorted by name.
fn ours(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(value),
        Value::Number(number) => number.as_i64().map_or(Json::Fraction, Json::Integer),
        Value::String(text) => Json::Text(text),
        Value::Array(items) => Json::List(items.into_iter().map(ours).collect()),
        Value::Object(members) => Json::Object(members.into_iter().map(|(name, value)| (name, ours(value))).collect()),
    }
}

fn sorted(json: Json) -> Json {
    match json {
        Json::List(items) => Json::List(items.into_iter().map(sorted).collect()),
        Json::Object(members) => {
            let mut by_name = std::collections::BTreeMap::new();
            by_name.extend(members.into_iter().map(|(name, value)| (name, sorted(value))));
            Json::Object(by_name.into_iter().collect())
        }
        plain => plain,
    }
}

#[track_caller]
fn reads_alike(text: &str) {
    match (Json::parse(text), serde_json::from_str::<Value>(text)) {
        (Ok(read), Ok(value)) => assert_eq!(sorted(read), ours(value), "{text}"),
        // Too large for a floating point number: a fraction like any other to us, which no type accepts.
        (Ok(_), Err(error)) if error.to_string().contains("number out of range") => {}
        (Err(_), Err(_)) => {}
        (read, value) => panic!("{text}: {read:?}, {value:?}"),
    }
}

#[test]
fn every_form_of_value_is_read() {
    let text =
        r#" { "a" : [ 1 , -2 , -0 , 0.5 , 1e3 , null , true , false ] , "é\n\u00e9\ud83d\ude00\/" : "\"\\\b\f\r\t" } "#;
    let list = [Json::Integer(1), Json::Integer(-2), Json::Fraction, Json::Fraction, Json::Fraction, Json::Null];
    let list = list.into_iter().chain([Json::Bool(true), Json::Bool(false)]).collect();
    let members =
        vec![("a".to_owned(), Json::List(list)), ("é\né😀/".to_owned(), Json::Text("\"\\\u{8}\u{c}\r\t".to_owned()))];
    assert_eq!(Json::parse(text), Ok(Json::Object(members)));
    reads_alike(text);
}

#[test]
fn what_is_not_json_is_refused() {
    let refused = [
        "",
        " ",
        "nul",
        "tru",
        "[",
        "]",
        "[1",
        "[1,",
        "[1,]",
        "[,]",
        "[1 2]",
        "{",
        "{}}",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "{1:1}",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\é\"",
        "\"\\u12\"",
        "\"\\u12é\"",
        "\"\\u+123\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\n\"",
        "\"\u{0}\"",
        "01",
        "-",
        "-a",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1 1",
        "NaN",
        "'a'",
        "\u{feff}1",
        "/**/1",
    ];
    for text in refused {
        assert!(Json::parse(text).is_err(), "{text:?}");
        reads_alike(text);
    }
}

#[test]
fn deep_nesting_is_refused_and_never_exhausts_the_stack() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Json::parse(&nested(100)).is_ok());
    assert!(Json::parse(&nested(100_000)).is_err());
    assert!(Json::parse(&"{\"a\":".repeat(100_000)).is_err());
}

fn value() -> impl Strategy<Value = Value> {
    let plain = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    plain.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_reads_alike(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        prop_assert_eq!(sorted(Json::parse(&text).unwrap()), ours(value));
    }

    #[test]
    fn a_damaged_text_reads_alike(value in value(), at in any::<prop::sample::Index>(), put in "[-0-9eE.+\\[\\]{},:\"u\\\\ a\u{1}]{0,3}") {
        let text = value.to_string();
        let mut at = at.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let rest = text[at..].chars().skip(1).collect::<String>();
        reads_alike(&format!("{}{put}{rest}", &text[..at]));
        reads_alike(&text[..at]);
    }

    #[test]
    fn any_text_reads_alike(text in any::<String>()) {
        reads_alike(&text);
    }
}
