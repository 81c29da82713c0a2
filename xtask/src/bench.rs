//! `cargo xtask bench`: the figures about speed in docs/testing.md, as ratios of two things measured side by side in
//! one run.

use std::process::{Command, ExitCode};

use crate::{
    build, install,
    project::Project,
    shell::{self, Error},
};

pub(crate) fn bench(project: &Project) -> Result<ExitCode, Error> {
    build::release(project)?;
    install::npm_packages(project)?;
    let chromium = install::browser()?.chromium;
    shell::run(
        Command::new("node")
            .arg("bench/live.mjs")
            .current_dir(&project.root)
            .env("CHROMIUM", chromium)
            .env("SIDENOTE_SERVER", project.server(build::FAST))
            .env("SIDENOTE_DIST", project.dist()),
    )?;
    Ok(ExitCode::SUCCESS)
}
