//! `Seal`: encrypts what the outbox stores, with a key that is in no storage of the browser.
//!
//! AES-256-GCM-SIV (RFC 8452), synchronously: a page that is closing still stores what was typed last (see
//! `docs/decisions/sealed-outbox.md`).

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit,
    aead::{Aead, Payload},
};
use leptos::prelude::window;
use std::fmt::Write as _;
use wire::{StorageKey, hex_bytes};

const NONCE_BYTES: usize = 12;
/// The nonce of all names: a name has one sealed form, in every tab. AES-GCM-SIV allows a repeated nonce, which shows
/// only that two texts are equal.
const NAME_NONCE: [u8; NONCE_BYTES] = *b"outbox names";

/// Seals and opens the names and texts of one owner's entries. Sealed forms are hexadecimal.
pub(super) struct Seal {
    cipher: Aes256GcmSiv,
    owner: String,
}

impl Seal {
    /// `None`: it is not a key.
    pub(super) fn new(key: &StorageKey, owner: &str) -> Option<Self> {
        Some(Self { cipher: Aes256GcmSiv::new_from_slice(&key.bytes()?).ok()?, owner: owner.to_owned() })
    }

    pub(super) fn name(&self, name: &str) -> String {
        hex(&self.seal(NAME_NONCE, name, &self.owner))
    }

    pub(super) fn open_name(&self, sealed: &str) -> Option<String> {
        self.open(NAME_NONCE, &hex_bytes(sealed)?, &self.owner)
    }

    /// The text of the entry with a name: it can't be opened as another's.
    pub(super) fn text(&self, name: &str, text: &str) -> String {
        let mut nonce = [0; NONCE_BYTES];
        let random = window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut nonce));
        random.expect("a window has random numbers, in a context that is not secure too");
        hex(&nonce) + &hex(&self.seal(nonce, text, &self.about(name)))
    }

    pub(super) fn open_text(&self, name: &str, sealed: &str) -> Option<String> {
        let bytes = hex_bytes(sealed)?;
        let (nonce, sealed) = bytes.split_first_chunk()?;
        self.open(*nonce, sealed, &self.about(name))
    }

    fn about(&self, name: &str) -> String {
        format!("{}\n{name}", self.owner)
    }

    fn seal(&self, nonce: [u8; NONCE_BYTES], text: &str, about: &str) -> Vec<u8> {
        let payload = Payload { msg: text.as_bytes(), aad: about.as_bytes() };
        self.cipher.encrypt(&nonce.into(), payload).expect("a text is shorter than 64 GiB")
    }

    fn open(&self, nonce: [u8; NONCE_BYTES], sealed: &[u8], about: &str) -> Option<String> {
        let text = self.cipher.decrypt(&nonce.into(), Payload { msg: sealed, aad: about.as_bytes() }).ok()?;
        String::from_utf8(text).ok()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a String can't fail");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn seal(digit: &str, owner: &str) -> Seal {
        Seal::new(&StorageKey::from_hex(digit.repeat(64)), owner).expect("a key")
    }

    #[wasm_bindgen_test]
    fn what_is_sealed_opens_with_its_key_and_for_its_entry_only() {
        let ours = seal("1", "me");
        let (name, text) = (ours.name("a draft"), ours.text("a draft", "Zoë 🙂"));
        assert!(!text.contains("Zo") && !name.contains("draft"));
        assert_eq!(ours.open_name(&name).as_deref(), Some("a draft"));
        assert_eq!(ours.open_text("a draft", &text).as_deref(), Some("Zoë 🙂"));
        assert_eq!(ours.open_text("another", &text), None);
        for other in [seal("2", "me"), seal("1", "you")] {
            assert_eq!((other.open_name(&name), other.open_text("a draft", &text)), (None, None));
        }
        assert_eq!(ours.open_text("a draft", "in the clear"), None);
        assert_eq!(ours.open_text("a draft", ""), None);
    }

    #[wasm_bindgen_test]
    fn a_name_has_one_sealed_form_and_a_text_never_the_same_twice() {
        let ours = seal("1", "me");
        assert_eq!(ours.name("a draft"), ours.name("a draft"));
        assert_ne!(ours.text("a draft", "x"), ours.text("a draft", "x"));
    }
}
