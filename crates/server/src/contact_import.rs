//! The import of contacts from a table, some rows at a time. A row is of the contact with its external id, e-mail address or
//! phone number, so that the same table again changes nothing.

mod known;

use self::known::KnownContacts;
use crate::{
    auth_agent::AuthAgent,
    change::Change,
    contact_erasure::must_be_admin,
    contact_fields, contacts,
    error::{Error, Result},
    input::JsonBody,
    lists,
    state::State,
    tags::{self, Put},
};
use axum::extract;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    AgentId, ChannelAddress, ChannelKind, Contact, ContactId, ContactImport, ContactPatch, FieldError, IMPORT_AT_ONCE,
    ImportKnown, ImportOutcome, ImportRow, Imported, ImportedRow, ListId, Problem, ProblemCode,
};

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(import))
}

/// Import contacts; admins may. A row is of the contact with its external id, else e-mail address, else phone number; one who
/// is not known is made. The same rows again change nothing. A row that can't be imported is refused alone.
#[utoipa::path(post, path = "/api/v1/contacts/import", tag = "contacts", request_body = ContactImport,
    responses((status = 200, body = Imported),
    (status = "default", body = Problem, content_type = "application/problem+json", description = "Refused.")))]
async fn import(
    mut signed: AuthAgent,
    extract::State(state): extract::State<State>,
    JsonBody(asked): JsonBody<ContactImport>,
) -> Result<axum::Json<Imported>> {
    let mut change = signed.change(state.db()).await?;
    must_be_admin(&signed)?;
    if !(1..=IMPORT_AT_ONCE).contains(&asked.rows.len()) {
        return Err(Error::field(ProblemCode::InvalidField, "/rows", "out-of-range"));
    }
    let known = KnownContacts::read(change.tx(), signed.org).await?;
    let mut importing = Importing { known, how: asked.known, actor: signed.agent };
    let mut rows = Vec::new();
    for row in asked.rows {
        rows.push(importing.row(&mut change, row).await?);
    }
    change.commit().await?;
    tracing::info!(org = %signed.org, agent = %signed.agent, rows = rows.len(), "contacts imported");
    Ok(axum::Json(Imported { rows }))
}

struct Importing {
    known: KnownContacts,
    how: ImportKnown,
    actor: AgentId,
}

impl Importing {
    async fn row(&mut self, change: &mut Change, row: ImportRow) -> Result<ImportedRow> {
        let org = change.org();
        let found = self.known.find(change.tx(), org, &row).await?;
        let labels = (row.tags.clone(), row.lists.clone());
        let stored = match found {
            Some(id) => self.change(change, id, row).await,
            None => self.make(change, row).await,
        };
        let (id, outcome) = match stored {
            Ok(stored) => stored,
            Err(error) => return refused(error),
        };
        let (added, errors) = self.label(change, id, labels).await?;
        let outcome = if added && outcome == ImportOutcome::Unchanged { ImportOutcome::Changed } else { outcome };
        Ok(ImportedRow { outcome, id: Some(id), errors })
    }

    async fn change(
        &mut self,
        change: &mut Change,
        id: ContactId,
        row: ImportRow,
    ) -> Result<(ContactId, ImportOutcome)> {
        let org = change.org();
        let mut contact = contacts::find(change.tx(), org, id).await?;
        let patch = self.of_known(&contact, details(row)?);
        let changed = contact_fields::apply(&mut contact, patch)?;
        if changed.is_empty() {
            return Ok((id, ImportOutcome::Unchanged));
        }
        contacts::store_changed(change, &mut contact, &changed, self.actor).await?;
        self.known.add(&contact);
        Ok((id, ImportOutcome::Changed))
    }

    /// What of a row changes a contact who is known.
    fn of_known(&self, contact: &Contact, given: ContactPatch) -> ContactPatch {
        if self.how == ImportKnown::Replace {
            return given;
        }
        let unless = |is_there: bool, value: Option<Option<String>>| value.filter(|_| !is_there);
        ContactPatch {
            // A contact always has one.
            name: None,
            email: unless(contact.email.is_some(), given.email),
            phone: unless(contact.phone.is_some(), given.phone),
            external_id: unless(contact.external_id.is_some(), given.external_id),
            address: unless(contact.address.is_some(), given.address),
            birthday: given.birthday.filter(|_| contact.birthday.is_none()),
            language: unless(contact.language.is_some(), given.language),
            default_channel: given.default_channel.filter(|_| contact.default_channel.is_none()),
            time_zone: unless(contact.time_zone.is_some(), given.time_zone),
        }
    }

    async fn make(&mut self, change: &mut Change, row: ImportRow) -> Result<(ContactId, ImportOutcome)> {
        let key = [&row.external_id, &row.email, &row.phone].into_iter().find(|key| !key.is_empty());
        let Some(key) = key.cloned() else {
            return Err(Error::field(ProblemCode::MissingField, "", "no-key"));
        };
        let mut patch = details(row)?;
        patch.name = patch.name.or(Some(key));
        contact_fields::check(patch.clone())?;
        let email = patch.email.clone().flatten();
        let addresses: Vec<_> =
            email.map(|address| ChannelAddress { kind: ChannelKind::Email, address }).into_iter().collect();
        let (id, org) = (ContactId::fresh(), change.org());
        contacts::add(change, id, patch, &addresses).await?;
        self.known.add(&contacts::find(change.tx(), org, id).await?);
        Ok((id, ImportOutcome::Made))
    }

    /// Whether a tag or list was added, and which could not be.
    async fn label(
        &self,
        change: &mut Change,
        id: ContactId,
        (tags, lists): (Vec<String>, Vec<String>),
    ) -> Result<(bool, Vec<FieldError>)> {
        let (mut added, mut errors) = (false, Vec::new());
        for name in tags {
            match self.tag(change, id, &name).await {
                Ok(put) => note(put, "/tags", &mut added, &mut errors),
                Err(error) => errors.extend(fields_of(error, "/tags")?),
            }
        }
        for name in lists {
            match self.list(change, id, name).await {
                Ok(put) => note(put, "/lists", &mut added, &mut errors),
                Err(error) => errors.extend(fields_of(error, "/lists")?),
            }
        }
        Ok((added, errors))
    }

    async fn tag(&self, change: &mut Change, id: ContactId, name: &str) -> Result<Put> {
        tags::must_be_valid(name)?;
        tags::make(change, name).await?;
        tags::put_on(change, id, name, self.actor).await
    }

    async fn list(&self, change: &mut Change, id: ContactId, name: String) -> Result<Put> {
        let list = lists::find_or_make(change, ListId::fresh(), Some(name)).await?;
        lists::put_on(change, id, &list, self.actor).await
    }
}

fn note(put: Put, pointer: &str, added: &mut bool, errors: &mut Vec<FieldError>) {
    *added |= put == Put::New;
    if put == Put::TooMany {
        errors.push(FieldError { pointer: pointer.to_owned(), code: "too-many".to_owned() });
    }
}

/// The details that a row has. What is empty is left out.
fn details(row: ImportRow) -> Result<ContactPatch> {
    let text = |text: String| Some(text).filter(|text| !text.trim().is_empty());
    let (birthday, channel) = (text(row.birthday), text(row.default_channel));
    let invalid = |pointer: &str| Error::field(ProblemCode::InvalidField, pointer, "invalid");
    let birthday =
        birthday.map(|day| wire::contact::parse_day(&day).ok_or_else(|| invalid("/birthday"))).transpose()?;
    let channel: Option<ChannelKind> =
        channel.map(|kind| kind.parse().map_err(|_| invalid("/default_channel"))).transpose()?;
    Ok(ContactPatch {
        name: text(row.name),
        email: text(row.email).map(Some),
        phone: text(row.phone).map(Some),
        external_id: text(row.external_id).map(Some),
        address: text(row.address).map(Some),
        birthday: birthday.map(Some),
        language: text(row.language).map(Some),
        default_channel: channel.map(Some),
        time_zone: text(row.time_zone).map(Some),
    })
}

/// A row that is refused alone. Any other failure ends the request.
fn refused(error: Error) -> Result<ImportedRow> {
    let errors = fields_of(error, "")?;
    Ok(ImportedRow { outcome: ImportOutcome::Refused, id: None, errors })
}

/// The fields for which something was refused; `pointer`: where the refusal names none, or an operation's own.
fn fields_of(error: Error, pointer: &str) -> Result<Vec<FieldError>> {
    let Error::Refused(refusal) = error else { return Err(error) };
    if refusal.problem.errors.is_empty() {
        return Err(Error::Refused(refusal));
    }
    let named = |field: FieldError| match pointer {
        "" => field,
        pointer => FieldError { pointer: pointer.to_owned(), ..field },
    };
    Ok(refusal.problem.errors.into_iter().map(named).collect())
}
