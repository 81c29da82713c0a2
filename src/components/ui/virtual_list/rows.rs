//! The rows of a virtual list: those in the DOM, their heights, and gaps (blank space) for the others. Independent of
//! the scroll position.

use super::{
    heights::{Heights, Piece, View, pieces, rows_to_have},
    pixels,
};
use crate::components::ui::keyed_list::{KeyedNodes, Splice};
use leptos::{
    tachys::renderer::Rndr,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};
use std::{collections::HashMap, ops::Range};

/// Gaps use the last three tokens.
const FIRST_GAP: u64 = u64::MAX - 2;
/// The index of a row whose key has left the list.
const NOWHERE: usize = usize::MAX;
/// A new list of more rows renders those near the viewport first.
const AT_ONCE: usize = 12;

/// The rows of a long list that are in the DOM.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    InView,
    Whole,
}

struct Row {
    index: usize,
    /// Its noted height may be stale.
    unsure: bool,
    numbered: Option<(usize, usize)>,
}

/// The rows of one virtual list: nodes, heights and the rendered window.
pub(super) struct Rows {
    pub(super) nodes: KeyedNodes,
    pub(super) heights: Heights,
    /// The rows in the DOM, except for the focused one.
    pub(super) window: Range<usize>,
    /// Rows added and elements removed since the observers were last updated.
    pub(super) came: Vec<u64>,
    pub(super) went: Vec<HtmlElement>,
    all_up_to: usize,
    /// Only the rows near the viewport were rendered so far; the others of a short list follow when the browser is idle.
    is_new: bool,
    extent: Extent,
    /// Every key's token, in reading order.
    tokens: Vec<u64>,
    rows: HashMap<u64, Row>,
    gaps: [(HtmlElement, f64); 3],
    /// The space that margins or a grid put between two rows.
    spacing: f64,
}

impl Rows {
    pub(super) fn new(mut nodes: KeyedNodes, estimate: f64, all_up_to: usize, is_observed: bool) -> Self {
        let gaps = [0, 1, 2].map(|nth| {
            let gap: HtmlElement = Rndr::create_element("li", None).unchecked_into();
            Rndr::set_attribute(&gap, "aria-hidden", "true");
            for (name, value) in [("display", "block"), ("padding", "0"), ("margin", "0"), ("border", "0")] {
                set_style(&gap, name, value);
            }
            set_style(&gap, "flex", "none");
            nodes.add_spacer(FIRST_GAP + nth, gap.clone());
            (gap, 0.0)
        });
        Self {
            nodes,
            heights: Heights::new(estimate),
            window: 0..0,
            came: Vec::new(),
            went: Vec::new(),
            all_up_to,
            // A list that isn't stacked has no rows near the viewport.
            is_new: is_observed && all_up_to != usize::MAX,
            extent: Extent::InView,
            tokens: Vec::new(),
            rows: HashMap::new(),
            gaps,
            spacing: 0.0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether only a part of the rows is in the DOM.
    pub(super) fn is_windowed(&self) -> bool {
        let limit = if self.is_new { self.all_up_to.min(AT_ONCE) } else { self.all_up_to };
        self.len() > limit && self.extent == Extent::InView
    }

    /// Whether rows of a short list are still to be rendered.
    pub(super) fn is_to_fill(&self) -> bool {
        self.is_new && self.is_windowed() && self.len() <= self.all_up_to
    }

    /// Renders all rows of a short list from the next `show` on.
    pub(super) fn fill(&mut self) {
        self.is_new = false;
    }

    /// The number of rows, for assistive technology, if only a part of them is in the DOM for long.
    fn counted(&self) -> Option<usize> {
        (self.is_windowed() && !self.is_to_fill()).then_some(self.len())
    }

    /// Applies from the next `show` on.
    pub(super) fn set_extent(&mut self, extent: Extent) {
        self.extent = extent;
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = &Element> {
        self.gaps.iter().map(|(gap, _)| gap.as_ref())
    }

    pub(super) fn token_at(&self, index: usize) -> Option<u64> {
        self.tokens.get(index).copied()
    }

    /// The index of a token's row; `None` if it isn't in the DOM, or no longer in the list.
    pub(super) fn index_of(&self, token: u64) -> Option<usize> {
        self.rows.get(&token).map(|row| row.index).filter(|index| *index != NOWHERE)
    }

    /// The index of a token in the list, whether or not its row is in the DOM.
    pub(super) fn find(&self, token: u64) -> Option<usize> {
        self.index_of(token).or_else(|| self.tokens.iter().position(|candidate| *candidate == token))
    }

    pub(super) fn item(&self, token: u64) -> Option<&HtmlElement> {
        self.nodes.item(token)
    }

    /// The tokens of the window's rows that are in the DOM.
    pub(super) fn present(&self) -> Vec<u64> {
        let present = self.window.clone().filter_map(|index| self.token_at(index));
        present.filter(|token| self.rows.contains_key(token)).collect()
    }

    /// Applies a change of the keys to the tokens and heights. `show` then updates the nodes.
    pub(super) fn splice(&mut self, splice: &Splice) {
        let Splice { at, removed, inserted } = splice;
        let old: HashMap<u64, Option<f64>> = (*at..at + removed)
            .filter_map(|index| Some((self.token_at(index)?, self.heights.measured(index))))
            .collect();
        self.heights.splice(*at, *removed, inserted.iter().map(|token| old.get(token).copied().flatten()));
        self.tokens.splice(*at..at + removed, inserted.iter().copied());
        let places: HashMap<u64, usize> = inserted.iter().copied().zip(*at..).collect();
        for (token, row) in &mut self.rows {
            if row.index >= at + removed {
                row.index = row.index - removed + inserted.len();
            } else if row.index >= *at {
                row.index = places.get(token).copied().unwrap_or(NOWHERE);
            }
        }
    }

    /// Renders the rows for `view`; returns whether rows were added or removed.
    pub(super) fn show(&mut self, view: View) -> bool {
        let all = 0..self.len();
        let window = if self.is_windowed() { rows_to_have(&self.heights, view, &self.window) } else { all };
        self.have(window)
    }

    /// Makes the gaps as high as the rows that they replace.
    pub(super) fn fit_gaps(&mut self) {
        self.have(self.window.clone());
    }

    /// Renders exactly the rows of `window` and the focused one, in order. Returns whether rows were added or removed.
    fn have(&mut self, window: Range<usize>) -> bool {
        let held = self.nodes.focused().and_then(|token| self.index_of(token));
        let mut wanted = Vec::with_capacity(window.len() + 4);
        for piece in pieces(&window, held, self.len()) {
            match piece {
                Piece::Gap(rows) => {
                    let gap = if rows.start == 0 { 0 } else { 1 + usize::from(rows.end == self.len()) };
                    let height = self.heights.span(&rows) - self.spacing;
                    self.set_gap(gap, height);
                    wanted.push((FIRST_GAP + gap as u64, NOWHERE));
                }
                Piece::Row(index) => wanted.extend(self.token_at(index).map(|token| (token, index))),
            }
        }
        self.window = window;
        let placed = self.nodes.place(&wanted);
        let index: HashMap<u64, usize> = wanted.into_iter().collect();
        for token in placed.came {
            let index = index.get(&token).copied().unwrap_or(NOWHERE);
            self.rows.insert(token, Row { index, unsure: true, numbered: None });
            self.number(token, self.counted());
            self.came.push(token);
        }
        for (token, item) in placed.went {
            self.rows.remove(&token);
            self.went.push(item);
        }
        placed.is_other
    }

    /// Reads the height of every row that may have changed: from its top to the next one's, so that margins and grid
    /// gaps count.
    pub(super) fn measure(&mut self) {
        let is_unsure = |token: &u64| self.rows.get(token).is_some_and(|row| row.unsure);
        let unsure: Vec<u64> = self.nodes.placed().iter().copied().filter(is_unsure).collect();
        for token in unsure {
            let (Some(row), Some(item)) = (self.rows.get_mut(&token), self.nodes.item(token)) else { continue };
            row.unsure = false;
            let (index, area) = (row.index, item.get_bounding_client_rect());
            if let Some(next) = self.token_at(index.saturating_add(1)).and_then(|next| self.item(next)) {
                self.spacing = (next.get_bounding_client_rect().top() - area.bottom()).max(0.0);
            }
            self.heights.measure(index, area.height() + self.spacing);
        }
    }

    /// Marks all heights as stale if the rows don't add up to them: a row changed before the observer's notification.
    pub(super) fn audit(&mut self) {
        let item = |index: usize| self.item(*self.tokens.get(index)?).map(|item| item.get_bounding_client_rect());
        let ends = self.window.end.checked_sub(1).and_then(|last| Some((item(self.window.start)?, item(last)?)));
        let Some((first, last)) = ends else { return };
        let noted = self.heights.span(&self.window) - self.spacing;
        if (last.bottom() - first.top() - noted).abs() >= 0.5 {
            self.invalidate_all();
        }
    }

    pub(super) fn invalidate_all(&mut self) {
        self.rows.values_mut().for_each(|row| row.unsure = true);
    }

    /// Marks a row's height as stale.
    pub(super) fn mark_stale(&mut self, item: &Element) {
        let found = self.rows.iter_mut().find(|(token, _)| self.nodes.item(**token).is_some_and(|it| ***it == **item));
        if let Some((_, row)) = found {
            row.unsure = true;
        }
    }

    /// Sets each row's number and the total for assistive technology, if not all rows are in the DOM.
    pub(super) fn number_all(&mut self) {
        let count = self.counted();
        let tokens: Vec<u64> = self.rows.keys().copied().collect();
        tokens.into_iter().for_each(|token| self.number(token, count));
    }

    fn number(&mut self, token: u64, count: Option<usize>) {
        let (Some(row), Some(item)) = (self.rows.get_mut(&token), self.nodes.item(token)) else { return };
        let number = count.map(|count| (row.index + 1, count));
        if row.numbered == number {
            return;
        }
        row.numbered = number;
        match number {
            Some((place, count)) => {
                Rndr::set_attribute(item, "aria-posinset", &place.to_string());
                Rndr::set_attribute(item, "aria-setsize", &count.to_string());
            }
            None => {
                Rndr::remove_attribute(item, "aria-posinset");
                Rndr::remove_attribute(item, "aria-setsize");
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.rows.clear();
        self.window = 0..0;
    }

    fn set_gap(&mut self, gap: usize, height: f64) {
        let (element, has) = &mut self.gaps[gap];
        if (height - *has).abs() >= 0.01 {
            *has = height;
            set_style(element, "height", &pixels(height.max(0.0)));
        }
    }
}

/// Sets a style through the CSSOM: a strict Content-Security-Policy blocks `style` attributes.
fn set_style(element: &HtmlElement, name: &str, value: &str) {
    // Fails only for a read-only declaration, which an element's is not.
    let _ = element.style().set_property(name, value);
}
