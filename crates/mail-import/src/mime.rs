//! MIME, RFC 2046: what the headers of a letter or a part say of its body, and the parts of a multipart.

mod boundaries;

use crate::{head::Head, limits::MAX_DEPTH, parameters::Field, transfer::Encoding};
use boundaries::split;

pub(crate) struct Part<'a> {
    pub(crate) body: &'a [u8],
    pub(crate) kind: Field,
    pub(crate) encoding: Encoding,
    disposition: Option<Field>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Plain,
    Html,
    /// Richtext, a calendar.
    OtherText,
    /// A message inside the letter.
    Letter,
    Other,
    /// No type, or none that is one: the content decides.
    Unclear,
}

pub(crate) struct Multipart<'a> {
    pub(crate) subtype: String,
    pub(crate) preamble: &'a [u8],
    pub(crate) parts: Vec<&'a [u8]>,
}

const TYPES: [&str; 11] =
    ["text", "multipart", "message", "image", "audio", "video", "application", "font", "model", "chemical", "haptics"];

impl<'a> Part<'a> {
    pub(crate) fn new(head: &Head, body: &'a [u8]) -> Self {
        Self {
            body,
            kind: Field::read(head.get("content-type").unwrap_or_default()),
            encoding: head.get("content-transfer-encoding").map_or(Encoding::None, Encoding::named),
            disposition: head.get("content-disposition").map(Field::read),
        }
    }

    /// The type and the subtype.
    fn types(&self) -> (&str, &str) {
        let (kind, subtype) = self.kind.value.split_once('/').unwrap_or((&self.kind.value, ""));
        // `text/html/x`, `text/plain charset utf-8`: what follows is no part of a type.
        let subtype = subtype.trim().split(|c: char| c == '/' || c.is_whitespace()).next().unwrap_or_default();
        (kind.trim(), subtype)
    }

    pub(crate) fn media(&self) -> Media {
        match self.types() {
            ("" | "text", "plain") | ("", "") => Media::Plain,
            ("text" | "html", "html" | "htm" | "x-html" | "") if self.kind.value.contains("htm") => Media::Html,
            ("application", "xhtml+xml") => Media::Html,
            // RFC 1049 had types without subtypes.
            ("text", "" | "text" | "ascii" | "txt" | "x-plain" | "unknown") | ("plain" | "plaintext" | "txt", "") => {
                Media::Plain
            }
            ("text", _) => Media::OtherText,
            ("message", "rfc822" | "global" | "x-rfc822" | "news") => Media::Letter,
            ("multipart", _) => Media::Unclear,
            (kind, subtype) if !TYPES.contains(&kind) || subtype.is_empty() => Media::Unclear,
            _ => Media::Other,
        }
    }

    /// `text/plain` where nothing else is said.
    pub(crate) fn media_type(&self) -> String {
        match self.types() {
            ("", "") => "text/plain".to_owned(),
            (kind, "") => format!("{kind}/octet-stream"),
            (kind, subtype) => format!("{kind}/{subtype}"),
        }
    }

    pub(crate) fn is_multipart(&self) -> bool {
        self.types().0 == "multipart"
    }

    /// Its parts, unless it is none, or lies too deep in others, or no delimiter is found.
    pub(crate) fn multipart(&self, depth: usize) -> Option<Multipart<'a>> {
        if !self.is_multipart() || depth >= MAX_DEPTH {
            return None;
        }
        let (preamble, parts) = split(self.body, self.kind.get("boundary"))?;
        Some(Multipart { subtype: self.types().1.to_owned(), preamble, parts })
    }

    pub(crate) fn is_attachment(&self) -> bool {
        self.disposition.as_ref().is_some_and(|disposition| disposition.value == "attachment")
    }

    pub(crate) fn charset(&self) -> Option<&str> {
        self.kind.get("charset")
    }

    pub(crate) fn has_name(&self) -> bool {
        self.kind.get("name").is_some()
    }

    pub(crate) fn name(&self) -> Option<String> {
        let disposed = self.disposition.as_ref().and_then(|disposition| disposition.get("filename"));
        disposed.or_else(|| self.kind.get("name")).map(str::to_owned)
    }
}
