//! `cargo xtask test`: every step in turn, each whatever the one before it did, and one last line that counts them all.
//! A lint, the build and the budget count as one check each; a test run counts its tests.

use std::{
    fs,
    process::{Command, ExitCode},
    time::Instant,
};

use crate::{
    build, dist, examples, install, package,
    project::Project,
    shell::{self, Error},
    tally::Tally,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Fmt,
    Clippy,
    Native,
    Browser,
    Size,
    EndToEnd,
}

impl Step {
    /// From what fails soonest to what takes longest.
    const ALL: [Self; 6] = [Self::Fmt, Self::Clippy, Self::Native, Self::Browser, Self::Size, Self::EndToEnd];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Native => "native",
            Self::Browser => "browser",
            Self::Size => "size",
            Self::EndToEnd => "e2e",
        }
    }

    fn take(self, project: &Project, arguments: &[&str]) -> Tally {
        match self {
            Self::Fmt => one_check("fmt", || fmt(project)),
            Self::Clippy => clippy(project),
            Self::Native => tests("native", || native(project, arguments)),
            Self::Browser => tests("browser", || browser(project, arguments)),
            Self::Size => size(project),
            Self::EndToEnd => tests("e2e", || end_to_end(project, arguments)),
        }
    }
}

pub(crate) fn everything(project: &Project) -> ExitCode {
    let mut all = Tally::default();
    for step in Step::ALL {
        all += step.take(project, &[]);
    }
    last_line(all)
}

pub(crate) fn one(project: &Project, step: Step, arguments: &[&str]) -> ExitCode {
    last_line(step.take(project, arguments))
}

fn last_line(all: Tally) -> ExitCode {
    println!("\n{} passed, {} failed", all.passed, all.failed);
    if all.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A step that holds or does not.
fn one_check(name: &str, check: impl FnOnce() -> Result<(), Error>) -> Tally {
    tests(name, || check().map(|()| Tally::PASSED))
}

/// A step that counts its own tests; one that could not run at all has failed.
fn tests(name: &str, run: impl FnOnce() -> Result<Tally, Error>) -> Tally {
    println!("\n== {name}");
    let start = Instant::now();
    let tally = run().unwrap_or_else(|error| {
        println!("{error}");
        Tally::FAILED
    });
    println!("== {name}: {} passed, {} failed ({} s)", tally.passed, tally.failed, start.elapsed().as_secs());
    tally
}

fn fmt(project: &Project) -> Result<(), Error> {
    install::rust_component(project, "fmt")?;
    shell::run(&mut project.cargo(&["fmt", "--all", "--check"]))
}

fn clippy(project: &Project) -> Tally {
    let lint = |arguments: &[&str]| {
        install::rust_component(project, "clippy")?;
        shell::run(
            project.cargo(&["clippy", "--locked", "--all-targets"]).args(arguments).args(["--", "-D", "warnings"]),
        )
    };
    let mut tally = one_check("clippy, native", || lint(&["--workspace"]));
    tally += one_check("clippy, wasm", || {
        install::wasm_target(project)?;
        lint(&["--package", "sidenote", "--all-features", "--target", "wasm32-unknown-unknown"])?;
        // The test kit, and the page of another product that is tested with it.
        lint(&[
            "--package",
            "sidenote-testkit",
            "--package",
            "sidenote-example-leptos",
            "--target",
            "wasm32-unknown-unknown",
        ])?;
        // What is only there when the widget is not.
        lint(&[
            "--package",
            "sidenote",
            "--no-default-features",
            "--features",
            "app",
            "--target",
            "wasm32-unknown-unknown",
        ])
    });
    tally
}

fn native(project: &Project, arguments: &[&str]) -> Result<Tally, Error> {
    libtest(project.cargo(&["test", "--locked", "--workspace", "--no-fail-fast", "--"]).args(arguments))
}

fn browser(project: &Project, arguments: &[&str]) -> Result<Tally, Error> {
    let driver = install::browser()?.driver;
    install::wasm_target(project)?;
    let path = install::path_with(&[install::wasm_bindgen(project)?]);
    let mut command = project.cargo(&["test", "--locked", "--no-fail-fast", "--target", "wasm32-unknown-unknown"]);
    // `--tests` leaves out the examples in documentation, which the runner cannot run.
    command
        .args(["--package", "sidenote", "--package", "sidenote-example-leptos", "--tests", "--"])
        .args(arguments)
        .env("PATH", path)
        .env("CHROMEDRIVER", driver);
    libtest(&mut command)
}

fn libtest(command: &mut Command) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    let status = shell::run_hearing(command, |line| tally.hear_libtest(line))?;
    Ok(tally.ended(status.success()))
}

fn size(project: &Project) -> Tally {
    let mut tally = one_check("release build", || build::release(project));
    tally += one_check("size", || match dist::within_budget(&project.dist())? {
        true => Ok(()),
        false => Err(Error::Said(format!("a first load may take {} bytes", dist::BUDGET))),
    });
    tally += one_check("widget", || {
        package::package(project)?;
        match package::within_budget(project)? {
            true => Ok(()),
            false => Err(Error::Said(format!("the widget may take {} bytes", package::BUDGET))),
        }
    });
    tally
}

fn end_to_end(project: &Project, arguments: &[&str]) -> Result<Tally, Error> {
    stories(project, arguments, None, |_| ()).map(|(tally, _)| tally)
}

/// The end-to-end tests: what came of them, and Playwright's report. `runs`: how often those that repeat something do so.
pub(crate) fn stories(
    project: &Project,
    arguments: &[&str],
    runs: Option<&str>,
    hear: impl FnMut(&str),
) -> Result<(Tally, String), Error> {
    build::release(project)?;
    let examples = examples::built(project)?;
    let breakable = package::breakable(project)?;
    let chromium = install::browser()?.chromium;
    install::npm_packages(project)?;
    let directory = project.root.join("tests/e2e");
    let report = directory.join("results/report.json");
    // An old report must not speak for a run that wrote none.
    shell::forget(&report)?;
    let mut command = Command::new("node");
    command
        .args(["node_modules/@playwright/test/cli.js", "test"])
        .args(arguments)
        .current_dir(&directory)
        .env("CHROMIUM", chromium)
        .env("SIDENOTE_SERVER", project.server())
        .env("SIDENOTE_DIST", project.dist())
        .env("SIDENOTE_EXAMPLES", examples)
        .env("SIDENOTE_BREAKABLE", breakable)
        .envs(runs.map(|runs| ("SIDENOTE_FAULT_RUNS", runs)));
    let status = shell::run_hearing(&mut command, hear)?;
    let text = fs::read_to_string(&report).map_err(Error::file(&report))?;
    let tally =
        Tally::from_playwright(&text).ok_or_else(|| Error::Said("Playwright's report is not readable".into()))?;
    Ok((tally.ended(status.success()), text))
}
