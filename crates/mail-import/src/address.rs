//! Address lists of From, To and Reply-To, as mailers write them: names with bare commas, `mailto:` inside of angle
//! brackets, invisible characters, addresses without brackets behind names.

use crate::{
    text::{self, is_invisible},
    words,
};
use mail_parser::MessageParser;

/// Longer than any real address or name.
const MAX_LINE: usize = 255;

/// Somebody who writes or is written to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sender {
    /// As written in the letter.
    pub address: String,
    pub name: Option<String>,
}

impl Sender {
    /// The key of a sender: the address in lower case, since the programs of one person differ in case.
    pub(crate) fn key(&self) -> String {
        self.address.to_lowercase()
    }

    pub(crate) fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// The people of a field's value, in its order. Text without an address belongs to the name of the next one.
pub(crate) fn list(value: &str) -> Vec<Sender> {
    let value = plain(value);
    if is_name_with_colon(&value) {
        return anywhere(&value).into_iter().collect();
    }
    let header = format!("From: {}\n", words::normalized(&value));
    let parsed = MessageParser::default().parse_headers(&header);
    let mut people: Vec<Sender> = Vec::new();
    let mut before: Vec<String> = Vec::new();
    for one in parsed.iter().filter_map(|message| message.from()).flat_map(mail_parser::Address::iter) {
        let name = one.name.as_deref().and_then(|name| text::line(name, MAX_LINE));
        let written = one.address.as_deref().unwrap_or_default();
        match address(written) {
            Some(address) => {
                let names = before.drain(..).chain(name).collect::<Vec<_>>().join(", ");
                people.push(Sender { name: clean_name(&names, &address), address });
            }
            None => before.extend(name.or_else(|| text::line(written, MAX_LINE))),
        }
    }
    if people.is_empty() {
        people.extend(anywhere(&value));
    }
    people
}

/// Without invisible characters and `mailto:`, with ordinary signs for those of full width or of HTML.
fn plain(value: &str) -> String {
    let visible = value.chars().filter(|c| !is_invisible(*c)).map(|c| match c {
        '＠' => '@',
        '＜' | '〈' | '‹' => '<',
        '＞' | '〉' | '›' => '>',
        '\u{a0}' => ' ',
        _ => c,
    });
    let mut value: String = visible.collect();
    if value.contains("&lt;") {
        value = value.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    }
    without_quotes_inside(without_schemes(&value))
}

/// `<mailto:ann@x.test>`, `[mailto:ann@x.test]` and `[SMTP:ann@x.test]` as brackets of the usual form.
fn without_schemes(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((at, len)) = scheme(rest) {
        let (before, after) = (&rest[..at], &rest[at + len..]);
        let is_square = before.ends_with('[');
        plain.push_str(before.strip_suffix('[').unwrap_or(before));
        let end = after.find([']', '>', '?', ' ', ',', ';']).unwrap_or(after.len());
        let (address, behind) = after.split_at(end);
        if is_square {
            plain.extend(["<", address, ">"])
        } else {
            plain.push_str(address)
        }
        // The question mark begins what a browser fills in.
        let query = behind.strip_prefix('?').and_then(|query| query.find([']', '>', ' ', ',']));
        rest = query.map_or(behind, |query| &behind[query + 1..]);
        rest = if is_square { rest.strip_prefix(']').unwrap_or(rest) } else { rest };
    }
    plain + rest
}

/// Where the next scheme stands, and its length.
fn scheme(text: &str) -> Option<(usize, usize)> {
    let at = |scheme: &str| {
        text.as_bytes().windows(scheme.len()).position(|word| word.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    let [mail, smtp] = ["mailto:", "smtp:"].map(|scheme| at(scheme).map(|at| (at, scheme.len())));
    mail.into_iter().chain(smtp).min()
}

/// `Ann "The Boss" Lee <ann@x.test>`: mail-parser joins a quoted word with the one before it.
fn without_quotes_inside(value: String) -> String {
    let name = value.split('<').next().unwrap_or_default();
    let is_inside = name.contains('"') && !name.trim_start().starts_with('"') && !name.contains([',', ';']);
    if is_inside { name.replace('"', "") + &value[name.len()..] } else { value }
}

/// `Ann: Sales <ann@x.test>` is a name, since nothing ends the group that the colon would begin.
fn is_name_with_colon(value: &str) -> bool {
    let name = value.split('<').next().unwrap_or_default();
    name.len() < value.len() && name.contains(':') && !name.contains('"') && !value.contains(';')
}

/// An address with `@`, or `None`.
pub(crate) fn address(written: &str) -> Option<String> {
    let bare = written.trim().trim_matches(['<', '>', '"', '\'', '(', ')', ',', ';', ':', '.']);
    // A server without a name is `ann@[10.0.0.1]`.
    let bare = if bare.contains("@[") { bare } else { bare.trim_matches(['[', ']']) };
    let bare = match bare.split_whitespace().collect::<Vec<_>>()[..] {
        [address] => address.to_owned(),
        // Spaces around the sign, and the form in which archives hide addresses.
        [local, "@" | "at" | "(at)" | "[at]", domain] if domain.contains('.') => format!("{local}@{domain}"),
        [local, domain] if local.ends_with('@') || domain.starts_with('@') => format!("{local}{domain}"),
        _ => return None,
    };
    let (local, domain) = bare.rsplit_once('@')?;
    let is_part = |part: &str| !part.is_empty() && !part.contains(['<', '>', '(', ')', ',', ';', '"']);
    let is_one = is_part(domain) && !domain.contains('@') && (is_part(local) || local.starts_with('"'));
    (is_one && !local.contains('@') && bare.chars().count() <= MAX_LINE && !bare.contains(char::is_control))
        .then_some(bare)
}

/// The first word that is an address; what stands before it is the name.
fn anywhere(value: &str) -> Option<Sender> {
    let is_end = |c: char| c.is_whitespace() || "<>()[],;:\"'".contains(c);
    let value = words::decoded(value);
    let word = value.split(is_end).find_map(|word| address(word).map(|address| (word, address)));
    // Archives that hide addresses write `ann at x.test`.
    let (before, address) = match word {
        Some((word, address)) => (&value[..value.find(word)?], address),
        None => {
            let bare = value.split('(').next()?;
            return address(bare).map(|address| {
                let name = value.split_once('(').map(|(_, name)| name.trim_end_matches([')', ' ']));
                Sender { name: name.and_then(|name| clean_name(name, &address)), address }
            });
        }
    };
    Some(Sender { name: clean_name(before, &address), address })
}

/// A name without signs around it. `None` where it only repeats the address.
fn clean_name(name: &str, address: &str) -> Option<String> {
    let name = text::line(name, MAX_LINE)?;
    let name =
        name.trim_matches(|c: char| c.is_whitespace() || "\"<>,;:".contains(c)).trim_end_matches(['(', '[', ' ']);
    let is_quoted = name.len() > 2 && name.starts_with('\'') && name.ends_with('\'');
    let name = if is_quoted { &name[1..name.len() - 1] } else { name };
    (!name.is_empty() && !name.eq_ignore_ascii_case(address)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(value: &str) -> Vec<(String, String)> {
        list(value).into_iter().map(|one| (one.name.unwrap_or_default(), one.address)).collect()
    }

    #[test]
    fn the_first_address_is_one_and_the_name_is_whole() {
        for (value, name, address) in [
            ("Ann Lee <ann@x.test>", "Ann Lee", "ann@x.test"),
            ("Smith, Ann <ann@x.test>", "Smith, Ann", "ann@x.test"),
            ("\"Smith, Ann\" <ann@x.test>", "Smith, Ann", "ann@x.test"),
            ("=?utf-8?q?Smith=2C_Ann?= <ann@x.test>", "Smith, Ann", "ann@x.test"),
            ("Dr. Smith, Ann, PhD <ann@x.test>", "Dr. Smith, Ann, PhD", "ann@x.test"),
            ("some name, ann lee ann@x.test", "some name, ann lee", "ann@x.test"),
            ("Ann Lee ann@x.test", "Ann Lee", "ann@x.test"),
            ("ann@x.test (Ann Lee)", "Ann Lee", "ann@x.test"),
            ("Ann <mailto:ann@x.test>", "Ann", "ann@x.test"),
            ("Ann [mailto:ann@x.test]", "Ann", "ann@x.test"),
            ("Ann <MAILTO:ann@x.test?subject=Hi>", "Ann", "ann@x.test"),
            ("mailto:ann@x.test", "", "ann@x.test"),
            ("Ann <ann@x.test\u{200b}>", "Ann", "ann@x.test"),
            ("Ann <\u{feff}ann@x.\u{ad}test>", "Ann", "ann@x.test"),
            ("Ann <\u{a0}ann@x.test\u{a0}>", "Ann", "ann@x.test"),
            ("Ann <ann @ x.test>", "Ann", "ann@x.test"),
            ("<ann@x.test>", "", "ann@x.test"),
            ("'Ann Lee' <ann@x.test>", "Ann Lee", "ann@x.test"),
            ("ann at x.test (Ann Lee)", "Ann Lee", "ann@x.test"),
            ("\"ann@x.test\" <ann@x.test>", "", "ann@x.test"),
            ("Ann <ann@x.test", "Ann", "ann@x.test"),
            ("Ann <ann@[10.0.0.1]>", "Ann", "ann@[10.0.0.1]"),
            ("Ann Lee<ann@x.test>", "Ann Lee", "ann@x.test"),
            ("Ann ＜ann＠x.test＞", "Ann", "ann@x.test"),
            ("Ann [SMTP:ann@x.test]", "Ann", "ann@x.test"),
            ("Ann &lt;ann@x.test&gt;", "Ann", "ann@x.test"),
            ("Ann: Sales <ann@x.test>", "Ann: Sales", "ann@x.test"),
            ("Ann \"The Boss\" Lee <ann@x.test>", "Ann The Boss Lee", "ann@x.test"),
            ("Ann Lee (ann@x.test)", "Ann Lee", "ann@x.test"),
        ] {
            let first = people(value).into_iter().next().unwrap_or_default();
            assert_eq!(first, (name.to_owned(), address.to_owned()), "{value}");
        }
    }

    #[test]
    fn several_people_stay_several() {
        assert_eq!(
            people("Ann <a@x.test>, b@x.test, Lee, Bob <c@x.test>, undisclosed"),
            [("Ann", "a@x.test"), ("", "b@x.test"), ("Lee, Bob", "c@x.test")]
                .map(|(name, address)| (name.to_owned(), address.to_owned()))
        );
        assert_eq!(people("Team: a@x.test, b@x.test;").len(), 2);
    }

    #[test]
    fn what_is_no_address_is_none() {
        for value in ["", "Ann Lee", "undisclosed-recipients:;", "<>", "@", "a@", "@b", "Ann <ann>", "a b@"] {
            assert_eq!(people(value), [], "{value}");
        }
    }
}
