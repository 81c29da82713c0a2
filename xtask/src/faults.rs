//! `cargo xtask faults`: what goes wrong in the world, done hundreds of times; the usual test does the same a few times.
//! One line for each figure. How often says how sure it is: nothing wrong in N tries bounds the rate at about 3/N (95 %), for
//! the cases that these generators make.

use std::process::ExitCode;

use crate::{
    project::Project,
    shell::{self, Error},
};

/// How often each story is told, and how many histories the store goes through.
pub(crate) struct Tier {
    runs: &'static str,
    histories: &'static str,
}

pub(crate) const USUAL: Tier = Tier { runs: "200", histories: "100000" };
pub(crate) const LONG: Tier = Tier { runs: "2000", histories: "1000000" };

pub(crate) fn faults(project: &Project, tier: &Tier) -> Result<ExitCode, Error> {
    let mut figures = Vec::new();
    let mut failed = 0;
    for (package, target, filter) in [
        ("sidenote", "store", "convergence::"),
        ("sidenote-server", "server", "faults::"),
        ("sidenote-server", "server", "backup::"),
    ] {
        println!("\n== {target} {filter}");
        let mut command = project.cargo(&["test", "--locked", "--package", package, "--test", target, "--", filter]);
        command.args(["--nocapture", "--test-threads=1"]);
        command.env("SIDENOTE_FAULT_RUNS", tier.runs).env("SIDENOTE_FAULT_HISTORIES", tier.histories);
        let status = shell::run_hearing(&mut command, |line| {
            // The test's name may stand before it.
            if let Some((_, figure)) = line.split_once("figure: ") {
                figures.push(figure.to_owned());
            }
        })?;
        failed += usize::from(!status.success());
    }
    println!();
    figures.iter().for_each(|figure| println!("{figure}"));
    println!("\n{} figures, {failed} failed", figures.len());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
