//! The lines of a text that is made from HTML: white space, line breaks, marks of lists and quotations.

/// Deeper quotations have as many marks as this.
const MAX_QUOTES: usize = 10;
/// Empty lines between two texts.
const MAX_EMPTY: usize = 2;

#[derive(Default)]
pub(super) struct Lines {
    out: String,
    /// Line ends before the next text.
    breaks: usize,
    /// Line ends that the blocks around ask for.
    distance: usize,
    /// Between the last text and the next one in its line.
    gap: Gap,
    /// Of the list item that begins.
    mark: Option<String>,
    quotes: usize,
    /// Of the last text.
    quotes_before: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Cell,
}

impl Lines {
    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// What was written since it had this length.
    pub(super) fn since(&self, len: usize) -> &str {
        &self.out[len..]
    }

    /// Text in which a run of white space is one space. No-break spaces stay apart.
    pub(super) fn text(&mut self, text: &str) {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}');
        for (n, word) in text.split(is_space).enumerate() {
            if n > 0 {
                self.gap = self.gap.max(Gap::Space);
            }
            if !word.is_empty() {
                self.begin();
                self.out.extend(word.chars().map(|c| if c == '\u{a0}' { ' ' } else { c }));
            }
        }
    }

    /// Text whose spaces and line ends stay.
    pub(super) fn preformatted(&mut self, text: &str) {
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                self.breaks += 1;
            }
            let line = line.trim_end_matches('\r');
            if !line.is_empty() {
                let breaks = self.breaks;
                self.begin_after(breaks.max(self.distance));
                self.out.push_str(line);
            }
        }
    }

    /// A block begins or ends here.
    pub(super) fn block(&mut self, distance: usize) {
        self.breaks = self.breaks.max(1);
        self.distance = self.distance.max(distance);
        self.gap = Gap::None;
    }

    pub(super) fn line_break(&mut self) {
        self.breaks += 1;
        self.gap = Gap::None;
    }

    /// A cell of a table begins.
    pub(super) fn cell(&mut self) {
        self.gap = Gap::Cell;
    }

    /// The item of a list begins. An item without text has no mark.
    pub(super) fn mark(&mut self, mark: String) {
        self.mark = Some(mark);
    }

    pub(super) fn quote(&mut self) {
        self.quotes += 1;
    }

    pub(super) fn unquote(&mut self) {
        self.quotes = self.quotes.saturating_sub(1);
    }

    /// Text behind the last one, in its line, whatever comes next.
    pub(super) fn suffix(&mut self, text: &str) {
        if self.out.ends_with(|c: char| !c.is_whitespace()) && self.breaks + self.distance > 0 {
            self.out.push(' ');
            self.out.push_str(text);
        } else {
            self.gap = self.gap.max(Gap::Space);
            self.begin();
            self.out.push_str(text);
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    fn begin(&mut self) {
        let breaks = self.breaks.max(self.distance).min(1 + MAX_EMPTY);
        self.begin_after(breaks);
    }

    fn begin_after(&mut self, breaks: usize) {
        let is_first = self.out.is_empty();
        if is_first || breaks > 0 {
            let quotes = self.quotes.min(MAX_QUOTES);
            for n in 0..breaks {
                if is_first {
                    break;
                }
                self.out.push('\n');
                if n + 1 < breaks {
                    self.out.extend(std::iter::repeat_n('>', quotes.min(self.quotes_before)));
                }
            }
            self.quotes_before = quotes;
            self.out.extend(std::iter::repeat_n('>', quotes));
            self.out.extend((quotes > 0).then_some(' '));
            self.out.push_str(&self.mark.take().unwrap_or_default());
        } else {
            self.out.push_str(match self.gap {
                Gap::None => "",
                Gap::Space => " ",
                Gap::Cell => "\t",
            });
        }
        (self.breaks, self.distance, self.gap) = (0, 0, Gap::None);
    }
}
