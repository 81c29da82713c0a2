//! What is searched for: words that a text must have, each as the beginning of one of its own.

use super::{
    terms::{cut, digits, is_number},
    units::{Unit, UnitKind, units},
};
use std::ops::Range;

/// The words of a search, in any order. What is written without a space between must follow each other in the text:
/// `maya@acme` is two words.
#[derive(Clone, Debug)]
pub(crate) struct SearchQuery {
    parts: Vec<Vec<Unit>>,
    /// The digits, if it looks like a phone number, without the zeros or the plus of a trunk or international call.
    number: Option<String>,
}

/// A term that an index is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct QueryTerm {
    pub(crate) text: String,
    /// Also every term that begins with it.
    pub(crate) is_beginning: bool,
}

/// The most words of a search that an index is asked for; the rest is compared with the texts that it finds.
const MOST_TERMS: usize = 24;

impl SearchQuery {
    /// `None`: there is no letter or digit in it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split_whitespace().map(units).filter(|part| !part.is_empty()).collect();
        let number = is_number(text).then(|| digits(text).trim_start_matches('0').to_owned());
        (!parts.is_empty()).then_some(Self { parts, number: number.filter(|number| !number.is_empty()) })
    }

    /// The terms that a text with all words has.
    pub(crate) fn terms(&self) -> Vec<QueryTerm> {
        let mut terms: Vec<_> = self.parts.iter().flat_map(|part| terms(part)).collect();
        terms.sort();
        terms.dedup();
        terms.truncate(MOST_TERMS);
        terms
    }

    /// The term of a contact with the phone number that is searched for.
    pub(crate) fn number_term(&self) -> Option<QueryTerm> {
        let number = self.number.as_ref()?;
        Some(QueryTerm { text: cut(number), is_beginning: true })
    }

    /// Where in the text the words are, in Unicode scalar values, in order and without overlaps. `None`: one is missing.
    pub(crate) fn hits(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let units = units(text);
        let hits: Option<Vec<_>> =
            self.parts.iter().map(|part| Some(part_hits(part, &units)).filter(|hits| !hits.is_empty())).collect();
        Some(merged(hits?.concat()))
    }

    /// Where in each detail of a contact words are; the name is the first one. `None`: a word is in none of them.
    pub(crate) fn contact_hits(&self, details: &[String]) -> Option<Vec<Vec<Range<usize>>>> {
        let mut found = vec![false; self.parts.len()];
        let mut hits: Vec<_> = details.iter().map(|detail| self.detail_hits(detail, &mut found)).collect();
        if found.into_iter().all(|found| found) {
            return Some(hits);
        }
        let number = self.number.as_deref()?;
        for (detail, hits) in details.iter().zip(&mut hits).skip(1) {
            let is_hit = is_number(detail) && digits(detail).contains(number);
            *hits = is_hit.then(|| 0..detail.chars().count()).into_iter().collect();
        }
        hits.iter().skip(1).any(|hits| !hits.is_empty()).then_some(hits)
    }

    fn detail_hits(&self, detail: &str, found: &mut [bool]) -> Vec<Range<usize>> {
        let units = units(detail);
        let mut all = Vec::new();
        for (part, found) in self.parts.iter().zip(found) {
            let hits = part_hits(part, &units);
            *found |= !hits.is_empty();
            all.extend(hits);
        }
        merged(all)
    }
}

fn terms(part: &[Unit]) -> Vec<QueryTerm> {
    let is_sign = |unit: &Unit| unit.kind == UnitKind::Sign;
    let mut terms = Vec::new();
    for (at, unit) in part.iter().enumerate() {
        let (before, next) = (at.checked_sub(1).map(|at| &part[at]), part.get(at + 1));
        match next.filter(|next| is_sign(unit) && is_sign(next)) {
            Some(next) => {
                let text = cut(&(unit.folded.clone() + &next.folded));
                terms.push(QueryTerm { text, is_beginning: at + 2 == part.len() });
            }
            // The pair before has it.
            None if is_sign(unit) && before.is_some_and(is_sign) => {}
            None => terms.push(QueryTerm { text: cut(&unit.folded), is_beginning: next.is_none() || is_sign(unit) }),
        }
    }
    terms
}

/// Every place where the units follow each other, the last one as the beginning of a word.
fn part_hits(part: &[Unit], units: &[Unit]) -> Vec<Range<usize>> {
    let Some((last, before)) = part.split_last() else { return Vec::new() };
    let hit = |window: &[Unit]| {
        let (found, others) = window.split_last()?;
        let same = others.iter().zip(before).all(|(one, other)| one.folded == other.folded);
        let is_hit = same && found.kind == last.kind && found.folded.starts_with(&last.folded);
        is_hit.then(|| window[0].place.start..found.beginning(last.folded.len()).end)
    };
    units.windows(part.len()).filter_map(hit).collect()
}

fn merged(mut hits: Vec<Range<usize>>) -> Vec<Range<usize>> {
    hits.sort_by_key(|hit| (hit.start, hit.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        match merged.last_mut() {
            Some(last) if hit.start <= last.end => last.end = last.end.max(hit.end),
            _ => merged.push(hit),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str, text: &str) -> Option<Vec<String>> {
        let hits = SearchQuery::parse(query).unwrap().hits(text)?;
        Some(hits.into_iter().map(|hit| text.chars().skip(hit.start).take(hit.len()).collect()).collect())
    }

    fn asked(query: &str) -> Vec<String> {
        let write = |term: QueryTerm| format!("{}{}", term.text, if term.is_beginning { "*" } else { "" });
        SearchQuery::parse(query).unwrap().terms().into_iter().map(write).collect()
    }

    #[test]
    fn every_word_must_be_there_as_the_beginning_of_one_in_any_order() {
        assert_eq!(found("inv ana", "Ana asks for the invoice").unwrap(), ["Ana", "inv"]);
        assert_eq!(found("voice", "Ana asks for the invoice"), None);
        assert_eq!(found("ana bob", "Ana asks for the invoice"), None);
        assert_eq!(found("ECOLE", "à l’école d’été").unwrap(), ["école"]);
        assert_eq!(found("a", "Ana, Åsa, Bo").unwrap(), ["A", "Å"]);
    }

    #[test]
    fn what_is_written_together_must_follow_each_other() {
        assert_eq!(found("maya@ac", "mail maya@acme.test").unwrap(), ["maya@ac"]);
        assert_eq!(found("maya@acme", "maya is not at acme"), None);
        assert_eq!(found("京都", "東京都は").unwrap(), ["京都"]);
        assert_eq!(found("東都", "東京都は"), None);
        assert_eq!(found("京", "東京都は").unwrap(), ["京"]);
    }

    #[test]
    fn an_index_is_asked_for_words_by_their_beginning_and_for_pairs_of_signs() {
        assert_eq!(asked("Inv maya@ac maya"), ["ac*", "inv*", "maya", "maya*"]);
        assert_eq!(asked("東京都 都"), ["京都*", "東京", "都*"]);
        assert_eq!(asked("iphoneを"), ["iphone", "を*"]);
        assert!(SearchQuery::parse(" … ").is_none());
    }

    /// Whatever a text is compared with successfully, an index that lists the text's terms finds.
    #[test]
    fn an_index_finds_every_text_that_has_the_words() {
        use crate::search_text::of_text;
        let texts =
            ["maya@acme.test, Straße 7", "東京都です。iPhoneを2台", "สวัสดีครับ", "नमस्ते दुनिया", "안녕하세요", "a b-c d"];
        for text in texts {
            let scalars: Vec<char> = text.chars().collect();
            for start in 0..scalars.len() {
                for end in start + 1..=scalars.len() {
                    let part: String = scalars[start..end].iter().collect();
                    let Some(query) = SearchQuery::parse(&part) else { continue };
                    if query.hits(text).is_none() {
                        continue;
                    }
                    let listed = of_text(text).written("");
                    let listed: Vec<&str> = listed.split(' ').collect();
                    for term in query.terms() {
                        let is_listed = |known: &&str| {
                            if term.is_beginning { known.starts_with(&term.text) } else { *known == term.text }
                        };
                        assert!(listed.iter().any(is_listed), "{part:?} in {text:?}: {term:?}");
                    }
                }
            }
        }
    }
}
