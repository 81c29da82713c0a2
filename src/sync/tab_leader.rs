//! Leader election among the tabs of one browser that follow the same server as the same agent. `tab_leader.js` holds
//! the Web Lock and the `BroadcastChannel`.

use crate::client::TabMessage;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use send_wrapper::SendWrapper;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/sync/tab_leader.js")]
extern "C" {
    #[wasm_bindgen(js_name = joinTabs)]
    fn join_tabs(name: &str, lead: &JsValue, hear: &JsValue, yielded: &JsValue) -> JsValue;
    #[wasm_bindgen(js_name = tellTabs)]
    fn tell_tabs(tabs: &JsValue, message: &str);
    #[wasm_bindgen(js_name = takeLead)]
    fn take_lead(tabs: &JsValue);
    #[wasm_bindgen(js_name = leaveTabs)]
    fn leave_tabs(tabs: &JsValue);
    #[cfg(feature = "widget")]
    #[wasm_bindgen(js_name = leaveAllTabs)]
    fn leave_all_tabs();
}

/// An event from the lock or from another tab.
pub(crate) enum TabEvent {
    /// This tab is the leader from now on.
    Lead,
    /// Another tab has taken the lead.
    Yield,
    Message(TabMessage),
}

/// A membership among the tabs, until the last clone is dropped.
#[derive(Clone)]
pub(crate) struct TabLeader(Arc<SendWrapper<Joined>>);

struct Joined {
    handle: JsValue,
    _callbacks: [Closure<dyn FnMut(JsValue)>; 3],
}

impl TabLeader {
    /// `None`: this browser has no locks or channels, and each tab works alone.
    pub(crate) fn join(name: &str) -> Option<(Self, UnboundedReceiver<TabEvent>)> {
        let (sender, receiver) = unbounded();
        let on_message = |read: fn(JsValue) -> Option<TabEvent>| {
            let sender = sender.clone();
            Closure::<dyn FnMut(JsValue)>::new(move |said| {
                if let Some(event) = read(said) {
                    // Fails when the receiver is dropped; then the event is not needed.
                    let _ = sender.unbounded_send(event);
                }
            })
        };
        // An unreadable message, of another version, is ignored.
        let message = |said: JsValue| serde_json::from_str(&said.as_string()?).ok().map(TabEvent::Message);
        let callbacks =
            [on_message(|_| Some(TabEvent::Lead)), on_message(message), on_message(|_| Some(TabEvent::Yield))];
        let handle = join_tabs(name, callbacks[0].as_ref(), callbacks[1].as_ref(), callbacks[2].as_ref());
        let joined = Joined { handle, _callbacks: callbacks };
        (!joined.handle.is_undefined()).then(|| (Self(Arc::new(SendWrapper::new(joined))), receiver))
    }

    /// Broadcasts a message to the other tabs.
    pub(crate) fn tell(&self, message: &TabMessage) {
        if let Ok(text) = serde_json::to_string(message) {
            tell_tabs(&self.0.handle, &text);
        }
    }

    /// Takes the lead from a tab that seems dead.
    pub(crate) fn take_lead(&self) {
        take_lead(&self.0.handle);
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        if !self.handle.is_undefined() {
            leave_tabs(&self.handle);
        }
    }
}

/// Ends the memberships of a module that this one replaces.
#[cfg(feature = "widget")]
pub(crate) fn take_over() {
    leave_all_tabs();
}
