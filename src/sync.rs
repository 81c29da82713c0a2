//! Keeps the store in step with the server. One tab of the browser is the leader: it holds the event stream (connect,
//! resume, reset, watchdog, back-off, or polling behind a proxy that buffers the stream) and passes events on to the
//! other tabs.

mod connection;
pub mod event_stream;
pub(crate) mod tab_leader;

use crate::{
    browser::timers::sleep,
    client::{Client, Connection, Following},
    net::{api::Api, error::ApiError},
    sync::{
        event_stream::{Frame, Reader},
        tab_leader::{TabMessage, Tabs},
    },
};
use connection::End;
use futures::{
    FutureExt, StreamExt,
    channel::mpsc::UnboundedReceiver,
    future::{AbortHandle, Abortable, Either, select},
    pin_mut,
};
use wire::{Changes, ConversationQuery, Event, Heartbeat, Hello, Position};

const POLL_MS: u32 = 15_000;
/// After so many polls the stream is tried again.
const POLLS: usize = 4;
const FIRST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 60_000.0;
/// A tab that is alone leads before this; one that isn't asks what it has missed.
const LEAD_AT_ONCE_MS: u32 = 150;
/// After this long without a word of the leader's it is asked whether it is there …
const SILENCE_MS: u32 = 5_000;
/// … and has this long to answer, before another tab takes its place.
const ANSWER_MS: u32 = 5_000;

/// What a tab says whose agent has signed out.
const LEFT: &str = "left";

/// Loads the current user and the first list, if one is named, and keeps all of it in step with the server until the client
/// is closed.
///
/// # Errors
/// [`ApiError`], when nobody is signed in or the server can't be reached.
pub async fn open(api: Api, first: Option<ConversationQuery>) -> Result<Client, ApiError> {
    let (client, from) = Client::load(api, first).await?;
    start(&client, from);
    Ok(client)
}

/// `from`: everything after this position is new.
fn start(client: &Client, from: Position) {
    let (tabs, told) = Tabs::join(client.owner()).unzip();
    let (stop, registration) = AbortHandle::new_pair();
    let others = tabs.clone();
    let tell_signed_out = move || {
        if let Some(others) = &others {
            others.say(LEFT);
        }
    };
    client.set_following(Following { stop, tell_signed_out: Box::new(tell_signed_out) });
    let epoch = from.epoch.clone();
    let mut follower = Follower { client: client.clone(), tabs, epoch, position: Some(from), head: 0, behind: None };
    let following = async move {
        match told {
            Some(told) => follower.take_turns(told).await,
            None => follower.lead().await,
        }
    };
    wasm_bindgen_futures::spawn_local(async move {
        // Ended by itself or by the client's `close`: either way there is nothing to say.
        let _ = Abortable::new(following, registration).await;
    });
}

struct Follower {
    client: Client,
    /// The other tabs, if they can be talked to.
    tabs: Option<Tabs>,
    /// Everything up to here has been heard.
    position: Option<Position>,
    /// Where the server is, as it last said.
    epoch: String,
    head: u64,
    /// The head that a heartbeat named and that had not come a heartbeat ago.
    behind: Option<u64>,
}

impl Follower {
    async fn take_turns(&mut self, mut told: UnboundedReceiver<TabMessage>) {
        while !self.client.is_closed() {
            self.follow_leader(&mut told).await;
            let (client, tabs) = (self.client.clone(), self.tabs.clone());
            let leading = self.lead();
            let yielded = answer_until_yielded(&mut told, &client, tabs.as_ref());
            pin_mut!(leading, yielded);
            // Either way the connection is given up.
            select(leading, yielded).await;
        }
    }

    /// Hears from the leader, until this tab leads.
    async fn follow_leader(&mut self, told: &mut UnboundedReceiver<TabMessage>) {
        let mut is_behind = true;
        let mut is_asked = false;
        let mut late = Box::pin(sleep(LEAD_AT_ONCE_MS));
        while !self.client.is_closed() {
            match select(told.next(), late.as_mut()).await {
                Either::Left((Some(TabMessage::Lead) | None, _)) => return,
                Either::Left((Some(TabMessage::Yield), _)) => {}
                // Another one that misses the leader.
                Either::Left((Some(TabMessage::Said(text)), _)) if text == "who" => {}
                Either::Left((Some(TabMessage::Said(text)), _)) => {
                    is_asked = false;
                    self.hear_leader(&text).await;
                    late = Box::pin(sleep(SILENCE_MS));
                }
                Either::Right(_) if is_behind => {
                    is_behind = false;
                    self.catch_up().await;
                    late = Box::pin(sleep(SILENCE_MS));
                }
                Either::Right(_) if !is_asked => {
                    is_asked = true;
                    self.say("who");
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

    /// What the leader passes on. Positions follow each other without a gap; where one is missing the server is asked.
    async fn hear_leader(&mut self, text: &str) {
        match text {
            "lost" => return self.client.set_connection(Connection::Lost),
            LEFT => return self.client.be_left(),
            _ => {}
        }
        let Some(text) = text.strip_prefix("heard\n") else { return };
        let mut fresh = Vec::new();
        let mut known = self.position.clone();
        let mut has_gap = false;
        for frame in Reader::default().push(text.as_bytes()) {
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
        // A gap that a heartbeat shows is closed here too.
        let _ = self.take(fresh);
        if has_gap && self.position.as_ref().map(|it| &it.epoch) == before.as_ref().map(|it| &it.epoch) {
            self.position = before;
            self.catch_up().await;
        }
    }

    /// Asks for everything after our position, until there is no more.
    async fn catch_up(&mut self) {
        while !self.client.is_closed() {
            match self.poll().await {
                Ok(false) => return,
                Ok(true) => {}
                Err(error) if error.is_signed_out() => self.client.wait_for_sign_in().await,
                Err(_) => {
                    self.client.set_connection(Connection::Lost);
                    self.client.pause(pause_ms(2)).await;
                }
            }
        }
    }

    /// Takes in the next changes. Returns whether there are more.
    async fn poll(&mut self) -> Result<bool, ApiError> {
        let Some(after) = self.position.clone() else { return Ok(false) };
        let Changes { items, next, more, reset } = self.client.api().changes(&after).await?;
        self.epoch.clone_from(&next.epoch);
        self.head = next.seq;
        if reset.is_some() {
            self.reset();
            return Ok(false);
        }
        if !items.is_empty() {
            // The other tabs ask for themselves: how far the server is tells them that there is something.
            self.say(&format!("heard\nevent: heartbeat\ndata: {{\"head\":{}}}\n\n", next.seq));
        }
        self.client
            .hear(items.into_iter().filter_map(|item| Event::from_parts(&item.event, item.data).ok()?).collect());
        self.position = Some(next);
        if !more {
            self.client.set_connection(Connection::Live);
        }
        Ok(more)
    }

    /// Holds the connection, until the client is closed.
    async fn lead(&mut self) {
        let mut failures = 0;
        loop {
            let heard_before = self.position.clone();
            match self.connect().await {
                End::Closed => return,
                End::SignedOut => self.client.wait_for_sign_in().await,
                End::HeldBack => self.poll_for_a_while().await,
                End::Lost => {
                    self.client.set_connection(Connection::Lost);
                    self.say("lost");
                    failures = if self.position == heard_before { failures + 1 } else { 0 };
                    self.client.pause(pause_ms(failures)).await;
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

    fn say(&self, text: &str) {
        if let Some(tabs) = &self.tabs {
            tabs.say(text);
        }
    }

    /// Passes on to the other tabs what this one has heard.
    fn pass_on(&self, frames: &[Frame]) {
        let Some(tabs) = &self.tabs else { return };
        let mut text = "heard\n".to_owned();
        for Frame { id, event, data } in frames {
            for (field, value) in [("id: ", id.as_deref().unwrap_or_default()), ("event: ", event), ("data: ", data)] {
                if !value.is_empty() {
                    text = text + field + value + "\n";
                }
            }
            text.push('\n');
        }
        tabs.say(&text);
    }
}

fn position(frame: &Frame) -> Option<Position> {
    frame.id.as_deref()?.parse().ok()
}

/// Where the server is, in a block that says so.
fn head(frame: &Frame) -> Option<u64> {
    match &*frame.event {
        "hello" => serde_json::from_str::<Hello>(&frame.data).ok().map(|hello| hello.head),
        "heartbeat" => serde_json::from_str::<Heartbeat>(&frame.data).ok().map(|heartbeat| heartbeat.head),
        _ => None,
    }
}

/// Full jitter, so that a restarted server isn't met by everybody at once.
fn pause_ms(failures: i32) -> u32 {
    let longest = (FIRST_PAUSE_MS * 2_f64.powi(failures.min(6))).min(LONGEST_PAUSE_MS);
    let pause = FIRST_PAUSE_MS / 2.0 + js_sys::Math::random() * (longest - FIRST_PAUSE_MS / 2.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let pause = pause as u32;
    pause
}

/// `None`: it did not come in time.
async fn within<T>(milliseconds: u32, what: impl Future<Output = T>) -> Option<T> {
    let (what, late) = (what.fuse(), sleep(milliseconds).fuse());
    pin_mut!(what, late);
    match select(what, late).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

/// A leader says that it is there, until another tab takes its place.
async fn answer_until_yielded(told: &mut UnboundedReceiver<TabMessage>, client: &Client, tabs: Option<&Tabs>) {
    loop {
        match told.next().await {
            Some(TabMessage::Said(text)) if text == "who" => {
                if let Some(tabs) = tabs {
                    tabs.say("here");
                }
            }
            Some(TabMessage::Said(text)) if text == LEFT => client.be_left(),
            Some(TabMessage::Yield) | None => return,
            Some(TabMessage::Lead | TabMessage::Said(_)) => {}
        }
    }
}
