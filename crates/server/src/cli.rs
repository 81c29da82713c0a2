//! The command line. Passwords come from the environment or the standard input, never as an argument: everybody on the
//! machine can see arguments.

mod contact;
mod database;
mod embed;
mod serve;

use crate::{
    agents,
    backup::{self, Ledger, Restored},
    copy,
    database_address::DatabaseAddress,
    error::{Error, Result},
    import::{self, Files, Past},
    orgs, password,
};
use chrono::{NaiveDate, NaiveTime};
use clap::{Args, Parser, Subcommand, ValueEnum};
use database::Database;
use std::{
    io::{BufRead, Write as _},
    path::PathBuf,
};
use wire::{AgentId, Role, text_rules::EMAIL};

/// Sidenote: an omnichannel inbox with contact notes.
#[derive(Debug, Parser)]
#[command(name = "sidenote-server", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the app and its API.
    Serve(serve::Serve),
    /// Import a mail archive (mbox, letters, folders of them), also beside a running server. A second import of it changes nothing.
    Import(Import),
    /// Organizations.
    #[command(subcommand)]
    Org(Org),
    /// The agents of an organization.
    #[command(subcommand)]
    Agent(Agent),
    /// Everything that an organization has of a person.
    #[command(subcommand)]
    Contact(contact::Contact),
    /// Write a copy of the database into a new file, also beside a running server.
    Backup {
        #[command(flatten)]
        db: Database,
        /// The new file.
        #[arg(long)]
        to: PathBuf,
    },
    /// Move everything from a database file to Postgres, or back. No server may be running on either.
    Copy {
        /// The database that is copied; it stays as it is.
        #[arg(long, value_name = "FILE|ADDRESS", value_parser = database::parser())]
        from: DatabaseAddress,
        /// The new database: a file that doesn't exist, or an empty database of Postgres.
        #[arg(long, value_name = "FILE|ADDRESS", value_parser = database::parser())]
        to: DatabaseAddress,
    },
    /// Print the list of deletions, of ids alone: to be kept apart from the database, for `restore`.
    Deletions {
        #[command(flatten)]
        db: Database,
    },
    /// Restore a backup. What was deleted since stays deleted; every open page starts over.
    Restore {
        /// The database file that is replaced, or the database of Postgres that was restored by its own tools. Its
        /// servers must be stopped.
        #[command(flatten)]
        db: Database,
        /// The backup of a database file.
        #[arg(long)]
        from: Option<PathBuf>,
        /// What `deletions` printed, where the database itself is lost.
        #[arg(long)]
        deletions: Option<PathBuf>,
        /// Let what was deleted since the backup come back, where it is not known what that was.
        #[arg(long, conflicts_with = "deletions")]
        without_deletions: bool,
    },
    /// The widget in other products' pages: keys, origins, tokens.
    #[command(subcommand)]
    Embed(embed::Embed),
}

#[derive(Debug, Args)]
struct Import {
    #[command(flatten)]
    db: Database,
    /// The organization's short name.
    #[arg(long)]
    org: String,
    /// The team's address, with a name or without, or @domain for everybody there, so that its mail becomes answers; may
    /// be given several times.
    #[arg(long, value_name = "ADDRESS")]
    own: Vec<String>,
    /// When Reply-To names the sender: where From is the team's or a form's, always, or never.
    #[arg(long, value_enum, default_value_t = ReplyTo::Auto)]
    reply_to: ReplyTo,
    /// The conversations are over: they begin closed, and read.
    #[arg(long, conflicts_with = "closed_before")]
    closed: bool,
    /// Those are over whose last letter is older than this date, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD")]
    closed_before: Option<NaiveDate>,
    /// The letters don't count as unread.
    #[arg(long)]
    read: bool,
    /// The archive: an mbox, an .eml file, a Maildir or another folder of such files, also compressed with gzip.
    file: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReplyTo {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Org {
    /// Add an organization with its built-in channels.
    Add {
        #[command(flatten)]
        db: Database,
        /// The short name in addresses: a–z, 0–9 and -.
        slug: String,
        /// The name people read.
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum Agent {
    /// Add an agent. The password is read from $SIDENOTE_PASSWORD or the standard input.
    Add {
        #[command(flatten)]
        db: Database,
        /// The organization's short name.
        #[arg(long)]
        org: String,
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value_t = RoleName::Agent)]
        role: RoleName,
    },
    /// Remove an agent: their sessions end at once, what they wrote stays.
    Remove {
        #[command(flatten)]
        db: Database,
        #[arg(long)]
        email: String,
    },
    /// Change an agent's password, from $SIDENOTE_PASSWORD or the standard input. Their sessions end.
    Password {
        #[command(flatten)]
        db: Database,
        #[arg(long)]
        email: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    Agent,
    Admin,
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// A sentence for the person who typed the command.
    pub async fn run(self) -> Result<()> {
        match self.command {
            Command::Serve(serve) => serve.run().await,
            Command::Import(import) => import.run().await,
            Command::Org(Org::Add { db, slug, name }) => {
                let db = db.open().await?;
                orgs::add(&db, &slug, &name).await?;
                db.close().await;
                say("The organization is added.")
            }
            Command::Agent(agent) => agent.run().await,
            Command::Contact(contact) => contact.run().await,
            Command::Backup { db, to } => {
                backup::backup(db.file(database::BACKUP_OF_POSTGRES)?, &to).await?;
                say("The backup is written.")
            }
            Command::Copy { from, to } => say(&copy::copy(&from, &to, show_progress).await?.to_string()),
            Command::Deletions { db } => {
                let db = db.open_existing().await?;
                let list = backup::deletions(&db).await?;
                db.close().await;
                say(list.trim_end())
            }
            Command::Restore { db, from, deletions, without_deletions } => {
                let ledger = match deletions {
                    Some(file) => Ledger::Listed(std::fs::read_to_string(file)?),
                    None if without_deletions => Ledger::Unknown,
                    None => Ledger::Replaced,
                };
                say(restore(&db, from, ledger).await?.to_string().trim_end())
            }
            Command::Embed(embed) => embed.run().await,
        }
    }
}

impl Import {
    async fn run(self) -> Result<()> {
        let own = import::Own::new(&self.own).map_err(|error| Error::Setup(format!("{error}.")))?;
        let past = match self.closed_before {
            Some(date) => Past::Before(date.and_time(NaiveTime::MIN).and_utc()),
            None if self.closed => Past::All,
            None => Past::None,
        };
        let reply_to = match self.reply_to {
            ReplyTo::Auto => import::ReplyTo::Auto,
            ReplyTo::Always => import::ReplyTo::Always,
            ReplyTo::Never => import::ReplyTo::Never,
        };
        let options = import::Options { reading: import::Reading { own, reply_to }, past, is_read: self.read };
        let files = Files::at(&self.file)?;
        let db = self.db.open_existing().await?;
        let report = import::archive(&db, &self.org, &files, &options).await?;
        db.close().await;
        say(&report.summary(Some(&files)))?;
        if report.read_nothing() {
            return Err(Error::Setup("Nothing in this file could be read as mail: is it an mbox archive?".to_owned()));
        }
        Ok(())
    }
}

impl Agent {
    async fn run(self) -> Result<()> {
        match self {
            Self::Add { db, org, email, name, role } => {
                let role = match role {
                    RoleName::Agent => Role::Agent,
                    RoleName::Admin => Role::Admin,
                };
                add_agent(&db, &org, &email, name, role).await
            }
            Self::Remove { db, email } => {
                let db = db.open().await?;
                agents::remove(&db, &email).await?;
                db.close().await;
                say("The agent is removed and signed out.")
            }
            Self::Password { db, email } => {
                let hash = password::hash(&read_password()?)?;
                let db = db.open().await?;
                agents::set_password(&db, &email, &hash).await?;
                db.close().await;
                say("The password is changed and the agent signed out.")
            }
        }
    }
}

async fn restore(db: &DatabaseAddress, from: Option<PathBuf>, ledger: Ledger) -> Result<Restored> {
    match (db, from) {
        (DatabaseAddress::File(file), Some(from)) => backup::restore(file, &from, ledger).await,
        (DatabaseAddress::Postgres(_), None) => backup::replay(db.open().await?, ledger).await,
        (DatabaseAddress::File(_), None) => Err(Error::Setup("Name the backup: --from FILE.".to_owned())),
        (DatabaseAddress::Postgres(_), Some(_)) => {
            let how = "Restore the backup with Postgres' own tools (pg_restore), then run this without --from.";
            Err(Error::Setup(how.to_owned()))
        }
    }
}

async fn add_agent(db: &Database, slug: &str, email: &str, name: String, role: Role) -> Result<()> {
    if !EMAIL.allows(email) {
        return Err(Error::Setup("This is no e-mail address.".to_owned()));
    }
    let password_hash = password::hash(&read_password()?)?;
    let db = db.open().await?;
    let org = orgs::named(&db, slug).await?;
    let new = agents::NewAgent { id: AgentId::fresh(), email: email.to_owned(), name, role, password_hash };
    let mut change = db.change(org).await?;
    agents::add(&mut change, &new).await?;
    change.commit().await?;
    db.close().await;
    say("The agent is added.")
}

/// Reads the password from the environment, else from the first line of the standard input.
fn read_password() -> Result<String> {
    let password = match std::env::var("SIDENOTE_PASSWORD") {
        Ok(password) => password,
        Err(_) => first_line(std::io::stdin().lock())?,
    };
    password::check_new(&password)?;
    Ok(password)
}

fn first_line(input: impl BufRead) -> Result<String> {
    let mut line = String::new();
    // More than any password has, so that one that is too long is not cut but refused.
    input.take(64 * 1024).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Says how far a table is, on the standard error.
fn show_progress(table: &str, copied: u64, all: u64) {
    // Nobody may be reading it.
    let _ = writeln!(std::io::stderr(), "{table}: {copied} of {all}");
}

/// Prints one line on the standard output and flushes it.
fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
