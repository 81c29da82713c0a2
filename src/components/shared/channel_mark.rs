//! `ChannelMark`: a channel's icon, with its name for assistive technology.

use crate::{
    components::ui::icon::{Icon, Shape},
    strings::strings,
};
use leptos::prelude::*;
use wire::ChannelKind;

/// A channel's icon; the name is read out and shown on hover.
#[component]
pub fn ChannelMark(kind: ChannelKind) -> impl IntoView {
    view! {
        <span class="channel-mark" data-kind=kind.into_str() title=channel_name(kind)>
            <Icon shape=shape(kind) />
            <span class="sr-only">{channel_name(kind)}</span>
        </span>
    }
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
