//! Who is known by which external id, e-mail address or phone number: read once for all rows of a request.

use crate::{
    contact_aliases,
    error::Result,
    phone_number,
    search_text::digits,
    sql::{Connection, sql},
};
use futures::TryStreamExt as _;
use std::collections::HashMap;
use wire::{Contact, ContactId, ImportRow, OrgId};

/// Of several with the same key, the oldest is known by it.
pub(super) struct KnownContacts {
    emails: HashMap<String, ContactId>,
    phones: HashMap<String, ContactId>,
    external_ids: HashMap<String, ContactId>,
}

const SELECT: &str = "SELECT c.id, c.seq, c.email, c.phone, c.external_id, c.language FROM contact c WHERE c.org_id = $1 \
    UNION ALL SELECT c.id, c.seq, CASE WHEN a.kind = 'email' THEN a.address END, \
    CASE WHEN a.kind IN ('sms', 'whatsapp', 'voice') THEN a.address END, NULL, c.language \
    FROM contact_address a JOIN contact c ON c.org_id = a.org_id AND c.id = a.contact_id \
    WHERE a.org_id = $1 AND a.kind IN ('email', 'sms', 'whatsapp', 'voice') ORDER BY 2";

impl KnownContacts {
    pub(super) async fn read(reading: &mut Connection, org: OrgId) -> Result<Self> {
        let mut known = Self { emails: HashMap::new(), phones: HashMap::new(), external_ids: HashMap::new() };
        let mut rows = sql(SELECT).bind(org.to_string()).fetch(reading);
        while let Some(row) = rows.try_next().await? {
            let id = row.id("id")?;
            known.put(id, [row.get("email")?, row.get("phone")?, row.get("external_id")?], row.get("language")?);
        }
        Ok(known)
    }

    /// Adds a contact who was made or changed.
    pub(super) fn add(&mut self, contact: &Contact) {
        let keys = [&contact.email, &contact.phone, &contact.external_id].map(|key| key.as_deref());
        self.put(contact.id, keys, contact.language.as_deref());
    }

    fn put(&mut self, id: ContactId, [email, phone, external_id]: [Option<&str>; 3], language: Option<&str>) {
        if let Some(email) = email {
            self.emails.entry(email.to_lowercase()).or_insert(id);
        }
        if let Some(phone) = phone {
            for key in numbers(phone, language) {
                self.phones.entry(key).or_insert(id);
            }
        }
        if let Some(external_id) = external_id {
            self.external_ids.entry(external_id.to_owned()).or_insert(id);
        }
    }

    /// The contact whom a row is of: by the first of its keys that somebody is known by.
    pub(super) async fn find(
        &self,
        reading: &mut Connection,
        org: OrgId,
        row: &ImportRow,
    ) -> Result<Option<ContactId>> {
        let language = Some(row.language.as_str()).filter(|language| !language.is_empty());
        let by_phone = || numbers(&row.phone, language).into_iter().find_map(|key| self.phones.get(&key));
        let found = self.external_ids.get(&row.external_id);
        let found = found.or_else(|| self.emails.get(&row.email.to_lowercase())).or_else(by_phone).copied();
        match found {
            Some(contact) => contact_aliases::resolve(reading, org, contact).await.map(Some),
            None => Ok(None),
        }
    }
}

/// A number is the same however it is written: as a `tel:` URI where it can be read, and by its digits.
fn numbers(phone: &str, language: Option<&str>) -> Vec<String> {
    let digits = Some(digits(phone)).filter(|digits| !digits.is_empty());
    phone_number::of_contact(Some(phone), language).into_iter().chain(digits).collect()
}
