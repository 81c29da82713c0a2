//! Figures that tests and measurements print as lines with `figure: `, collected and printed together at the end.

use std::process::{Command, ExitCode};

use crate::{
    project::Project,
    shell::{self, Error},
};

/// What the names of tests begin with that are about Postgres.
const POSTGRES: &str = "postgres::";

#[derive(Default)]
pub(crate) struct Figures {
    lines: Vec<String>,
    failed: usize,
}

impl Figures {
    /// Takes the figure out of a line of output, if there is one.
    pub(crate) fn hear(&mut self, line: &str) {
        // The test's name may come before it.
        if let Some((_, figure)) = line.split_once("figure: ") {
            self.add(figure.to_owned());
        }
    }

    pub(crate) fn add(&mut self, figure: String) {
        self.lines.push(figure);
    }

    /// Counts a run that has succeeded or not.
    pub(crate) fn count(&mut self, has_succeeded: bool) {
        self.failed += usize::from(!has_succeeded);
    }

    /// Runs the tests of a package's test target whose names contain the filter, one after the other.
    pub(crate) fn native(
        &mut self,
        project: &Project,
        [package, target, filter]: [&str; 3],
        environment: &[(&str, &str)],
    ) -> Result<(), Error> {
        println!("\n== {target} {filter}");
        let mut command = project.cargo(&["test", "--locked", "--package", package, "--test", target, "--", filter]);
        command.args(["--nocapture", "--test-threads=1"]).envs(environment.iter().copied());
        if !filter.starts_with(POSTGRES) {
            // Those need its server.
            command.args(["--skip", POSTGRES]);
        }
        self.run(&mut command)
    }

    /// Runs the unit tests of a package whose names contain the filter.
    pub(crate) fn library(
        &mut self,
        project: &Project,
        [package, filter]: [&str; 2],
        environment: &[(&str, &str)],
    ) -> Result<(), Error> {
        println!("\n== {package} {filter}");
        let mut command = project.cargo(&["test", "--locked", "--package", package, "--lib", "--", filter]);
        command.args(["--nocapture", "--test-threads=1"]).envs(environment.iter().copied());
        self.run(&mut command)
    }

    pub(crate) fn run(&mut self, command: &mut Command) -> Result<(), Error> {
        let status = shell::run_hearing(command, |line| self.hear(line))?;
        self.count(status.success());
        Ok(())
    }

    pub(crate) fn print(&self) -> ExitCode {
        println!();
        self.lines.iter().for_each(|figure| println!("{figure}"));
        println!("\n{} figures, {} failed", self.lines.len(), self.failed);
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
