//! A small reader of JSON: [`from_str`] for the types of the contract, and [`Json`] for what has no type yet.
//!
//! The app is downloaded, so it counts what reading costs. A general reader brings tables for fractions and words for
//! every way a text can be wrong; the contract has no fractions, and all that the app can say about an answer that it
//! can't read is just that. Everything else about JSON (RFC 8259) is as it should be, which `tests/json_reader.rs`
//! shows beside `serde_json`.

#[macro_use]
mod read;
mod text;

pub use read::Read;
pub(crate) use read::{readable, readable_words};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use std::fmt;

/// A JSON value. Members keep their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Json {
    #[default]
    Null,
    Bool(bool),
    Integer(i64),
    /// A number that is no integer, or none that fits: no field of the contract has one.
    Fraction,
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// A text is not JSON, or not of the form asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this JSON does not have the form that was expected")]
pub struct Misread;

/// Reads a value of type `T` from a JSON text.
///
/// # Errors
/// When the text is not JSON, or doesn't have the form of a `T`.
pub fn from_str<T: Read>(text: &str) -> Result<T, Misread> {
    T::read(Json::parse(text)?)
}

impl Json {
    /// Reads a JSON text.
    ///
    /// # Errors
    /// When it is not JSON, or nested deeper than 128.
    pub fn parse(text: &str) -> Result<Self, Misread> {
        text::read(text).ok_or(Misread)
    }

    /// Takes a member out of an object, the last of that name. What is not there is `null`.
    #[must_use]
    pub fn take(&mut self, name: &str) -> Self {
        let Self::Object(members) = self else { return Self::Null };
        members
            .iter_mut()
            .rev()
            .find(|(known, _)| known == name)
            .map(|(_, value)| std::mem::take(value))
            .unwrap_or_default()
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null | Self::Fraction => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(i64::try_from(value).map_or(Json::Fraction, Json::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Fraction)
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Json::Object(object))
    }
}
