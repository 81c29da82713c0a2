//! `ChannelMark`: a channel's icon, with its name for assistive technology.

use crate::{
    components::ui::{icon::Shape, markup::Markup},
    strings::strings,
};
use leptos::prelude::*;
use wire::ChannelKind;

/// A channel's icon; the name is read out and shown on hover.
#[component]
pub fn ChannelMark(kind: ChannelKind) -> impl IntoView {
    channel_mark(kind)
}

/// A channel's icon, as [`ChannelMark`] shows it.
#[must_use]
pub fn channel_mark(kind: ChannelKind) -> Markup {
    let name = channel_name(kind);
    Markup::of("span", "channel-mark", vec![Markup::Icon(shape(kind))])
        .with("data-kind", kind.into_str())
        .with("role", "img")
        .with("aria-label", name)
        .with("title", name)
}

/// The channel's name in the agent's language.
#[must_use]
pub fn channel_name(kind: ChannelKind) -> &'static str {
    let strings = strings();
    match kind {
        ChannelKind::Sms => strings.sms,
        ChannelKind::Whatsapp => strings.whatsapp,
        ChannelKind::Email => strings.channel_email,
        ChannelKind::Chat => strings.chat,
        ChannelKind::Voice => strings.voice,
        ChannelKind::Messenger => strings.messenger,
        ChannelKind::Instagram => strings.instagram,
    }
}

fn shape(kind: ChannelKind) -> Shape {
    match kind {
        ChannelKind::Sms => Shape::Smartphone,
        ChannelKind::Whatsapp => Shape::MessageCircle,
        ChannelKind::Email => Shape::Mail,
        ChannelKind::Chat => Shape::MessagesSquare,
        ChannelKind::Voice => Shape::Phone,
        ChannelKind::Messenger => Shape::Zap,
        ChannelKind::Instagram => Shape::Camera,
    }
}
