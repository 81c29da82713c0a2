//! `cargo xtask audit`: what SECURITY.md promises, measured. It prints one line for each figure. The measurements are
//! `bench/audit/`, against the server's release build; the others are tests that print what they counted.

use std::process::{Command, ExitCode};

use crate::{build, figures::Figures, fuzz, project::Project, shell::Error};

/// How much is tried.
pub(crate) struct Extent {
    /// Pairs of worlds that are compared: with and without notes.
    worlds: &'static str,
    /// Mail archives that are imported twice.
    archives: &'static str,
    /// Seconds for each fuzz target.
    fuzz: Option<u32>,
}

pub(crate) const USUAL: Extent = Extent { worlds: "1000", archives: "1000", fuzz: None };
pub(crate) const LONG: Extent = Extent { worlds: "20000", archives: "10000", fuzz: Some(fuzz::USUAL) };

const MEASUREMENTS: [&str; 6] = ["sign_ins", "idle_streams", "slow_readers", "few_files", "searches", "import"];
const TESTS: [&str; 4] = ["sign_in::", "removal::", "walls::", "non_interference::"];

/// Of the mail reader.
const MAIL_TESTS: [&str; 2] = ["twice::", "python::"];

pub(crate) fn audit(project: &Project, extent: &Extent) -> Result<ExitCode, Error> {
    build::server(project, build::FAST)?;
    let mut figures = Figures::default();
    for name in MEASUREMENTS {
        println!("\n== {name}");
        // The measurements open thousands of connections.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n $(ulimit -Hn); exec node \"$0\""]).arg(format!("bench/audit/{name}.mjs"));
        figures.run(command.current_dir(&project.root).env("SIDENOTE_SERVER", project.server(build::FAST)))?;
    }
    for filter in TESTS {
        figures.native(project, ["sidenote-server", "server", filter], &[("SIDENOTE_WORLDS", extent.worlds)])?;
    }
    for filter in MAIL_TESTS {
        figures.library(project, ["sidenote-mail-import", filter], &[("SIDENOTE_ARCHIVES", extent.archives)])?;
    }
    if let Some(seconds) = extent.fuzz {
        fuzz::run(project, seconds, &mut figures)?;
    }
    Ok(figures.print())
}
