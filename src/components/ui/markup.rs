//! `Markup`: elements with attributes, texts and icons as one value. A list has hundreds of names, times and marks: as
//! markup they have half of the nodes that `view!` makes for them, and a whole row needs one effect
//! (`docs/decisions/markup.md`).
//!
//! Markup has no listeners and nothing reactive in it. When the value changes, only the nodes that differ are touched.

use super::icon::Shape;
use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        renderer::Rndr,
        view::{Mountable, Position, PositionState},
    },
    wasm_bindgen::JsCast,
    web_sys::{Element, Node},
};

/// An element with all that it contains, an icon, or a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Markup {
    Icon(Shape),
    /// A text between elements.
    Text(String),
    Element {
        tag: &'static str,
        attributes: Vec<(&'static str, String)>,
        content: Content,
    },
}

/// What an element contains.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Text(String),
    Parts(Vec<Markup>),
}

impl Markup {
    /// An element with a text.
    #[must_use]
    pub fn text(tag: &'static str, class: &'static str, text: impl Into<String>) -> Self {
        Self::element(tag, class, Content::Text(text.into()))
    }

    /// An element with other elements.
    #[must_use]
    pub fn of(tag: &'static str, class: &'static str, parts: Vec<Self>) -> Self {
        Self::element(tag, class, Content::Parts(parts))
    }

    /// A text of somebody: its direction does not affect its surroundings.
    #[must_use]
    pub fn isolated(class: &'static str, text: impl Into<String>) -> Self {
        Self::text("bdi", class, text).with("dir", "auto")
    }

    fn element(tag: &'static str, class: &'static str, content: Content) -> Self {
        let part = Self::Element { tag, attributes: Vec::new(), content };
        if class.is_empty() { part } else { part.with("class", class) }
    }

    /// With an attribute. An icon has its own.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Element { attributes, .. } = &mut self {
            attributes.push((name, value.into()));
        }
        self
    }

    /// With an attribute, if there is a value.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn make(&self) -> Node {
        let (tag, attributes, content) = match self {
            Self::Icon(shape) => return shape.drawn().into(),
            Self::Text(text) => return Rndr::create_text_node(text).into(),
            Self::Element { tag, attributes, content } => (tag, attributes, content),
        };
        let element = Rndr::create_element(tag, None);
        for (name, value) in attributes {
            Rndr::set_attribute(&element, name, value);
        }
        match content {
            Content::Text(text) => element.set_text_content(Some(text)),
            Content::Parts(parts) => parts.iter().for_each(|part| Rndr::insert_node(&element, &part.make(), None)),
        }
        element.into()
    }

    /// Makes the node of `before` show this markup. Returns the node in its place, if it is another one.
    fn show_in(&self, node: &Node, before: &Self) -> Option<Node> {
        if self == before || self.change(node, before).is_some() {
            return None;
        }
        let next = self.make();
        if let Some(parent) = node.parent_node() {
            // Fails only if the node is no child of its parent.
            let _ = parent.replace_child(&next, node);
        }
        Some(next)
    }

    /// `None`: the node can't be changed to show this markup.
    fn change(&self, node: &Node, before: &Self) -> Option<()> {
        let Self::Element { tag, attributes, content } = self else { return None };
        let Self::Element { tag: old_tag, attributes: old_attributes, content: old_content } = before else {
            return None;
        };
        let is_same_kind = match (content, old_content) {
            (Content::Text(_), Content::Text(_)) => true,
            (Content::Parts(parts), Content::Parts(old)) => parts.len() == old.len(),
            _ => false,
        };
        if tag != old_tag || !is_same_kind {
            return None;
        }
        change_attributes(node.unchecked_ref(), attributes, old_attributes);
        match (content, old_content) {
            (Content::Text(text), Content::Text(old)) if text != old => match node.first_child() {
                // The same node, so that a selection in it stays.
                Some(child) if !text.is_empty() => child.set_node_value(Some(text)),
                _ => node.set_text_content(Some(text)),
            },
            (Content::Parts(parts), Content::Parts(old)) => {
                for (nth, (part, old)) in (0..).zip(parts.iter().zip(old)).filter(|(_, (part, old))| part != old) {
                    part.show_in(&node.child_nodes().item(nth)?, old);
                }
            }
            _ => {}
        }
        Some(())
    }
}

type Attributes = [(&'static str, String)];

fn change_attributes(element: &Element, attributes: &Attributes, before: &Attributes) {
    let value =
        |of: &Attributes, name: &str| of.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    for (name, value_now) in attributes {
        if value(before, name).as_ref() != Some(value_now) {
            Rndr::set_attribute(element, name, value_now);
        }
    }
    for (name, _) in before {
        if value(attributes, name).is_none() {
            Rndr::remove_attribute(element, name);
        }
    }
}

/// What is in the page for some markup.
pub struct Shown {
    node: Node,
    markup: Markup,
}

impl Render for Markup {
    type State = Shown;

    fn build(self) -> Shown {
        Shown { node: self.make(), markup: self }
    }

    fn rebuild(self, shown: &mut Shown) {
        if let Some(next) = self.show_in(&shown.node, &shown.markup) {
            shown.node = next;
        }
        shown.markup = self;
    }
}

impl Mountable for Shown {
    fn unmount(&mut self) {
        Rndr::remove(&self.node);
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        Rndr::insert_node(parent, &self.node, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.node.parent_node().is_some_and(|parent| {
            child.mount(parent.unchecked_ref(), Some(&self.node));
            true
        })
    }

    fn elements(&self) -> Vec<Element> {
        self.node.dyn_ref::<Element>().cloned().into_iter().collect()
    }
}

impl AddAnyAttr for Markup {
    type Output<SomeNewAttr: Attribute> = Self;

    /// Markup has the attributes that it names.
    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self::Output<NewAttr> {
        self
    }
}

/// Only `build` and `rebuild` run in a browser; the rest is what the framework wants of every view.
impl RenderHtml for Markup {
    type AsyncOutput = Self;
    type Owned = Self;
    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) -> Shown {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
