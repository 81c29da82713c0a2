//! Contacts: the people outside of the organization, as the Contact Profile Panel shows them.

use crate::{
    Seq,
    agent::ChannelKind,
    ids::{ContactId, ListId},
    patch::given,
};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Parses a day, exactly in the form `YYYY-MM-DD`.
#[must_use]
pub fn parse_day(text: &str) -> Option<chrono::NaiveDate> {
    // Chrono's parser also accepts fewer digits, and signs.
    text.parse().ok().filter(|day: &chrono::NaiveDate| day.to_string() == text)
}

/// A contact's address on a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelAddress {
    pub kind: ChannelKind,
    pub address: String,
}

/// A coloured label. Its name is its key within the organization (exact characters).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Tag {
    /// 1–40 characters, at least one visible, no control characters.
    pub name: String,
    /// An index into the eight label colours of the theme, 0–7; of a new tag it follows from the name.
    pub color: u8,
}

impl Tag {
    /// The number of label colours.
    pub const COLORS: u8 = 8;

    /// The colour of a new tag with this name (the FNV-1a hash of its bytes): the same for everybody, before the server has said it.
    #[must_use]
    pub fn color_of(name: &str) -> u8 {
        let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        // The upper bits: the lower three are the same for `VIP` and `vip`.
        u8::try_from((hash >> 24) % u32::from(Self::COLORS)).unwrap_or(0)
    }
}

/// A static group of contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ContactList {
    pub id: ListId,
    pub name: String,
}

/// `PUT /contacts/{id}/lists/{list_id}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ListMember {
    /// The name of a list that doesn't exist yet.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::list_name))]
    pub name: Option<String>,
}

/// Which contacts `GET /contacts` lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ContactQuery {
    /// Only those with these words; empty for all.
    #[serde(rename = "q", skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::search_text))]
    pub words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::tag_name_or_null))]
    pub tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListId>,
}

/// What another system knows a contact by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum ContactKey {
    ExternalId,
    Email,
    Phone,
}

/// `PUT /contacts/by/{key}/{value}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NewContact {
    /// Of a contact who is not known yet.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_name))]
    pub name: Option<String>,
}

/// What keeps the team from writing to a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactFlag {
    /// Their messages are not shown as new, and they are not answered.
    Blocked,
    /// They have asked not to be written to.
    Unsubscribed,
}

impl ContactFlag {
    #[must_use]
    pub fn of(self, contact: &Contact) -> bool {
        match self {
            Self::Blocked => contact.blocked,
            Self::Unsubscribed => contact.unsubscribed,
        }
    }

    pub fn set(self, contact: &mut Contact, is_set: bool) {
        match self {
            Self::Blocked => contact.blocked = is_set,
            Self::Unsubscribed => contact.unsubscribed = is_set,
        }
    }
}

/// `POST /contacts/{id}/merge`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The contact who stays.
    #[serde(rename = "into")]
    pub into_id: ContactId,
    /// Details that the contact has afterwards. Of those left out, each stays as it is, and an empty one is filled.
    #[serde(default)]
    pub details: ContactPatch,
}

/// `GET /contacts/{id}/totals`: how much there is of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Totals {
    pub conversations: u64,
    pub notes: u64,
}

/// A contact with all details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Contact {
    pub id: ContactId,
    pub name: String,
    pub email: Option<String>,
    /// As it was typed.
    pub phone: Option<String>,
    /// The same number as a `tel:` URI (RFC 3966), if `phone` is one of a known country. A back end may leave it out.
    #[serde(default)]
    pub phone_uri: Option<String>,
    /// The contact's id in the organization's own systems.
    pub external_id: Option<String>,
    pub address: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    pub birthday: Option<chrono::NaiveDate>,
    /// A BCP 47 language tag, e. g. `pt-BR`.
    pub language: Option<String>,
    pub default_channel: Option<ChannelKind>,
    /// An IANA name, e. g. `Europe/Lisbon`.
    pub time_zone: Option<String>,
    pub channels: Vec<ChannelAddress>,
    pub tags: Vec<Tag>,
    pub lists: Vec<ContactList>,
    pub blocked: bool,
    pub unsubscribed: bool,
    /// Whether everything of the contact was erased. What is left has no details and can't be changed.
    #[serde(default)]
    pub erased: bool,
    pub seq: Seq,
    pub rev: Seq,
}

/// `PATCH /contacts/{id}`: an omitted field stays, `null` clears a field (except for the name).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ContactPatch {
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_name))]
    pub name: Option<String>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_email))]
    pub email: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_phone))]
    pub phone: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_external_id))]
    pub external_id: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_address))]
    pub address: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub birthday: Option<Option<chrono::NaiveDate>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_language))]
    pub language: Option<Option<String>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub default_channel: Option<Option<ChannelKind>>,
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(schema_with = crate::text_rules::contact_time_zone))]
    pub time_zone: Option<Option<String>>,
}

impl ContactPatch {
    /// The details that one contact has and another one lacks.
    #[must_use]
    pub fn filling(empty: &Contact, from: &Contact) -> Self {
        fn fill<T: Clone>(empty: &Option<T>, from: &Option<T>) -> Option<Option<T>> {
            if empty.is_none() && from.is_some() { Some(from.clone()) } else { None }
        }
        Self {
            name: None,
            email: fill(&empty.email, &from.email),
            phone: fill(&empty.phone, &from.phone),
            external_id: fill(&empty.external_id, &from.external_id),
            address: fill(&empty.address, &from.address),
            birthday: fill(&empty.birthday, &from.birthday),
            language: fill(&empty.language, &from.language),
            default_channel: fill(&empty.default_channel, &from.default_channel),
            time_zone: fill(&empty.time_zone, &from.time_zone),
        }
    }

    /// The details in which a contact differs from another one, as the other one has them.
    #[must_use]
    pub fn between(from: &Contact, to: &Contact) -> Self {
        fn differ<T: Clone + PartialEq>(from: &T, to: &T) -> Option<T> {
            if from == to { None } else { Some(to.clone()) }
        }
        Self {
            name: differ(&from.name, &to.name),
            email: differ(&from.email, &to.email),
            phone: differ(&from.phone, &to.phone),
            external_id: differ(&from.external_id, &to.external_id),
            address: differ(&from.address, &to.address),
            birthday: differ(&from.birthday, &to.birthday),
            language: differ(&from.language, &to.language),
            default_channel: differ(&from.default_channel, &to.default_channel),
            time_zone: differ(&from.time_zone, &to.time_zone),
        }
    }

    /// Applies the patch to a contact, like the server.
    pub fn apply(&self, to: &mut Contact) {
        fn set<T: Clone>(field: &mut T, given: Option<&T>) {
            if let Some(value) = given {
                field.clone_from(value);
            }
        }
        set(&mut to.name, self.name.as_ref());
        set(&mut to.email, self.email.as_ref());
        if self.phone.as_ref().is_some_and(|phone| *phone != to.phone) {
            // Until the server has read the new one.
            to.phone_uri = None;
        }
        set(&mut to.phone, self.phone.as_ref());
        set(&mut to.external_id, self.external_id.as_ref());
        set(&mut to.address, self.address.as_ref());
        set(&mut to.birthday, self.birthday.as_ref());
        set(&mut to.language, self.language.as_ref());
        set(&mut to.default_channel, self.default_channel.as_ref());
        set(&mut to.time_zone, self.time_zone.as_ref());
    }
}
