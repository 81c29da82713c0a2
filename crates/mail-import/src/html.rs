//! HTML as plain text: blocks in lines of their own, cells apart, lists with their marks, quotations with `> `, links with
//! their addresses, images as their alternative texts.
//!
//! html5gum, a tokenizer that passes the tests of the HTML standard, says what is a tag and what is text. Time and
//! memory are linear in the text's length, which libraries that build a tree can't promise: see
//! `docs/decisions/html-to-text.md`.

mod lines;
#[cfg(test)]
mod tests;

use html5gum::{
    Span, Tokenizer,
    emitters::callback::{Callback, CallbackEmitter, CallbackEvent},
};
use lines::Lines;
use std::convert::Infallible;

/// More is shown as if it were this deep.
const MAX_LISTS: usize = 10;

/// Makes plain text of HTML. A text without a single tag keeps its lines.
pub(crate) fn to_text(html: &str) -> String {
    let mut page = Page { is_plain: !has_tags(html), ..Page::default() };
    let mut emitter = CallbackEmitter::<_, Infallible>::new(&mut page);
    // Without a tree, the tokenizer is told that what is in `<style>` and `<title>` is no markup.
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    page.close_link();
    page.lines.finish()
}

/// A letter, or `/` and a letter, behind a `<`.
fn has_tags(html: &str) -> bool {
    html.as_bytes().windows(3).any(|at| {
        at[0] == b'<' && (at[1].is_ascii_alphabetic() || b"!/".contains(&at[1]) && !at[2].is_ascii_whitespace())
    })
}

#[derive(Default)]
struct Page {
    lines: Lines,
    is_plain: bool,
    /// Elements whose text is not shown, and how many of them are open.
    hidden: usize,
    preformatted: usize,
    /// For each list that is open, the number of its next item; none for a list with marks.
    lists: Vec<Option<u64>>,
    link: Option<Link>,
    /// The start tag that is being read, with the attributes that matter.
    tag: String,
    attribute: String,
    address: String,
    alternative: String,
    start: String,
}

struct Link {
    address: String,
    /// Where its text begins.
    at: usize,
}

impl Callback<Infallible, ()> for &mut Page {
    fn handle_event(&mut self, event: CallbackEvent<'_>, _: Span<()>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = utf_8(name);
                for attribute in [&mut self.address, &mut self.alternative, &mut self.start] {
                    attribute.clear();
                }
            }
            CallbackEvent::AttributeName { name } => self.attribute = utf_8(name),
            CallbackEvent::AttributeValue { value } => match self.attribute.as_str() {
                "href" if self.address.is_empty() => self.address = utf_8(value),
                "alt" if self.alternative.is_empty() => self.alternative = utf_8(value),
                "start" => self.start = utf_8(value),
                _ => {}
            },
            CallbackEvent::CloseStartTag { .. } => self.open(),
            CallbackEvent::EndTag { name } => self.close(&utf_8(name)),
            CallbackEvent::String { value } if self.hidden == 0 => {
                let text = String::from_utf8_lossy(value);
                if self.is_plain || self.preformatted > 0 {
                    self.lines.preformatted(&text);
                } else {
                    self.lines.text(&text);
                }
            }
            _ => {}
        }
        None
    }
}

fn utf_8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How far a block is from its neighbours: a line of its own, or an empty line between them.
fn distance(tag: &str) -> Option<usize> {
    match tag {
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "blockquote" | "pre" | "table" | "hr"
        | "fieldset" | "figure" => Some(2),
        "div" | "tr" | "li" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "main" | "nav" | "aside"
        | "address" | "form" | "center" | "caption" | "thead" | "tbody" | "tfoot" | "body" | "html" | "details"
        | "summary" | "figcaption" | "legend" | "option" | "marquee" | "dir" | "menu" => Some(1),
        _ => None,
    }
}

impl Page {
    fn open(&mut self) {
        let tag = std::mem::take(&mut self.tag);
        if let Some(distance) = distance(&tag) {
            let is_nested_list = ["ul", "ol"].contains(&&*tag) && !self.lists.is_empty();
            self.lines.block(if is_nested_list { 1 } else { distance });
        }
        match &*tag {
            "br" => self.lines.line_break(),
            "td" | "th" => self.lines.cell(),
            "pre" | "textarea" | "listing" | "xmp" => self.preformatted += 1,
            "script" | "style" | "title" | "template" => self.hidden += 1,
            "blockquote" => self.lines.quote(),
            "ul" | "menu" | "dir" => self.lists.push(None),
            "ol" => self.lists.push(Some(self.start.trim().parse().unwrap_or(1))),
            "li" => self.item(),
            "img" | "area" | "input" => self.lines.text(&std::mem::take(&mut self.alternative)),
            "a" => {
                self.close_link();
                let address = std::mem::take(&mut self.address);
                self.link = Some(Link { address, at: self.lines.len() });
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: &str) {
        match tag {
            "pre" | "textarea" | "listing" | "xmp" => self.preformatted = self.preformatted.saturating_sub(1),
            "script" | "style" | "title" | "template" => self.hidden = self.hidden.saturating_sub(1),
            "ul" | "ol" | "menu" | "dir" => _ = self.lists.pop(),
            "a" => self.close_link(),
            // `</p>` and `</br>` without a start are elements of their own.
            "br" => self.lines.line_break(),
            _ => {}
        }
        if let Some(distance) = distance(tag) {
            let is_nested_list = ["ul", "ol"].contains(&tag) && !self.lists.is_empty();
            self.lines.block(if is_nested_list { 1 } else { distance });
        }
        if tag == "blockquote" {
            self.lines.unquote();
        }
    }

    fn item(&mut self) {
        let indent = "  ".repeat(self.lists.len().saturating_sub(1).min(MAX_LISTS));
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number = number.saturating_add(1);
                format!("{indent}{}. ", *number - 1)
            }
            _ => format!("{indent}- "),
        };
        self.lines.mark(mark);
    }

    /// Writes the address of the link behind its text, unless the text is the address.
    fn close_link(&mut self) {
        let Some(Link { address, at }) = self.link.take() else { return };
        let address = address.trim();
        let scheme = address.split(':').next().unwrap_or_default().to_lowercase();
        let is_address = scheme.len() < address.len() && ["http", "https", "mailto", "tel", "ftp"].contains(&&*scheme);
        if is_address && address.chars().all(|c| !c.is_whitespace() && !c.is_control()) {
            let text = bare(self.lines.since(at));
            if text != bare(address) {
                self.lines.suffix(&format!("({address})"));
            }
        }
    }
}

/// An address or a text without what people leave out of addresses.
fn bare(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let mut bare = text.as_str();
    for prefix in ["mailto:", "tel:", "https://", "http://", "www."] {
        bare = bare.strip_prefix(prefix).unwrap_or(bare);
    }
    bare.trim_end_matches('/').to_owned()
}
