//! One story: an inbox over the real desk and a fake server, and the hands of the agent in front of it.

// A vocabulary: what one story doesn't say, the next will.
#![allow(dead_code)]

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;
use sidenote::components::{contact_page::ContactPage, inbox::Inbox};
use sidenote::desk::Desk;
use sidenote::navigator::Navigator;
use sidenote::views::{InboxView, Pane};
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventInit, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit,
};
use wire::{ContactId, ConversationId};

use crate::eventually::{eventually, painted};
use crate::fake_server::FakeServer;
use crate::screen::Screen;
use crate::stage::Stage;

pub(crate) struct Story {
    pub(crate) server: FakeServer,
    pub(crate) desk: Desk,
    pub(crate) view: ArcRwSignal<InboxView>,
    stage: Stage,
    panics: usize,
}

impl Story {
    /// An inbox with these conversations side by side, each with its contact's profile.
    pub(crate) async fn open(server: FakeServer, conversations: &[ConversationId]) -> Self {
        let panes = conversations.iter().map(|conversation| Pane { conversation: *conversation, panel: true });
        Self::begin(server, InboxView { panes: panes.collect(), ..InboxView::default() }, None).await
    }

    /// The same, and everything has been loaded.
    pub(crate) async fn ready(server: FakeServer, conversations: &[ConversationId]) -> Self {
        let story = Self::open(server, conversations).await;
        story.settled().await;
        story
    }

    /// An inbox with this view.
    pub(crate) async fn with_view(server: FakeServer, view: InboxView) -> Self {
        Self::begin(server, view, None).await
    }

    /// A contact's own page.
    pub(crate) async fn contact_page(server: FakeServer, contact: ContactId) -> Self {
        Self::begin(server, InboxView::default(), Some(contact)).await
    }

    async fn begin(server: FakeServer, view: InboxView, page: Option<ContactId>) -> Self {
        count_panics();
        // What runs the desk's tasks is started by the first view.
        drop(Stage::new("", || ()));
        let desk = Desk::open(server.api(), Some(view.query)).await.expect("the fake server lets everybody in");
        let view = ArcRwSignal::new(view);
        let (given_desk, given_view) = (desk.clone(), view.clone());
        let stage = Stage::new("", move || {
            provide_context(given_desk);
            provide_context(navigator(given_view));
            let page = match page {
                Some(contact) => view! { <ContactPage contact /> }.into_any(),
                None => view! { <Inbox /> }.into_any(),
            };
            view! {
                <style>{sheets()}</style>
                {page}
            }
        });
        Self { server, desk, view, stage, panics: PANICS.load(Ordering::Relaxed) }
    }

    /// Waits until nothing is loading any more and the stream is open.
    pub(crate) async fn settled(&self) {
        eventually("everything is loaded", || {
            let expected = self.view.with_untracked(|view| view.panes.iter().filter(|pane| pane.panel).count());
            let has = |selector| !found(self.root(), selector).is_empty();
            self.server.is_followed() && found(self.root(), ".add-note").len() == expected && !has(".waiting")
        })
        .await;
    }

    pub(crate) fn screen(&self) -> Screen {
        self.stage.screen()
    }

    /// The element everything is in.
    pub(crate) fn root(&self) -> &HtmlElement {
        self.stage.root()
    }

    /// The panes, from left to right.
    pub(crate) fn panes(&self) -> Vec<HtmlElement> {
        found(self.root(), "section[aria-label^='Conversation with ']")
    }

    #[track_caller]
    pub(crate) fn pane(&self, nth: usize) -> Screen {
        Screen::of(&self.panes()[nth])
    }

    /// The profile panels, from left to right.
    pub(crate) fn panels(&self) -> Vec<HtmlElement> {
        found(self.root(), "aside[aria-label^='Profile of ']")
    }

    #[track_caller]
    pub(crate) fn panel(&self, nth: usize) -> Screen {
        Screen::of(&self.panels()[nth])
    }

    /// Changes what is on the screen, as the address would.
    pub(crate) fn go(&self, change: impl FnOnce(&InboxView) -> InboxView) {
        let next = change(&self.view.get_untracked());
        self.view.set(next);
    }

    /// What is said assertively.
    pub(crate) fn alerts(&self) -> Vec<String> {
        found(self.root(), "[role=alert]").iter().map(read).filter(|text| !text.is_empty()).collect()
    }

    /// Takes the view off the page; the rest goes on.
    pub(crate) fn leave(&mut self) {
        self.stage.unmount();
    }

    /// Ends the story: nothing is left on the page, and nothing panicked.
    pub(crate) async fn end(mut self) {
        self.stage.unmount();
        painted().await;
        assert_eq!(
            self.stage.root().child_nodes().length(),
            0,
            "something is left: {}",
            self.stage.root().text_content().unwrap_or_default()
        );
        assert_eq!(PANICS.load(Ordering::Relaxed), self.panics, "something panicked on the way");
    }
}

impl Drop for Story {
    fn drop(&mut self) {
        self.desk.close();
    }
}

fn navigator(view: ArcRwSignal<InboxView>) -> Navigator {
    let view = RwSignal::from(view);
    Navigator {
        view: view.into(),
        go: Callback::new(move |next| view.set(next)),
        address: Callback::new(|_| "#".to_owned()),
        contact_address: Callback::new(|_| None),
        go_to_contact: Callback::new(|_| ()),
    }
}

/// The app's own sheets, in the order of `style/main.css`.
fn sheets() -> String {
    let sheets = [
        ("tokens", include_str!("../../style/tokens.css")),
        ("base", include_str!("../../style/base.css")),
        ("controls", include_str!("../../style/controls.css")),
        ("inbox", include_str!("../../style/inbox.css")),
        ("conversation", include_str!("../../style/conversation.css")),
        ("panel", include_str!("../../style/panel.css")),
        ("overlays", include_str!("../../style/overlays.css")),
    ];
    sheets.iter().map(|(layer, sheet)| format!("@layer {layer} {{\n{sheet}\n}}\n")).collect()
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// A panic in a task or an effect fails no test by itself, so they are counted.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            before(info);
        }));
    });
}

/// All that match, in reading order: many times faster than going through everything on the page.
fn found(root: &Element, selector: &str) -> Vec<HtmlElement> {
    let all = root.query_selector_all(selector).expect("a selector");
    (0..all.length()).filter_map(|index| all.item(index)?.dyn_into().ok()).collect()
}

/// What can be read in an element, in one line.
pub(crate) fn read(element: &HtmlElement) -> String {
    element.inner_text().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The notes of a panel, newest first, as they are in the document.
pub(crate) fn note_rows(panel: &Screen) -> Vec<HtmlElement> {
    found(panel.root(), "ul[aria-label^='Notes about '] > li:not([aria-hidden])")
}

/// The texts of a panel's notes, newest first.
pub(crate) fn notes(panel: &Screen) -> Vec<String> {
    note_rows(panel).iter().map(text_of).collect()
}

/// The row of the note with this text.
#[track_caller]
pub(crate) fn note_row(panel: &Screen, text: &str) -> Screen {
    let row = note_rows(panel).into_iter().find(|row| text_of(row) == text);
    Screen::of(&row.unwrap_or_else(|| panic!("no note says {text:?} but {:?}", notes(panel))))
}

fn text_of(row: &HtmlElement) -> String {
    let body = row.query_selector(".note-body").ok().flatten();
    body.and_then(|body| body.text_content()).unwrap_or_default()
}

/// Whether a note's row says that it isn't saved yet.
pub(crate) fn is_waiting(row: &Screen) -> bool {
    !row.texts("Saving").is_empty()
}

pub(crate) fn note_box(panel: &Screen) -> HtmlTextAreaElement {
    panel.role("textbox", "Add note").unchecked_into()
}

/// Types a contact note and clicks "Add note".
pub(crate) async fn add_note(panel: &Screen, text: &str) {
    fill_in(&note_box(panel), text);
    let button = panel.role("button", "Add note");
    eventually("the button is enabled", || !button.has_attribute("disabled")).await;
    button.click();
}

/// Puts text into a field as typing does.
pub(crate) fn fill_in(field: &HtmlTextAreaElement, text: &str) {
    field.set_value(text);
    input(field);
}

pub(crate) fn fill_in_input(field: &HtmlInputElement, text: &str) {
    field.set_value(text);
    input(field);
}

fn input(field: &HtmlElement) {
    let bubbles = EventInit::new();
    bubbles.set_bubbles(true);
    let event = Event::new_with_event_init_dict("input", &bubbles).expect("an event can be made");
    field.dispatch_event(&event).expect("a field takes events");
}

/// Presses a key; `with` sets what is held down.
pub(crate) fn press(target: &HtmlElement, key: &str, with: impl FnOnce(&KeyboardEventInit)) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    with(&init);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event can be made");
    target.dispatch_event(&event).expect("an element takes events");
}

/// The element that has the focus.
pub(crate) fn focused() -> Option<HtmlElement> {
    document().active_element().and_then(|element| element.dyn_into().ok())
}
