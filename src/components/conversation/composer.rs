//! `Composer`: the text field in Reply or Note mode, each with its own draft. The mode stays until the agent changes
//! it.

use crate::browser::memo::{ErasedMemo, memo};
use crate::components::ui::live::{live, live_view};
use crate::{
    browser::keyboard::{Chord, chord},
    client::Client,
    components::{
        conversation::{
            not_written_to::{NotWrittenTo, refusing_flag},
            send_options::SendOptions,
        },
        shared::typed::Typed,
        ui::{
            icon::{Icon, Shape},
            markup::Markup,
            name::{filled, filled_markup},
        },
    },
    store::{drafts::Mode, threads::ThreadItem},
    strings::{Value, fill, strings},
};
use leptos::{ev, prelude::*};
use wire::{BodyError, Conversation, ConversationId, NoteBody};

/// The field for a reply to the contact or a note to the team.
#[component]
pub fn Composer(conversation: ConversationId, known: ErasedMemo<Option<Conversation>>) -> impl IntoView {
    let client = Client::here();
    let mode = RwSignal::from(client.store().drafts.mode(conversation));
    let name =
        memo(move |_| known.with(|known| known.as_ref().map(|known| known.contact.name.clone()).unwrap_or_default()));
    let flag = refusing_flag(known);
    let is_refused = memo(move |_| flag.get().is_some());
    view! {
        <div class="composer" part="composer" class:noting=live(move || mode.get() == Mode::Note)>
            <ColleagueWarning conversation mode name />
            <NotWrittenTo flag mode name />
            <div class="composer-head">
                <div class="tabs" role="group" aria-label=strings().composer_mode>
                    <ModeTab conversation mode this=Mode::Reply name=strings().mode_reply />
                    <ModeTab conversation mode this=Mode::Note name=strings().mode_note />
                </div>
                {live_view(move || view! { <Audience mode=mode.get() name is_refused /> })}
            </div>
            {live_view(move || view! { <Writing conversation mode=mode.get() name is_refused /> })}
        </div>
    }
}

#[component]
fn ModeTab(conversation: ConversationId, mode: RwSignal<Mode>, this: Mode, name: &'static str) -> impl IntoView {
    let client = Client::here();
    view! {
        <button
            type="button"
            class="tab"
            aria-pressed=live(move || (mode.get() == this).to_string())
            on:click=move |_| client.set_mode(conversation, this)
        >
            {name}
        </button>
    }
}

/// Who will read the text. A mark of fixed words, an icon and a colour come first: they say what the mode is, whatever
/// the contact's name says.
#[component]
fn Audience(mode: Mode, name: ErasedMemo<String>, is_refused: ErasedMemo<bool>) -> impl IntoView {
    let strings = strings();
    let (shape, mark) = match mode {
        Mode::Reply => (Shape::Send, strings.reply_mark),
        Mode::Note => (Shape::Lock, strings.note_mark),
    };
    let class = if mode == Mode::Note { "mode-mark internal" } else { "mode-mark" };
    live_view(move || {
        let sentence = match mode {
            // Nobody will: no reply can be sent.
            Mode::Reply if is_refused.get() => Vec::new(),
            Mode::Reply => filled_markup(strings.reply_audience, &[("name", Value::Name(&name.get()))]),
            Mode::Note => vec![Markup::Text(strings.note_audience.to_owned())],
        };
        let mark = Markup::of("strong", class, vec![Markup::Icon(shape), Markup::Text(mark.to_owned())]);
        Markup::of("p", "audience", vec![mark, Markup::of("span", "", sentence)])
    })
}

/// A warning if the latest item is a colleague's note: the reply may be meant for the colleague.
#[component]
fn ColleagueWarning(conversation: ConversationId, mode: RwSignal<Mode>, name: ErasedMemo<String>) -> impl IntoView {
    let client = Client::here();
    let thread = client.store().threads.of(conversation);
    let me = client.my_id();
    let colleague = memo(move |_| {
        let Some(ThreadItem::Note(id)) = thread.items().last().copied() else { return None };
        thread.notes.cell(id).with(|record| {
            let (note, _) = record.shown()?;
            (note.author.id != me).then(|| note.author.name.clone())
        })
    });
    live_view(move || {
        let switching = client.clone();
        let colleague = (mode.get() == Mode::Reply).then(|| colleague.get()).flatten()?;
        let sentence = filled(
            strings().colleague_warning,
            &[("name", Value::Name(&name.get())), ("colleague", Value::Name(&colleague))],
        );
        Some(view! {
            <p class="colleague-warning" role="status">
                <Icon shape=Shape::TriangleAlert />
                <span>{sentence}</span>
                <button type="button" class="button quiet" on:click=move |_| switching.set_mode(conversation, Mode::Note)>
                    {strings().switch_to_note}
                </button>
            </p>
        })
    })
}

#[component]
fn Writing(
    conversation: ConversationId,
    mode: Mode,
    name: ErasedMemo<String>,
    is_refused: ErasedMemo<bool>,
) -> impl IntoView {
    let client = Client::here();
    let drafts = &client.store().drafts;
    let draft = RwSignal::from(match mode {
        Mode::Reply => drafts.reply(conversation),
        Mode::Note => drafts.conversation_note(conversation),
    });
    let enter_sends = {
        let client = client.clone();
        memo(move |_| client.settings().enter_sends)
    };
    let typing = client.clone();
    let write = Callback::new(move |text| match mode {
        Mode::Reply => typing.draft_reply(conversation, text),
        Mode::Note => typing.draft_conversation_note(conversation, text),
    });
    let typed = Typed::lines();
    let checked = memo(move |_| draft.with(|text| NoteBody::parse(text).map(|_| ())));
    let can_send = memo(move |_| checked.get().is_ok() && !(mode == Mode::Reply && is_refused.get()));
    let send = Callback::new(move |()| {
        if !can_send.get_untracked() {
            return;
        }
        let Ok(body) = draft.with_untracked(|text| NoteBody::parse(text)) else { return };
        match mode {
            Mode::Reply => {
                client.reply(conversation, body);
            }
            Mode::Note => {
                client.add_conversation_note(conversation, body);
            }
        }
        write.run(String::new());
        typed.forget();
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let sends = match chord(&event) {
            Chord::Submit => true,
            Chord::Enter => enter_sends.get_untracked(),
            Chord::Other => false,
        };
        if sends {
            event.prevent_default();
            send.run(());
        }
    };
    let label = move || match mode {
        Mode::Reply => fill(strings().reply_to, &[("name", Value::Name(&name.get()))]),
        Mode::Note => strings().note_text.to_owned(),
    };
    let problem = move || match checked.get() {
        Err(BodyError::TooLong) => Some(strings().error_invalid_body),
        Err(BodyError::ControlCharacter(_)) => Some(strings().error_invalid_body),
        _ => None,
    };
    view! {
        <textarea
            class="composer-text"
            autocomplete="off"
            dir="auto"
            rows="2"
            aria-label=label
            placeholder=label
            prop:value=live(move || draft.get())
            on:input=move |event| write.run(typed.text(&event))
            on:paste=move |event| typed.paste(&event)
            on:keydown=on_key
        ></textarea>
        {typed.hint()}
        <div class="composer-foot">
            <p class="field-problem" role="status">{problem}</p>
            <SendOptions />
            <button
                type="button"
                class="button"
                class:primary=mode == Mode::Reply
                class:note-mode=mode == Mode::Note
                disabled=live(move || !can_send.get())
                on:click=move |_| send.run(())
            >
                {if mode == Mode::Reply { strings().send } else { strings().add_conversation_note }}
            </button>
        </div>
    }
}
