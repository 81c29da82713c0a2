//! `Screen`: finds elements like a screen reader does: by role, name and text. Elements hidden from assistive
//! technology are not found.

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement};

/// A part of the page.
#[derive(Clone)]
pub struct Screen {
    root: Element,
}

impl Screen {
    pub fn of(root: &Element) -> Self {
        Self { root: root.clone() }
    }

    /// The only element with this role and name; fails the test if there is none, or more than one.
    #[track_caller]
    pub fn role(&self, role: &str, name: &str) -> HtmlElement {
        let mut found = self.roles(role, name);
        assert!(found.len() == 1, "{} of role {role:?} named {name:?} in:\n{}", found.len(), self.outline());
        found.remove(0)
    }

    pub fn has(&self, role: &str, name: &str) -> bool {
        !self.roles(role, name).is_empty()
    }

    /// All elements with this role and name, in reading order.
    pub fn roles(&self, role: &str, name: &str) -> Vec<HtmlElement> {
        self.all(role).into_iter().filter(|element| name_of(element) == name).collect()
    }

    /// All elements with this role, in reading order.
    pub fn all(&self, role: &str) -> Vec<HtmlElement> {
        self.elements().into_iter().filter(|element| role_of(element).as_deref() == Some(role)).collect()
    }

    /// The innermost elements with exactly this text.
    pub fn texts(&self, text: &str) -> Vec<HtmlElement> {
        let matches = |element: &Element| spoken(&element.text_content().unwrap_or_default()) == text;
        let inner = |element: &Element| children(element).iter().any(matches);
        self.elements().into_iter().filter(|element| matches(element) && !inner(element)).collect()
    }

    pub fn says(&self, text: &str) -> bool {
        let reads = |element: &HtmlElement| spoken(&element.inner_text()).contains(text);
        // An element's text contains its children's, except for those in a shadow root.
        let in_shadow = |element: &&HtmlElement| element.get_root_node().has_type::<web_sys::ShadowRoot>();
        self.root.dyn_ref().is_some_and(reads) || self.elements().iter().filter(in_shadow).any(reads)
    }

    /// The root element.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Roles and names, for the message of a failed test.
    pub fn outline(&self) -> String {
        let lines = self.elements().into_iter().filter_map(|element| {
            let role = role_of(&element)?;
            Some(format!("  {role} {:?}", name_of(&element)))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    fn elements(&self) -> Vec<HtmlElement> {
        let mut found = Vec::new();
        collect(&self.root, &mut found);
        found
    }
}

/// All elements that match, in reading order: much faster than a walk over all elements.
pub fn found(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let all = root.query_selector_all(selector).expect("a selector");
    (0..all.length()).filter_map(|index| all.item(index)?.dyn_into().ok()).collect()
}

/// The visible text of an element, in one line.
pub fn read(element: &HtmlElement) -> String {
    spoken(&element.inner_text())
}

fn collect(element: &Element, found: &mut Vec<HtmlElement>) {
    for child in children(element) {
        if is_hidden(&child) {
            continue;
        }
        found.extend(child.dyn_ref::<HtmlElement>().cloned());
        collect(&child, found);
    }
}

/// An element's children, and those in its shadow root.
fn children(element: &Element) -> Vec<Element> {
    let light = element.children();
    let shadow = element.shadow_root().map(|shadow| shadow.children());
    let all = |list: web_sys::HtmlCollection| (0..list.length()).filter_map(move |index| list.item(index));
    shadow.into_iter().flat_map(all).chain(all(light)).collect()
}

fn is_hidden(element: &Element) -> bool {
    if element.get_attribute("aria-hidden").as_deref() == Some("true") || element.has_attribute("inert") {
        return true;
    }
    let style = window().get_computed_style(element).ok().flatten();
    let is = |name: &str, value: &str| {
        style.as_ref().and_then(|style| style.get_property_value(name).ok()).as_deref() == Some(value)
    };
    is("display", "none") || is("visibility", "hidden")
}

fn role_of(element: &Element) -> Option<String> {
    if let Some(role) = element.get_attribute("role") {
        return Some(role);
    }
    let tag = element.tag_name().to_lowercase();
    let role = match tag.as_str() {
        "button" | "summary" => "button",
        "a" if element.has_attribute("href") => "link",
        "textarea" => "textbox",
        "select" => "combobox",
        "input" => match element.get_attribute("type").as_deref() {
            Some("checkbox") => "checkbox",
            Some("radio") => "radio",
            Some("button" | "submit" | "reset") => "button",
            Some("search") => "searchbox",
            Some("hidden") => return None,
            _ => "textbox",
        },
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "heading",
        "ul" | "ol" => "list",
        "li" => "listitem",
        "dialog" => "dialog",
        "nav" => "navigation",
        "main" => "main",
        "aside" => "complementary",
        "article" => "article",
        "section" if !name_of(element).is_empty() => "region",
        "form" if !name_of(element).is_empty() => "form",
        "img" => "img",
        "time" => "time",
        "output" => "status",
        "progress" => "progressbar",
        _ => return None,
    };
    Some(role.to_owned())
}

/// The accessible name, by the part of the rules that the app's pages need.
fn name_of(element: &Element) -> String {
    if let Some(ids) = element.get_attribute("aria-labelledby") {
        let texts = ids.split_whitespace().filter_map(|id| by_id(element, id)?.text_content());
        return spoken(&texts.collect::<Vec<_>>().join(" "));
    }
    if let Some(label) = element.get_attribute("aria-label") {
        return spoken(&label);
    }
    if let Some(label) = label_of(element) {
        return spoken(&label.text_content().unwrap_or_default());
    }
    let tag = element.tag_name().to_lowercase();
    let own = match tag.as_str() {
        "img" => element.get_attribute("alt"),
        "input" if matches!(element.get_attribute("type").as_deref(), Some("button" | "submit")) => {
            element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::value)
        }
        "input" | "textarea" | "select" => element.get_attribute("placeholder"),
        // These have a name only if it is given explicitly.
        "ul" | "ol" | "section" | "form" | "nav" | "main" | "aside" | "article" | "dialog" => None,
        _ => element.text_content(),
    };
    let own = own.map(|own| spoken(&own)).filter(|own| !own.is_empty());
    own.or_else(|| element.get_attribute("title")).unwrap_or_default()
}

fn label_of(element: &Element) -> Option<Element> {
    if !matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") {
        return None;
    }
    let around = element.closest("label").ok().flatten();
    around.or_else(|| query_root(element, &format!("label[for=\"{}\"]", element.id())))
}

fn by_id(element: &Element, id: &str) -> Option<Element> {
    query_root(element, &format!("[id=\"{id}\"]"))
}

/// Queries the document or shadow root that the element is in.
fn query_root(element: &Element, selector: &str) -> Option<Element> {
    let root = element.get_root_node();
    match root.dyn_ref::<web_sys::ShadowRoot>() {
        Some(shadow) => shadow.query_selector(selector).ok().flatten(),
        None => leptos::prelude::document().query_selector(selector).ok().flatten(),
    }
}

/// A text as it is read aloud: white space counts once, and the characters that isolate a name are silent.
pub fn spoken(text: &str) -> String {
    let text = text.replace(['\u{2068}', '\u{2069}'], "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
