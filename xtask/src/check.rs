//! `cargo xtask test` and `cargo xtask check`: run every step, even after one has failed, and print a table of the
//! steps and one last line with the totals. A lint, a build and a budget count as one check each; a test run counts its
//! tests.

use std::{process::ExitCode, time::Instant};

use crate::{
    api, install, lanes,
    lanes::Outcome,
    postgres::{Postgres, Purpose},
    project::Project,
    shell::{self, Error},
    size, stories,
    test_count::TestCount,
};

/// Packages that run in the browser only, and so do their tests.
const BROWSER_ONLY: [&str; 6] =
    ["--exclude", "sidenote", "--exclude", "sidenote-testkit", "--exclude", "sidenote-example-leptos"];

/// The tag of end-to-end tests that take long: thousands of rows, a thousand mounts, every component in turn.
const LONG: &str = "@long";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    Fmt,
    Clippy,
    Deny,
    Native,
    Postgres,
    Browser,
    Build,
    Size,
    Api,
    EndToEnd,
    Long,
}

impl Step {
    const ALL: [Self; 11] = [
        Self::Fmt,
        Self::Clippy,
        Self::Deny,
        Self::Native,
        Self::Postgres,
        Self::Browser,
        Self::Build,
        Self::Size,
        Self::Api,
        Self::EndToEnd,
        Self::Long,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Deny => "deny",
            Self::Native => "native",
            Self::Postgres => "postgres",
            Self::Browser => "browser",
            Self::Build => "build",
            Self::Size => "size",
            Self::Api => "api",
            Self::EndToEnd => "e2e",
            Self::Long => "long",
        }
    }

    /// Runs the step. `arguments` go to its test runner.
    fn take(self, project: &Project, arguments: &[&str]) -> Result<TestCount, Error> {
        match self {
            Self::Fmt => fmt(project).map(passed),
            Self::Clippy => clippy(project),
            Self::Deny => deny(project, &["bans", "licenses", "sources"]).map(passed),
            Self::Native => native(project, arguments),
            Self::Postgres => on_postgres(project, arguments),
            Self::Browser => browser(project, arguments),
            Self::Build => stories::build_all(project).map(passed),
            Self::Size => size(project, arguments),
            Self::Api => api::ask_everything(project, api::USUAL),
            // A test that is asked for by name runs, however long it takes.
            Self::EndToEnd if !arguments.is_empty() => tell(project, arguments),
            Self::EndToEnd => tell(project, &["--grep-invert", LONG]),
            Self::Long => tell(project, &[&["--grep", LONG], arguments].concat()),
        }
    }

    fn in_lane(self, project: &Project) -> lanes::Step<'_> {
        lanes::Step::new(self.name(), move || self.take(project, &[]))
    }
}

/// Runs everything. Cargo builds for tests in one folder and for release in another, so those two lanes run at the same
/// time.
pub(crate) fn everything(project: &Project) -> Result<ExitCode, Error> {
    in_phases(
        project,
        &[
            &[
                &[Step::Fmt, Step::Clippy, Step::Deny, Step::Native, Step::Browser],
                &[Step::Build, Step::Size, Step::Api],
            ],
            // Both wait much, for a browser and for a database, and neither builds.
            &[&[Step::EndToEnd, Step::Long], &[Step::Postgres]],
        ],
    )
}

/// Runs the checks that a change must pass before it is committed.
pub(crate) fn quick(project: &Project) -> Result<ExitCode, Error> {
    in_phases(project, &[&[&[Step::Fmt, Step::Clippy, Step::Native, Step::Browser]]])
}

fn in_phases(project: &Project, phases: &[&[&[Step]]]) -> Result<ExitCode, Error> {
    let began = Instant::now();
    let mut outcomes = Vec::new();
    for phase in phases {
        let lanes = phase.iter().map(|lane| lane.iter().map(|step| step.in_lane(project)).collect());
        outcomes.extend(lanes::run(project, lanes.collect())?);
    }
    print_table(&outcomes, began.elapsed().as_secs());
    let mut all = TestCount::default();
    outcomes.iter().for_each(|outcome| all += outcome.count);
    Ok(last_line(all))
}

/// Runs one step and shows its output.
pub(crate) fn one(project: &Project, step: Step, arguments: &[&str]) -> ExitCode {
    last_line(TestCount::of(step.take(project, arguments)))
}

/// The step `long` on its own: also the requests to the API, twenty times as many.
pub(crate) fn long(project: &Project) -> ExitCode {
    let mut all = TestCount::of(Step::Long.take(project, &[]));
    all += TestCount::of(api::ask_everything(project, api::LONG));
    last_line(all)
}

fn print_table(outcomes: &[Outcome], seconds: u64) {
    println!("\n{:<10}{:>8}{:>8}{:>8}", "step", "seconds", "passed", "failed");
    for Outcome { name, seconds, count } in outcomes {
        println!("{name:<10}{seconds:>8}{:>8}{:>8}", count.passed, count.failed);
    }
    println!("{:<10}{seconds:>8}", "in all");
}

fn last_line(all: TestCount) -> ExitCode {
    println!("\n{} passed, {} failed", all.passed, all.failed);
    if all.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn passed((): ()) -> TestCount {
    TestCount::PASSED
}

fn fmt(project: &Project) -> Result<(), Error> {
    install::rust_component(project, "fmt")?;
    shell::run(&mut project.cargo(&["fmt", "--all", "--check"]))
}

fn clippy(project: &Project) -> Result<TestCount, Error> {
    install::rust_component(project, "clippy")?;
    install::wasm_target(project)?;
    let lint = |arguments: &[&str]| {
        let mut clippy = project.cargo(&["clippy", "--locked", "--all-targets"]);
        shell::run(clippy.args(arguments).args(["--", "-D", "warnings"]))
    };
    let wasm = ["--target", "wasm32-unknown-unknown"];
    let mut count = TestCount::of(lint(&[["--workspace"].as_slice(), &BROWSER_ONLY].concat()).map(passed));
    for arguments in [
        ["--package", "sidenote", "--all-features"].as_slice(),
        // The test kit, and the page of another product that is tested with it.
        &["--package", "sidenote-testkit", "--package", "sidenote-example-leptos"],
        // Code that exists only without the widget.
        &["--package", "sidenote", "--no-default-features", "--features", "app"],
    ] {
        count += TestCount::of(lint(&[arguments, &wasm].concat()).map(passed));
    }
    Ok(count)
}

/// What the crates of the project may be, by deny.toml.
fn deny(project: &Project, checks: &[&str]) -> Result<(), Error> {
    let path = install::path_with(&[install::cargo_deny(project)?]);
    shell::run(project.cargo(&["deny", "--locked", "--workspace", "check"]).args(checks).env("PATH", path))
}

/// Asks for known vulnerabilities of the crates. Apart from the other steps: it fetches the advisory database.
pub(crate) fn advisories(project: &Project) -> Result<ExitCode, Error> {
    println!("   fetching the RustSec advisory database from github.com: this step needs the network");
    deny(project, &["advisories"]).map(|()| ExitCode::SUCCESS)
}

/// The native tests, and the examples in documentation.
fn native(project: &Project, arguments: &[&str]) -> Result<TestCount, Error> {
    let all = [["--workspace", "--filter-expr", "not test(/^postgres::/)"].as_slice(), &BROWSER_ONLY].concat();
    let count = nextest(project, &all, arguments, &[])?;
    if !arguments.is_empty() {
        return Ok(count);
    }
    let mut examples = TestCount::default();
    let mut doc = project.cargo(&["test", "--locked", "--workspace", "--doc"]);
    doc.args(BROWSER_ONLY);
    let status = shell::run_hearing(&mut doc, |line| examples.hear_libtest(line))?;
    let mut both = count;
    both += if status.success() { examples } else { examples.ended(false) };
    Ok(both)
}

/// Tests that are about a database file: they say so in their names, or are in a module about files and their disk.
const ON_A_FILE: &str = "test(/file/) or test(/^(backup|migrations|faults::disk|faults::sync)::/)";

/// The tests of the server and those of the contract once more, on Postgres: all but those [`ON_A_FILE`].
fn on_postgres(project: &Project, arguments: &[&str]) -> Result<TestCount, Error> {
    install::proxies()?;
    let postgres = Postgres::start(Purpose::Tests)?;
    let filter =
        format!("(package(sidenote-server) or package(sidenote-conformance)) and kind(test) and not ({ON_A_FILE})");
    // The same packages as `native`: a smaller selection has other features, and everything would be compiled again.
    let server = [["--workspace", "--filter-expr", &filter].as_slice(), &BROWSER_ONLY].concat();
    // Some of the pairs of worlds that are compared: `native` has compared them all.
    let environment = [("SIDENOTE_POSTGRES", &*postgres.address()), ("SIDENOTE_WORLDS", "20")];
    nextest(project, &server, arguments, &environment)
}

/// cargo-nextest runs tests in parallel; it leaves out the examples in documentation.
fn nextest(
    project: &Project,
    selection: &[&str],
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<TestCount, Error> {
    let path = install::path_with(&[install::nextest(project)?]);
    let mut tests = project.cargo(&["nextest", "run", "--locked", "--no-fail-fast"]);
    tests
        .args(selection)
        .args(["--status-level", "fail", "--final-status-level", "slow"])
        .args(arguments)
        .envs(environment.iter().copied())
        .env("PATH", path);
    let mut count = TestCount::default();
    let status = shell::run_hearing_errors(&mut tests, |line| count.hear_nextest(line))?;
    Ok(count.ended(status.success()))
}

fn browser(project: &Project, arguments: &[&str]) -> Result<TestCount, Error> {
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
    let mut count = TestCount::default();
    let status = shell::run_hearing(&mut command, |line| count.hear_libtest(line))?;
    Ok(count.ended(status.success()))
}

fn size(project: &Project, arguments: &[&str]) -> Result<TestCount, Error> {
    stories::build_all(project)?;
    if arguments == ["--record"] {
        size::record(project)?;
    }
    let mut count = TestCount::default();
    for load in [size::app, size::widget] {
        count += TestCount::of(load(project).map(passed));
    }
    Ok(count)
}

fn tell(project: &Project, arguments: &[&str]) -> Result<TestCount, Error> {
    stories::run(project, arguments, None, |_| ()).map(|(count, _)| count)
}
