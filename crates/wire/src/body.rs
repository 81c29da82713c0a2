//! `NoteBody`: the valid texts of notes and messages. The app checks before sending, the server on arrival.

use crate::{characters::is_visible, refused_control::RefusedControl};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// The maximum length of a text, in Unicode scalar values.
pub const MAX_BODY_CHARS: usize = 10_000;

/// The text of a note or message. Characters are kept exactly: only `\r\n` becomes `\n`, with no trimming or
/// normalization. It has no `Display` and a redacting `Debug`, so that it can't end up in a log.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct NoteBody(String);

/// Why a text can't be a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The text has only white space and default-ignorable characters.
    #[error("blank")]
    Blank,
    /// More than [`MAX_BODY_CHARS`] Unicode scalar values.
    #[error("too-long")]
    TooLong,
    /// A NUL or another C0 control than tab, line feed and carriage return with line feed.
    #[error("control-character")]
    ControlCharacter(RefusedControl),
}

impl BodyError {
    /// The code in a problem's `errors[].code`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::TooLong => "too-long",
            Self::ControlCharacter(_) => "control-character",
        }
    }
}

impl NoteBody {
    /// Checks a text.
    ///
    /// # Errors
    /// [`BodyError`], when the text is blank, too long or holds a refused control character.
    pub fn parse(text: &str) -> Result<Self, BodyError> {
        if let Some(refused) = RefusedControl::in_lines(text) {
            return Err(BodyError::ControlCharacter(refused));
        }
        let text = text.replace("\r\n", "\n");
        if text.chars().count() > MAX_BODY_CHARS {
            return Err(BodyError::TooLong);
        }
        if !text.chars().any(is_visible) {
            return Err(BodyError::Blank);
        }
        Ok(Self(text))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for NoteBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoteBody(<{} bytes>)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for NoteBody {
    /// Accepts a text unchanged, if it is a valid body.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_characters_are_kept_and_line_ends_unified() {
        assert_eq!(NoteBody::parse("  a\r\nb\t ").unwrap().as_str(), "  a\nb\t ");
    }

    #[test]
    fn what_nobody_could_see_is_blank() {
        for text in ["", "   ", "\n\t", "\u{200b}", "\u{feff}\u{2060} ", "\u{3164}", "\u{a0}", "\u{e0041}", "\u{85}"] {
            assert_eq!(NoteBody::parse(text), Err(BodyError::Blank), "{text:?}");
        }
    }

    #[test]
    fn controls_are_refused() {
        for text in ["a\0", "a\u{1b}[31m", "a\rb", "\u{1f}"] {
            assert!(matches!(NoteBody::parse(text), Err(BodyError::ControlCharacter(_))), "{text:?}");
        }
    }

    #[test]
    fn the_limit_counts_scalar_values() {
        assert!(NoteBody::parse(&"😀".repeat(MAX_BODY_CHARS)).is_ok());
        assert_eq!(NoteBody::parse(&"a".repeat(MAX_BODY_CHARS + 1)), Err(BodyError::TooLong));
    }

    #[test]
    fn debug_never_shows_the_text() {
        assert_eq!(format!("{:?}", NoteBody::parse("secret").unwrap()), "NoteBody(<6 bytes>)");
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn a_body_survives_json_unchanged(text in "\\PC{0,200}") {
            if let Ok(body) = NoteBody::parse(&text) {
                let json = serde_json::to_string(&body).unwrap();
                proptest::prop_assert_eq!(serde_json::from_str::<NoteBody>(&json).unwrap(), body);
            }
        }

        #[test]
        fn parsing_is_idempotent(text in ".*") {
            if let Ok(body) = NoteBody::parse(&text) {
                proptest::prop_assert_eq!(NoteBody::parse(body.as_str()).unwrap(), body);
            }
        }
    }
}
