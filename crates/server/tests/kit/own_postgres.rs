//! A Postgres server of a test's own, which it may stop, cut off, or replace by a standby.

use super::{
    database, directory, eventually,
    process::{free_port, pid},
};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::Stdio,
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// As docs/operations.md asks for.
const SETTINGS: [&str; 4] =
    ["listen_addresses=127.0.0.1", "wal_recycle=off", "log_error_verbosity=terse", "log_parameter_max_length=0"];

pub(crate) struct OwnPostgres {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    /// As `name=value`.
    settings: Vec<String>,
    environment: Vec<(String, PathBuf)>,
    server: Option<Child>,
}

impl OwnPostgres {
    /// A running server with these settings beside the usual ones.
    pub(crate) async fn start(settings: &[&str], environment: &[(&str, &Path)]) -> Self {
        let mut server = Self::new(programs().await);
        server.settings.extend(settings.iter().map(ToString::to_string));
        server.environment =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        server.made().await
    }

    /// A running server with these settings, and Postgres' own for the rest.
    pub(crate) async fn bare(settings: &[&str]) -> Self {
        let mut server = Self::new(programs().await);
        server.settings = settings.iter().map(ToString::to_string).collect();
        server.made().await
    }

    async fn made(mut self) -> Self {
        let mut make = self.program("initdb");
        make.args(["--username=sidenote", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]);
        run(make.args(["--wal-segsize=1", "-D"]).arg(self.data())).await;
        self.start_again().await;
        self
    }

    /// A standby of this server. It confirms every commit before the server acknowledges it.
    pub(crate) async fn standby(&self) -> Self {
        let mut standby = Self::new(self.programs.clone());
        let slot = format!("standby_{}", standby.port);
        let mut copy = standby.program("pg_basebackup");
        copy.args(["-h", "127.0.0.1", "-U", "sidenote", "-X", "stream", "-c", "fast", "-R", "-C", "-S", &slot, "-p"]);
        run(copy.arg(self.port.to_string()).arg("--no-sync").arg("-D").arg(standby.data())).await;
        standby.start_again().await;
        for statement in ["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"] {
            self.execute(statement).await;
        }
        eventually(async || {
            self.is("SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')").await
        })
        .await;
        standby
    }

    fn new(programs: PathBuf) -> Self {
        let folder = directory();
        if is_root() {
            let chowned = std::process::Command::new("chown").arg("postgres:postgres").arg(folder.path()).status();
            assert!(chowned.unwrap().success());
        }
        let port = free_port();
        let settings = SETTINGS.map(str::to_owned).to_vec();
        Self { programs, folder, port, settings, environment: Vec::new(), server: None }
    }

    pub(crate) async fn start_again(&mut self) {
        self.server = Some(self.spawned());
        eventually(async || {
            // Processes of the server before may still hold its memory: then it refuses to start.
            if self.server.as_mut().is_some_and(|server| server.try_wait().unwrap().is_some()) {
                self.server = Some(self.spawned());
            }
            PgConnection::connect(&self.address()).await.is_ok()
        })
        .await;
    }

    fn spawned(&self) -> Child {
        let mut server = self.program("postgres");
        server.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path()).arg("-p").arg(self.port.to_string());
        for setting in self.settings.iter().map(String::as_str).chain(["fsync=off"]) {
            server.args(["-c", setting]);
        }
        server.envs(self.environment.iter().map(|(name, value)| (name, value)));
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap()
    }

    /// Ends it at once, with all of its processes, as a crash of its machine does.
    pub(crate) async fn kill(&mut self) {
        let mut server = self.server.take().unwrap();
        let processes = server.id().map_or(Vec::new(), children);
        server.kill().await.unwrap();
        for process in processes {
            // It may have ended with the server.
            let _gone = kill_process(process, Signal::KILL);
        }
        eventually(async || PgConnection::connect(&self.address()).await.is_err()).await;
    }

    /// Ends it as an administrator does: connections are ended, and what is written is safe.
    pub(crate) async fn stop(&mut self) {
        let mut server = self.server.take().unwrap();
        kill_process(pid(server.id().unwrap()), Signal::INT).unwrap();
        super::patient(server.wait()).await.unwrap();
    }

    /// A standby becomes the server.
    pub(crate) async fn promote(&self) {
        assert!(self.is("SELECT pg_promote()").await);
    }

    pub(crate) fn address(&self) -> String {
        format!("postgres://sidenote@{}/postgres", self.at())
    }

    /// Where it listens.
    pub(crate) fn at(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.address()).await.unwrap()
    }

    pub(crate) async fn execute(&self, statement: &str) {
        let mut connection = self.connection().await;
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
    }

    pub(crate) async fn is(&self, question: &str) -> bool {
        sqlx::query_scalar(AssertSqlSafe(question.to_owned())).fetch_one(&mut self.connection().await).await.unwrap()
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of Postgres, which refuses to run as root: then it runs as the user that Debian's package has made.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
        command
    }
}

fn children(of: u32) -> Vec<Pid> {
    let children = std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).unwrap_or_default();
    children.split_whitespace().map(|number| pid(number.parse().unwrap())).collect()
}

/// Where the programs are of the server that the tests run on.
async fn programs() -> PathBuf {
    let mut connection = PgConnection::connect(&database::server()).await.unwrap();
    let folder = "SELECT setting FROM pg_config WHERE name = 'BINDIR'";
    let folder: String = sqlx::query_scalar(folder).fetch_one(&mut connection).await.unwrap();
    folder.into()
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

async fn run(command: &mut Command) {
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
