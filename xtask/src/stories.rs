//! The end-to-end tests: Playwright over the built app, the widget, the example pages and a server.

use std::{fs, process::Command};

use crate::{
    build, examples, install, package,
    project::Project,
    shell::{self, Error},
    test_count::TestCount,
};

/// Builds everything that the tests use.
pub(crate) fn build_all(project: &Project) -> Result<(), Error> {
    build::shipped_app(project)?;
    build::server(project, build::QUICK)?;
    examples::built(project)?;
    package::breakable(project)?;
    Ok(())
}

/// Runs them. Returns the counts and Playwright's report. `runs`: how often the tests that repeat something do so.
pub(crate) fn run(
    project: &Project,
    arguments: &[&str],
    runs: Option<&str>,
    hear: impl FnMut(&str),
) -> Result<(TestCount, String), Error> {
    build_all(project)?;
    let chromium = install::browser()?.headless;
    install::npm_packages(project)?;
    let directory = project.root.join("tests/e2e");
    let report = directory.join("results/report.json");
    // An old report must not be taken for the result of a run that wrote none.
    shell::forget(&report)?;
    let mut command = Command::new("node");
    command
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .args(arguments)
        .current_dir(&directory)
        .env("CHROMIUM", chromium)
        .env("SIDENOTE_SERVER", project.server(build::QUICK))
        .env("SIDENOTE_DIST", project.dist())
        .env("SIDENOTE_EXAMPLES", examples::directory(project))
        .env("SIDENOTE_BREAKABLE", package::breakable_directory(project))
        .envs(runs.map(|runs| ("SIDENOTE_FAULT_RUNS", runs)));
    let status = shell::run_hearing(&mut command, hear)?;
    let text = fs::read_to_string(&report).map_err(Error::file(&report))?;
    let count =
        TestCount::from_playwright(&text).ok_or_else(|| Error::Said("Playwright's report is not readable".into()))?;
    Ok((count.ended(status.success()), text))
}
