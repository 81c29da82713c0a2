//! Building blocks that could live in any library: they know no store, no client and no wire.

pub mod icon;
pub mod kept_in_view;
pub mod live;
pub mod observe;
pub mod order;
pub mod popover;
pub mod rows;
pub mod text;
pub mod window;
