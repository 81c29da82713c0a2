//! Keeps the store in sync with the server. Tabs of one browser elect a leader, which holds the event stream
//! (server-sent events: connect, resume, reset, watchdog, retry with back-off, or polling behind a proxy that buffers
//! the stream) and broadcasts events to the other tabs.

mod connection;
pub mod event_stream;
pub(crate) mod tab_leader;

use crate::{
    browser::{back_off::back_off_ms, timers::sleep},
    client::{Client, Connection, Following, TabMessage},
    net::{
        api::{Api, PAGE},
        error::ApiError,
    },
    storage::outbox,
    sync::tab_leader::{TabEvent, TabLeader},
};
use connection::End;
use futures::{
    FutureExt, StreamExt,
    channel::mpsc::UnboundedReceiver,
    future::{AbortHandle, Abortable, Either, select},
    pin_mut,
};
use wire::{Changes, ConversationQuery, Event, Heartbeat, Hello, Position, event::Frame, paths};

const POLL_MS: u32 = 15_000;
/// After so many polls the stream is retried.
const POLLS: usize = 4;
/// A single tab becomes the leader within this time; after it, a follower polls for missed changes.
const LEAD_AT_ONCE_MS: u32 = 150;
/// After this long without a message from the leader, a follower asks whether it is alive …
const SILENCE_MS: u32 = 5_000;
/// … and steals the lock if no answer comes within this time.
const ANSWER_MS: u32 = 5_000;

/// Loads the current user, the first list, if one is named, and pending changes, and keeps all of it in sync with the
/// server until the client is closed.
///
/// # Errors
/// [`ApiError`], when no agent is signed in or the server can't be reached.
pub async fn open(api: Api, first: Option<ConversationQuery>) -> Result<Client, ApiError> {
    outbox::prepare();
    let (client, from) = Client::load(api, first).await?;
    // Join before storage is read, so that no change of another tab in between is missed.
    let (tabs, tab_events) = TabLeader::join(client.owner()).unzip();
    let (stop, registration) = AbortHandle::new_pair();
    let others = tabs.clone();
    let tell = move |message: &TabMessage| {
        if let Some(others) = &others {
            others.tell(message);
        }
    };
    client.set_following(Following { stop, tell: Box::new(tell) });
    client.restore_all().await;
    let epoch = from.epoch.clone();
    let follower = Follower { client: client.clone(), tabs, epoch, position: Some(from), head: 0, behind: None };
    wasm_bindgen_futures::spawn_local(async move {
        // It ends by itself or by the client's `close`; neither is an error.
        let _ = Abortable::new(follower.follow(tab_events), registration).await;
    });
    Ok(client)
}

struct Follower {
    client: Client,
    /// The channel to the other tabs, if the browser has one.
    tabs: Option<TabLeader>,
    /// All events up to here have been received.
    position: Option<Position>,
    /// The server's latest known epoch and head.
    epoch: String,
    head: u64,
    /// The head of the last heartbeat, while events up to it were missing.
    behind: Option<u64>,
}

impl Follower {
    /// `tab_events`: events from the other tabs, if the browser has a channel to them.
    async fn follow(mut self, tab_events: Option<UnboundedReceiver<TabEvent>>) {
        match tab_events {
            Some(tab_events) => self.take_turns(tab_events).await,
            None => {
                self.client.begin_sending();
                self.lead().await;
            }
        }
    }

    async fn take_turns(&mut self, mut tab_events: UnboundedReceiver<TabEvent>) {
        while !self.client.is_closed() {
            self.follow_leader(&mut tab_events).await;
            let (client, tabs) = (self.client.clone(), self.tabs.clone());
            client.begin_sending();
            let leading = self.lead();
            let yielded = receive_until_yielded(&mut tab_events, &client, tabs.as_ref());
            pin_mut!(leading, yielded);
            // In both cases the connection is dropped.
            select(leading, yielded).await;
            client.stop_sending();
        }
    }

    /// Receives from the leader until this tab becomes the leader.
    async fn follow_leader(&mut self, tab_events: &mut UnboundedReceiver<TabEvent>) {
        let mut is_behind = true;
        let mut is_asked = false;
        let mut late = Box::pin(sleep(LEAD_AT_ONCE_MS));
        while !self.client.is_closed() {
            match select(tab_events.next(), late.as_mut()).await {
                Either::Left((Some(TabEvent::Lead) | None, _)) => return,
                Either::Left((Some(TabEvent::Yield), _)) => {}
                Either::Left((Some(TabEvent::Message(message)), _)) => {
                    if is_from_leader(&message) {
                        is_asked = false;
                        late = Box::pin(sleep(SILENCE_MS));
                    }
                    self.receive(message).await;
                }
                Either::Right(_) if is_behind => {
                    is_behind = false;
                    self.catch_up().await;
                    late = Box::pin(sleep(SILENCE_MS));
                }
                Either::Right(_) if !is_asked => {
                    is_asked = true;
                    self.tell(&TabMessage::IsLeaderThere);
                    late = Box::pin(sleep(ANSWER_MS));
                }
                Either::Right(_) => {
                    is_asked = false;
                    late = Box::pin(sleep(SILENCE_MS));
                    if let Some(tabs) = &self.tabs {
                        tabs.take_lead();
                    }
                }
            }
        }
    }

    async fn receive(&mut self, message: TabMessage) {
        match message {
            TabMessage::Lost => self.client.set_connection(Connection::Lost),
            TabMessage::Frames(frames) => self.receive_frames(frames).await,
            message => self.client.receive_tab_message(message),
        }
    }

    /// Applies frames that the leader broadcast. Positions are contiguous; after a gap this tab polls the server.
    async fn receive_frames(&mut self, frames: Vec<Frame>) {
        let mut fresh = Vec::new();
        let mut known = self.position.clone();
        let mut has_gap = false;
        for frame in frames {
            if let Some(position) = position(&frame) {
                let seq = known.as_ref().filter(|known| known.epoch == position.epoch).map(|known| known.seq);
                if seq.is_some_and(|seq| position.seq <= seq) {
                    continue;
                }
                has_gap |= seq.is_none_or(|seq| position.seq != seq + 1);
                known = Some(position);
            }
            has_gap |= head(&frame).is_some_and(|head| known.as_ref().is_none_or(|known| known.seq < head));
            fresh.push(frame);
        }
        let before = self.position.clone();
        // The catch-up below also closes a gap that a heartbeat shows.
        let _ = self.take(fresh);
        if has_gap && self.position.as_ref().map(|it| &it.epoch) == before.as_ref().map(|it| &it.epoch) {
            self.position = before;
            self.catch_up().await;
        }
    }

    /// Polls for changes after the current position until there are no more.
    async fn catch_up(&mut self) {
        while !self.client.is_closed() {
            match self.poll().await {
                Ok(false) => return,
                Ok(true) => {}
                Err(error) if error.is_signed_out() => self.client.wait_for_sign_in().await,
                Err(_) => {
                    self.client.set_connection(Connection::Lost);
                    self.client.pause(back_off_ms(2)).await;
                }
            }
        }
    }

    /// Fetches and applies the next changes. Returns whether there are more.
    async fn poll(&mut self) -> Result<bool, ApiError> {
        let Some(after) = self.position.clone() else { return Ok(false) };
        let Changes { items, next, more, reset } = self.client.api().get(&paths::changes(&after, PAGE)).await?;
        self.epoch.clone_from(&next.epoch);
        self.head = next.seq;
        if reset.is_some() {
            self.reset();
            return Ok(false);
        }
        if !items.is_empty() {
            // The other tabs poll for themselves: the head shows them that there are changes.
            let data = serde_json::to_string(&Heartbeat { head: next.seq }).unwrap_or_default();
            self.tell(&TabMessage::Frames(vec![Frame { event: "heartbeat".to_owned(), data, id: None }]));
        }
        self.client
            .receive(items.into_iter().filter_map(|item| Event::from_parts(&item.event, item.data).ok()?).collect());
        self.position = Some(next);
        if !more {
            self.client.set_connection(Connection::Live);
        }
        Ok(more)
    }

    /// Holds the event stream until the client is closed. Retries with back-off.
    async fn lead(&mut self) {
        let mut failures: u32 = 0;
        loop {
            let position_before = self.position.clone();
            match self.connect().await {
                End::Closed => return,
                End::SignedOut => self.client.wait_for_sign_in().await,
                End::HeldBack => self.poll_for_a_while().await,
                End::Lost => {
                    self.client.set_connection(Connection::Lost);
                    self.tell(&TabMessage::Lost);
                    failures = if self.position == position_before { failures + 1 } else { 0 };
                    self.client.pause(back_off_ms(failures)).await;
                }
            }
        }
    }

    async fn poll_for_a_while(&mut self) {
        for _ in 0..POLLS {
            self.catch_up().await;
            if self.client.is_closed() {
                return;
            }
            self.client.pause(POLL_MS).await;
        }
    }

    fn tell(&self, message: &TabMessage) {
        if let Some(tabs) = &self.tabs {
            tabs.tell(message);
        }
    }
}

fn is_from_leader(message: &TabMessage) -> bool {
    matches!(message, TabMessage::LeaderIsThere | TabMessage::Frames(_) | TabMessage::Lost | TabMessage::Outcome { .. })
}

fn position(frame: &Frame) -> Option<Position> {
    frame.id.as_deref()?.parse().ok()
}

/// The server's head, in a frame that has it.
fn head(frame: &Frame) -> Option<u64> {
    match &*frame.event {
        "hello" => serde_json::from_str::<Hello>(&frame.data).ok().map(|hello| hello.head),
        "heartbeat" => serde_json::from_str::<Heartbeat>(&frame.data).ok().map(|heartbeat| heartbeat.head),
        _ => None,
    }
}

/// Runs a future with a timeout. `None`: it timed out.
async fn within<T>(milliseconds: u32, what: impl Future<Output = T>) -> Option<T> {
    let (what, late) = (what.fuse(), sleep(milliseconds).fuse());
    pin_mut!(what, late);
    match select(what, late).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

/// Handles messages from the other tabs while this tab leads, until another one takes the lead.
async fn receive_until_yielded(
    tab_events: &mut UnboundedReceiver<TabEvent>,
    client: &Client,
    tabs: Option<&TabLeader>,
) {
    loop {
        match tab_events.next().await {
            Some(TabEvent::Message(TabMessage::IsLeaderThere)) => {
                if let Some(tabs) = tabs {
                    tabs.tell(&TabMessage::LeaderIsThere);
                }
            }
            Some(TabEvent::Message(message)) => client.receive_tab_message(message),
            Some(TabEvent::Lead) => {}
            Some(TabEvent::Yield) | None => return,
        }
    }
}
