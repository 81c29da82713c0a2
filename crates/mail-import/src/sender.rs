//! Who wrote a letter: the first address of From that is one, the real sender behind a mailing list that put itself into
//! From, and whom an answer would reach.

use crate::{
    address::{self, Sender},
    head::Head,
    text, words,
};

/// Longer than any real address.
const MAX_LINE: usize = 255;

/// Words in the addresses of programs that send what somebody wrote into a form.
const ROBOTS: [&str; 18] = [
    "form",
    "forms",
    "formular",
    "formulaire",
    "formulario",
    "webform",
    "formmail",
    "wordpress",
    "apache",
    "nobody",
    "mailer",
    "notification",
    "notifications",
    "notify",
    "automailer",
    "website",
    "webserver",
    "httpd",
];
const ROBOT_PARTS: [&str; 6] = ["noreply", "donotreply", "nepasrepondre", "contactform", "kontaktformular", "wwwdata"];

/// The sender that the headers name.
pub(crate) fn of(head: &Head, from_line: &[u8]) -> Option<Written> {
    let from = ["from", "sender", "reply-to"].iter().find_map(|name| first(head, name));
    let from = from.or_else(|| first(head, "return-path")).or_else(|| envelope_sender(from_line));
    let from = from.or_else(|| without_sign(head))?;
    let reply_to = first(head, "reply-to").filter(|reply_to| reply_to.key() != from.key());
    Some(match behind_list(head, &from) {
        Some(real) => Written { reply_to: None, is_behind_list: real.key() != from.key(), from: real },
        None => Written { from, reply_to, is_behind_list: false },
    })
}

pub(crate) struct Written {
    pub(crate) from: Sender,
    /// If it is somebody else.
    pub(crate) reply_to: Option<Sender>,
    pub(crate) is_behind_list: bool,
}

/// Whether an address is that of a form on a website, or of another program.
pub(crate) fn is_robot(sender: &Sender) -> bool {
    let local = sender.address.split('@').next().unwrap_or_default().to_lowercase();
    let letters: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut words = local.split(|c: char| !c.is_alphanumeric());
    words.any(|word| ROBOTS.contains(&word)) || ROBOT_PARTS.iter().any(|part| letters.contains(part))
}

fn first(head: &Head, name: &str) -> Option<Sender> {
    head.all(name).find_map(|value| address::list(value).into_iter().next())
}

/// The sender in the archive's separator line: `From ada@x.test Mon Jun …`.
fn envelope_sender(from_line: &[u8]) -> Option<Sender> {
    let word = std::str::from_utf8(from_line).ok()?.split_ascii_whitespace().nth(1)?;
    Some(Sender { address: address::address(word)?, name: None })
}

/// An address of another network, as old archives have them (`develop!ann@ebony`, `root`): a single word.
fn without_sign(head: &Head) -> Option<Sender> {
    ["from", "sender", "reply-to", "return-path"].iter().find_map(|name| {
        let value = text::line(&words::decoded(head.get(name)?), MAX_LINE)?;
        let inside = value.rsplit_once('<').map_or(value.as_str(), |(_, inside)| inside.trim_end_matches('>'));
        let (word, comment) = inside.split_once(" (").unwrap_or((inside, ""));
        let is_word = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "<>,;:\"".contains(c));
        let named = value.split_once('<').map_or_else(|| comment.trim_end_matches(')'), |(before, _)| before);
        let name = text::line(named.trim_matches(['"', ' ']), MAX_LINE);
        is_word.then(|| Sender { address: word.to_owned(), name })
    })
}

/// A list that rewrites From keeps the sender elsewhere: in a header of its own, in Reply-To, or inside the address.
fn behind_list(head: &Head, from: &Sender) -> Option<Sender> {
    if let Some(original) = first(head, "x-original-from") {
        return Some(original);
    }
    let name = from.name.as_deref()?;
    let before = name.to_lowercase().find(" via ").and_then(|at| name.get(..at))?.trim_matches(['"', '\'', ' ']);
    let named = |address: String| Sender { address, name: text::line(before, MAX_LINE) };
    if let Some(original) = head.get("x-original-sender").and_then(address::address) {
        return Some(named(original));
    }
    let list = first(head, "list-post").map(|list| list.key());
    let others = |one: &Sender| one.key() != from.key() && Some(one.key()) != list;
    let reply_to: Vec<Sender> = head.all("reply-to").flat_map(address::list).filter(others).collect();
    let by_name = reply_to.iter().find(|one| one.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(before)));
    if let Some(real) = by_name.or(reply_to.first()) {
        return Some(Sender { name: real.name.clone().or_else(|| text::line(before, MAX_LINE)), ..real.clone() });
    }
    // `ann=x.test@lists.y.test`
    let (user, domain) = from.address.split('@').next()?.rsplit_once('=')?;
    address::address(&format!("{user}@{domain}")).map(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Room;

    fn written(head: &str) -> Written {
        of(&Head::read(head.as_bytes(), &mut Room::new()), b"").unwrap()
    }

    #[test]
    fn behind_a_list_is_the_sender() {
        for head in [
            "From: 'Ann Lee' via Users <users@list.test>\nX-Original-From: Ann Lee <ann@x.test>\n",
            "From: Ann Lee via Users <users@list.test>\nX-Original-Sender: ann@x.test\n",
            "From: Ann Lee via Users <users@list.test>\nReply-To: Ann Lee <ann@x.test>\n",
            "From: Ann Lee via Users <users@list.test>\nReply-To: Users <users@list.test>, Ann Lee <ann@x.test>\n",
            "From: Ann Lee via groups <ann=x.test@groups.test>\n",
        ] {
            let written = written(head);
            assert!(written.is_behind_list, "{head}");
            let (name, address) = (written.from.name.as_deref(), written.from.address.as_str());
            assert_eq!((name, address), (Some("Ann Lee"), "ann@x.test"), "{head}");
        }
        assert!(!written("From: Travel via Rail <info@rail.test>\n").is_behind_list);
    }

    #[test]
    fn programs_are_known_by_their_addresses() {
        let is = |address: &str| is_robot(&Sender { address: address.to_owned(), name: None });
        for address in
            ["form@x.test", "no-reply@x.test", "contact-form@x.test", "do_not_reply@x.test", "www-data@x.test"]
        {
            assert!(is(address), "{address}");
        }
        for address in ["ann@x.test", "info@form.test", "reformer@x.test", "performance@x.test"] {
            assert!(!is(address), "{address}");
        }
    }

    #[test]
    fn old_networks_have_addresses_of_one_word() {
        assert_eq!(written("From: develop!ann (Ann)\n").from.address, "develop!ann");
        assert_eq!(written("From: Charlie Root <root>\n").from.name.as_deref(), Some("Charlie Root"));
        assert!(of(&Head::read(b"From: Ann Lee\n", &mut Room::new()), b"").is_none());
    }
}
