//! `ListKey`: the key of a row. A list keeps it as a `Key`, so that lists are compiled once.

/// A key in the list's form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The kind, among those of the list, and the id.
    Id(u8, u128),
    Text(String),
}

/// Identifies a row of a list. Different values must have different keys.
pub trait ListKey: Sized + 'static {
    fn key(&self) -> Key;

    /// Converts a key that [`Self::key`] made back. `None`: the key is another type's.
    fn from_key(key: Key) -> Option<Self>;
}

impl ListKey for String {
    fn key(&self) -> Key {
        Key::Text(self.clone())
    }

    fn from_key(key: Key) -> Option<Self> {
        if let Key::Text(text) = key { Some(text) } else { None }
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl ListKey for $number {
            fn key(&self) -> Key {
                Key::Id(0, u128::from(*self))
            }

            fn from_key(key: Key) -> Option<Self> {
                if let Key::Id(_, number) = key { number.try_into().ok() } else { None }
            }
        }
    )+};
}

numbers!(u32, u64);
