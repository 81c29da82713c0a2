//! From values to types. The derived readers of serde are for the server, which says what is wrong with an input; the app
//! asks no more than whether an answer has its form, and is downloaded, so its readers are these.

use super::{Json, Misread};
use uuid::Uuid;

/// What can be read from a JSON value.
pub trait Read: Sized {
    /// # Errors
    /// When the value doesn't have the form of this type.
    fn read(json: Json) -> Result<Self, Misread>;
}

/// `readable!(Type { field, other = "its name on the wire" });` — every field is named, or it doesn't compile. Fields that
/// are not known are passed over.
macro_rules! readable {
    ($type:ident $(<$of:ident>)? { $($field:ident $(= $name:literal)?),+ $(,)? }) => {
        impl $(<$of: $crate::json::Read>)? $crate::json::Read for $type $(<$of>)? {
            fn read(json: $crate::json::Json) -> Result<Self, $crate::json::Misread> {
                let mut members = json.into_object()?;
                Ok(Self { $($field: members.member(readable!(@name $field $($name)?))?),+ })
            }
        }
    };
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $name:literal) => { $name };
}

/// `readable_words!(Type { Variant = "word" });`
macro_rules! readable_words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $crate::json::Read for $type {
            fn read(json: $crate::json::Json) -> Result<Self, $crate::json::Misread> {
                let words = [$($word),+];
                let known = [$(Self::$variant),+];
                known.get(json.word_among(&words)?).copied().ok_or($crate::json::Misread)
            }
        }
    };
}

pub(crate) use {readable, readable_words};

impl Json {
    /// Reads a member, the last of that name. One that is not there reads as `null`: right for an optional field, an error
    /// for any other.
    ///
    /// # Errors
    /// When it doesn't have the form of a `T`.
    #[inline(never)]
    pub fn member<T: Read>(&mut self, name: &str) -> Result<T, Misread> {
        T::read(self.take(name))
    }

    /// Itself, if it is an object.
    pub(crate) fn into_object(self) -> Result<Self, Misread> {
        if let Self::Object(_) = self { Ok(self) } else { Err(Misread) }
    }

    /// Which of these words it is.
    pub(crate) fn word_among(self, words: &[&str]) -> Result<usize, Misread> {
        let word = String::read(self)?;
        words.iter().position(|known| *known == word).ok_or(Misread)
    }
}

impl Read for Json {
    fn read(json: Json) -> Result<Self, Misread> {
        Ok(json)
    }
}

impl Read for String {
    fn read(json: Json) -> Result<Self, Misread> {
        if let Json::Text(text) = json { Ok(text) } else { Err(Misread) }
    }
}

impl Read for bool {
    fn read(json: Json) -> Result<Self, Misread> {
        if let Json::Bool(value) = json { Ok(value) } else { Err(Misread) }
    }
}

impl Read for u64 {
    fn read(json: Json) -> Result<Self, Misread> {
        if let Json::Integer(value) = json { value.try_into().map_err(|_| Misread) } else { Err(Misread) }
    }
}

impl Read for u16 {
    fn read(json: Json) -> Result<Self, Misread> {
        u64::read(json)?.try_into().map_err(|_| Misread)
    }
}

impl Read for u8 {
    fn read(json: Json) -> Result<Self, Misread> {
        u64::read(json)?.try_into().map_err(|_| Misread)
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: Json) -> Result<Self, Misread> {
        if json == Json::Null { Ok(None) } else { T::read(json).map(Some) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: Json) -> Result<Self, Misread> {
        if let Json::List(items) = json { items.into_iter().map(T::read).collect() } else { Err(Misread) }
    }
}

impl Read for Uuid {
    fn read(json: Json) -> Result<Self, Misread> {
        Self::try_parse(&String::read(json)?).map_err(|_| Misread)
    }
}

impl Read for chrono::DateTime<chrono::Utc> {
    fn read(json: Json) -> Result<Self, Misread> {
        crate::time::moment(&String::read(json)?).ok_or(Misread)
    }
}

impl Read for chrono::NaiveDate {
    fn read(json: Json) -> Result<Self, Misread> {
        crate::time::day(&String::read(json)?).ok_or(Misread)
    }
}
