//! `sidenote-server contact …`: the export and the erasure of everything that an organization has of a person.

use super::{database::Database, say};
use crate::{
    contact_aliases, contact_erasure, contact_export, contacts,
    db::Db,
    error::{Error, Result},
    orgs,
    purge::{Purged, purge},
};
use clap::{Args, Subcommand};
use futures::StreamExt as _;
use std::{io::Write as _, pin::pin};
use wire::{ContactId, OrgId};

#[derive(Debug, Subcommand)]
pub(super) enum Contact {
    /// Print everything that there is of a contact as one JSON document.
    Export(Selected),
    /// Erase everything of a contact, also beside a running server. It can't be undone.
    Erase(Selected),
}

/// One contact.
#[derive(Debug, Args)]
pub(super) struct Selected {
    #[command(flatten)]
    db: Database,
    /// The organization's short name.
    #[arg(long)]
    org: String,
    #[command(flatten)]
    who: Who,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// The contact's id.
    #[arg(long)]
    id: Option<ContactId>,
    /// The contact's e-mail address.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
}

impl Contact {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::Export(selected) => selected.export().await,
            Self::Erase(selected) => selected.erase().await,
        }
    }
}

impl Selected {
    async fn export(&self) -> Result<()> {
        let (db, org, contact) = self.open().await?;
        let mut document = pin!(contact_export::document(&db, org, contact));
        let mut out = std::io::stdout().lock();
        while let Some(piece) = document.next().await {
            out.write_all(&piece?)?;
        }
        writeln!(out)?;
        out.flush()?;
        db.close().await;
        Ok(())
    }

    async fn erase(&self) -> Result<()> {
        let (db, org, contact) = self.open().await?;
        let mut change = db.change(org).await?;
        let erased = contact_erasure::write(&mut change, contact, None).await?;
        change.commit().await?;
        say(&format!("The contact is erased, with {erased}."))?;
        let purged = purge(&db, false).await;
        db.close().await;
        // The erasure itself is done; the server carries on with the files.
        say(match purged {
            Ok(Purged::Clean) => "The database file is rewritten: nothing of them is left in it.",
            Ok(Purged::HeldBack) | Err(_) => {
                "The database file can't be rewritten now: a running server does it within a minute, another when it \
                 starts."
            }
        })
    }

    async fn open(&self) -> Result<(Db, OrgId, ContactId)> {
        let db = self.db.open_existing().await?;
        let org = orgs::named(&db, &self.org).await?;
        let contact = self.find(&db, org).await?;
        Ok((db, org, contact))
    }

    async fn find(&self, db: &Db, org: OrgId) -> Result<ContactId> {
        let mut reading = db.read().await?;
        let found = match (self.who.id, &self.who.email) {
            (Some(id), _) => contact_aliases::resolve(&mut reading, org, id).await.into_iter().collect(),
            (None, Some(email)) => contacts::with_email(&mut reading, org, email).await?,
            (None, None) => Vec::new(),
        };
        match &found[..] {
            [id] => match contacts::one(&mut reading, org, *id).await? {
                None => Err(Error::Setup("There is no contact with this id.".to_owned())),
                Some(contact) if contact.erased => Err(Error::Setup("This contact is erased already.".to_owned())),
                Some(_) => Ok(*id),
            },
            [] if self.who.id.is_some() => Err(Error::Setup("There is no contact with this id.".to_owned())),
            [] => Err(Error::Setup("There is no contact with this e-mail address.".to_owned())),
            several => {
                let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
                let ids = ids.join(", ");
                Err(Error::Setup(format!("Several contacts have this e-mail address; choose one with --id: {ids}.")))
            }
        }
    }
}
