//! The viewport: the element that scrolls a list. Finds it, reads positions, scrolls it. Holds no state of the list.

use leptos::prelude::{document, window};
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{Element, EventTarget, HtmlElement, ScrollBehavior, ScrollToOptions, ShadowRoot};

/// A measurement of the layout. Screen positions, in CSS pixels.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// The top of the viewport.
    pub(super) top: f64,
    pub(super) height: f64,
    /// The top of the list, even off-screen; places in the list are relative to this.
    pub(super) list: f64,
    /// The scroll offset, and its maximum.
    pub(super) scrolled: f64,
    pub(super) most: f64,
}

/// The nearest scrolling element around a list, which may be the list itself; the page if there is none.
pub(super) struct Viewport {
    list: HtmlElement,
    scroller: Element,
    is_page: bool,
}

impl Viewport {
    /// Finds the viewport. `None` while the list isn't in a document.
    pub(super) fn find(list: &HtmlElement) -> Option<Self> {
        if !list.is_connected() {
            return None;
        }
        let mut next: Option<Element> = Some(list.clone().into());
        while let Some(element) = next {
            let style = window().get_computed_style(&element).ok().flatten();
            let overflow = style.and_then(|style| style.get_property_value("overflow-y").ok()).unwrap_or_default();
            // `overflow` of the `html` and `body` elements applies to the page.
            let is_root = element.tag_name() == "HTML" || element.tag_name() == "BODY";
            if !is_root && matches!(overflow.as_str(), "auto" | "scroll" | "overlay") {
                return Some(Self { list: list.clone(), scroller: element, is_page: false });
            }
            next = parent_across_shadow(&element);
        }
        let scroller = document().scrolling_element().or_else(|| document().document_element())?;
        Some(Self { list: list.clone(), scroller, is_page: true })
    }

    /// The target of scroll events: for the page, the document.
    pub(super) fn target(&self) -> EventTarget {
        if self.is_page { document().into() } else { self.scroller.clone().into() }
    }

    /// The element whose size is the viewport's.
    pub(super) fn element(&self) -> &Element {
        &self.scroller
    }

    /// Whether the list is still inside the viewport's element: elements can be moved.
    pub(super) fn holds(&self) -> bool {
        let mut next: Option<Element> = Some(self.list.clone().into());
        while let Some(element) = next {
            if element == self.scroller {
                return self.list.is_connected();
            }
            next = parent_across_shadow(&element);
        }
        false
    }

    /// Measures the layout. `None` while the list isn't rendered or the viewport has no height.
    pub(super) fn read(&self) -> Option<Reading> {
        let page_height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
        let list = self.list.get_bounding_client_rect();
        if list.width() == 0.0 && list.height() == 0.0 {
            return None;
        }
        let is_list = !self.is_page && *self.scroller == **self.list;
        let scrolled = self.scrolled();
        let (mut top, mut height) = (0.0, page_height);
        if !self.is_page {
            top = self.scroller.get_bounding_client_rect().top() + f64::from(self.scroller.client_top());
            height = f64::from(self.scroller.client_height());
        }
        let most = (f64::from(self.scroller.scroll_height()) - height).max(0.0);
        // A scrollable element without a height limit is as high as its content, and the page scrolls instead: only the
        // part on the screen counts.
        if height > page_height * 2.0 && most == 0.0 {
            let bottom = (top + height).min(page_height);
            top = top.max(0.0);
            height = (bottom - top).max(0.0);
        }
        let origin = if is_list { top - scrolled } else { list.top() };
        (height > 0.0).then_some(Reading { top, height, list: origin, scrolled, most })
    }

    /// Scrolls by a distance, without smooth scrolling; returns the actual distance.
    pub(super) fn scroll_by(&self, distance: f64) -> f64 {
        let before = self.scrolled();
        let options = ScrollToOptions::new();
        options.set_top(distance);
        options.set_behavior(ScrollBehavior::Instant);
        self.scroller.scroll_by_with_scroll_to_options(&options);
        self.scrolled() - before
    }

    /// The scroll offset with its fraction, which the bindings' `scroll_top` truncates.
    fn scrolled(&self) -> f64 {
        js_sys::Reflect::get(&self.scroller, &"scrollTop".into()).ok().and_then(|top| top.as_f64()).unwrap_or(0.0)
    }
}

fn parent_across_shadow(element: &Element) -> Option<Element> {
    element.parent_element().or_else(|| Some(element.get_root_node().dyn_into::<ShadowRoot>().ok()?.host()))
}
