//! The builds: the app by Trunk into `dist/`; the server by Cargo.

use std::{fs, process::Command};

use crate::{
    compress, fingerprint, install,
    project::Project,
    shell::{self, Error},
    strip,
};

/// Everything `dist/` is made of. The server is left to Cargo, which knows better.
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

/// The profile of the server that operators run, and the one that builds in half the time.
pub(crate) const FAST: &str = "server-release";
pub(crate) const QUICK: &str = "dev";

/// What an operator gets: the app with its compressed siblings, and the server built for speed.
pub(crate) fn release(project: &Project) -> Result<(), Error> {
    shipped_app(project)?;
    server(project, FAST)
}

/// The app as browsers get it: without the names of functions, and compressed.
pub(crate) fn shipped_app(project: &Project) -> Result<(), Error> {
    app(project)?;
    strip::names(project)?;
    compress::siblings(project)
}

/// Leaves `dist/` alone while it is what these very sources were built into.
pub(crate) fn app(project: &Project) -> Result<(), Error> {
    let stamp = project.target.join("dist.fingerprint");
    // Taken before the build: what is edited meanwhile is not in it.
    let inputs = fingerprint::of(&project.root, &INPUTS)?;
    if project.dist().join("index.html").is_file() && fs::read_to_string(&stamp).ok().as_ref() == Some(&inputs) {
        shell::say("the app in dist/ is up to date");
        return Ok(());
    }
    let (trunk, path) = install::for_the_app(project)?;
    shell::forget(&stamp)?;
    // Trunk works offline; here is the moment to fetch what it will need.
    shell::run(&mut project.cargo(&["fetch", "--locked"]))?;
    let mut build = Command::new(trunk);
    // Trunk takes NO_COLOR=1 for a wrong value of its own option.
    build.args(["build", "--release"]).current_dir(&project.root).env("PATH", path).env_remove("NO_COLOR");
    shell::run(&mut build)?;
    fs::write(&stamp, inputs).map_err(Error::file(&stamp))
}

/// The server in a profile of Cargo.toml's.
pub(crate) fn server(project: &Project, profile: &str) -> Result<(), Error> {
    shell::run(&mut project.cargo(&["build", "--locked", "--profile", profile, "--package", "sidenote-server"]))
}
