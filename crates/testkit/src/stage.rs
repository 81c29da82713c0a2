//! `Stage`: mounts one view on the page for one test, and removes it when the test ends.

use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use crate::screen::Screen;

/// One mounted view.
pub struct Stage {
    root: HtmlElement,
    handle: Option<UnmountHandle<AnyViewState>>,
}

type AnyViewState = <AnyView as leptos::tachys::view::Render>::State;

impl Stage {
    /// Mounts a view in a new element with these styles.
    pub fn new<V: IntoView + 'static>(styles: &str, view: impl FnOnce() -> V + 'static) -> Self {
        let root: HtmlElement = document().create_element("div").expect("a div can be made").unchecked_into();
        root.style().set_css_text(styles);
        // First on the page, so that it is visible even after a failed test.
        document().body().expect("a page has a body").prepend_with_node_1(&root).expect("a body takes a div");
        let handle = mount_to(root.clone(), move || view().into_any());
        Self { root, handle: Some(handle) }
    }

    pub fn root(&self) -> &HtmlElement {
        &self.root
    }

    pub fn screen(&self) -> Screen {
        Screen::of(&self.root)
    }

    /// The first element that matches, for elements without a role.
    #[track_caller]
    pub fn find(&self, selector: &str) -> HtmlElement {
        let found: Option<Element> = self.root.query_selector(selector).ok().flatten();
        found.unwrap_or_else(|| panic!("nothing matches {selector}")).unchecked_into()
    }

    /// Unmounts the view, but keeps its element for inspection.
    pub fn unmount(&mut self) {
        self.handle.take();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.unmount();
        self.root.remove();
    }
}
