//! `Toasts`: short messages over the page. The toast of a deletion offers Undo for ten seconds; hovering or focusing it
//! keeps it, at most until the undo window ends.

use crate::browser::memo::memo;
use crate::components::ui::live::{live, live_view};
use crate::{
    browser::timers::after,
    client::{Client, Toast, ToastKind},
    components::ui::name::filled,
    components::ui::{
        icon::{Icon, Shape},
        keyed_list::KeyedList,
    },
    strings::{Value, strings},
};
use leptos::prelude::*;
use wire::ContactFlag;

const UNDO_MS: u32 = 10_000;
/// The server's undo window is twelve seconds; a held toast disappears a little earlier.
const HELD_MS: u32 = 11_500;
const ALERT_MS: u32 = 8_000;
/// Much is at stake, and the server takes it back for ten minutes.
const BULK_MS: u32 = 60_000;

/// The toasts, and the live regions for assistive technology.
#[component]
pub fn Toasts() -> impl IntoView {
    let client = Client::here();
    let (toasts, announcement) = (client.toasts(), client.announcement());
    let keys = {
        let toasts = toasts.clone();
        memo(move |_| toasts.with(|toasts| toasts.iter().map(|toast| toast.id).collect::<Vec<_>>()))
    };
    // Each has its own timer: adding or removing one restarts no other.
    let row = move |id| {
        let toast = toasts.with_untracked(|toasts| toasts.iter().find(|toast| toast.id == id).cloned());
        toast.map(|toast| view! { <OneToast toast /> })
    };
    view! {
        <section class="toasts" aria-label=strings().notifications>
            <KeyedList keys row class="toast-rows" />
        </section>
        <div class="sr-only" role="status" aria-live="polite">
            {live_view(move || announcement.get())}
        </div>
    }
}

#[component]
fn OneToast(toast: Toast) -> impl IntoView {
    let client = Client::here();
    let held = RwSignal::new(false);
    let over = RwSignal::new(false);
    let id = toast.id;
    let is_alert = matches!(toast.kind, ToastKind::Alert(_));
    let is_bulk = matches!(toast.kind, ToastKind::Bulk { .. });
    let shown_for = match toast.kind {
        ToastKind::Alert(_) => ALERT_MS,
        ToastKind::Bulk { .. } => BULK_MS,
        _ => UNDO_MS,
    };
    after(shown_for, move || {
        over.try_set(true);
    });
    let leave = {
        let client = client.clone();
        move || client.dismiss(id)
    };
    let when_over = leave.clone();
    Effect::new(move |_| {
        if over.get() && !held.get() {
            when_over();
        }
    });
    if !is_alert && !is_bulk {
        after(HELD_MS, leave.clone());
    }
    let hold = move |is_held: bool| {
        held.try_set(is_held);
    };
    view! {
        <div
            class="toast"
            class:alert=is_alert
            class:held=live(move || held.get())
            role=if is_alert { "alert" } else { "status" }
            on:mouseenter=move |_| hold(true)
            on:mouseleave=move |_| hold(false)
            on:focusin=move |_| hold(true)
            on:focusout=move |_| hold(false)
        >
            <ToastText kind=toast.kind done=Callback::new(move |()| leave()) />
        </div>
    }
}

#[component]
fn ToastText(kind: ToastKind, done: Callback<()>) -> impl IntoView {
    let strings = strings();
    let client = Client::here();
    let undo = {
        let kind = kind.clone();
        move |_| {
            match kind.clone() {
                ToastKind::ContactNoteDeleted { contact, note } => client.restore_contact_note(contact, note),
                ToastKind::ConversationNoteDeleted { conversation, note } => {
                    client.restore_conversation_note(conversation, note);
                }
                ToastKind::ContactFlag { contact, flag, is_set } => client.undo_contact_flag(contact, flag, is_set),
                ToastKind::ContactMerged { contact, .. } => client.undo_merge(contact),
                ToastKind::Bulk { sentence, undo } => client.undo_bulk(sentence, undo),
                ToastKind::Alert(_) => {}
            }
            done.run(());
        }
    };
    let sentence = match &kind {
        ToastKind::ContactFlag { flag, is_set, .. } => flag_sentence(*flag, *is_set).into_any(),
        ToastKind::ContactMerged { name, into, .. } => {
            filled(strings.merged, &[("gone", Value::Name(name)), ("kept", Value::Name(into))])
        }
        ToastKind::Bulk { sentence, .. } => sentence.clone().into_any(),
        _ => strings.note_deleted.into_any(),
    };
    match kind {
        ToastKind::Alert(sentence) => view! {
            <span>{sentence}</span>
            <button type="button" class="icon-button" aria-label=strings.dismiss on:click=move |_| done.run(())>
                <Icon shape=Shape::X />
            </button>
        }
        .into_any(),
        ToastKind::Bulk { .. } => view! {
            <span>{sentence}</span>
            <button type="button" class="button quiet" on:click=undo>
                {strings.undo}
            </button>
            <button type="button" class="icon-button" aria-label=strings.dismiss on:click=move |_| done.run(())>
                <Icon shape=Shape::X />
            </button>
        }
        .into_any(),
        _ => view! {
            <span>{sentence}</span>
            <button type="button" class="button quiet" on:click=undo>
                {strings.undo}
            </button>
            <span class="toast-time" aria-hidden="true"></span>
        }
        .into_any(),
    }
}

fn flag_sentence(flag: ContactFlag, is_set: bool) -> &'static str {
    match (flag, is_set) {
        (ContactFlag::Blocked, true) => strings().contact_blocked,
        (ContactFlag::Blocked, false) => strings().contact_unblocked,
        (ContactFlag::Unsubscribed, true) => strings().contact_unsubscribed,
        (ContactFlag::Unsubscribed, false) => strings().contact_resubscribed,
    }
}
