//! Building blocks that could live in any library: they know no store, no desk and no wire.

#[cfg(target_arch = "wasm32")]
pub mod rows;
// Plain arithmetic, so it is compiled and tested natively as well.
pub mod order;
pub mod window;

#[cfg(target_arch = "wasm32")]
pub mod icon;
#[cfg(target_arch = "wasm32")]
pub mod kept_in_view;
#[cfg(target_arch = "wasm32")]
pub mod live;
#[cfg(target_arch = "wasm32")]
pub mod observe;
#[cfg(target_arch = "wasm32")]
pub mod popover;
#[cfg(target_arch = "wasm32")]
pub mod text;
