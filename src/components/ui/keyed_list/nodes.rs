//! `KeyedNodes`: the elements of a list's rows by token. Builds, places and removes them.

use super::{Build, keys::stays};
use leptos::{
    prelude::*,
    tachys::renderer::Rndr,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, Node, ShadowRoot},
};
use std::collections::{HashMap, HashSet};

struct Row {
    item: HtmlElement,
    state: <AnyView as Render>::State,
    owner: Owner,
}

/// The elements of a list's rows, each with its reactive owner.
pub(in crate::components::ui) struct KeyedNodes {
    pub(in crate::components::ui) element: HtmlElement,
    rows: HashMap<u64, Row>,
    /// Elements between the rows that are no rows, by token.
    spacers: HashMap<u64, HtmlElement>,
    /// The tokens of the element's children, in their order.
    placed: Vec<u64>,
    build: Build,
    row_class: &'static str,
    owner: Owner,
    /// Owners of removed rows, for reuse: a parent owner never forgets a child owner.
    spare: Vec<Owner>,
}

/// The rows added and removed by [`KeyedNodes::place`].
#[derive(Default)]
pub(in crate::components::ui) struct Placed {
    pub(in crate::components::ui) came: Vec<u64>,
    pub(in crate::components::ui) went: Vec<(u64, HtmlElement)>,
    /// The children or their order changed.
    pub(in crate::components::ui) is_other: bool,
}

impl KeyedNodes {
    pub(in crate::components::ui) fn new(
        element: HtmlElement,
        row_class: &'static str,
        owner: Owner,
        build: Build,
    ) -> Self {
        let (rows, spacers, placed, spare) = (HashMap::new(), HashMap::new(), Vec::new(), Vec::new());
        Self { element, rows, spacers, placed, build, row_class, owner, spare }
    }

    /// Adds an element that may be placed among the rows, under a token that no row has.
    pub(in crate::components::ui) fn add_spacer(&mut self, token: u64, element: HtmlElement) {
        self.spacers.insert(token, element);
    }

    pub(in crate::components::ui) fn item(&self, token: u64) -> Option<&HtmlElement> {
        self.rows.get(&token).map(|row| &row.item)
    }

    /// The tokens of the children, in their order.
    pub(in crate::components::ui) fn placed(&self) -> &[u64] {
        &self.placed
    }

    /// Updates the children to exactly these, in order: tokens, and for a row its index in the list. Rows that stay
    /// keep their nodes, and the focused one isn't moved.
    pub(in crate::components::ui) fn place(&mut self, wanted: &[(u64, usize)]) -> Placed {
        let held = self.focused();
        let mut placed = Placed::default();
        for (token, index) in wanted {
            if !self.rows.contains_key(token) && !self.spacers.contains_key(token) {
                self.make(*token, *index);
                placed.came.push(*token);
            }
        }
        let wanted: Vec<u64> = wanted.iter().map(|(token, _)| *token).collect();
        if wanted == self.placed {
            return placed;
        }
        placed.is_other = true;
        let keep: HashSet<u64> = wanted.iter().copied().collect();
        let before = std::mem::take(&mut self.placed);
        for token in before.iter().filter(|token| !keep.contains(*token)) {
            placed.went.extend(self.remove(*token).map(|item| (*token, item)));
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
        placed
    }

    pub(in crate::components::ui) fn clear(&mut self) {
        for token in std::mem::take(&mut self.placed) {
            self.remove(token);
        }
        self.spare.clear();
    }

    fn make(&mut self, token: u64, index: usize) {
        let owner = self.spare.pop().unwrap_or_else(|| self.owner.with(Owner::new));
        let item: HtmlElement = Rndr::create_element("li", None).unchecked_into();
        if !self.row_class.is_empty() {
            Rndr::set_attribute(&item, "class", self.row_class);
        }
        // Untracked: the effect that builds the list must not track signals that a row reads.
        let mut state = owner.with(|| untrack(|| (self.build)(index).build()));
        state.mount(&item, None);
        self.rows.insert(token, Row { item, state, owner });
    }

    /// Removes an element. Returns it if it was a row's.
    fn remove(&mut self, token: u64) -> Option<HtmlElement> {
        let Some(row) = self.rows.remove(&token) else {
            self.spacers.get(&token)?.remove();
            return None;
        };
        row.item.remove();
        // Before the effects of `state` are dropped: a dropped effect can't unsubscribe from the signals that it has read.
        row.owner.cleanup();
        drop(row.state);
        self.spare.push(row.owner);
        Some(row.item)
    }

    fn node(&self, token: u64) -> Option<Node> {
        self.item(token).or_else(|| self.spacers.get(&token)).map(|item| item.clone().into())
    }

    /// The row that contains the focus.
    pub(in crate::components::ui) fn focused(&self) -> Option<u64> {
        let focused = focused_near(&self.element)?;
        if !self.element.contains(Some(&focused)) {
            return None;
        }
        self.rows.iter().find(|(_, row)| row.item.contains(Some(&focused))).map(|(token, _)| *token)
    }
}

/// The focused element in `element`'s own tree: a shadow root hides it from the document.
fn focused_near(element: &Element) -> Option<Element> {
    match element.get_root_node().dyn_into::<ShadowRoot>() {
        Ok(shadow) => shadow.active_element(),
        Err(_) => document().active_element(),
    }
}
