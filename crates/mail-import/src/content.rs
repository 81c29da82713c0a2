//! The content of a letter: its text, and the list of its attachments. RFC 8621,
//! section 4.1.4, says which parts are the text. Everything is read within the limits.

use crate::{
    Attached,
    limits::Room,
    mime::{Encoding, Media, Multipart, Part, Section, decoded},
    text, uuencode, workarounds,
};
use mail_parser::{Message, decoders::html::html_to_text};
use std::borrow::Cow;

/// Longer than any real file name or media type.
const MAX_LINE: usize = 255;

pub(crate) struct Content {
    /// No control characters but tab and line feed.
    pub(crate) text: String,
    pub(crate) attachments: Vec<Attached>,
}

/// Reads what is below the headers of a letter. `headers`: those headers.
pub(crate) fn read(headers: &Message<'_>, body: &[u8], room: &mut Room) -> Content {
    let root = Part { headers: Some(headers), body };
    let mut found = Found { room, text: Vec::new(), html: Vec::new(), attached: Vec::new() };
    let outside = match root.multipart(0) {
        Some(multipart) => {
            found.multipart(&multipart, Wanted { text: true, html: true, is_in_alternative: false }, 0);
            // Often a sentence that only says that this is MIME.
            let is_usual = multipart.preamble.windows(4).any(|word| word == b"MIME");
            if is_usual { &[] } else { multipart.preamble }
        }
        None => {
            found.leaf(&root, None, 0, &mut Wanted { text: true, html: true, is_in_alternative: false });
            if root.media() == Media::Other { &[] } else { body }
        }
    };
    found.content(outside)
}

/// A text before it is decoded.
#[derive(Clone)]
struct Source<'a> {
    body: &'a [u8],
    encoding: Encoding,
    charset: Option<String>,
    media: Media,
}

impl<'a> Source<'a> {
    fn of(part: &Part<'a, '_>) -> Self {
        let charset = part.content_type().and_then(|kind| kind.attribute("charset")).map(str::to_owned);
        Self { body: part.body, encoding: part.encoding(), charset, media: part.media() }
    }

    fn render(&self, room: &mut Room) -> String {
        let body = room.take_text(self.body);
        let bytes = decoded(body, self.encoding).unwrap_or(Cow::Borrowed(body));
        let text = workarounds::in_charset(self.charset.as_deref(), &bytes);
        if self.media == Media::Html { html_to_text(&text) } else { text }
    }
}

/// The forms of the text that are still to be found, by the multipart that is being read.
#[derive(Clone, Copy)]
struct Wanted {
    text: bool,
    html: bool,
    is_in_alternative: bool,
}

/// What is found in the parts.
struct Found<'a, 'r> {
    room: &'r mut Room,
    /// The parts of the letter as plain text, and as HTML. Each list may hold parts of the other form, where there is no
    /// choice.
    text: Vec<Source<'a>>,
    html: Vec<Source<'a>>,
    /// The attachments; with its text, if it is one and has no name.
    attached: Vec<(Attached, Option<Source<'a>>)>,
}

impl<'a> Found<'a, '_> {
    fn multipart(&mut self, multipart: &Multipart<'a>, mut wanted: Wanted, depth: usize) {
        let is_alternative = multipart.subtype == "alternative";
        wanted.is_in_alternative |= is_alternative;
        let (texts, htmls) = (self.text.len(), self.html.len());
        for (n, raw) in multipart.parts.iter().enumerate() {
            if !self.room.take_part() {
                break;
            }
            let section = Section::new(raw);
            let head = workarounds::prepared(section.head, self.room);
            let headers = workarounds::parse(&head);
            let part = Part { headers: headers.as_ref(), body: section.body };
            match part.multipart(depth + 1) {
                Some(inner) => self.multipart(&inner, wanted, depth + 1),
                None => self.leaf(&part, Some(&multipart.subtype), n, &mut wanted),
            }
        }
        if is_alternative && wanted.text && wanted.html {
            // Only one form was found: it stands for both.
            if self.text.len() == texts {
                self.text.extend_from_slice(&self.html[htmls..]);
            } else if self.html.len() == htmls {
                self.html.extend_from_slice(&self.text[texts..]);
            }
        }
    }

    /// A part that holds no others: the `n`th of a multipart of this subtype, or the whole letter.
    fn leaf(&mut self, part: &Part<'a, '_>, subtype: Option<&str>, n: usize, wanted: &mut Wanted) {
        let decoded = decoded(part.body, part.encoding());
        // Shown as it stands, but only as a text of its own where it claims to be one.
        let is_mislabelled = decoded.is_none();
        let media = if is_mislabelled && part.media() != Media::Plain { Media::OtherText } else { part.media() };
        let has_name = part.content_type().is_some_and(|kind| kind.has_attribute("name"));
        let is_inline = matches!(media, Media::Plain | Media::Html)
            && !part.is_attachment()
            && (!is_mislabelled || subtype.is_none())
            && (n == 0 || (subtype != Some("related") && !has_name));
        let (is_text, is_html) = match media {
            _ if subtype == Some("alternative") => (media == Media::Plain, media == Media::Html),
            _ if !is_inline => (false, false),
            Media::Html if wanted.is_in_alternative && (wanted.text || wanted.html) => {
                wanted.text = false;
                (false, wanted.html)
            }
            Media::Plain if wanted.is_in_alternative && (wanted.text || wanted.html) => {
                wanted.html = false;
                (wanted.text, false)
            }
            _ => (wanted.text, wanted.html),
        };
        self.text.extend(is_text.then(|| Source::of(part)));
        self.html.extend(is_html.then(|| Source::of(part)));
        let is_read = if media == Media::Html { is_html } else { is_text };
        if !is_read {
            let is_nameless_text = media != Media::Other && part.name().is_none();
            let attached = self.attached(part, &decoded.unwrap_or(Cow::Borrowed(part.body)));
            self.attached.push((attached, is_nameless_text.then(|| Source::of(part))));
        }
    }

    fn attached(&mut self, part: &Part<'_, '_>, bytes: &[u8]) -> Attached {
        let media_type = part.content_type().map_or_else(
            || "text/plain".to_owned(),
            |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase(),
        );
        let is_enclosed = ["message/rfc822", "message/global", "multipart/digest"].contains(&media_type.as_str());
        let name = part.name().or_else(|| is_enclosed.then(|| self.enclosed_name(bytes)));
        Attached {
            name: name.and_then(|name| text::line(&name, MAX_LINE)).unwrap_or_else(|| "attachment".to_owned()),
            size: bytes.len() as u64,
            media_type: text::line(&media_type, MAX_LINE).unwrap_or_else(|| "application/octet-stream".to_owned()),
        }
    }

    /// The name of an enclosed message is its subject.
    fn enclosed_name(&mut self, bytes: &[u8]) -> String {
        let head = workarounds::prepared(Section::new(bytes).head, self.room);
        let enclosed = workarounds::parse(&head);
        let subject = enclosed.as_ref().and_then(|message| message.subject());
        format!("{}.eml", subject.unwrap_or("message"))
    }

    /// `outside`: the text that is in no part. Some programs report failures there, above parts that hold no text.
    ///
    /// mail-parser leaves it out, as RFC 2046 says, and will not change that:
    /// <https://github.com/stalwartlabs/mail-parser/issues/46>.
    fn content(mut self, outside: &[u8]) -> Content {
        let mut sources = if self.text.is_empty() { self.html } else { self.text };
        if sources.is_empty() {
            // The only text is of another kind (richtext).
            let (texts, rest) = self.attached.into_iter().partition(|(_, source)| source.is_some());
            sources = Vec::from_iter(texts).into_iter().filter_map(|(_, source)| source).collect();
            self.attached = rest;
        }
        let texts: Vec<String> = sources.iter().map(|source| source.render(self.room)).collect();
        let text = if texts.iter().all(String::is_empty) {
            text::guess(self.room.take_text(outside))
        } else {
            texts.join("\n")
        };
        drop(texts);
        let (text, old_style) = uuencode::take_out(&text::body(&text));
        let attachments = self.attached.into_iter().map(|(attached, _)| attached).chain(old_style);
        let attachments = self.room.attachments(attachments.collect());
        Content { text: self.room.text(&text), attachments }
    }
}
