//! `Story`: a test scenario: an inbox with the real client and a fake server, and the agent's actions.

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::prelude::*;
use sidenote::browser::style_sheet::sheet;
use sidenote::client::Client;
use sidenote::components::{contact::contact_page::ContactPage, inbox::Inbox};
use sidenote::navigation::navigator::Navigator;
use sidenote::navigation::views::{InboxView, Pane};
use web_sys::HtmlElement;
use wire::{ContactId, ConversationId};

use crate::clock;
use crate::eventually::{eventually, painted};
use crate::fake_server::FakeServer;
use crate::hidden_page;
use crate::screen::{Screen, found, read};
use crate::stage::Stage;

/// An inbox with its client and fake server.
pub struct Story {
    pub server: FakeServer,
    pub client: Client,
    pub view: ArcRwSignal<InboxView>,
    stage: Stage,
    panics: usize,
}

impl Story {
    /// An inbox with these conversations side by side, each with its contact's profile.
    pub async fn open(server: FakeServer, conversations: &[ConversationId]) -> Self {
        let panes = conversations.iter().map(|conversation| Pane { conversation: *conversation, panel: true });
        Self::begin(server, InboxView { panes: panes.collect(), ..InboxView::default() }, None).await
    }

    /// Like [`Self::open`], and waits until everything is loaded.
    pub async fn ready(server: FakeServer, conversations: &[ConversationId]) -> Self {
        let story = Self::open(server, conversations).await;
        story.settled().await;
        story
    }

    /// An inbox with this view.
    pub async fn with_view(server: FakeServer, view: InboxView) -> Self {
        Self::begin(server, view, None).await
    }

    /// A contact's own page.
    pub async fn contact_page(server: FakeServer, contact: ContactId) -> Self {
        Self::begin(server, InboxView::default(), Some(contact)).await
    }

    async fn begin(server: FakeServer, view: InboxView, page: Option<ContactId>) -> Self {
        Self::mount_beside(server, view, move || match page {
            Some(contact) => view! { <ContactPage contact /> }.into_any(),
            None => view! { <Inbox /> }.into_any(),
        })
        .await
    }

    /// Mounts a custom view with an open client: components find it by `Client::here()`.
    pub async fn mount<V: IntoView + 'static>(server: FakeServer, page: impl FnOnce() -> V + 'static) -> Self {
        Self::mount_beside(server, InboxView::default(), page).await
    }

    async fn mount_beside<V: IntoView + 'static>(
        server: FakeServer,
        view: InboxView,
        page: impl FnOnce() -> V + 'static,
    ) -> Self {
        count_panics();
        // The first view starts the executor of the client's tasks.
        drop(Stage::new("", || ()));
        let client =
            sidenote::sync::open(server.api(), Some(view.query)).await.expect("the fake server lets everybody in");
        let view = ArcRwSignal::new(view);
        let (given_client, given_view) = (client.clone(), view.clone());
        let stage = Stage::new("", move || {
            provide_context(given_client);
            provide_context(Navigator::in_memory(RwSignal::from(given_view)));
            view! {
                <style>{sheet()}</style>
                {page()}
            }
        });
        Self { server, client, view, stage, panics: PANICS.load(Ordering::Relaxed) }
    }

    /// Waits until all data is loaded and the stream is open.
    pub async fn settled(&self) {
        eventually("everything is loaded", || {
            let expected = self.view.with_untracked(|view| view.panes.iter().filter(|pane| pane.panel).count());
            let has = |selector| !found(self.root(), selector).is_empty();
            self.server.is_followed() && found(self.root(), ".add-note").len() == expected && !has(".waiting")
        })
        .await;
    }

    pub fn screen(&self) -> Screen {
        self.stage.screen()
    }

    /// The root element.
    pub fn root(&self) -> &HtmlElement {
        self.stage.root()
    }

    /// The panes, from left to right.
    pub fn panes(&self) -> Vec<HtmlElement> {
        found(self.root(), "section[aria-label^='Conversation with ']")
    }

    #[track_caller]
    pub fn pane(&self, nth: usize) -> Screen {
        Screen::of(&self.panes()[nth])
    }

    /// The profile panels, from left to right.
    pub fn panels(&self) -> Vec<HtmlElement> {
        found(self.root(), "aside[aria-label^='Profile of ']")
    }

    #[track_caller]
    pub fn panel(&self, nth: usize) -> Screen {
        Screen::of(&self.panels()[nth])
    }

    /// Changes the view, as the address would.
    pub fn go(&self, change: impl FnOnce(&InboxView) -> InboxView) {
        let next = change(&self.view.get_untracked());
        self.view.set(next);
    }

    /// The texts of all alerts.
    pub fn alerts(&self) -> Vec<String> {
        found(self.root(), "[role=alert]").iter().map(read).filter(|text| !text.is_empty()).collect()
    }

    /// Unmounts the view; the client continues.
    pub fn leave(&mut self) {
        self.stage.unmount();
    }

    /// Ends the story, and checks that the page is clean and that nothing panicked.
    pub async fn end(mut self) {
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
        self.client.close();
    }
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Counts panics: one in a task or an effect does not fail a test by itself.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.fetch_add(1, Ordering::Relaxed);
            clock::start_again();
            hidden_page::show_again();
            before(info);
        }));
    });
}
