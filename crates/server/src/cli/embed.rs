//! `sidenote-server embed …`: the keys of back ends that may request tokens for the widget, and the origins of its
//! pages.

use super::{database::Database, say};
use crate::{
    agents,
    db::Db,
    embed::{keys, origins, tokens},
    error::Result,
    orgs,
};
use clap::{Args, Subcommand};
use wire::OrgId;

#[derive(Debug, Subcommand)]
pub(super) enum Embed {
    /// The keys with which a host's back end requests tokens.
    #[command(subcommand)]
    Key(Key),
    /// The origins whose pages may show the widget.
    #[command(subcommand)]
    Origin(Origin),
    /// End every token of an agent at once.
    Revoke {
        #[command(flatten)]
        db: Database,
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Add a key. It is printed now and never again.
    Add {
        #[command(flatten)]
        org: Org,
        /// A name to know it by, e. g. "crm".
        name: String,
    },
    /// Remove a key; the tokens made with it end at once.
    Remove {
        #[command(flatten)]
        org: Org,
        name: String,
    },
    /// List the names of the keys.
    List {
        #[command(flatten)]
        org: Org,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Origin {
    /// Allow the widget on pages of an origin, e. g. https://crm.example
    Add {
        #[command(flatten)]
        org: Org,
        origin: String,
    },
    /// Remove an origin; the tokens of its pages end at once.
    Remove {
        #[command(flatten)]
        org: Org,
        origin: String,
    },
    /// List the origins.
    List {
        #[command(flatten)]
        org: Org,
    },
}

#[derive(Debug, Args)]
pub(super) struct Org {
    #[command(flatten)]
    db: Database,
    /// The organization's short name.
    #[arg(long)]
    org: String,
}

impl Org {
    async fn open(&self) -> Result<(Db, OrgId)> {
        let db = self.db.open().await?;
        let org = orgs::named(&db, &self.org).await?;
        Ok((db, org))
    }
}

impl Embed {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::Key(key) => key.run().await,
            Self::Origin(origin) => origin.run().await,
            Self::Revoke { db, email } => {
                let db = db.open().await?;
                let (org, agent) = agents::find(&db, &email).await?;
                let mut change = db.change(org).await?;
                tokens::revoke_all(&mut change, agent).await?;
                change.commit().await?;
                db.close().await;
                say("The agent's tokens are ended.")
            }
        }
    }
}

impl Key {
    async fn run(self) -> Result<()> {
        match self {
            Self::Add { org, name } => {
                let (db, org) = org.open().await?;
                let key = keys::add(&db, org, &name).await?;
                db.close().await;
                say(&key)
            }
            Self::Remove { org, name } => {
                let (db, org) = org.open().await?;
                keys::remove(&db, org, &name).await?;
                db.close().await;
                say("The key is removed, and the tokens made with it are ended.")
            }
            Self::List { org } => {
                let (db, org) = org.open().await?;
                let names = keys::names(&mut db.read().await?, org).await?;
                db.close().await;
                names.iter().try_for_each(|name| say(name))
            }
        }
    }
}

impl Origin {
    async fn run(self) -> Result<()> {
        match self {
            Self::Add { org, origin } => {
                let (db, org) = org.open().await?;
                origins::add(&db, org, &origin).await?;
                db.close().await;
                say("The origin is on the list.")
            }
            Self::Remove { org, origin } => {
                let (db, org) = org.open().await?;
                origins::remove(&db, org, &origin).await?;
                db.close().await;
                say("The origin is off the list, and the tokens of its pages are ended.")
            }
            Self::List { org } => {
                let (db, org) = org.open().await?;
                let origins = origins::all(&mut db.read().await?, org).await?;
                db.close().await;
                origins.iter().try_for_each(|origin| say(origin))
            }
        }
    }
}
