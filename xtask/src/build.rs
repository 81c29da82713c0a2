//! The release build: the app by Trunk into `dist/`, compressed; the server by Cargo in its own profile.

use std::{fs, iter, path::PathBuf, process::Command};

use crate::{
    dist, fingerprint, install,
    project::Project,
    shell::{self, Error},
    slim,
};

/// Everything `dist/` is made of. The server is left to Cargo, which knows better.
const INPUTS: [&str; 12] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "Trunk.toml",
    "index.html",
    ".cargo/config.toml",
    "src",
    "style",
    "public",
    "wire/src",
    "wire/Cargo.toml",
    "xtask/src",
];

pub(crate) fn release(project: &Project) -> Result<(), Error> {
    app(project)?;
    server(project)
}

/// Leaves `dist/` alone while it is what these very sources were built into.
fn app(project: &Project) -> Result<(), Error> {
    let stamp = project.target.join("dist.fingerprint");
    // Taken before the build: what is edited meanwhile is not in it.
    let inputs = fingerprint::of(&project.root, &INPUTS)?;
    let now = || Ok::<_, Error>(format!("{inputs} {}", fingerprint::of(&project.root, &["dist"])?));
    if project.dist().join("index.html").is_file() && fs::read_to_string(&stamp).ok() == Some(now()?) {
        println!("the app in dist/ is up to date");
        return Ok(());
    }
    install::wasm_target(project)?;
    install::rust_source(project)?;
    let trunk = install::trunk(project)?;
    let path = install::path_with(&[trunk.clone(), install::wasm_bindgen(project)?]);
    // Trunk works offline; here is the moment to fetch what it will need.
    shell::run(for_download(&mut project.cargo(&["fetch", "--locked"])))?;
    println!("building the app");
    let mut trunk = Command::new(trunk.join("trunk"));
    // Trunk takes NO_COLOR=1 for a wrong value of its own option.
    trunk.args(["build", "--release"]).current_dir(&project.root).env("PATH", path).env_remove("NO_COLOR");
    shell::run(for_download(&mut trunk))?;
    slim::all(&project.dist(), &project.symbols())?;
    dist::compress(&project.dist())?;
    fs::write(&stamp, now()?).map_err(Error::file(&stamp))
}

/// Sets a cargo, or what calls one, to build a module that is as small to download as it can be.
///
/// A panic is a trap, without words: nobody reads them in a release, and what makes them is a fifteenth of the module. The
/// glue notices the trap and says so (`slim.rs`), and `target/symbols/` says what the numbers in its stack stand for. The
/// standard library is compiled anew with that, and for size. Both are options that Rust has not promised to keep, so a
/// compiler of a fixed version is told to take them (`rust-toolchain.toml`); the other builds and all tests do without.
pub(crate) fn for_download(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags())
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
        .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size")
}

/// What `.cargo/config.toml` says for wasm, which this takes the place of, and how a module for download panics. The
/// directory of this machine's crates goes out of the names of files.
fn rustflags() -> String {
    let mut flags =
        ["--cfg", "erase_components", "-Zunstable-options", "-Cpanic=immediate-abort"].map(str::to_owned).to_vec();
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))) {
        let registry = home.join("registry").join("src");
        let registries = fs::read_dir(&registry).into_iter().flatten().flatten().map(|entry| entry.path());
        // The last one that fits is the one that counts.
        for directory in iter::once(home).chain(registries) {
            flags.push(format!("--remap-path-prefix={}=", directory.display()));
        }
    }
    flags.join("\u{1f}")
}

fn server(project: &Project) -> Result<(), Error> {
    println!("building the server");
    shell::run(&mut project.cargo(&[
        "build",
        "--locked",
        "--profile",
        "server-release",
        "--package",
        "sidenote-server",
    ]))
}
