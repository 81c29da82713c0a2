//! The scroll anchor: keeps the visible rows in place while rows around them are added, removed, moved and measured.
//!
//! The anchor is the first visible row. Its place in the list is remembered from one pass to the next. When it differs
//! and the reader has not scrolled, rows before it have changed, and scrolling by the difference keeps the anchor
//! still. At an edge that the list sticks to, the edge is the anchor: new rows come into view.

use super::{
    Edge,
    heights::View,
    rows::{Extent, Rows},
    viewport::{Reading, Viewport},
};
use crate::components::ui::keyed_list::{Splice, stays};
use std::collections::HashSet;

/// Rendering and measuring rows settles in two or three turns; this limit applies when a row's height depends on which
/// rows are rendered.
const TURNS: usize = 6;
/// The distance, in pixels, within which the reader is at an edge.
const AT_EDGE: f64 = 2.0;
/// The distance, in pixels, from the end of a conversation within which the list follows new rows.
const FOLLOWS: f64 = 24.0;

/// The results of passes, for the app.
#[derive(Clone, Copy)]
pub(super) struct News {
    pub(super) at_start: bool,
    pub(super) at_end: bool,
    /// Within a screen of the start, or of the end, for the first time since that changed.
    pub(super) near_start: bool,
    pub(super) near_end: bool,
}

/// The part of the list that stays in place on the screen.
#[derive(Clone, Copy, PartialEq)]
enum Anchor {
    /// The start of the list: the reader is there, and rows added there come into view.
    Top,
    /// The end of the list, likewise.
    Bottom,
    Item(Place),
    /// No row is visible, or the list is scrolling to another place.
    Nothing,
}

/// A row, and the offset of its top from the top of the list.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    token: u64,
    offset: f64,
}

/// The scroll state of one virtual list: its rows, viewport and anchor.
pub(super) struct Scroll {
    pub(super) list: Rows,
    /// Rows that were added beyond the edge since the reader left it.
    pub(super) unseen: usize,
    /// The results of passes since they were last taken.
    pub(super) news: Option<News>,
    edge: Edge,
    viewport: Option<Viewport>,
    view: View,
    anchor: Anchor,
    /// The last visible row.
    last: Option<u64>,
    scrolled: f64,
    /// The distance still to scroll: scrolling is in whole device pixels.
    owed: f64,
    /// Keys changed since the last pass.
    changed: bool,
    reported_near: (bool, bool),
}

impl Scroll {
    /// `height`: the assumed height of the viewport, until it is measured.
    pub(super) fn new(list: Rows, edge: Edge, height: f64) -> Self {
        let anchor = if edge == Edge::Start { Anchor::Top } else { Anchor::Bottom };
        Self {
            list,
            unseen: 0,
            news: None,
            edge,
            viewport: None,
            view: View { top: 0.0, height },
            anchor,
            last: None,
            scrolled: 0.0,
            owed: 0.0,
            changed: false,
            reported_near: (false, false),
        }
    }

    pub(super) fn viewport(&self) -> Option<&Viewport> {
        self.viewport.as_ref()
    }

    fn is_at_edge(&self) -> bool {
        matches!(self.anchor, Anchor::Top | Anchor::Bottom)
    }

    /// Applies a change of the keys without reading the layout, so that any number of lists can change at once. A pass
    /// before the next paint puts the anchor back in place.
    pub(super) fn splice(&mut self, splice: &Splice) {
        let before = matches!(self.anchor, Anchor::Item(_)).then(|| {
            let touched = splice.at..splice.at + splice.removed;
            let touched: HashSet<u64> = touched.filter_map(|index| self.list.token_at(index)).collect();
            (self.candidates(), self.list.present(), touched)
        });
        let ends = self.ends();
        self.list.splice(splice);
        self.changed = true;
        // A new first or last row may have more behind it: report being near to it again.
        let now = self.ends();
        self.reported_near = (self.reported_near.0 && now.0 == ends.0, self.reported_near.1 && now.1 == ends.1);
        if let Some((candidates, order, touched)) = before {
            self.choose_anchor(&candidates, &order);
            self.unseen += self.added_beyond(splice, &touched);
        }
        if self.anchor == Anchor::Bottom {
            self.view.top = self.list.heights.total() - self.view.height;
        }
        self.list.show(self.view);
    }

    /// Renders all rows, or from the next pass on those in view. Does not read the layout, which may be that of paper.
    pub(super) fn set_extent(&mut self, extent: Extent) {
        self.list.set_extent(extent);
        if extent == Extent::Whole {
            self.list.show(self.view);
        }
    }

    /// Renders all rows of a short list.
    pub(super) fn fill(&mut self) -> Option<()> {
        self.list.fill();
        self.pass()
    }

    /// Whether a pass is due before the next paint.
    pub(super) fn must_pass(&self) -> bool {
        matches!(self.anchor, Anchor::Item(_)) || self.edge == Edge::End
    }

    /// Reads the layout and settles the list: heights, rows, gaps, the anchor's place. `None` while the list isn't
    /// rendered.
    pub(super) fn pass(&mut self) -> Option<()> {
        if !self.viewport.as_ref().is_some_and(Viewport::holds) {
            self.viewport = Viewport::find(&self.list.nodes.element);
        }
        let viewport = self.viewport.take()?;
        let settled = self.settle(&viewport);
        self.viewport = Some(viewport);
        settled
    }

    /// Forgets the viewport: another element may scroll the list by now.
    pub(super) fn forget_viewport(&mut self) {
        self.viewport = None;
    }

    /// Scrolls to the first row, or the last; in a conversation to its very end.
    pub(super) fn go_to(&mut self, edge: Edge) -> Option<()> {
        match edge {
            Edge::Start => self.reveal(0),
            Edge::End if self.edge == Edge::Start => self.reveal(self.list.len().checked_sub(1)?),
            Edge::End => {
                self.anchor = Anchor::Bottom;
                self.pass()
            }
        }
    }

    /// Scrolls a row into view by the minimum; `None` while the list isn't rendered.
    pub(super) fn reveal(&mut self, index: usize) -> Option<()> {
        self.pass()?;
        for _ in 0..TURNS {
            let viewport = self.viewport.as_ref()?;
            let seen = viewport.read()?;
            let token = self.list.token_at(index)?;
            let distance = match self.list.item(token).map(|item| item.get_bounding_client_rect()) {
                Some(area) if area.top() < seen.top || area.height() > seen.height => area.top() - seen.top,
                Some(area) => (area.bottom() - seen.top - seen.height).max(0.0),
                None => self.list.heights.top(index) - self.view.top,
            };
            if distance.abs() < 1.0 {
                break;
            }
            self.anchor = Anchor::Nothing;
            let went = viewport.scroll_by(distance);
            self.pass()?;
            if went == 0.0 {
                break;
            }
        }
        Some(())
    }

    fn settle(&mut self, viewport: &Viewport) -> Option<()> {
        let mut seen = viewport.read()?;
        self.notice_scrolling(&seen);
        for _ in 0..TURNS {
            self.list.audit();
            self.list.measure();
            self.list.fit_gaps();
            self.keep_still(viewport);
            seen = viewport.read()?;
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

    /// Distinguishes scrolling by the reader from scrolling by the browser when the content shrinks.
    fn notice_scrolling(&mut self, seen: &Reading) {
        let left = seen.most - seen.scrolled;
        let up = self.scrolled - seen.scrolled;
        if self.edge == Edge::End {
            if left <= FOLLOWS && !self.changed {
                self.anchor = Anchor::Bottom;
            } else if left > FOLLOWS && up >= 1.0 && self.anchor == Anchor::Bottom {
                self.anchor = Anchor::Nothing;
            }
        }
        if self.changed && left <= AT_EDGE && up >= 1.0 && matches!(self.anchor, Anchor::Item(_)) {
            // The list became shorter and the browser scrolled up, not the reader.
            self.owed += up;
        }
    }

    /// Scrolls so that the anchor stays in place, or the end stays in view.
    fn keep_still(&mut self, viewport: &Viewport) {
        let Some(seen) = viewport.read() else { return };
        match self.anchor {
            Anchor::Bottom => {
                let left = seen.most - seen.scrolled;
                if left > 0.5 {
                    viewport.scroll_by(left);
                }
            }
            Anchor::Item(place) => {
                let Some(item) = self.list.item(place.token) else { return };
                let offset = item.get_bounding_client_rect().top() - seen.list;
                self.owed += offset - place.offset;
                self.anchor = Anchor::Item(Place { offset, ..place });
                if self.owed.abs() >= 0.5 {
                    self.owed -= viewport.scroll_by(self.owed);
                    if self.owed.abs() >= 1.0 {
                        // The list can't scroll further.
                        self.owed = 0.0;
                    }
                }
            }
            Anchor::Top | Anchor::Nothing => {}
        }
    }

    /// Records the results once the layout is settled; chooses the anchor for the next pass.
    fn look(&mut self, seen: &Reading) {
        let View { top, height } = self.view;
        let total = self.list.heights.total();
        let at_start = top <= AT_EDGE;
        let at_end = match self.edge {
            Edge::Start => top + height >= total - AT_EDGE,
            Edge::End => self.anchor == Anchor::Bottom,
        };
        self.anchor = match self.edge {
            Edge::Start if at_start => Anchor::Top,
            Edge::End if at_end => Anchor::Bottom,
            _ => self.first_visible(seen).map_or(Anchor::Nothing, Anchor::Item),
        };
        self.last = self.list.token_at(self.list.heights.at(top + height));
        if self.is_at_edge() {
            self.unseen = 0;
            self.owed = 0.0;
        }
        let filled = self.list.len() > 0;
        let near = (filled && top <= height, filled && top + 2.0 * height >= total);
        let before = self.news.take();
        self.news = Some(News {
            at_start,
            at_end,
            near_start: (near.0 && !self.reported_near.0) || before.is_some_and(|news| news.near_start),
            near_end: (near.1 && !self.reported_near.1) || before.is_some_and(|news| news.near_end),
        });
        self.reported_near = near;
    }

    fn first_visible(&self, seen: &Reading) -> Option<Place> {
        let first = self.list.heights.at(self.view.top.max(0.0));
        let token = self.list.token_at(first).filter(|_| self.view.top < self.list.heights.total())?;
        let offset = self.list.item(token)?.get_bounding_client_rect().top() - seen.list;
        Some(Place { token, offset })
    }

    /// Converts a screen position to a place in the list, relative to a rendered row.
    fn place_of(&self, seen: &Reading, y: f64) -> f64 {
        let start = self.list.window.start;
        let row = self.list.token_at(start).and_then(|token| self.list.item(token));
        match row {
            Some(row) => self.list.heights.top(start) + y - row.get_bounding_client_rect().top(),
            None => y - seen.list,
        }
    }

    /// Rows that could be the anchor, best first: the anchor, those after it, those before it. Each with its place as
    /// of the last pass, and the offset in the list by the noted heights.
    fn candidates(&self) -> Vec<(Place, f64)> {
        let Anchor::Item(anchor) = self.anchor else { return Vec::new() };
        let Some(index) = self.list.index_of(anchor.token) else { return Vec::new() };
        let base = anchor.offset - self.list.heights.top(index);
        let (mut after, mut before) = (Vec::new(), Vec::new());
        for token in self.list.present() {
            let Some(at) = self.list.index_of(token) else { continue };
            let top = self.list.heights.top(at);
            let side = if at >= index { &mut after } else { &mut before };
            side.push((Place { token, offset: base + top }, top));
        }
        after.into_iter().chain(before.into_iter().rev()).collect()
    }

    /// Chooses the best candidate that is still in the list and did not move among the others: the view does not follow
    /// a row that jumps to the top.
    fn choose_anchor(&mut self, candidates: &[(Place, f64)], order: &[u64]) {
        let left = order.iter().filter_map(|token| Some((self.list.index_of(*token)?, *token)));
        let mut left: Vec<(usize, u64)> = left.collect();
        left.sort_unstable();
        let left: Vec<u64> = left.into_iter().map(|(_, token)| token).collect();
        let stay = stays(order, &left, None);
        let steady: HashSet<u64> =
            left.into_iter().zip(stay).filter(|(_, stay)| *stay).map(|(token, _)| token).collect();
        let found = candidates.iter().find(|(place, _)| steady.contains(&place.token));
        self.anchor = found.map_or(Anchor::Nothing, |(place, _)| Anchor::Item(*place));
        if let Some((index, was)) = found.and_then(|(place, was)| Some((self.list.index_of(place.token)?, was))) {
            self.view.top += self.list.heights.top(index) - was;
        }
    }

    fn ends(&self) -> (Option<u64>, Option<u64>) {
        (self.list.token_at(0), self.list.len().checked_sub(1).and_then(|last| self.list.token_at(last)))
    }

    /// The number of rows that a change added beyond the visible ones, on the edge's side.
    fn added_beyond(&self, splice: &Splice, old: &HashSet<u64>) -> usize {
        let limit = match self.edge {
            Edge::Start => match self.anchor {
                Anchor::Item(place) => Some(place.token),
                _ => None,
            },
            Edge::End => self.last,
        };
        let Some(limit) = limit.and_then(|token| self.list.find(token)) else { return 0 };
        let added = (splice.at..).zip(&splice.inserted).filter(|(_, token)| !old.contains(token));
        added.filter(|(index, _)| if self.edge == Edge::Start { *index < limit } else { *index > limit }).count()
    }
}
