//! JSON in which a name stands once: RFC 8259 leaves open which of two fields counts, so two readers may differ.

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Below it, every integer is exact in a double: 2⁵³.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A JSON value that has no field twice, at any level.
pub(crate) struct StrictValue(pub(crate) Value);

impl<'de> Deserialize<'de> for StrictValue {
    /// A name that is there twice is the only error here that is not of syntax.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // 7.0 is an integer too: JSON has one kind of number.
        if value.fract() == 0.0 && value.abs() < EXACT {
            return Ok((value as i64).into());
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(StrictValue(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, StrictValue(value))) = fields.next_entry::<String, _>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a field is there twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read_as_it_is_written() {
        let text = r#"{"a":null,"b":[true,-1,2,2.5,"x\n",{"a":1},[]],"c":18446744073709551615,"":{}}"#;
        let strict: StrictValue = serde_json::from_str(text).unwrap();
        assert_eq!(strict.0, serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn a_number_without_a_fraction_is_an_integer() {
        for (text, number) in [("7.0", 7), ("1e2", 100), ("-0.0", 0), ("-3.00", -3)] {
            assert_eq!(serde_json::from_str::<StrictValue>(text).unwrap().0, Value::from(number), "{text}");
        }
        assert_eq!(serde_json::from_str::<StrictValue>("7.5").unwrap().0, Value::from(7.5));
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused_at_every_level() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"b":{"a":1,"a":2}}"#, r#"[[{"a":1,"a":[]}]]"#] {
            let error = serde_json::from_str::<StrictValue>(text).err().unwrap();
            assert!(error.is_data(), "{text}: {error}");
        }
        assert!(serde_json::from_str::<StrictValue>(r#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
    }
}
