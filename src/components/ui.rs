//! General building blocks, independent of the store, the client and the wire types.

pub mod dialog;
pub mod gestures;
pub mod icon;
pub mod kept_in_view;
pub mod keyed_list;
mod lengths;
pub mod live;
pub mod markup;
pub mod name;
pub mod observe;
pub mod popover;
pub mod text;
pub mod virtual_list;
