//! The rules of the texts in requests. The published schema and the check are made of the same lengths and pattern, so
//! that they can't differ. Patterns keep to what Rust, Python and ECMAScript read alike.

use crate::{
    body::{MAX_BODY_CHARS, NoteBody},
    characters::DEFAULT_IGNORABLE,
    page::{EPOCH_CHARS, SEQ_DIGITS},
    refused_control::RefusedControl,
};
use regex::Regex;
use std::sync::LazyLock;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Object, ObjectBuilder, RefOr,
        schema::{Schema, SchemaType, Type},
    },
};

/// The rule of a text: how many characters it has, and its pattern, if it has one.
pub struct TextRule {
    pub least: usize,
    pub most: usize,
    pattern: Option<(String, Regex)>,
}

impl TextRule {
    fn of_length(least: usize, most: usize) -> Self {
        Self { least, most, pattern: None }
    }

    fn new(least: usize, most: usize, pattern: String) -> Self {
        let regex = Regex::new(&pattern).expect("the pattern is one of this file's");
        Self { least, most, pattern: Some((pattern, regex)) }
    }

    /// Whether the text is as the rule says.
    #[must_use]
    pub fn allows(&self, text: &str) -> bool {
        (self.least..=self.most).contains(&text.chars().count())
            && self.pattern.as_ref().is_none_or(|(_, regex)| regex.is_match(text))
    }

    /// The first control character for which the text is refused, if it has one.
    #[must_use]
    pub fn refused_control(&self, text: &str) -> Option<RefusedControl> {
        let is_refused = |c: char| c.is_control() && !self.allows(&format!("x{c}x"));
        let found = text.chars().zip(1..).find(|(c, _)| is_refused(*c));
        found.map(|(character, position)| RefusedControl { position, character })
    }

    #[must_use]
    pub fn schema(&self) -> Object {
        self.object(Type::String.into())
    }

    fn or_null(&self) -> Object {
        self.object(SchemaType::from_iter([Type::String, Type::Null]))
    }

    fn object(&self, schema_type: SchemaType) -> Object {
        let pattern = self.pattern.as_ref().map(|(pattern, _)| pattern.clone());
        ObjectBuilder::new()
            .schema_type(schema_type)
            .min_length(Some(self.least).filter(|least| *least > 0))
            .max_length(Some(self.most).filter(|most| *most < usize::MAX))
            .pattern(pattern)
            .build()
    }
}

/// Unicode's `Cc`, for a class.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";
/// Unicode's `White_Space`, as far as it is not in [`CONTROL`].
const SPACE: &str = r"\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";

/// A class of the characters that can be seen.
fn visible() -> String {
    let ranges = DEFAULT_IGNORABLE.map(|(first, last)| format!("{}-{}", in_class(first), in_class(last)));
    format!("[^{CONTROL}{SPACE}{}]", ranges.concat())
}

/// A character as it is written in a class. Above the first plane the three languages differ in escapes.
fn in_class(c: char) -> String {
    if u32::from(c) <= 0xffff { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }
}

/// A text without line breaks in which something can be seen.
fn line() -> String {
    format!("^[^{CONTROL}]*{}[^{CONTROL}]*$", visible())
}

/// A text of parts that match this, in which something can be seen.
fn lines(part: &str) -> String {
    format!("^{part}*{}{part}*$", visible())
}

/// Any character but the control characters that a text can't have: all of C0 except for tab and line feed.
const IN_LINES: &str = r"[^\u0000-\u0008\u000b-\u001f]";

static BODY: LazyLock<TextRule> =
    LazyLock::new(|| TextRule::new(1, MAX_BODY_CHARS, lines(&format!(r"(?:{IN_LINES}|\u000d\u000a)"))));

/// The name of a contact or their id in other systems.
pub static NAME: LazyLock<TextRule> = LazyLock::new(|| TextRule::new(1, 200, line()));

/// An address as far as RFC 5321 allows without asking its server: one @, something on both sides, 254 characters.
pub static EMAIL: LazyLock<TextRule> = LazyLock::new(|| {
    let part = format!("[^{CONTROL}{SPACE}@<>,;]+");
    TextRule::new(3, 254, format!("^{part}@{part}$"))
});

/// Decimal digits: of ASCII, Arabic, Persian, Devanagari, and in full width.
const DIGIT: &str = r"[0-9\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19]";
/// What people, other programs and RFC 3966 write between the digits of a phone number: spaces of any width, dashes of
/// any length, brackets, dots, and the invisible marks that a copied number has around it.
const BETWEEN_DIGITS: &str = concat!(
    r"[\u0020\u00a0\u00ad\u1680\u2000-\u2015\u202a-\u202f\u2060\u2066-\u2069\u2212\u3000\ufeff",
    r"()\[\]\uff08\uff09+\uff0b.\uff0e/\uff0f#*,;:=~\u00b7\u2022_\u30fc\uff0d\-]"
);
/// A short word of letters: `tel`, `ext`, `x`, `Durchwahl`.
const WORD: &str = r"[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff]{1,12}";

/// A phone number as people write it: 3–20 digits and what is written between them, perhaps a word before it, and an
/// extension or a word behind it.
pub static PHONE: LazyLock<TextRule> = LazyLock::new(|| {
    let (between, digit) = (format!("{BETWEEN_DIGITS}*"), DIGIT);
    let number = format!("(?:{between}{digit}){{3,20}}");
    let behind = format!("(?:{WORD}{between}(?:{digit}{between}){{0,8}})?");
    TextRule::new(3, 64, format!("^{between}(?:{WORD})?{number}{between}{behind}$"))
});

/// A postal address, in several lines.
pub static ADDRESS: LazyLock<TextRule> = LazyLock::new(|| TextRule::new(1, 500, lines(IN_LINES)));

/// The form of a BCP 47 tag: a language of two to eight letters, then subtags of one to eight letters or digits.
pub static LANGUAGE: LazyLock<TextRule> =
    LazyLock::new(|| TextRule::new(2, 35, "^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$".to_owned()));

/// The form of an IANA name. Whether the zone exists is left to the reader's browser.
pub static TIME_ZONE: LazyLock<TextRule> = LazyLock::new(|| {
    let part = r"[A-Za-z][A-Za-z0-9_+\-]*";
    TextRule::new(1, 64, format!("^{part}(?:/{part})*$"))
});

/// The name of a tag.
pub static TAG: LazyLock<TextRule> = LazyLock::new(|| TextRule::new(1, 40, line()));

/// The name of a list.
pub static LIST: LazyLock<TextRule> = LazyLock::new(|| TextRule::new(1, 80, line()));

/// An organization's short name.
pub static SLUG: LazyLock<TextRule> = LazyLock::new(|| TextRule::new(1, 40, "^[a-z0-9-]*$".to_owned()));

/// An agent's e-mail address where they are looked up; [`EMAIL`] holds for new ones.
pub static KNOWN_EMAIL: LazyLock<TextRule> = LazyLock::new(|| TextRule::of_length(0, 254));

/// A password at sign-in. How long a new one must be: [`NEW_PASSWORD`].
pub static PASSWORD: LazyLock<TextRule> = LazyLock::new(|| TextRule::of_length(0, 1000));

/// A password that is set. NIST SP 800-63B requires at least 8 characters, and that 64 are taken.
pub static NEW_PASSWORD: LazyLock<TextRule> = LazyLock::new(|| TextRule::of_length(12, PASSWORD.most));

/// The name of an agent or an organization.
pub static AGENT_NAME: LazyLock<TextRule> = LazyLock::new(|| TextRule::new(1, 100, line()));

/// The secret of an invitation's link.
pub static JOIN_TOKEN: LazyLock<TextRule> = LazyLock::new(|| TextRule::of_length(1, 200));

/// What is searched for in notes.
pub static SEARCH: LazyLock<TextRule> = LazyLock::new(|| TextRule::of_length(0, 200));

/// A cursor: opaque to clients.
pub static CURSOR: LazyLock<TextRule> = LazyLock::new(|| TextRule::new(1, 500, "^[0-9a-f.]+$".to_owned()));

pub static POSITION: LazyLock<TextRule> = LazyLock::new(|| {
    let pattern = format!(r"^[0-9A-Za-z]{{1,{EPOCH_CHARS}}}\.[0-9]{{1,{SEQ_DIGITS}}}$");
    TextRule::new(3, EPOCH_CHARS + 1 + SEQ_DIGITS, pattern)
});

/// `If-Match`: `*` or a list of entity tags. The tag of a version is its `rev` in quotes.
pub static ENTITY_TAGS: LazyLock<TextRule> = LazyLock::new(|| {
    let tag = "(?:W/)?\"[!#-~]*\"";
    TextRule::new(0, usize::MAX, format!(r"^(?:\*|{tag}(?:, {tag})*)$"))
});

/// `https://host` or `http://host`, perhaps with a port. Whether a host can have this name is checked beyond it.
pub static ORIGIN: LazyLock<TextRule> =
    LazyLock::new(|| TextRule::new(1, 300, r"^https?://[^\u0000-\u0020/\\?#@%*]+/?$".to_owned()));

/// A position: any number of 64 bits without a sign.
pub(crate) fn seq() -> Object {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(usize::MAX)).build()
}

macro_rules! field_schemas {
    ($($name:ident: $rule:ident.$schema:ident),+ $(,)?) => {$(
        pub(crate) fn $name() -> Object {
            $rule.$schema()
        }
    )+};
}

field_schemas! {
    contact_name: NAME.schema,
    list_name: LIST.schema,
    tag_name: TAG.schema,
    tag_name_or_null: TAG.or_null,
    search_text: SEARCH.schema,
    contact_email: EMAIL.or_null,
    contact_phone: PHONE.or_null,
    contact_external_id: NAME.or_null,
    contact_address: ADDRESS.or_null,
    contact_language: LANGUAGE.or_null,
    contact_time_zone: TIME_ZONE.or_null,
    sign_in_email: KNOWN_EMAIL.schema,
    password: PASSWORD.schema,
    new_password: NEW_PASSWORD.schema,
    agent_name: AGENT_NAME.schema,
    agent_email: EMAIL.schema,
    join_token: JOIN_TOKEN.schema,
    slug: SLUG.schema,
    embed_agent: KNOWN_EMAIL.schema,
    embed_origin: ORIGIN.schema,
}

impl PartialSchema for NoteBody {
    fn schema() -> RefOr<Schema> {
        BODY.schema().into()
    }
}

impl ToSchema for NoteBody {}

/// Types of parameters, for the published document.
macro_rules! parameters {
    ($($name:ident: $rule:ident),+ $(,)?) => {$(
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $rule.schema().into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

parameters! { TagName: TAG, OrgSlug: SLUG, SearchText: SEARCH, Cursor: CURSOR, EntityTags: ENTITY_TAGS }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_take_what_is_real_and_refuse_what_is_not() {
        for (rule, right, wrong) in [
            (
                &EMAIL,
                &["maya+x@acme.test", "ü@ü"][..],
                &["", "a", "a@", "@b", "a b@c", "a@b@c", "a@b\u{0}", "a@b\n"][..],
            ),
            (
                &PHONE,
                &[
                    "+49 (30) 123-456",
                    "112",
                    "+351\u{a0}912\u{202f}345\u{2009}678",
                    "555\u{2013}0143",
                    "555\u{2212}0143",
                    "tel:+1-201-555-0123;ext=42",
                    "Tel.: 030 1234",
                    "+1 (555) 014-3000 ext. 12",
                    "555-0143x12",
                    "030/1234-56 Durchwahl 7",
                    "\u{202a}+1 (555) 014-3000\u{202c}",
                    "１２３－４５６７",
                    "٠٣٠١٢٣٤",
                    "1-800-FLOWERS",
                    "+1 555 0143 (home)",
                ],
                &[
                    "",
                    "12",
                    "call me",
                    "1\n23",
                    "1234567890123456789012",
                    "112\n",
                    "ana@acme.test",
                    "call me at 112 please",
                ],
            ),
            (&LANGUAGE, &["pt-BR", "en"], &["", "e", "e1", "en_US", "en-", "en-ninechars", "en-\u{e9}", "en\n"]),
            (
                &TIME_ZONE,
                &["America/Argentina/Buenos_Aires", "Etc/GMT+1", "UTC"],
                &["", "/", "Europe/", "Europe//Berlin", "../etc", "Europe/Ber lin"],
            ),
            (&ADDRESS, &["Road 1\nTown", "a\tb"], &["", " \n", "a\r\nb", "a\u{0}", "\u{200b}"]),
            (&TAG, &["Åsa", " x "], &["", " ", "a\nb", "a\u{85}b", "\u{e0041}"]),
            (&SLUG, &["acme", "a-1"], &["", "ACME", "a_b", "a/b"]),
            (&ORIGIN, &["https://crm.example", "http://[::1]:3000/"], &["crm.example", "https://", "https://a/b"]),
            (&POSITION, &["e1.0", "x.9999999999999999999"], &["", "1", ".1", "e.", "e.+1", "e.10000000000000000000"]),
        ] {
            assert!(right.iter().all(|text| rule.allows(text)), "{right:?}");
            for text in wrong {
                assert!(!rule.allows(text), "{text:?}");
            }
        }
        assert!(TAG.allows(&"é".repeat(40)) && !TAG.allows(&"é".repeat(41)));
        assert!(!NEW_PASSWORD.allows("elevenchars") && NEW_PASSWORD.allows("twelve chars"));
    }

    #[test]
    fn a_refused_control_character_is_found_and_one_that_the_rule_takes_is_not() {
        let refused = |rule: &TextRule, text: &str| rule.refused_control(text).map(|found| found.position);
        assert_eq!(refused(&ADDRESS, "Road 1\n\tTown"), None);
        assert_eq!(refused(&ADDRESS, "Road 1\r\nTown"), Some(7));
        assert_eq!(refused(&NAME, "Ana\nDuarte"), Some(4));
        assert_eq!(refused(&PHONE, "+49 30\u{b}1"), Some(7));
        assert_eq!(refused(&EMAIL, "not an address"), None);
    }

    #[test]
    fn a_position_that_the_pattern_allows_is_read_and_no_other() {
        for text in
            ["e1.0", "x.9999999999999999999", "x.007", ".1", "e.", "e.+1", "e.1.1", "e.99999999999999999999", "é.1"]
        {
            assert_eq!(POSITION.allows(text), text.parse::<crate::Position>().is_ok(), "{text}");
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    proptest::proptest! {
        #[test]
        fn the_pattern_of_a_body_says_what_is_parsed(text in "(?s)[a\\r\\n\\t \\x00\\x1b\u{200b}\u{e0001}\u{3000}é😀]{0,6}") {
            proptest::prop_assert_eq!(BODY.allows(&text), NoteBody::parse(&text).is_ok(), "{:?}", text);
        }

        #[test]
        fn the_pattern_of_a_body_says_so_of_any_character(c in proptest::prelude::any::<char>()) {
            let text = c.to_string();
            proptest::prop_assert_eq!(BODY.allows(&text), NoteBody::parse(&text).is_ok(), "{:?}", text);
        }
    }
}
