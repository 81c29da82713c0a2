//! The content of a letter: its text, and the list of its attachments. RFC 8621, section 4.1.4, says which parts are
//! the text; where that text is empty, the content decides. Everything is read within the limits.

mod enclosed;
mod source;
mod tnef;

use crate::{
    Attached, Warning,
    head::{Head, Section},
    limits::Room,
    mime::{Media, Multipart, Part},
    text,
    transfer::{Body, Encoding, decoded},
    uuencode,
};
use source::{Source, is_markup, is_text};
use std::borrow::Cow;

/// Longer than any real file name or media type.
const MAX_LINE: usize = 255;

#[derive(Default)]
pub(crate) struct Content {
    /// No control characters but tab and line feed.
    pub(crate) text: String,
    pub(crate) attachments: Vec<Attached>,
}

/// Reads what is below the headers of a letter. `head`: those headers.
pub(crate) fn read(head: &Head, body: &[u8], room: &mut Room) -> Content {
    let root = Part::new(head, body);
    let mut found = Found::new(room);
    let outside = match root.multipart(0) {
        Some(multipart) => {
            found.multipart(&multipart, Wanted { text: true, html: true, is_in_alternative: false }, 0);
            // Often a sentence that only says that this is MIME.
            let is_usual = multipart.preamble.windows(4).any(|word| word == b"MIME");
            if is_usual { &[] } else { multipart.preamble }
        }
        None => {
            found.leaf(&root, None, 0, &mut Wanted { text: true, html: true, is_in_alternative: false });
            if matches!(root.media(), Media::Other | Media::Letter) { &[] } else { body }
        }
    };
    found.content(outside)
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
    /// What is written below the text: enclosed letters.
    below: Vec<String>,
    has_tnef: bool,
}

impl<'a, 'r> Found<'a, 'r> {
    fn new(room: &'r mut Room) -> Self {
        Self { room, text: Vec::new(), html: Vec::new(), attached: Vec::new(), below: Vec::new(), has_tnef: false }
    }

    fn multipart(&mut self, multipart: &Multipart<'a>, mut wanted: Wanted, depth: usize) {
        let is_alternative = multipart.subtype == "alternative";
        wanted.is_in_alternative |= is_alternative;
        let (texts, htmls) = (self.text.len(), self.html.len());
        for (n, raw) in multipart.parts.iter().enumerate() {
            if !self.room.take_part() {
                break;
            }
            let section = Section::new(raw);
            let part = Part::new(&Head::read(section.head, self.room), section.body);
            match part.multipart(depth + 1) {
                Some(inner) => self.multipart(&inner, wanted, depth + 1),
                None => self.leaf(&part, Some(&multipart.subtype), n, &mut wanted),
            }
        }
        if is_alternative && wanted.text && wanted.html {
            self.choose(texts, htmls);
        }
    }

    /// Where only one form was found, it stands for both; so does the HTML beside a plain text that says nothing.
    fn choose(&mut self, texts: usize, htmls: usize) {
        let (text, html) = (&self.text[texts..], &self.html[htmls..]);
        if html.is_empty() {
            self.html.extend_from_slice(&self.text[texts..]);
        } else if text.iter().all(|source| source.says_nothing(html)) {
            self.text.truncate(texts);
            self.text.extend_from_slice(&self.html[htmls..]);
        }
    }

    /// A part that holds no others: the `n`th of a multipart of this subtype, or the whole letter.
    fn leaf(&mut self, part: &Part<'a>, subtype: Option<&str>, n: usize, wanted: &mut Wanted) {
        let body = decoded(part.body, part.encoding);
        let media = self.media(part, body.as_ref(), subtype);
        let is_inline = matches!(media, Media::Plain | Media::Html)
            && !part.is_attachment()
            && (body.is_some() || part.media() == Media::Plain || subtype.is_none())
            && (n == 0 || (subtype != Some("related") && !part.has_name()));
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
        let source = Source::of(part, media);
        self.text.extend(is_text.then(|| source.clone()));
        self.html.extend(is_html.then(|| source.clone()));
        let is_read = if media == Media::Html { is_html } else { is_text };
        if !is_read {
            let bytes = body.map_or(Cow::Borrowed(part.body), |body| body.bytes);
            self.attach(part, media, &bytes, source);
        }
    }

    /// What a part is: what its headers say, unless its content shows something else.
    fn media(&mut self, part: &Part<'_>, body: Option<&Body<'_>>, subtype: Option<&str>) -> Media {
        let media = match part.media() {
            Media::Plain if part.kind.value.is_empty() && subtype == Some("digest") => return Media::Letter,
            media => media,
        };
        let Some(body) = body else {
            // Shown as it stands, but only as a text of its own where it claims to be one.
            self.room.warn(Warning::Encoding);
            return if media == Media::Plain || media == Media::Letter { media } else { Media::OtherText };
        };
        match media {
            Media::Unclear if part.name().is_none() && is_text(&body.bytes) => {
                self.room.warn(Warning::Structure);
                if is_markup(&body.bytes) { Media::Html } else { Media::Plain }
            }
            Media::Unclear => Media::Other,
            Media::Plain if part.encoding != Encoding::None && !is_text(&body.bytes) && is_text(part.body) => media,
            Media::Plain if !part.is_attachment() && is_markup(&body.bytes) => Media::Html,
            _ => media,
        }
    }

    /// Lists an attachment, and writes the text of an enclosed letter below the letter's.
    fn attach(&mut self, part: &Part<'a>, media: Media, bytes: &[u8], source: Source<'a>) {
        let is_digest = media == Media::Letter && part.kind.value.is_empty();
        let media_type = if is_digest { "message/rfc822".to_owned() } else { part.media_type() };
        let is_enclosed = media == Media::Letter;
        let name = part.name().or_else(|| is_enclosed.then(|| enclosed::name(bytes)));
        let is_nameless_text = matches!(media, Media::Plain | Media::Html | Media::OtherText) && part.name().is_none();
        let attached = Attached {
            name: name.and_then(|name| text::line(&name, MAX_LINE)).unwrap_or_else(|| "attachment".to_owned()),
            size: bytes.len() as u64,
            media_type: text::line(&media_type, MAX_LINE).unwrap_or_else(|| "application/octet-stream".to_owned()),
        };
        let is_tnef = tnef::is_one(&media_type, &attached.name);
        self.attached.push((attached, is_nameless_text.then_some(source)));
        if is_enclosed {
            self.below.extend(enclosed::text(bytes, self.room));
        } else if is_tnef {
            self.attached.extend(tnef::attachments(bytes).into_iter().map(|attached| (attached, None)));
            self.has_tnef = true;
        }
    }

    /// `outside`: the text that is in no part. Some programs report failures there, above parts that hold no text.
    fn content(mut self, outside: &[u8]) -> Content {
        let mut sources = if self.text.iter().all(|source| source.says_nothing(&self.html)) {
            if self.html.is_empty() { self.text } else { self.html }
        } else {
            self.text
        };
        if sources.is_empty() {
            // The only text is of another kind (richtext).
            let (texts, rest) = self.attached.into_iter().partition(|(_, source)| source.is_some());
            sources = Vec::from_iter(texts).into_iter().filter_map(|(_, source)| source).collect();
            self.attached = rest;
        }
        let texts: Vec<String> = sources.iter().map(|source| source.render(self.room)).collect();
        let mut text = if texts.iter().all(String::is_empty) {
            crate::charset::guessed(self.room.take_text(outside))
        } else {
            texts.iter().filter(|text| !text.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
        };
        drop(texts);
        if self.has_tnef && text.trim().is_empty() {
            tnef::UNREADABLE.clone_into(&mut text);
        }
        for below in self.below.into_iter().filter(|below| !below.is_empty()) {
            text =
                [text.trim_end(), &below].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n\n");
        }
        let (text, old_style) = uuencode::take_out(&text::body(&text));
        let attachments = self.attached.into_iter().map(|(attached, _)| attached).chain(old_style);
        let attachments = self.room.attachments(attachments.collect());
        Content { text: self.room.text(&text), attachments }
    }
}
