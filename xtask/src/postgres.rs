//! A Postgres server for the tests: Debian's, with a cluster in a temporary folder, on loopback and a port of its own.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use crate::{
    install,
    shell::{self, Error},
};

/// As docs/operations.md asks for. The log of a server for tests goes into the data folder, where they look at it.
const SETTINGS: [&str; 5] = [
    "listen_addresses=127.0.0.1",
    "max_connections=400",
    "wal_recycle=off",
    "log_error_verbosity=terse",
    "log_parameter_max_length=0",
];
const SETTINGS_FOR_TESTS: [&str; 3] = ["fsync=off", "logging_collector=on", "log_statement=mod"];

/// What the server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Quick, and without care for a power failure.
    Tests,
    /// As a team runs it.
    Figures,
}

/// A running server. Its data goes with it.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Installs Postgres if it is missing, makes a cluster and starts the server.
    pub(crate) fn start(purpose: Purpose) -> Result<Self, Error> {
        let programs = install::postgres()?;
        let folder = std::env::temp_dir().join(format!("sidenote-postgres-{}", std::process::id()));
        fs::create_dir(&folder).map_err(Error::file(&folder))?;
        // A port that is free now. That another program takes it meanwhile is said by the server.
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr());
        let port = port.map_err(Error::file(Path::new("a free port")))?.port();
        shell::say(&format!("   starting Postgres on 127.0.0.1:{port}, in {}", folder.display()));
        let started = start_in(&programs, &folder, port, purpose);
        if started.is_err() {
            remove(&folder);
        }
        let mut postgres = Self { server: started?, folder, port };
        postgres.wait_until_ready(&programs)?;
        Ok(postgres)
    }

    /// Its address, for a role that may do everything.
    pub(crate) fn address(&self) -> String {
        format!("postgres://sidenote@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<(), Error> {
        // It waits a second between two attempts, for at most a minute.
        for _ in 0..60 {
            let mut question = Command::new(programs.join("pg_isready"));
            question.args(["-h", "127.0.0.1", "-t", "1", "-p"]).arg(self.port.to_string());
            if shell::answer(&mut question).is_some() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(Error::Said(format!("Postgres did not start ({status})")));
            }
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        Err(Error::Said("Postgres did not answer within a minute".into()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The tests are over: nothing is to be kept, so that a fast end is a good one.
        let _ended = self.server.kill();
        let _status = self.server.wait();
        remove(&self.folder);
    }
}

fn remove(folder: &Path) {
    let _gone = fs::remove_dir_all(folder);
}

fn start_in(programs: &Path, folder: &Path, port: u16, purpose: Purpose) -> Result<Child, Error> {
    let data = folder.join("data");
    if shell::is_root() {
        shell::run(Command::new("chown").arg("postgres:postgres").arg(folder))?;
    }
    let mut make = unprivileged(&programs.join("initdb"));
    make.args(["--username=sidenote", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"]);
    shell::run(make.arg(&data))?;
    let mut server = unprivileged(&programs.join("postgres"));
    server.arg("-D").arg(&data).arg("-k").arg(folder).arg("-p").arg(port.to_string());
    let for_tests: &[&str] = if purpose == Purpose::Tests { &SETTINGS_FOR_TESTS } else { &[] };
    for setting in SETTINGS.iter().chain(for_tests) {
        server.args(["-c", setting]);
    }
    shell::start(&mut server)
}

/// A program of Postgres, which refuses to run as root: then it runs as the user that Debian's package has made.
fn unprivileged(program: &Path) -> Command {
    if !shell::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}
