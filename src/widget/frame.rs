//! `Frame`: the shadow root in the host's element, with the widget's style sheet and one root element.

use super::keys::Threshold;
use leptos::prelude::document;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, HtmlElement, ShadowRoot, ShadowRootInit, ShadowRootMode};

thread_local! {
    /// Shared by all mounts. A constructed sheet is not subject to the page's Content-Security-Policy for styles.
    static SHEET: RefCell<Option<CssStyleSheet>> = const { RefCell::new(None) };
}

/// A mount's shadow root and root element.
pub(super) struct Frame {
    shadow: ShadowRoot,
    root: HtmlElement,
    _threshold: Threshold,
}

impl Frame {
    /// `None` when the element can't have a shadow root, like an `<input>`.
    pub(super) fn open(element: &HtmlElement, css: &str) -> Option<Self> {
        let shadow = match element.shadow_root() {
            // Left by an earlier mount: a shadow root can't be removed.
            Some(shadow) if shadow.child_element_count() == 0 => shadow,
            Some(_) => return None,
            None => element.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).ok()?,
        };
        let sheets = js_sys::Array::of1(&sheet(css)?);
        js_sys::Reflect::set(&shadow, &"adoptedStyleSheets".into(), &sheets).ok()?;
        let root: HtmlElement = document().create_element("div").ok()?.unchecked_into();
        root.set_class_name("widget");
        root.set_attribute("part", "root").ok()?;
        // The language of the texts; the page around may have another one.
        root.set_attribute("lang", "en").ok()?;
        shadow.append_child(&root).ok()?;
        Some(Self { shadow, _threshold: Threshold::of(&root), root })
    }

    pub(super) fn root(&self) -> &HtmlElement {
        &self.root
    }

    /// `light` or `dark`; anything else is the system's.
    pub(super) fn set_theme(&self, theme: Option<&str>) {
        let _ = match theme {
            Some(theme @ ("light" | "dark")) => self.root.set_attribute("data-theme", theme),
            _ => self.root.remove_attribute("data-theme"),
        };
    }

    pub(super) fn close(&self) {
        self.root.remove();
        let _ = js_sys::Reflect::set(&self.shadow, &"adoptedStyleSheets".into(), &js_sys::Array::new());
    }
}

fn sheet(css: &str) -> Option<JsValue> {
    SHEET.with_borrow_mut(|sheet| {
        if sheet.is_none() {
            let new = CssStyleSheet::new().ok()?;
            new.replace_sync(css).ok()?;
            *sheet = Some(new);
        }
        sheet.as_ref().map(|sheet| sheet.clone().into())
    })
}
