//! Building blocks that could live in any library: they know no store, no client and no wire.

pub mod icon;
pub mod kept_in_view;
pub mod keyed_list;
mod lengths;
pub mod live;
pub mod observe;
pub mod popover;
pub mod text;
pub mod virtual_list;
