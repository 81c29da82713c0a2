//! The builds: the app by Trunk into `dist/`; the server by Cargo.

use std::{fs, process::Command};

use crate::{
    compress, fingerprint, install,
    project::Project,
    shell::{self, Error},
    strip,
};

/// The inputs of `dist/`. Cargo decides by itself whether the server is up to date.
const INPUTS: [&str; 15] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "Trunk.toml",
    "index.html",
    ".cargo/config.toml",
    "src",
    "style",
    "public",
    "crates/wire/src",
    "crates/store/src",
    "crates/store/Cargo.toml",
    "crates/wire/Cargo.toml",
    "xtask/src",
    "xtask/scripts",
];

/// The profile of the server for operators. [`QUICK`] builds in half the time.
pub(crate) const FAST: &str = "server-release";
pub(crate) const QUICK: &str = "dev";

/// The release for operators: the app with its compressed siblings, and the server built for speed.
pub(crate) fn release(project: &Project) -> Result<(), Error> {
    shipped_app(project)?;
    server(project, FAST)
}

/// The app for browsers: compressed, and without the names of functions.
pub(crate) fn shipped_app(project: &Project) -> Result<(), Error> {
    app(project)?;
    strip::names(project)?;
    compress::siblings(project)
}

/// Builds the app, unless `dist/` is already built from these sources.
pub(crate) fn app(project: &Project) -> Result<(), Error> {
    let stamp = project.target.join("dist.fingerprint");
    // Taken before the build, which does not include later edits.
    let inputs = fingerprint::of(&project.root, &INPUTS)?;
    if project.dist().join("index.html").is_file() && fs::read_to_string(&stamp).ok().as_ref() == Some(&inputs) {
        shell::say("the app in dist/ is up to date");
        return Ok(());
    }
    let (trunk, path) = install::for_the_app(project)?;
    shell::forget(&stamp)?;
    // Trunk works offline, so everything it needs is fetched here.
    shell::run(&mut project.cargo(&["fetch", "--locked"]))?;
    let mut build = Command::new(trunk);
    // Trunk rejects NO_COLOR=1 as a value of its own option.
    build.args(["build", "--release"]).current_dir(&project.root).env("PATH", path).env_remove("NO_COLOR");
    shell::run(&mut build)?;
    fs::write(&stamp, inputs).map_err(Error::file(&stamp))
}

/// Builds the server in a profile of Cargo.toml.
pub(crate) fn server(project: &Project, profile: &str) -> Result<(), Error> {
    shell::run(&mut project.cargo(&["build", "--locked", "--profile", profile, "--package", "sidenote-server"]))
}

/// Builds the bare echo that the server is measured against, with the server's own profile.
pub(crate) fn echo(project: &Project) -> Result<(), Error> {
    let words = ["build", "--locked", "--profile", FAST, "--package", "sidenote-server", "--example", "echo"];
    shell::run(&mut project.cargo(&words))
}
