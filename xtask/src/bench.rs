//! `cargo xtask bench [SUITE…] [--rounds N]`: builds everything that the suites of `bench/` measure, and runs them. The
//! suites compare the app with a hand-written page, and the server with a bare echo.

use std::process::{Command, ExitCode};

use crate::{
    build, install, package,
    postgres::{Postgres, Purpose},
    project::Project,
    shell::{self, Error},
};

/// Whether the suite `nodes` is among those that are run.
fn needs_postgres(words: &[&str]) -> bool {
    let suites = words.iter().filter(|word| word.chars().all(|it| it.is_ascii_lowercase() || it == '_'));
    let mut suites = suites.peekable();
    suites.peek().is_none() || suites.any(|suite| *suite == "nodes")
}

/// `words` go to `bench/run.mjs`.
pub(crate) fn bench(project: &Project, words: &[&str]) -> Result<ExitCode, Error> {
    build::release(project)?;
    build::echo(project)?;
    package::made(project)?;
    install::npm_packages(project)?;
    let postgres = needs_postgres(words).then(|| Postgres::start(Purpose::Figures)).transpose()?;
    let chromium = install::browser()?.chromium;
    // The suite `server` opens thousands of connections.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n $(ulimit -Hn); exec node bench/run.mjs \"$@\"", "sh"]).args(words);
    shell::run(
        command
            .current_dir(&project.root)
            .env("CHROMIUM", chromium)
            .env("SIDENOTE_SERVER", project.server(build::FAST))
            .env("SIDENOTE_DIST", project.dist())
            .env("SIDENOTE_PACKAGE", package::directory(project))
            .env("SIDENOTE_ECHO", project.echo(build::FAST))
            .envs(postgres.as_ref().map(|postgres| ("SIDENOTE_POSTGRES", postgres.address()))),
    )?;
    Ok(ExitCode::SUCCESS)
}
