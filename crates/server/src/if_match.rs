//! `If-Match` (RFC 9110, sections 8.8.3 and 13.1.1): the versions that a change is meant for. The entity tag of a
//! contact or conversation is its `rev` in quotes, e. g. `"7"`.

use crate::error::{Error, Result};
use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use wire::{ProblemCode, Seq};

const NOT_UNDERSTOOD: &str =
    "If-Match is * or a list of entity tags in double quotes. The tag of a version is its rev: \"7\".";

/// The versions that a change may be made to.
#[derive(Debug, PartialEq)]
pub enum IfMatch {
    /// Without the header, or `*`: any version.
    Any,
    /// The strong tags of the list, without their quotes. A weak tag names no version here.
    Tags(Vec<String>),
}

impl IfMatch {
    /// Whether the change may be made to a resource of this `rev`.
    #[must_use]
    pub fn allows(&self, rev: Seq) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.contains(&rev.to_string()),
        }
    }

    fn parse(value: &str) -> Option<Self> {
        if value.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let (mut rest, mut is_empty) = (value, true);
        loop {
            // The grammar of lists allows empty elements.
            rest = rest.trim_start_matches([' ', '\t', ',']);
            if rest.is_empty() {
                break;
            }
            let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
            let (tag, after) = opaque.split_once('"')?;
            if !tag.chars().all(is_etagc) {
                return None;
            }
            if !rest.starts_with("W/") {
                tags.push(tag.to_owned());
            }
            rest = after.trim_start_matches([' ', '\t']);
            if !rest.is_empty() && !rest.starts_with(',') {
                return None;
            }
            is_empty = false;
        }
        if is_empty { None } else { Some(Self::Tags(tags)) }
    }
}

/// A character of an entity tag; bytes above ASCII are not sent by anybody who has a tag of ours.
fn is_etagc(c: char) -> bool {
    c == '!' || ('#'..='~').contains(&c)
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let refused = || Error::detail(ProblemCode::BadHeader, NOT_UNDERSTOOD);
        let lines: Option<Vec<&str>> =
            parts.headers.get_all(header::IF_MATCH).iter().map(|line| line.to_str().ok()).collect();
        let lines = lines.ok_or_else(refused)?;
        if lines.is_empty() { Ok(Self::Any) } else { Self::parse(&lines.join(",")).ok_or_else(refused) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::text_rules::ENTITY_TAGS;

    #[test]
    fn the_versions_that_a_header_names_are_allowed_and_no_others() {
        for (value, allows_7) in [
            ("*", true),
            (" * ", true),
            ("\"7\"", true),
            ("\"6\", \"7\"", true),
            ("\"6\",\t\"7\",", true),
            (", ,\"7\"", true),
            ("\"a,b\", \"7\"", true),
            ("W/\"6\", \"7\"", true),
            ("\"8\"", false),
            ("\"07\"", false),
            ("\"+7\"", false),
            ("\"\"", false),
            ("\"*\"", false),
            ("\"7,8\"", false),
            // The comparison is strong.
            ("W/\"7\"", false),
        ] {
            let read = IfMatch::parse(value).unwrap_or_else(|| panic!("{value} is of the grammar"));
            assert_eq!(read.allows(7), allows_7, "{value}");
        }
    }

    #[test]
    fn a_header_that_is_not_of_the_grammar_is_not_read() {
        for value in ["*", "\"7\"", "W/\"7\", \"8\""] {
            assert!(ENTITY_TAGS.allows(value) && IfMatch::parse(value).is_some(), "{value}");
        }
        for value in [
            "",
            " ",
            ",",
            "7",
            "07",
            "+7",
            "\"7",
            "7\"",
            "\"\"7\"\"",
            "'7'",
            "\"7\" \"8\"",
            "\"7\"\"8\"",
            "\"7\";",
            "w/\"7\"",
            "W/7",
            "W/ \"7\"",
            "\"7\", *",
            "*, \"7\"",
            "**",
            "\"7 \"",
            "\"7\", 8",
        ] {
            assert_eq!(IfMatch::parse(value), None, "{value}");
            assert!(!ENTITY_TAGS.allows(value), "the document says so of {value}");
        }
    }
}
