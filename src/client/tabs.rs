//! Messages between the tabs of one browser: events that the leader tab receives, drafts, and pending changes, which
//! every tab shows and the leader tab sends.

use super::{Client, Session, send_queue::Request, spawn};
use crate::{net::error::ApiError, storage::outbox::Key};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::event::Frame;

/// A message from one tab to the browser's other tabs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum TabMessage {
    /// Asks whether a leader is alive …
    IsLeaderThere,
    /// … and the leader's answer.
    LeaderIsThere,
    /// Frames of the event stream that the leader has received.
    Frames(Vec<Frame>),
    /// The leader has lost its connection.
    Lost,
    /// A draft or a pending change, as it is in storage. `None`: it was removed.
    Stored { key: Key, text: Option<String> },
    /// The result of a request that the leader has sent.
    Outcome {
        key: Key,
        request: Request,
        result: Result<Value, ApiError>,
        /// No change is pending any more.
        is_settled: bool,
    },
    /// The agent has signed in again.
    SignedIn,
    /// The agent has signed out.
    SignedOut,
}

impl Client {
    /// Broadcasts a message to the browser's other tabs.
    pub(super) fn tell_tabs(&self, message: TabMessage) {
        if let Some(following) = &*self.0.following.lock().expect("no panic while a lock is held") {
            (following.tell)(&message);
        }
    }

    /// Handles a message of another tab that concerns leaders and followers alike.
    pub(crate) fn receive_tab_message(&self, message: TabMessage) {
        match message {
            TabMessage::Stored { key, text } => self.receive_stored(&key, text),
            TabMessage::Outcome { key, request, result, is_settled } => {
                self.receive_outcome(&key, &request, &result, is_settled);
            }
            TabMessage::SignedIn if self.0.session.get_untracked() == Session::Expired => {
                let client = self.clone();
                spawn(async move {
                    // On an error the sign-in dialog stays.
                    let _ = client.renew_session().await;
                });
            }
            TabMessage::SignedOut => self.be_signed_out(),
            TabMessage::SignedIn
            | TabMessage::IsLeaderThere
            | TabMessage::LeaderIsThere
            | TabMessage::Frames(_)
            | TabMessage::Lost => {}
        }
    }

    fn receive_stored(&self, key: &Key, text: Option<String>) {
        if self.0.send_queue.is_leader() {
            // The tab that made it may close before it has stored it.
            self.0.outbox.put(key, text.as_deref());
        }
        self.restore(key, text.as_deref(), false);
    }
}
