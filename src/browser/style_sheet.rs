//! The style sheet as a string, for pages that are built with this crate. The stand-alone page and the widget use the
//! same files.

/// The sheets and their layers, in the order of `style/main.css`.
const SHEETS: [(&str, &str); 13] = [
    ("tokens", include_str!("../../style/tokens.css")),
    ("base", include_str!("../../style/base.css")),
    ("controls", include_str!("../../style/controls.css")),
    ("inbox", include_str!("../../style/inbox.css")),
    ("search", include_str!("../../style/search.css")),
    ("contacts", include_str!("../../style/contacts.css")),
    ("bulk", include_str!("../../style/bulk.css")),
    ("settings", include_str!("../../style/settings.css")),
    ("conversation", include_str!("../../style/conversation.css")),
    ("panel", include_str!("../../style/panel.css")),
    ("overlays", include_str!("../../style/overlays.css")),
    ("touch", include_str!("../../style/touch.css")),
    ("print", include_str!("../../style/print.css")),
];

/// All sheets as one: for a `<style>` element, or a constructed sheet in a shadow root.
#[must_use]
pub fn sheet() -> String {
    SHEETS.iter().map(|(layer, sheet)| format!("@layer {layer} {{\n{sheet}\n}}\n")).collect()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn the_sheets_are_those_of_the_page_in_its_order() {
        let main = include_str!("../../style/main.css");
        let imports = main.lines().filter_map(|line| line.strip_prefix("@import \"")?.split('"').next());
        let ours = super::SHEETS.map(|(layer, _)| format!("{layer}.css"));
        assert_eq!(imports.collect::<Vec<_>>(), ours);
    }
}
