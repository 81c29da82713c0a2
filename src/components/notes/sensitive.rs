//! Detects text that should not be in a note: card numbers, passwords, access tokens, national ids. Only a hint: it
//! never blocks saving, and the text does not leave the page.

use crate::browser::text_case::is_word;
use wire::fold;

/// A kind of sensitive content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitive {
    Card,
    Password,
    Token,
    NationalId,
}

/// The first kind of sensitive content that a text seems to contain.
#[must_use]
pub fn notice(text: &str) -> Option<Sensitive> {
    if has_card(text) {
        Some(Sensitive::Card)
    } else if has_token(text) {
        Some(Sensitive::Token)
    } else if has_password(text) {
        Some(Sensitive::Password)
    } else if has_national_id(text) {
        Some(Sensitive::NationalId)
    } else {
        None
    }
}

/// The issuers of cards: first digits from … to, and how many digits a number has (ISO/IEC 7812-1; the ranges as the
/// networks publish them). Visa's numbers of 13 digits are extinct, and look like barcodes.
const ISSUERS: [(u32, u32, &[usize]); 15] = [
    (4000, 4999, &[16, 19]),
    (5100, 5599, &[16]),
    (2221, 2720, &[16]),
    (3400, 3499, &[15]),
    (3700, 3799, &[15]),
    (3000, 3059, &[14]),
    (3600, 3699, &[14]),
    (3800, 3999, &[14, 16]),
    (3528, 3589, &[16, 19]),
    (6000, 6099, &[16, 19]),
    (6200, 6299, &[16, 19]),
    (6440, 6599, &[16, 19]),
    (2200, 2204, &[16]),
    (5000, 5099, &[16, 19]),
    (5600, 5899, &[16, 19]),
];
/// What a number is, said just before it: the last of these words decides.
const PARCEL_WORDS: [&str; 19] = [
    "tracking", "track", "parcel", "package", "shipment", "shipping", "waybill", "awb", "ups", "usps", "fedex", "dhl",
    "imei", "order", "invoice", "ticket", "barcode", "serial", "iban",
];
const CARD_WORDS: [&str; 12] = [
    "card",
    "visa",
    "mastercard",
    "amex",
    "discover",
    "credit",
    "debit",
    "karte",
    "kreditkarte",
    "tarjeta",
    "carte",
    "cartao",
];
/// How far before a number its words are looked for, in characters.
const NEAR: usize = 30;

/// A number that a card can have: its issuer's first digits and length, and a correct check digit. Single separators may
/// stand between the digits. A number that continues a word (`1Z…`, an IBAN) or a telephone number (`+…`) is none.
fn has_card(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (groups, end) = run(&chars, at);
        let before = chars[..at].iter().copied().next_back();
        let goes_on = |c: char| c.is_alphanumeric() || "+_#".contains(c);
        let stands_alone = !before.is_some_and(goes_on) && !chars.get(end).copied().is_some_and(char::is_alphabetic);
        if stands_alone && holds_card(&groups) && !is_parcel(&chars[..at]) {
            return true;
        }
        at = end;
    }
    false
}

/// The digits from here on, in groups with a single separator between them, and where they end.
fn run(chars: &[char], start: usize) -> (Vec<Vec<u32>>, usize) {
    let (mut groups, mut end, mut at) = (vec![Vec::new()], start, start);
    while let Some(c) = chars.get(at) {
        match (c.to_digit(10), groups.last_mut()) {
            (Some(digit), Some(group)) => {
                group.push(digit);
                end = at + 1;
            }
            (None, _) if at == end && is_separator(*c) => groups.push(Vec::new()),
            _ => break,
        }
        at += 1;
    }
    (groups, end)
}

/// Whether the groups are a card's number. The rest of a date may stand before it, and a date or a code behind it.
fn holds_card(groups: &[Vec<u32>]) -> bool {
    let digits = |groups: &[Vec<u32>]| groups.iter().map(Vec::len).sum::<usize>();
    let first = groups.first().map_or(0, Vec::len);
    (0..=usize::from(first <= 2)).any(|start| {
        let ends = (start + 1..=groups.len()).filter(|end| digits(&groups[*end..]) <= 4);
        ends.into_iter().any(|end| is_card(&groups[start..end].concat()))
    })
}

fn is_separator(c: char) -> bool {
    (c.is_whitespace() && c != '\n') || matches!(c, '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn is_card(digits: &[u32]) -> bool {
    let first = digits.iter().take(4).fold(0, |first, digit| first * 10 + digit);
    let is_issued =
        |(from, to, lengths): &(u32, u32, &[usize])| (*from..=*to).contains(&first) && lengths.contains(&digits.len());
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    ISSUERS.iter().any(is_issued) && sum.is_multiple_of(10)
}

/// Whether the words before a number say that it is of a parcel, a device or an order.
fn is_parcel(before: &[char]) -> bool {
    let near: String = before[before.len().saturating_sub(NEAR)..].iter().collect();
    let near = fold(&near);
    let words = near.split(|c: char| !is_word(c)).filter(|word| !word.is_empty());
    let mut is_parcel = false;
    for word in words {
        if CARD_WORDS.contains(&word) {
            is_parcel = false;
        } else if PARCEL_WORDS.contains(&word) || word == "1z" {
            is_parcel = true;
        }
    }
    is_parcel
}

/// "password: …" and its equivalents in the most common languages, followed by text.
fn has_password(text: &str) -> bool {
    // As `fold` leaves them.
    const WORDS: [&str; 9] =
        ["password", "passwort", "kennwort", "contrasena", "senha", "mot de passe", "passcode", "pwd", "pin"];
    let folded = fold(text);
    WORDS.iter().any(|word| {
        folded.match_indices(word).any(|(at, _)| {
            let starts = !folded[..at].ends_with(is_word);
            let rest = folded[at + word.len()..].trim_start();
            let rest = rest.strip_prefix("is ").map_or(rest, |rest| rest);
            let Some(value) = rest.strip_prefix([':', '=']).map(str::trim_start) else { return false };
            let is_said = value.chars().take_while(|c| !c.is_whitespace()).count() >= 4 && starts;
            is_said && !(*word == "pin" && is_postal_code(value) && !is_of_card(&folded[..at]))
        })
    })
}

/// An Indian postal index number (PIN): six digits, the first not zero, perhaps in two groups.
fn is_postal_code(value: &str) -> bool {
    let code: Vec<char> = value.chars().take_while(|c| c.is_ascii_digit() || *c == ' ').collect();
    let digits: String = code.into_iter().filter(char::is_ascii_digit).collect();
    digits.len() == 6 && !digits.starts_with('0')
}

/// Whether the last words before "PIN" name something that is opened with one.
fn is_of_card(before: &str) -> bool {
    const OPENED: [&str; 9] = ["card", "atm", "bank", "sim", "upi", "debit", "credit", "phone", "login"];
    let mut words = before.split(|c: char| !is_word(c)).filter(|word| !word.is_empty());
    words.next_back().is_some_and(|word| OPENED.contains(&word))
}

/// Well-known prefixes of access tokens, and JSON Web Tokens.
fn has_token(text: &str) -> bool {
    const PREFIXES: [&str; 9] =
        ["sk_live_", "sk_test_", "rk_live_", "ghp_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA"];
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c))).any(|word| {
        let prefixed = PREFIXES.iter().any(|prefix| word.starts_with(prefix) && word.len() >= prefix.len() + 12);
        prefixed || (word.starts_with("eyJ") && word.matches('.').count() == 2 && word.len() > 40)
    })
}

/// A United States social security number: 3-2-4 digits, no group all zeros.
fn has_national_id(text: &str) -> bool {
    text.split(|c: char| !(c.is_ascii_digit() || c == '-')).any(|word| {
        let groups: Vec<&str> = word.split('-').collect();
        matches!(groups[..], [area, group, serial]
            if area.len() == 3 && group.len() == 2 && serial.len() == 4
                && area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn each_kind_is_noticed() {
        for (text, kind) in [
            ("card 4111 1111 1111 1111 exp 12/30", Sensitive::Card),
            ("4111 1111 1111 1111 12/30 123", Sensitive::Card),
            ("12/30 4111 1111 1111 1111", Sensitive::Card),
            ("5500-0000-0000-0004", Sensitive::Card),
            ("378282246310005.", Sensitive::Card),
            ("4111\u{a0}1111\u{a0}1111\u{a0}1111", Sensitive::Card),
            ("4111–1111–1111–1111", Sensitive::Card),
            ("4111.1111.1111.1111", Sensitive::Card),
            ("2223 0031 2200 3222", Sensitive::Card),
            ("6011 1111 1111 1117", Sensitive::Card),
            ("3056 9309 0259 04", Sensitive::Card),
            ("3530 1113 3330 0000", Sensitive::Card),
            ("6200 0000 0000 0005", Sensitive::Card),
            ("(4242424242424242)", Sensitive::Card),
            ("Order 77, paid by Visa 4242 4242 4242 4242", Sensitive::Card),
            ("tracking the refund to card 4242424242424242", Sensitive::Card),
            ("expires 12\n4242424242424242", Sensitive::Card),
            ("her password: hunter22", Sensitive::Password),
            ("Passwort = geheim1", Sensitive::Password),
            ("Contraseña: secreto9", Sensitive::Password),
            ("PIN: 4821", Sensitive::Password),
            ("card PIN: 482193", Sensitive::Password),
            ("PIN = 48219377", Sensitive::Password),
            ("use sk_live_4eC39HqLyjWDarjtT1zdp7dc", Sensitive::Token),
            ("ssn 078-05-1120", Sensitive::NationalId),
            ("078-05-1120", Sensitive::NationalId),
        ] {
            assert_eq!(notice(text), Some(kind), "{text}");
        }
    }

    #[wasm_bindgen_test]
    fn ordinary_notes_are_left_in_peace() {
        for text in [
            "Call +351 912 345 678 after 14:00",
            "+4930901820123453",
            "Order 4111 1111 1111 1112",
            "forgot her password again, sent the reset link",
            "IBAN ends in 5678; invoice 2026-11-0042",
            "1234567890123456",
            "",
            "AKIA is a town",
            // Devices.
            "IMEI 490154203237518",
            "356938035643809",
            "IMEI: 35 693803 564380 9",
            "ICCID 8914800000000000000",
            // Indian addresses.
            "MG Road, Bengaluru, PIN: 560001",
            "PIN: 110 001",
            "Pin = 400050, Mumbai",
            "pin code: 560034",
            // Parcels.
            "1Z999AA10123456784",
            "1Z30021234567899",
            "UPS 1Z 4111 1111 1111 1111",
            "USPS 9400 1000 0000 0000 0000 00",
            "92055901755477000271990251",
            "4205 5901 9400 1000 0000 0000 0000 00",
            "DHL 00340434161094027318",
            "DHL: 4111111111111111",
            "JD014600006281230704",
            "FedEx 449044304137821",
            "6129 9998 8208 2117 1811",
            "9405 5036 9930 0123 4567 84",
            "Tracking number 4002 9403 1123 4568",
            "waybill 4242424242424242",
            // Accounts, barcodes, times.
            "DE89 3704 0044 0532 0130 00",
            "GB29 NWBK 6016 1331 9268 19",
            "EAN 4006381333931",
            "ISBN 978-3-16-148410-0",
            "1700000000000",
            "Serial 4242424242424242",
            "INV-123-45-6789",
            "2026-11-27",
        ] {
            assert_eq!(notice(text), None, "{text}");
        }
    }
}
