//! `ConversationRowView`: one conversation in the list: contact, channel, last message, assignee, unread mark.

use crate::browser::{clock::clock, memo::memo};
use crate::components::ui::live::live_view;
use crate::{
    client::Client,
    components::{
        bulk::{selection::Selection, tick::tick_box},
        inbox::reveal::Reveal,
        shared::{
            avatar::avatar,
            channel_mark::{channel_mark, channel_name},
            message_excerpt::message_excerpt,
            timestamp::short_time,
        },
        ui::{
            gestures::closest,
            icon::Shape,
            markup::Markup,
            name::{filled_markup, name},
        },
    },
    navigation::navigator::Navigator,
    strings::{Value, fill, strings},
};
use leptos::{ev::MouseEvent, prelude::*};
use wire::{Agent, Conversation, ConversationId, Preview, PreviewKind};

/// A row of the list: a link, so that it can be opened in another tab, and a button to open it beside others. The list
/// handles its clicks ([`open_clicked`]).
#[component]
pub fn ConversationRowView(id: ConversationId, selection: Selection) -> impl IntoView {
    let is_ticked = memo(move |_| selection.is_ticked(id.0));
    let (client, navigator, clock) = (Client::here(), Navigator::here(), clock());
    live_view(move || {
        let known = client.conversation(id)?;
        let (is_shown, view) = navigator.view.with(|view| (view.shows(id), view.opening(id)));
        let assignee = known.assignee_id.and_then(|id| client.store().agents.get(id));
        let is = RowState { is_shown, is_ticked: is_ticked.get() };
        Some(row(known, assignee, is, navigator.address.run(view), clock.today()))
    })
}

/// Whether the conversation is open in a pane, and whether its row is ticked.
#[derive(Clone, Copy)]
struct RowState {
    is_shown: bool,
    is_ticked: bool,
}

fn row(known: Conversation, assignee: Option<Agent>, is: RowState, address: String, today: f64) -> Markup {
    let RowState { is_shown, is_ticked } = is;
    let Conversation { id, contact, channel, preview, last_at, unread, .. } = known;
    let class = match (is_shown, unread) {
        (true, true) => "conversation-row selectable current unread",
        (true, false) => "conversation-row selectable current",
        (false, true) => "conversation-row selectable unread",
        (false, false) => "conversation-row selectable",
    };
    let head = vec![name(&contact.name, "row-name"), short_time(last_at, today)];
    let unread =
        unread.then(|| Markup::of("span", "unread-mark", vec![Markup::text("span", "sr-only", strings().unread)]));
    let marks = assignee.as_ref().map(assignee_mark).into_iter().chain(unread);
    let foot = [channel_mark(channel.kind), preview_line(preview)].into_iter().chain(marks).collect();
    let lines = [Markup::of("span", "row-head", head), Markup::of("span", "row-foot", foot)];
    let link = [avatar(&contact.name, contact.id.0)].into_iter().chain(lines).collect();
    let whose = [("name", Value::Name(&contact.name)), ("channel", Value::Own(channel_name(channel.kind)))];
    let beside = fill(strings().open_beside, &whose);
    let tick = tick_box(is_ticked, fill(strings().bulk.select_one, &whose));
    let link = Markup::of("a", "conversation-link", link).with("href", address);
    let button = Markup::of("button", "icon-button open-beside", vec![Markup::Icon(Shape::Columns)]);
    Markup::of(
        "div",
        class,
        vec![
            link.with_some("aria-current", is_shown.then_some("true")),
            tick,
            button.with("type", "button").with("aria-label", beside.clone()).with("title", beside),
        ],
    )
    .with("part", "conversation-row")
    .with("data-id", id.to_string())
}

fn preview_line(preview: Option<Preview>) -> Markup {
    let mark = |text: &str| Markup::Text(text.to_owned());
    match preview {
        None => Markup::text("span", "row-preview quiet", strings().preview_empty),
        Some(Preview { kind: PreviewKind::Note, text, .. }) => {
            let parts = vec![Markup::Icon(Shape::Lock), mark(strings().preview_note), Markup::isolated("", text)];
            Markup::of("span", "row-preview internal", parts)
        }
        Some(Preview { kind: PreviewKind::In, text, attachment: None }) => Markup::isolated("row-preview", text),
        Some(Preview { kind, text, attachment }) => {
            let sender = (kind == PreviewKind::Out).then(|| mark(strings().preview_you_or_team));
            let parts = sender.into_iter().chain(message_excerpt(strings(), text, attachment));
            Markup::of("span", "row-preview", parts.collect())
        }
    }
}

fn assignee_mark(agent: &Agent) -> Markup {
    let values = [("name", Value::Name(&agent.name))];
    let sentence = Markup::of("span", "sr-only", filled_markup(strings().assigned_to, &values));
    let parts = vec![avatar(&agent.name, agent.id.0), sentence];
    Markup::of("span", "assignee-mark", parts).with("title", fill(strings().assigned_to, &values))
}

/// Opens the conversation whose row was clicked: in place of another one, or beside the others. A click that the
/// browser turns into another tab stays the browser's.
pub(super) fn open_clicked(event: &MouseEvent, navigator: Navigator, reveal: Option<Reveal>) {
    let row = closest(event, ".conversation-row");
    let Some(id) = row.and_then(|row| row.get_attribute("data-id")?.parse::<ConversationId>().ok()) else { return };
    if closest(event, ".open-beside").is_some() {
        navigator.open_beside(id);
        if let Some(reveal) = reveal {
            reveal.ask(id);
        }
    } else if closest(event, ".conversation-link").is_some()
        && !(event.ctrl_key() || event.meta_key() || event.shift_key())
    {
        event.prevent_default();
        navigator.open(id);
    }
}
