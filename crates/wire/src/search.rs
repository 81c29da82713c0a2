//! What a search finds: contacts, contact notes, messages and conversation notes, each with the words around the hit.

use crate::{
    Seq,
    agent::AgentRef,
    conversation::{ChannelRef, ContactRef},
    ids::{ContactId, ContactNoteId, ConversationId, ConversationNoteId, MessageId},
    message::Direction,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The kinds of thing that are searched.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum SearchKind {
    Contacts,
    ContactNotes,
    Messages,
    ConversationNotes,
}

impl SearchKind {
    #[must_use]
    pub fn into_str(self) -> &'static str {
        self.into()
    }
}

/// A part of a text, on one line, and where in it the searched words are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Snippet {
    pub text: String,
    /// Start and end of each hit, in Unicode scalar values of `text`; in order, without overlaps.
    pub highlights: Vec<(u32, u32)>,
}

impl Snippet {
    /// The text in parts, and whether each is a hit. Highlights that don't fit the text are passed over.
    #[must_use]
    pub fn parts(&self) -> Vec<(&str, bool)> {
        let mut starts: Vec<usize> = self.text.char_indices().map(|(at, _)| at).collect();
        starts.push(self.text.len());
        let place = |scalar: u32| starts.get(scalar as usize).copied();
        let (mut parts, mut at) = (Vec::new(), 0);
        for (start, end) in &self.highlights {
            let (Some(start), Some(end)) = (place(*start), place(*end)) else { continue };
            if start < at || end <= start {
                continue;
            }
            parts.push((&self.text[at..start], false));
            parts.push((&self.text[start..end], true));
            at = end;
        }
        parts.push((&self.text[at..], false));
        parts.retain(|(part, _)| !part.is_empty());
        parts
    }
}

/// A contact that was found. Where in the name a hit is, `name` says; `snippet` is another detail with a hit, or the first
/// address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContactHit {
    pub id: ContactId,
    pub name: Snippet,
    pub snippet: Snippet,
    pub seq: Seq,
}

/// A contact note that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContactNoteHit {
    pub id: ContactNoteId,
    pub contact: ContactRef,
    /// The conversation it was written in.
    pub conversation_id: ConversationId,
    pub author: AgentRef,
    pub created_at: DateTime<Utc>,
    pub snippet: Snippet,
    pub seq: Seq,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MessageHit {
    pub id: MessageId,
    pub conversation_id: ConversationId,
    pub contact: ContactRef,
    pub channel: ChannelRef,
    pub direction: Direction,
    /// The agent who wrote it; `null` for the contact's own, and for an automation's.
    pub author: Option<AgentRef>,
    pub created_at: DateTime<Utc>,
    pub snippet: Snippet,
    pub seq: Seq,
}

/// A conversation note that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationNoteHit {
    pub id: ConversationNoteId,
    pub conversation_id: ConversationId,
    pub contact: ContactRef,
    pub channel: ChannelRef,
    pub author: AgentRef,
    pub created_at: DateTime<Utc>,
    pub snippet: Snippet,
    pub seq: Seq,
}

/// The hits of one kind, newest first. A search looks at a limited number of texts for each answer: there can be no hit
/// and a `next_cursor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hits<T> {
    pub items: Vec<T>,
    /// For the next ones of this kind. `null`: these are all, or the kind was not asked for.
    pub next_cursor: Option<String>,
}

impl<T> Default for Hits<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next_cursor: None }
    }
}

/// `GET /search`: what was found, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SearchResults {
    pub contacts: Hits<ContactHit>,
    pub contact_notes: Hits<ContactNoteHit>,
    pub messages: Hits<MessageHit>,
    pub conversation_notes: Hits<ConversationNoteHit>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, highlights: &[(u32, u32)]) -> Vec<(String, bool)> {
        let snippet = Snippet { text: text.to_owned(), highlights: highlights.to_vec() };
        snippet.parts().into_iter().map(|(part, is_hit)| (part.to_owned(), is_hit)).collect()
    }

    #[test]
    fn a_snippet_is_cut_at_its_hits_which_are_counted_in_characters() {
        let expected = [("Grüße an ", false), ("Åsa", true), ("!", false)];
        assert_eq!(parts("Grüße an Åsa!", &[(9, 12)]), expected.map(|(part, is_hit)| (part.to_owned(), is_hit)));
        assert_eq!(parts("東京都", &[(0, 3)]), [("東京都".to_owned(), true)]);
    }

    #[test]
    fn highlights_of_another_back_end_that_make_no_sense_are_passed_over() {
        for highlights in [[(2, 9)], [(2, 2)], [(2, 1)], [(9, 9)]] {
            assert_eq!(parts("text", &highlights), [("text".to_owned(), false)]);
        }
        let twice = [(0, 2), (1, 3)];
        assert_eq!(parts("text", &twice), [("te".to_owned(), true), ("xt".to_owned(), false)]);
    }
}
