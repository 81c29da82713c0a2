//! `cargo xtask audit`: what SECURITY.md promises, measured. It prints one line for each figure. The measurements are
//! `bench/audit/`, against the server's release build; the others are tests that print what they counted.

use std::process::{Command, ExitCode};

use crate::{build, figures::Figures, project::Project, shell::Error};

/// How many pairs of worlds are compared: with and without notes.
pub(crate) const USUAL: &str = "1000";
pub(crate) const LONG: &str = "20000";

const MEASUREMENTS: [&str; 6] = ["sign_ins", "idle_streams", "slow_readers", "few_files", "searches", "import"];
const TESTS: [&str; 4] = ["sign_in::", "removal::", "walls::", "non_interference::"];

pub(crate) fn audit(project: &Project, worlds: &str) -> Result<ExitCode, Error> {
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
        figures.native(project, ["sidenote-server", "server", filter], &[("SIDENOTE_WORLDS", worlds)])?;
    }
    Ok(figures.print())
}
