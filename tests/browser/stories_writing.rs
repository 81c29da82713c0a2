//! The yellow note box: keys, the counter, and the texts that can't or shouldn't be saved.

use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::KeyboardEventInit;
use wire::{ChannelKind, ContactId};

use sidenote_testkit::eventually::{eventually, painted};
use sidenote_testkit::fake_server::{FakeServer, Who};
use sidenote_testkit::notes::{note_box, notes};
use sidenote_testkit::screen::read;
use sidenote_testkit::story::Story;
use sidenote_testkit::user::{fill_in, press};

const NOTE: &str = "/contacts/*/notes/*";

async fn ana() -> (Story, ContactId) {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    server.contact_note(ana, Who::Colleague, "Old");
    let story = Story::ready(server, &[conversation]).await;
    eventually("the note is there", || notes(&story.panel(0)).len() == 1).await;
    (story, ana)
}

fn can_save(story: &Story) -> bool {
    !story.panel(0).role("button", "Add note").has_attribute("disabled")
}

/// Whether the box shows this sentence under the text.
fn says(story: &Story, sentence: &str) -> bool {
    story.panel(0).all("status").iter().any(|status| read(status) == sentence)
}

#[wasm_bindgen_test]
async fn control_enter_and_command_enter_save() {
    let (story, ana) = ana().await;
    let holds: [fn(&KeyboardEventInit); 2] = [|with| with.set_ctrl_key(true), |with| with.set_meta_key(true)];
    for (nth, hold) in holds.into_iter().enumerate() {
        let field = note_box(&story.panel(0));
        fill_in(&field, &format!("Note {nth}"));
        press(&field, "Enter", hold);
        eventually("it is there", || notes(&story.panel(0)).first() == Some(&format!("Note {nth}"))).await;
        assert_eq!(field.value(), "");
    }
    eventually("both are saved", || story.server.notes_of(ana) == ["Note 1", "Note 0", "Old"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn enter_alone_and_enter_while_composing_do_not_save() {
    let (story, _) = ana().await;
    let field = note_box(&story.panel(0));
    fill_in(&field, "にほんご");
    let presses: [fn(&KeyboardEventInit); 5] = [
        |_| {},
        |with| with.set_shift_key(true),
        |with| {
            with.set_ctrl_key(true);
            with.set_is_composing(true);
        },
        |with| {
            with.set_meta_key(true);
            with.set_key_code(229);
        },
        |with| {
            with.set_ctrl_key(true);
            with.set_alt_key(true);
        },
    ];
    for with in presses {
        press(&field, "Enter", with);
        painted().await;
        assert_eq!(notes(&story.panel(0)), ["Old"]);
        assert_eq!(field.value(), "にほんご");
    }
    assert!(!story.server.was_asked("PUT", NOTE));
    story.end().await;
}

#[wasm_bindgen_test]
async fn the_counter_comes_at_nine_thousand_and_over_ten_thousand_nothing_is_saved_or_cut() {
    let (story, ana) = ana().await;
    let field = note_box(&story.panel(0));
    fill_in(&field, &"ü".repeat(8_999));
    eventually("it can be saved", || can_save(&story)).await;
    assert!(!says(&story, "8999 / 10000"));
    fill_in(&field, &"ü".repeat(9_000));
    eventually("it counts", || says(&story, "9000 / 10000")).await;
    // Each of these takes two units of UTF-16, but counts as one character.
    fill_in(&field, &"👋".repeat(10_000));
    eventually("it counts to the end", || says(&story, "10000 / 10000") && can_save(&story)).await;
    let long = "ü".repeat(10_003);
    fill_in(&field, &long);
    eventually("it says how much", || says(&story, "3 characters too many. Shorten the note to save it.")).await;
    assert!(!can_save(&story));
    press(&field, "Enter", |with| with.set_ctrl_key(true));
    painted().await;
    assert_eq!(field.value(), long, "nothing is cut");
    assert!(!story.server.was_asked("PUT", NOTE));
    fill_in(&field, &"ü".repeat(10_000));
    eventually("it can be saved", || can_save(&story)).await;
    press(&field, "Enter", |with| with.set_ctrl_key(true));
    eventually("it is saved", || story.server.notes_of(ana).len() == 2).await;
    assert_eq!(story.server.notes_of(ana)[0].chars().count(), 10_000);
    story.end().await;
}

#[wasm_bindgen_test]
async fn what_nobody_could_see_cannot_be_saved() {
    let (story, _) = ana().await;
    let field = note_box(&story.panel(0));
    for blank in ["", "   ", "\n\t\n", "\u{200b}\u{feff}", "\u{a0}", "\u{2060} \u{ad}"] {
        fill_in(&field, "x");
        eventually("nothing is said", || !says(&story, "Type your note first.")).await;
        fill_in(&field, blank);
        press(&field, "Enter", |with| with.set_ctrl_key(true));
        eventually("it says why", || says(&story, "Type your note first.")).await;
    }
    painted().await;
    assert!(!story.server.was_asked("PUT", NOTE));
    assert_eq!(notes(&story.panel(0)), ["Old"]);
    story.end().await;
}

#[wasm_bindgen_test]
async fn text_is_saved_and_shown_exactly_as_typed() {
    let (story, ana) = ana().await;
    let field = note_box(&story.panel(0));
    let text = "  <b>not bold</b>\n\n{name} שלום 👩‍👩‍👧 &amp;\ttail  ";
    fill_in(&field, text);
    press(&field, "Enter", |with| with.set_ctrl_key(true));
    eventually("it is there", || notes(&story.panel(0)).first().is_some_and(|note| note == text)).await;
    eventually("it is saved", || story.server.notes_of(ana).first().is_some_and(|note| note == text)).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn sensitive_text_gets_a_hint_and_can_be_saved_anyway() {
    let (story, ana) = ana().await;
    let field = note_box(&story.panel(0));
    let hint = "This looks like a card number. Avoid adding sensitive information.";
    fill_in(&field, "Card 4111 1111 1111 111");
    painted().await;
    assert!(!says(&story, hint));
    fill_in(&field, "Card 4111 1111 1111 1111");
    eventually("it says so", || says(&story, hint)).await;
    assert!(can_save(&story));
    story.panel(0).role("button", "Add note").click();
    eventually("it is saved", || story.server.notes_of(ana).len() == 2).await;
    assert!(!says(&story, hint), "the box is empty again");
    story.end().await;
}
