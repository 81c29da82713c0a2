//! The product's own tests of its cards, with Sidenote's test kit in place of a server.
#![cfg(target_arch = "wasm32")]

use leptos::prelude::*;
use sidenote_example_leptos::{Customer, CustomerCard, Customers};
use sidenote_testkit::{
    FakeServer, Screen, Stage, Story, Who, eventually,
    notes::{add_note, is_waiting, note_row, notes},
};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wire::{ChannelKind, ProblemCode};

wasm_bindgen_test_configure!(run_in_browser);

fn customer(server: &FakeServer, name: &str) -> Customer {
    let (contact, conversation) = server.contact_with_conversation(name, ChannelKind::Email);
    Customer { name: name.to_owned(), contact, conversation }
}

#[wasm_bindgen_test]
async fn two_cards_of_one_customer_stay_in_step_and_a_third_knows_nothing_of_it() {
    let server = FakeServer::new();
    let (ana, bo) = (customer(&server, "Ana Duarte"), customer(&server, "Bo Chen"));
    server.contact_note(ana.contact, Who::Colleague, "Prefers to be called before noon");
    let cards = [ana.clone(), ana.clone(), bo];
    let story = Story::mount(server, move || cards.map(|customer| view! { <CustomerCard customer /> })).await;
    let screen = story.screen();
    let ready = || {
        let twice = screen.roles("article", "Ana Duarte");
        twice.len() == 2 && twice.iter().all(|card| Screen::of(card).says("1 notes"))
    };
    eventually("both cards have the note", ready).await;
    let [first, second] = [0, 1].map(|nth| Screen::of(&screen.roles("article", "Ana Duarte")[nth]));

    let held = story.server.hold("PUT", "/contacts/*/notes/*");
    add_note(&first, "Wants the blue one").await;
    eventually("the other card has it too", || notes(&second).len() == 2).await;
    assert!(is_waiting(&note_row(&second, "Wants the blue one")), "the server has not answered yet");
    assert!(second.says("2 notes"));
    held.release();
    eventually("it is saved", || !is_waiting(&note_row(&second, "Wants the blue one"))).await;
    assert_eq!(story.server.notes_of(ana.contact)[0], "Wants the blue one");
    assert!(Screen::of(&screen.role("article", "Bo Chen")).says("0 notes"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_card_shows_the_whole_profile_and_goes_back_to_the_notes() {
    let server = FakeServer::new();
    let ana = customer(&server, "Ana Duarte");
    let story = Story::mount(server, move || view! { <CustomerCard customer=ana /> }).await;
    let screen = story.screen();
    screen.role("button", "Whole profile").click();
    eventually("the profile is there", || screen.has("complementary", "Profile of Ana Duarte, E-mail")).await;
    screen.role("button", "Notes only").click();
    eventually("it is gone", || screen.all("complementary").is_empty()).await;
    assert!(screen.has("textbox", "Add note"));
    story.end().await;
}

#[wasm_bindgen_test]
async fn a_page_without_a_session_says_so() {
    let server = FakeServer::new();
    server.refuse("GET", "/me", ProblemCode::SignedOut);
    let api = server.api();
    let stage = Stage::new("", move || view! { <Customers api customers=Vec::new() /> });
    eventually("the reason is shown", || !stage.screen().all("alert").is_empty()).await;
}
