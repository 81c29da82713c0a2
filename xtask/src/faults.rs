//! `cargo xtask faults`: the fault tests with hundreds of runs instead of a few. It prints one line for each figure.
//! The number of runs gives the confidence: no failure in N tries bounds the rate at about 3/N (95 %), for the cases
//! that these generators make.

use std::process::ExitCode;

use crate::{
    figures::Figures,
    postgres::{Postgres, Purpose},
    project::Project,
    shell::Error,
    stories,
    test_count::by_story,
};

/// How often each test runs, and how many histories the store's test plays.
pub(crate) struct Tier {
    runs: &'static str,
    histories: &'static str,
    /// How often each end-to-end test runs.
    stories: &'static str,
}

pub(crate) const USUAL: Tier = Tier { runs: "200", histories: "100000", stories: "1" };
pub(crate) const LONG: Tier = Tier { runs: "2000", histories: "1000000", stories: "5" };

pub(crate) fn faults(project: &Project, tier: &Tier) -> Result<ExitCode, Error> {
    let mut figures = Figures::default();
    for (package, target, filter) in [
        ("sidenote-store", "store", "convergence::"),
        ("sidenote-server", "server", "faults::"),
        ("sidenote-server", "server", "backup::"),
    ] {
        let runs = [("SIDENOTE_FAULT_RUNS", tier.runs), ("SIDENOTE_FAULT_HISTORIES", tier.histories)];
        figures.native(project, [package, target, filter], &runs)?;
    }
    let postgres = Postgres::start(Purpose::Tests)?;
    let environment = [("SIDENOTE_FAULT_RUNS", tier.runs), ("SIDENOTE_POSTGRES", &*postgres.address())];
    figures.native(project, ["sidenote-server", "server", "postgres::faults::"], &environment)?;
    browser(project, tier, &mut figures)?;
    Ok(figures.print())
}

/// The end-to-end tests of the outbox, of several tabs and of a module that breaks, in the app and in the widget. Then the
/// tests with a network that breaks all the time.
fn browser(project: &Project, tier: &Tier, figures: &mut Figures) -> Result<(), Error> {
    println!("\n== browser, each {} times", tier.stories);
    let again = format!("--repeat-each={}", tier.stories);
    let (count, report) =
        stories::run(project, &["outbox", "tabs", "broken", &again], None, |line| figures.hear(line))?;
    figures.count(count.failed == 0);
    for (story, passed, run) in by_story(&report) {
        figures.add(format!("browser, {passed} of {run}: {story}"));
    }
    println!("\n== browsers, {} actions", tier.runs);
    let (count, _) = stories::run(project, &["faults.spec"], Some(tier.runs), |line| figures.hear(line))?;
    figures.count(count.failed == 0);
    Ok(())
}
