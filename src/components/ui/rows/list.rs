//! The nodes of one list: builds, places, measures and removes rows. It does not know the scroll position.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use leptos::prelude::*;
use leptos::tachys::renderer::Rndr;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, HtmlElement, Node};

use super::{pixels, port::focused_near};
use crate::components::ui::order::{Splice, stays};
use crate::components::ui::window::{Heights, Piece, View, pieces, rows_to_have};

/// Gaps go by the last three tokens there can be.
const FIRST_GAP: u64 = u64::MAX - 2;
/// The index of a row whose key has left the list.
const NOWHERE: usize = usize::MAX;

struct Row {
    index: usize,
    item: HtmlElement,
    /// Dropped before its owner is cleaned up: effects end before what they read.
    state: <AnyView as Render>::State,
    owner: Owner,
    /// Its height may not be what we noted.
    unsure: bool,
    numbered: Option<(usize, usize)>,
}

pub(super) struct List {
    pub(super) element: HtmlElement,
    pub(super) heights: Heights,
    /// The rows there are, the focused one aside.
    pub(super) window: Range<usize>,
    /// Rows that came and elements that went since the observers were last told.
    pub(super) came: Vec<u64>,
    pub(super) went: Vec<HtmlElement>,
    build: Box<dyn Fn(usize) -> AnyView>,
    row_class: &'static str,
    all_up_to: usize,
    /// Every key's token, in reading order.
    tokens: Vec<u64>,
    rows: HashMap<u64, Row>,
    /// The tokens of the element's children, in their order.
    placed: Vec<u64>,
    gaps: [(HtmlElement, f64); 3],
    owner: Owner,
    /// Owners of rows that went. A parent remembers every owner it ever had, so owners are used again.
    spare: Vec<Owner>,
    /// What margins or a grid put between two rows.
    spacing: f64,
}

impl List {
    pub(super) fn new(
        element: HtmlElement,
        estimate: f64,
        row_class: &'static str,
        all_up_to: usize,
        owner: Owner,
        build: Box<dyn Fn(usize) -> AnyView>,
    ) -> Self {
        let gap = || {
            let gap: HtmlElement = Rndr::create_element("li", None).unchecked_into();
            Rndr::set_attribute(&gap, "aria-hidden", "true");
            for (name, value) in [("display", "block"), ("padding", "0"), ("margin", "0"), ("border", "0")] {
                set_style(&gap, name, value);
            }
            set_style(&gap, "flex", "none");
            (gap, 0.0)
        };
        Self {
            heights: Heights::new(estimate),
            window: 0..0,
            came: Vec::new(),
            went: Vec::new(),
            build,
            row_class,
            all_up_to,
            tokens: Vec::new(),
            rows: HashMap::new(),
            placed: Vec::new(),
            gaps: [gap(), gap(), gap()],
            owner,
            spare: Vec::new(),
            spacing: 0.0,
            element,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn is_windowed(&self) -> bool {
        self.len() > self.all_up_to
    }

    pub(super) fn gaps(&self) -> impl Iterator<Item = &Element> {
        self.gaps.iter().map(|(gap, _)| gap.as_ref())
    }

    pub(super) fn token_at(&self, index: usize) -> Option<u64> {
        self.tokens.get(index).copied()
    }

    /// Where a token's row is in the list; `None` for one that isn't there as a node, or no longer in the list.
    pub(super) fn index_of(&self, token: u64) -> Option<usize> {
        self.rows.get(&token).map(|row| row.index).filter(|index| *index != NOWHERE)
    }

    pub(super) fn find(&self, token: u64) -> Option<usize> {
        self.index_of(token).or_else(|| self.tokens.iter().position(|candidate| *candidate == token))
    }

    pub(super) fn item(&self, token: u64) -> Option<&HtmlElement> {
        self.rows.get(&token).map(|row| &row.item)
    }

    /// The tokens of the rows of the window that are there.
    pub(super) fn present(&self) -> Vec<u64> {
        let present = self.window.clone().filter_map(|index| self.token_at(index));
        present.filter(|token| self.rows.contains_key(token)).collect()
    }

    /// Takes a change of the keys into the books. The nodes follow with `show`.
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

    /// Has the rows that `view` asks for; tells whether rows came or went.
    pub(super) fn show(&mut self, view: View) -> bool {
        let all = 0..self.len();
        let window = if self.is_windowed() { rows_to_have(&self.heights, view, &self.window) } else { all };
        self.have(window)
    }

    /// Makes the gaps as high as what is left out.
    pub(super) fn fit_gaps(&mut self) {
        self.have(self.window.clone());
    }

    /// Has exactly the rows of `window`, and the one with the focus, in their order. Rows that stay keep their nodes.
    /// Tells whether rows came or went.
    fn have(&mut self, window: Range<usize>) -> bool {
        let held = self.focused();
        let held_index = held.and_then(|token| self.index_of(token));
        let mut wanted = Vec::with_capacity(window.len() + 4);
        for piece in pieces(&window, held_index, self.len()) {
            match piece {
                Piece::Gap(rows) => {
                    let gap = if rows.start == 0 { 0 } else { 1 + usize::from(rows.end == self.len()) };
                    let height = self.heights.span(&rows) - self.spacing;
                    self.set_gap(gap, height);
                    wanted.push(FIRST_GAP + gap as u64);
                }
                Piece::Row(index) => {
                    let Some(token) = self.token_at(index) else { continue };
                    if !self.rows.contains_key(&token) {
                        self.make(token, index);
                    }
                    wanted.push(token);
                }
            }
        }
        self.window = window;
        if wanted == self.placed {
            return false;
        }
        let keep: HashSet<u64> = wanted.iter().copied().collect();
        let before = std::mem::take(&mut self.placed);
        for token in before.iter().filter(|token| !keep.contains(*token)) {
            self.take_away(*token);
        }
        let stay = stays(&before, &wanted, held);
        let mut next: Option<Node> = None;
        for (token, stay) in wanted.iter().zip(stay).rev() {
            let Some(node) = self.node(*token) else { continue };
            if !stay {
                Rndr::insert_node(&self.element, &node, next.as_ref());
            }
            next = Some(node);
        }
        self.placed = wanted;
        true
    }

    /// Reads the height of every row that may have changed: from its top to the next one's, so that margins and grid
    /// gaps count.
    pub(super) fn measure(&mut self) {
        let unsure: Vec<u64> =
            self.placed.iter().copied().filter(|token| self.rows.get(token).is_some_and(|row| row.unsure)).collect();
        for token in unsure {
            let Some(row) = self.rows.get(&token) else { continue };
            let area = row.item.get_bounding_client_rect();
            let next = self.token_at(row.index.saturating_add(1)).and_then(|next| self.rows.get(&next));
            if let Some(next) = next {
                self.spacing = (next.item.get_bounding_client_rect().top() - area.bottom()).max(0.0);
            }
            self.heights.measure(row.index, area.height() + self.spacing);
            if let Some(row) = self.rows.get_mut(&token) {
                row.unsure = false;
            }
        }
    }

    /// Doubts the noted heights when the rows don't add up to them: a row changed, and the observer didn't say so yet.
    pub(super) fn audit(&mut self) {
        let item = |index: usize| self.rows.get(self.tokens.get(index)?).map(|row| row.item.get_bounding_client_rect());
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

    pub(super) fn mark_stale(&mut self, item: &Element) {
        if let Some(row) = self.rows.values_mut().find(|row| **row.item == **item) {
            row.unsure = true;
        }
    }

    /// Tells assistive technology which row of how many each is, when not all of them are there.
    pub(super) fn number_all(&mut self) {
        let count = self.is_windowed().then_some(self.tokens.len());
        self.rows.values_mut().for_each(|row| number(row, count));
    }

    pub(super) fn clear(&mut self) {
        for token in std::mem::take(&mut self.placed) {
            self.take_away(token);
        }
        self.spare.clear();
        self.window = 0..0;
    }

    fn make(&mut self, token: u64, index: usize) {
        let owner = self.spare.pop().unwrap_or_else(|| self.owner.with(Owner::new));
        let item: HtmlElement = Rndr::create_element("li", None).unchecked_into();
        if !self.row_class.is_empty() {
            Rndr::set_attribute(&item, "class", self.row_class);
        }
        // Whoever builds the list must not come to depend on what a row reads.
        let mut state = owner.with(|| untrack(|| (self.build)(index).build()));
        state.mount(&item, None);
        let mut row = Row { index, item, state, owner, unsure: true, numbered: None };
        number(&mut row, self.is_windowed().then_some(self.tokens.len()));
        self.rows.insert(token, row);
        self.came.push(token);
    }

    fn take_away(&mut self, token: u64) {
        if let Some(row) = self.rows.remove(&token) {
            row.item.remove();
            drop(row.state);
            row.owner.cleanup();
            self.spare.push(row.owner);
            self.went.push(row.item);
        } else if let Some(node) = self.node(token) {
            node.unchecked_into::<Element>().remove();
        }
    }

    fn node(&self, token: u64) -> Option<Node> {
        match token.checked_sub(FIRST_GAP) {
            Some(gap) => self.gaps.get(gap as usize).map(|(gap, _)| gap.clone().into()),
            None => self.rows.get(&token).map(|row| row.item.clone().into()),
        }
    }

    fn set_gap(&mut self, gap: usize, height: f64) {
        let (element, has) = &mut self.gaps[gap];
        if (height - *has).abs() >= 0.01 {
            *has = height;
            set_style(element, "height", &pixels(height.max(0.0)));
        }
    }

    /// The row that has the focus in it.
    fn focused(&self) -> Option<u64> {
        let focused = focused_near(&self.element)?;
        if !self.element.contains(Some(&focused)) {
            return None;
        }
        self.rows.iter().find(|(_, row)| row.item.contains(Some(&focused))).map(|(token, _)| *token)
    }
}

fn number(row: &mut Row, count: Option<usize>) {
    let number = count.map(|count| (row.index + 1, count));
    if row.numbered == number {
        return;
    }
    row.numbered = number;
    match number {
        Some((place, count)) => {
            Rndr::set_attribute(&row.item, "aria-posinset", &place.to_string());
            Rndr::set_attribute(&row.item, "aria-setsize", &count.to_string());
        }
        None => {
            Rndr::remove_attribute(&row.item, "aria-posinset");
            Rndr::remove_attribute(&row.item, "aria-setsize");
        }
    }
}

/// Through the object model: a strict content security policy blocks `style` attributes.
fn set_style(element: &HtmlElement, name: &str, value: &str) {
    // Fails only for a read-only declaration, which an element's own is not.
    let _ = element.style().set_property(name, value);
}
