//! For tests of pages that show Sidenote's components, in a real browser: a server that a test holds in its hands, the
//! screen as an agent reads it, and the agent's own hands. Made for `wasm-bindgen-test`; nothing here waits by the clock.
//!
//! [`FakeServer`] takes the place of `window.fetch` and speaks the contract; [`Story`] opens an inbox, or a view of one's
//! own, in front of it; [`Screen`] finds things by role and name; [`eventually()`] waits for what a test says. With
//! [`Clock`] a test lets time pass, with [`HiddenPage`] the page is a tab in the background.
//!
//! What is not as a test expects panics with a sentence, at the line of the test.
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
