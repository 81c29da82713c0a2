//! Scroll anchoring: keeps what the reader looks at in place while rows around it come, go, move and are measured.
//!
//! The anchor is the first visible row. Its place in the list is remembered from one pass to the next. When it differs
//! and the reader has not scrolled, rows before it have changed, and scrolling by the difference keeps the anchor
//! still. At an edge that the list sticks to there is no anchor: new rows come into view.

use std::collections::HashSet;

use super::Edge;
use super::list::List;
use super::port::{Port, Reading};
use crate::components::ui::order::{Splice, stays};
use crate::components::ui::window::View;

/// Showing rows and measuring them settles in two or three turns; this ends it when a row's height depends on what is
/// shown.
const TURNS: usize = 6;
/// As near to an edge as this, in pixels, the reader is at it.
const AT_EDGE: f64 = 2.0;
/// As near to the end of a conversation as this, the reader is thought to want what comes.
const FOLLOWS: f64 = 24.0;

/// What passes found out, for the app.
#[derive(Clone, Copy)]
pub(super) struct News {
    pub(super) at_start: bool,
    pub(super) at_end: bool,
    /// Within a screen of the start, or of the end, for the first time since that changed.
    pub(super) near_start: bool,
    pub(super) near_end: bool,
}

#[derive(Clone, Copy)]
struct Anchor {
    token: u64,
    place: f64,
}

pub(super) struct Reader {
    pub(super) list: List,
    /// Rows that were added beyond the edge since the reader left it.
    pub(super) unseen: usize,
    /// What passes found out since it was last taken from here.
    pub(super) news: Option<News>,
    edge: Edge,
    port: Option<Port>,
    view: View,
    anchor: Option<Anchor>,
    /// The last row that can be seen.
    last: Option<u64>,
    /// The reader is at the edge, and stays there.
    stuck: bool,
    scrolled: f64,
    /// What scrolling could not make up for because it comes in whole device pixels.
    owed: f64,
    /// Keys changed since the last pass.
    changed: bool,
    told_near: (bool, bool),
}

impl Reader {
    /// `height` is a guess at what can be seen, for the rows to have before we can look.
    pub(super) fn new(list: List, edge: Edge, height: f64) -> Self {
        let view = View { top: 0.0, height };
        let (port, anchor, last) = (None, None, None);
        let told_near = (false, false);
        Self {
            list,
            unseen: 0,
            news: None,
            edge,
            port,
            view,
            anchor,
            last,
            stuck: true,
            scrolled: 0.0,
            owed: 0.0,
            changed: false,
            told_near,
        }
    }

    pub(super) fn port(&self) -> Option<&Port> {
        self.port.as_ref()
    }

    /// Takes a change of the keys into the list, without looking at the layout: any number of lists change in one go.
    /// A pass before the next picture puts the anchor back where it was.
    pub(super) fn splice(&mut self, splice: &Splice) {
        let before = self.anchor.is_some().then(|| {
            let touched = splice.at..splice.at + splice.removed;
            let touched: HashSet<u64> = touched.filter_map(|index| self.list.token_at(index)).collect();
            (self.candidates(), self.list.present(), touched)
        });
        let ends = self.ends();
        self.list.splice(splice);
        self.changed = true;
        // There may be more behind a new first or last row, and nobody was told of it yet.
        let now = self.ends();
        self.told_near = (self.told_near.0 && now.0 == ends.0, self.told_near.1 && now.1 == ends.1);
        if let Some((candidates, order, touched)) = before {
            self.choose_anchor(&candidates, &order);
            self.unseen += self.added_beyond(splice, &touched);
        }
        if self.stuck && self.edge == Edge::End {
            self.view.top = self.list.heights.total() - self.view.height;
        }
        self.list.show(self.view);
    }

    /// Whether a pass is due before the next picture.
    pub(super) fn must_pass(&self) -> bool {
        self.anchor.is_some() || self.edge == Edge::End
    }

    /// Looks at the layout and settles the list: heights, rows, gaps, the anchor's place. `None` while there is nothing
    /// to look at.
    pub(super) fn pass(&mut self) -> Option<()> {
        if !self.port.as_ref().is_some_and(Port::holds) {
            self.port = Port::find(&self.list.element);
        }
        let port = self.port.take()?;
        let settled = self.settle(&port);
        self.port = Some(port);
        settled
    }

    /// What scrolls the list may be another element by now.
    pub(super) fn forget_port(&mut self) {
        self.port = None;
    }

    /// Goes to the first row, or the last; of a conversation to its very end.
    pub(super) fn go_to(&mut self, edge: Edge) -> Option<()> {
        match edge {
            Edge::Start => self.reveal(0),
            Edge::End if self.edge == Edge::Start => self.reveal(self.list.len().checked_sub(1)?),
            Edge::End => {
                self.stuck = true;
                self.pass()
            }
        }
    }

    /// Brings a row into view, nearest first; `None` while there is nothing to look at.
    pub(super) fn reveal(&mut self, index: usize) -> Option<()> {
        self.pass()?;
        for _ in 0..TURNS {
            let port = self.port.as_ref()?;
            let seen = port.read()?;
            let token = self.list.token_at(index)?;
            let distance = match self.list.item(token).map(|item| item.get_bounding_client_rect()) {
                Some(area) if area.top() < seen.top || area.height() > seen.height => area.top() - seen.top,
                Some(area) => (area.bottom() - seen.top - seen.height).max(0.0),
                None => self.list.heights.top(index) - self.view.top,
            };
            if distance.abs() < 1.0 {
                break;
            }
            self.anchor = None;
            self.stuck = false;
            let went = port.scroll_by(distance);
            self.pass()?;
            if went == 0.0 {
                break;
            }
        }
        Some(())
    }

    fn settle(&mut self, port: &Port) -> Option<()> {
        let mut seen = port.read()?;
        self.notice_scrolling(&seen);
        for _ in 0..TURNS {
            self.list.audit();
            self.list.measure();
            self.list.fit_gaps();
            self.keep_still(port);
            seen = port.read()?;
            self.view = View { top: self.place_of(&seen, seen.top), height: seen.height };
            if !self.list.show(self.view) {
                break;
            }
        }
        self.scrolled = seen.scrolled;
        self.changed = false;
        self.look(&seen);
        Some(())
    }

    /// Tells scrolling by the reader from what the browser does when the content shrinks.
    fn notice_scrolling(&mut self, seen: &Reading) {
        let left = seen.most - seen.scrolled;
        let up = self.scrolled - seen.scrolled;
        if self.edge == Edge::End {
            if left <= FOLLOWS {
                self.stuck = self.stuck || !self.changed;
            } else if up >= 1.0 {
                self.stuck = false;
            }
        }
        if self.changed && left <= AT_EDGE && up >= 1.0 && self.anchor.is_some() {
            // The list became shorter, and there was no way to stay as far down. That was not the reader.
            self.owed += up;
        }
    }

    /// Scrolls so that the anchor is where it was, or the end stays in view.
    fn keep_still(&mut self, port: &Port) {
        if self.edge == Edge::End && self.stuck {
            if let Some(seen) = port.read().filter(|seen| seen.most - seen.scrolled > 0.5) {
                port.scroll_by(seen.most - seen.scrolled);
            }
            return;
        }
        let Some(anchor) = self.anchor else { return };
        let Some(seen) = port.read() else { return };
        let Some(item) = self.list.item(anchor.token) else { return };
        let place = item.get_bounding_client_rect().top() - seen.list;
        self.owed += place - anchor.place;
        self.anchor = Some(Anchor { place, ..anchor });
        if self.owed.abs() >= 0.5 {
            self.owed -= port.scroll_by(self.owed);
            if self.owed.abs() >= 1.0 {
                // There was nowhere further to go.
                self.owed = 0.0;
            }
        }
    }

    /// What there is to be said once all is settled; chooses the anchor for the next pass.
    fn look(&mut self, seen: &Reading) {
        let View { top, height } = self.view;
        let total = self.list.heights.total();
        let at_start = top <= AT_EDGE;
        let at_end = match self.edge {
            Edge::Start => top + height >= total - AT_EDGE,
            Edge::End => self.stuck,
        };
        if self.edge == Edge::Start {
            self.stuck = at_start;
        }
        let first = self.list.heights.at(top.max(0.0));
        let anchor = self.list.token_at(first).filter(|_| !self.stuck && top < total);
        self.anchor = anchor.and_then(|token| {
            let place = self.list.item(token)?.get_bounding_client_rect().top() - seen.list;
            Some(Anchor { token, place })
        });
        self.last = self.list.token_at(self.list.heights.at(top + height));
        if self.stuck {
            self.unseen = 0;
            self.owed = 0.0;
        }
        let filled = self.list.len() > 0;
        let near = (filled && top <= height, filled && top + 2.0 * height >= total);
        let before = self.news.take();
        self.news = Some(News {
            at_start,
            at_end,
            near_start: (near.0 && !self.told_near.0) || before.is_some_and(|news| news.near_start),
            near_end: (near.1 && !self.told_near.1) || before.is_some_and(|news| news.near_end),
        });
        self.told_near = near;
    }

    /// Where in the list a height on the screen is, going by a row that is there.
    fn place_of(&self, seen: &Reading, y: f64) -> f64 {
        let start = self.list.window.start;
        let row = self.list.token_at(start).and_then(|token| self.list.item(token));
        match row {
            Some(row) => self.list.heights.top(start) + y - row.get_bounding_client_rect().top(),
            None => y - seen.list,
        }
    }

    /// Rows that could take the anchor's part, best first: the anchor, those after it, those before it. With each its
    /// place as of the last pass, and where in the list that was by the books.
    fn candidates(&self) -> Vec<(Anchor, f64)> {
        let Some(anchor) = self.anchor else { return Vec::new() };
        let Some(index) = self.list.index_of(anchor.token) else { return Vec::new() };
        let base = anchor.place - self.list.heights.top(index);
        let (mut after, mut before) = (Vec::new(), Vec::new());
        for token in self.list.present() {
            let Some(at) = self.list.index_of(token) else { continue };
            let top = self.list.heights.top(at);
            let side = if at >= index { &mut after } else { &mut before };
            side.push((Anchor { token, place: base + top }, top));
        }
        after.into_iter().chain(before.into_iter().rev()).collect()
    }

    /// The best candidate that is still in the list and didn't itself move among the others: a reader doesn't travel
    /// with a row that jumps to the top.
    fn choose_anchor(&mut self, candidates: &[(Anchor, f64)], order: &[u64]) {
        let left = order.iter().filter_map(|token| Some((self.list.index_of(*token)?, *token)));
        let mut left: Vec<(usize, u64)> = left.collect();
        left.sort_unstable();
        let left: Vec<u64> = left.into_iter().map(|(_, token)| token).collect();
        let stay = stays(order, &left, None);
        let steady: HashSet<u64> =
            left.into_iter().zip(stay).filter(|(_, stay)| *stay).map(|(token, _)| token).collect();
        let found = candidates.iter().find(|(anchor, _)| steady.contains(&anchor.token));
        self.anchor = found.map(|(anchor, _)| *anchor);
        if let Some((index, was)) = found.and_then(|(anchor, was)| Some((self.list.index_of(anchor.token)?, was))) {
            self.view.top += self.list.heights.top(index) - was;
        }
    }

    fn ends(&self) -> (Option<u64>, Option<u64>) {
        (self.list.token_at(0), self.list.len().checked_sub(1).and_then(|last| self.list.token_at(last)))
    }

    /// How many of the rows a change brought are new and lie beyond what can be seen, on the edge's side.
    fn added_beyond(&self, splice: &Splice, old: &HashSet<u64>) -> usize {
        let limit = match self.edge {
            Edge::Start => self.anchor.map(|anchor| anchor.token),
            Edge::End => self.last,
        };
        let Some(limit) = limit.and_then(|token| self.list.find(token)) else { return 0 };
        let added = (splice.at..).zip(&splice.inserted).filter(|(_, token)| !old.contains(token));
        added.filter(|(index, _)| if self.edge == Edge::Start { *index < limit } else { *index > limit }).count()
    }
}
