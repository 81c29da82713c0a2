//! `Client`: commands and queries of the signed-in agent. Components access the store and the server only through it.
//!
//! A command applies a pending change to the store at once (an optimistic update), queues the request, and settles or
//! refuses the change when the answer arrives.

mod account;
mod arrivals;
mod bulk;
mod changes;
mod clipboard;
mod contact_import;
mod contact_merge;
mod contact_notes;
mod contacts;
mod conversation_notes;
mod conversations;
mod erasure;
mod messages;
mod open;
mod pages;
mod restore;
mod retry;
mod search;
mod send_queue;
mod settings;
mod source;
mod tabs;
mod team;
mod toasts;
mod unsaved_fields;
mod visibility;

pub use bulk::{BulkAction, BulkRun, BulkUndo, Chosen};
pub use contact_import::{Column, ImportSummary, Refused, Table, TableError};
pub(crate) use tabs::TabMessage;
pub use toasts::{Toast, ToastKind};
pub use unsaved_fields::{FieldChange, Fields, UnsavedField};

use crate::{
    browser::timers::sleep,
    net::{
        api::{Api, Method, PAGE, Request},
        error::ApiError,
    },
    storage::outbox::Outbox,
    store::Store,
};
use futures::{
    channel::oneshot,
    future::{AbortHandle, Either},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use serde_json::Value;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};
use wire::{AgentId, Channel, Conversation, ConversationQuery, Event, Me, Page, Position, paths};

/// The client of one signed-in agent. Cheap to clone: all clones share their state.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    store: Store,
    api: Api,
    me: Me,
    session: ArcRwSignal<Session>,
    connection: ArcRwSignal<Connection>,
    toasts: ArcRwSignal<Vec<Toast>>,
    /// The latest announcement in the live region for assistive technology.
    announcement: ArcRwSignal<String>,
    /// The bulk change or undo that is under way.
    bulk: ArcRwSignal<Option<BulkRun>>,
    /// Notifies of each change of a contact.
    contact_changes: ArcTrigger,
    open: open::Open,
    arrivals: arrivals::Arrivals,
    send_queue: send_queue::SendQueue,
    outbox: Outbox,
    is_storage_safe: ArcRwSignal<bool>,
    is_overdue: ArcRwSignal<bool>,
    visibility: visibility::Visibility,
    /// Waiters for the next successful connection or sign-in.
    waiting: Mutex<Vec<oneshot::Sender<()>>>,
    /// The number of refetches of open data in progress.
    catching_up: AtomicUsize,
    closed: AtomicBool,
    following: Mutex<Option<Following>>,
    listener: Mutex<Option<Listener>>,
}

/// Handles of the task that keeps the store in sync with the server.
pub(crate) struct Following {
    /// Stops the task.
    pub(crate) stop: AbortHandle,
    /// Broadcasts a message to the browser's other tabs.
    pub(crate) tell: Box<dyn Fn(&TabMessage) + Send>,
}

/// Receives each live event before the store does.
type Listener = Box<dyn Fn(&Event) + Send>;

/// Whether the agent is still signed in. The view stays either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    Active,
    /// The session has ended; the agent is asked to sign in again, over the page.
    Expired,
    /// The agent has signed out, in another tab.
    Left,
}

/// The state of the event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    Connecting,
    /// All events of the server so far have arrived.
    Live,
    Lost,
}

impl Client {
    /// Loads the current user, and the first list if one is named. Returns the position of that state: the event stream
    /// continues from there.
    ///
    /// # Errors
    /// [`ApiError`], when no agent is signed in or the server can't be reached.
    pub(crate) async fn load(api: Api, first: Option<ConversationQuery>) -> Result<(Self, Position), ApiError> {
        let conversations: Request<Page<Conversation>> = match &first {
            Some(first) => api.get(&paths::conversations(first, None, PAGE)),
            // Only for the position of the page, from which the event stream continues.
            None => api.get(&paths::conversations(&ConversationQuery::default(), None, 1)),
        };
        let (me, page) = futures::join!(api.me().into_future(), conversations.into_future());
        let (me, page) = (me?, page?);
        let store = Store::new(me.agent.id);
        store.agents.receive_all(me.agents.clone());
        let from = page.as_of.clone();
        let api = api.of(me.agent.id);
        let owner = format!("{} {} {}", api.base(), me.organization.id, me.agent.id);
        let outbox = Outbox::new(owner, me.storage_key.as_ref());
        let client = Self(Arc::new(Inner {
            store,
            api,
            me,
            session: ArcRwSignal::new(Session::Active),
            connection: ArcRwSignal::new(Connection::Connecting),
            toasts: ArcRwSignal::default(),
            announcement: ArcRwSignal::default(),
            bulk: ArcRwSignal::default(),
            contact_changes: ArcTrigger::new(),
            open: open::Open::default(),
            arrivals: arrivals::Arrivals::default(),
            send_queue: send_queue::SendQueue::default(),
            outbox,
            is_storage_safe: ArcRwSignal::new(true),
            is_overdue: ArcRwSignal::new(false),
            visibility: visibility::Visibility::watch(),
            waiting: Mutex::default(),
            catching_up: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            following: Mutex::default(),
            listener: Mutex::default(),
        }));
        match first {
            Some(first) => client.receive_conversations(first, page),
            None => client.store().conversations.receive_all(page.items),
        }
        client.receive_settings(client.me().settings.clone());
        client.watch_page();
        Ok((client, from))
    }

    /// The client that a component above has provided.
    ///
    /// # Panics
    /// When used outside the app: every root provides a client before it renders anything that needs one.
    #[must_use]
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    #[must_use]
    pub fn me(&self) -> &Me {
        &self.0.me
    }

    #[must_use]
    pub fn my_id(&self) -> AgentId {
        self.0.me.agent.id
    }

    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.0.me.channels
    }

    /// The state of the event stream.
    #[must_use]
    pub fn connection(&self) -> ArcRwSignal<Connection> {
        self.0.connection.clone()
    }

    #[must_use]
    pub fn session(&self) -> ArcRwSignal<Session> {
        self.0.session.clone()
    }

    #[must_use]
    pub fn announcement(&self) -> ArcRwSignal<String> {
        self.0.announcement.clone()
    }

    /// Whether the page is visible.
    #[must_use]
    pub fn page_visible(&self) -> ArcRwSignal<bool> {
        self.0.visibility.is_visible()
    }

    /// Announces a sentence in the polite live region.
    pub fn announce(&self, sentence: String) {
        self.0.announcement.set(sentence);
    }

    /// Signs in again over the page, as the same agent.
    ///
    /// # Errors
    /// [`ApiError`], when the server refuses. Another agent's sign-in is `Ok(false)`: this client is not theirs.
    pub async fn sign_in_again(&self, email: String, password: String) -> Result<bool, ApiError> {
        self.0.api.sign_in(email, password).json().await?;
        self.renew_session().await
    }

    /// Continues with the browser's current session.
    ///
    /// # Errors
    /// [`ApiError`], when no agent is signed in. Another agent's session is `Ok(false)`: this client is not theirs.
    pub async fn renew_session(&self) -> Result<bool, ApiError> {
        let me = self.0.api.me().await?;
        let same = me.agent.id == self.my_id() && me.organization.id == self.0.me.organization.id;
        if same && self.0.session.get_untracked() != Session::Active {
            self.0.session.set(Session::Active);
            self.tell_tabs(TabMessage::SignedIn);
        }
        if same {
            self.wake();
            self.fetch_open_soon();
        }
        Ok(same)
    }

    /// Sets the listener, which receives each live event before the store does. There is one; a second call replaces
    /// it.
    pub fn on_event(&self, listener: impl Fn(&Event) + 'static) {
        let listener = SendWrapper::new(listener);
        *self.0.listener.lock().expect("no panic while a lock is held") = Some(Box::new(move |event| listener(event)));
    }

    /// Passes an event to the listener.
    pub(crate) fn listened(&self, event: &Event) {
        if let Some(listener) = &*self.0.listener.lock().expect("no panic while a lock is held") {
            listener(event);
        }
    }

    /// Signs out and closes the client.
    pub async fn sign_out(&self) {
        self.0.outbox.clear();
        // The other tabs discard their state too. They hear of it before the server ends the session: they would ask
        // the agent to sign in again, with everything still on the screen.
        self.tell_tabs(TabMessage::SignedOut);
        self.close();
        // Without a connection the cookie outlives this page.
        let _ = self.0.api.send::<Value>(Method::DELETE, paths::SESSION).json().await;
    }

    /// Stops following the server. Requests in flight are still sent.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Relaxed);
        if let Some(following) = self.0.following.lock().expect("no panic while a lock is held").take() {
            following.stop.abort();
        }
        self.0.outbox.unwatch();
        self.0.visibility.unwatch();
        self.wake();
    }

    pub(crate) fn set_following(&self, following: Following) {
        *self.0.following.lock().expect("no panic while a lock is held") = Some(following);
    }

    /// Identifies the client's owner within one browser: the server, the organization, the agent.
    pub(crate) fn owner(&self) -> &str {
        self.0.outbox.owner()
    }

    /// Handles a sign-out in another tab.
    pub(crate) fn be_signed_out(&self) {
        self.0.outbox.clear();
        self.0.session.set(Session::Left);
    }

    /// Watches storage and the browser's connection until the client is closed.
    fn watch_page(&self) {
        let is_safe = self.0.is_storage_safe.clone();
        let client = Arc::downgrade(&self.0);
        let online = move || {
            if let Some(client) = client.upgrade() {
                Self(client).wake();
            }
        };
        self.0.outbox.watch(move |safe| is_safe.set(safe), online);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.closed.load(Ordering::Relaxed)
    }

    pub(crate) fn api(&self) -> &Api {
        &self.0.api
    }

    /// Sets the connection's state. Going live wakes all waiters.
    pub(crate) fn set_connection(&self, connection: Connection) {
        // The stream may be up to date while open data is stale until its refetch ends.
        let is_behind = connection == Connection::Live && self.0.catching_up.load(Ordering::Relaxed) > 0;
        let connection = if is_behind { Connection::Connecting } else { connection };
        if self.0.connection.get_untracked() != connection {
            self.0.connection.set(connection);
            if connection == Connection::Live {
                self.wake();
            }
        }
    }

    /// Waits some milliseconds, or until the next successful connection.
    pub(crate) async fn pause(&self, milliseconds: u32) {
        futures::future::select(Box::pin(sleep(milliseconds)), self.woken()).await;
    }

    /// Resolves at the next successful connection, or when the client is closed.
    fn woken(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.0.waiting.lock().expect("no panic while a lock is held").push(sender);
        receiver
    }

    /// Waits some milliseconds, whatever the connection does: the server has asked for it. Less if the client is closed.
    pub(crate) async fn wait_out(&self, milliseconds: u32) {
        let mut time = Box::pin(sleep(milliseconds));
        while milliseconds > 0 && !self.is_closed() {
            match futures::future::select(time, self.woken()).await {
                Either::Left(_) => return,
                Either::Right((_, rest)) => time = rest,
            }
        }
    }

    /// Asks the agent to sign in again, and waits until that has happened or the client is closed.
    pub(crate) async fn wait_for_sign_in(&self) {
        self.ask_to_sign_in();
        while self.0.session.get_untracked() != Session::Active && !self.is_closed() {
            let _ = self.woken().await;
        }
    }

    fn ask_to_sign_in(&self) {
        if self.0.session.get_untracked() == Session::Active {
            self.0.session.set(Session::Expired);
        }
    }

    /// Wakes all waiters.
    fn wake(&self) {
        let waiting = std::mem::take(&mut *self.0.waiting.lock().expect("no panic while a lock is held"));
        for sender in waiting {
            // A waiter that has given up has dropped the receiver.
            let _ = sender.send(());
        }
    }
}

/// Spawns a task that outlives the component that started it.
fn spawn(future: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(future);
}
