//! What is in the browser's storage: nothing that can be read without the key that the server gives.

use leptos::prelude::GetUntracked;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use wire::{ChannelKind, ContactId, ConversationId};

use sidenote_testkit::eventually::eventually;
use sidenote_testkit::fake_server::{FakeServer, Held};
use sidenote_testkit::notes::{add_note, note_box};
use sidenote_testkit::story::Story;
use sidenote_testkit::user::{fill_in, fill_in_input};

#[wasm_bindgen(inline_js = r#"
const request = (asked) => new Promise((resolve, reject) => {
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
async function store(mode) {
  const opening = indexedDB.open("sidenote", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
  const database = await request(opening);
  return [database, database.transaction("kept", mode).objectStore("kept")];
}
export async function readStored() {
  const [database, all] = await store("readonly");
  const [keys, texts] = await Promise.all([request(all.getAllKeys()), request(all.getAll())]);
  database.close();
  return keys.flatMap((key, nth) => [key, String(texts[nth])]);
}
export async function writeStored(key, text) {
  const [database, all] = await store("readwrite");
  await request(all.put(text, key));
  database.close();
}
"#)]
extern "C" {
    #[wasm_bindgen(js_name = readStored)]
    fn read_stored() -> js_sys::Promise;
    #[wasm_bindgen(js_name = writeStored)]
    fn write_stored(key: &str, text: &str) -> js_sys::Promise;
}

/// Keys and texts of an agent in storage, in turn.
async fn stored(server: &FakeServer) -> Vec<String> {
    let all = JsFuture::from(read_stored()).await.expect("the test's browser has storage");
    let all: Vec<String> = js_sys::Array::from(&all).iter().filter_map(|text| text.as_string()).collect();
    let owner = server.owner();
    all.chunks_exact(2).filter(|pair| pair[0].starts_with(&owner)).flatten().cloned().collect()
}

/// Waits until the storage is as it should be. Each look waits for the browser.
async fn eventually_stored(server: &FakeServer, what: &str, is_so: impl Fn(&[String]) -> bool) {
    let mut last = Vec::new();
    for _ in 0..1_000 {
        last = stored(server).await;
        if is_so(&last) {
            return;
        }
    }
    panic!("{what}: {last:?}");
}

async fn ana() -> (Story, ContactId, ConversationId) {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    (Story::ready(server, &[conversation]).await, ana, conversation)
}

/// The page is closed, and another one opened.
async fn reload(story: &mut Story) {
    story.leave();
    story.client.close();
    story.client = sidenote::sync::open(story.server.api(), None).await.expect("still signed in");
}

#[wasm_bindgen_test]
async fn drafts_and_unsent_changes_are_stored_and_cannot_be_read_without_the_servers_key() {
    let (mut story, ana, conversation) = ana().await;
    let held = ["/contacts/*/notes/*", "/contacts/*/tags/*"].map(|path| story.server.hold("PUT", path));
    add_note(&story.panel(0), "Waiting walrus").await;
    fill_in(&note_box(&story.panel(0)), "Drafted dormouse");
    let reply = story.pane(0).role("textbox", "Reply to Ana Duarte");
    fill_in(reply.unchecked_ref(), "Replying raccoon");
    fill_in_input(story.panel(0).role("textbox", "Add a tag").unchecked_ref(), "tagged tapir");
    story.panel(0).role("button", "Add a tag").click();
    eventually_stored(&story.server, "all four are stored", |all| all.len() == 8).await;
    let all = stored(&story.server).await.join("\n").to_lowercase();
    let words = ["walrus", "dormouse", "raccoon", "tapir"].map(str::to_owned);
    for word in words.into_iter().chain([ana.to_string(), conversation.to_string()]) {
        assert!(!all.contains(&word), "{word} in {all}");
    }
    reload(&mut story).await;
    let drafts = &story.client.store().drafts;
    eventually("the drafts are back", || {
        drafts.contact_note(ana).get_untracked() == "Drafted dormouse"
            && drafts.reply(conversation).get_untracked() == "Replying raccoon"
    })
    .await;
    held.into_iter().for_each(Held::release);
    eventually("the note is sent", || story.server.notes_of(ana) == ["Waiting walrus"]).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn nothing_of_a_confirmed_note_or_of_an_agent_who_signed_out_stays_in_storage() {
    let (story, ana, _) = ana().await;
    add_note(&story.panel(0), "Waiting walrus").await;
    eventually("it is saved", || story.server.notes_of(ana).len() == 1).await;
    eventually_stored(&story.server, "nothing is stored", <[String]>::is_empty).await;
    fill_in(&note_box(&story.panel(0)), "Drafted dormouse");
    eventually_stored(&story.server, "the draft is stored", |all| all.len() == 2).await;
    story.client.sign_out().await;
    eventually_stored(&story.server, "nothing is stored", <[String]>::is_empty).await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn what_an_earlier_version_stored_in_the_clear_is_read_once_and_sealed() {
    let server = FakeServer::new();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let owner = server.owner();
    let id = wire::ContactNoteId::fresh();
    for (key, text) in [
        (format!("contact-note-draft {ana}"), "Drafted dormouse".to_owned()),
        (format!("contact-note {ana} {id}"), format!("add\n1795000000000\n\n{conversation}\nWaiting walrus")),
    ] {
        JsFuture::from(write_stored(&format!("{owner}\n{key}"), &text)).await.expect("there is storage");
    }
    let story = Story::ready(server, &[conversation]).await;
    eventually("the note is sent", || story.server.notes_of(ana) == ["Waiting walrus"]).await;
    eventually("the draft is there", || note_box(&story.panel(0)).value() == "Drafted dormouse").await;
    eventually_stored(&story.server, "only the draft is stored, sealed", |all| {
        all.len() == 2 && !all.concat().contains("ormouse") && !all.concat().contains(&ana.to_string())
    })
    .await;
    story.end().await;
}

#[wasm_bindgen_test]
async fn with_a_server_that_gives_no_key_drafts_are_kept_all_the_same() {
    let server = FakeServer::new();
    server.give_no_storage_key();
    let (ana, conversation) = server.contact_with_conversation("Ana Duarte", ChannelKind::Sms);
    let mut story = Story::ready(server, &[conversation]).await;
    fill_in(&note_box(&story.panel(0)), "Drafted dormouse");
    eventually_stored(&story.server, "the draft is stored", |all| {
        all.get(1).is_some_and(|it| it == "Drafted dormouse")
    })
    .await;
    reload(&mut story).await;
    let draft = story.client.store().drafts.contact_note(ana);
    eventually("it is back", || draft.get_untracked() == "Drafted dormouse").await;
    story.end().await;
}
