//! For tests of pages that show Sidenote's components, in a real browser: a fake server, queries of the screen by role
//! and name, and the user's actions. Made for `wasm-bindgen-test`, without fixed delays.
//!
//! [`FakeServer`] replaces `window.fetch` and implements the contract; [`Story`] opens an inbox, or a custom view, with
//! it; [`Screen`] finds elements by role and name; [`eventually()`] waits for a condition. [`Clock`] controls timers,
//! [`HiddenPage`] simulates a tab in the background.
//!
//! A failed expectation panics with a sentence, at the line of the test.
#![cfg(target_arch = "wasm32")]

pub mod clock;
pub mod eventually;
pub mod fake_server;
pub mod hidden_page;
pub mod notes;
pub mod screen;
pub mod stage;
pub mod story;
pub mod user;

pub use clock::Clock;
pub use eventually::{eventually, painted};
pub use fake_server::{FakeServer, Who};
pub use hidden_page::HiddenPage;
pub use screen::Screen;
pub use stage::Stage;
pub use story::Story;
