//! The npm package `@sidenote/inbox`: the library as a module, its glue, its style sheet, the hand-written entry
//! script, and a tarball of all of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    fingerprint, install,
    project::Project,
    shell::{self, Error},
    styles,
};

/// The features of the package's module.
const FEATURES: &str = "widget";

/// The inputs of the module.
const INPUTS: [&str; 18] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "src",
    "style",
    "crates/wire/src",
    "crates/store/src",
    "crates/store/Cargo.toml",
    "crates/wire/Cargo.toml",
    "package/package.json",
    "package/index.js",
    "package/index.d.ts",
    "package/README.md",
    "package/adapters",
    "public/module_guard.js",
    "package/build/package-lock.json",
    "package/build/minify.js",
    "xtask/src",
];

/// The tarball, built unless it is already built from these sources.
pub(crate) fn made(project: &Project) -> Result<PathBuf, Error> {
    let stamp = project.target.join("package.fingerprint");
    let now = fingerprint::of(&project.root, &INPUTS)?;
    match tarball(&project.target.join("package")) {
        Ok(found) if fs::read_to_string(&stamp).ok().as_ref() == Some(&now) => {
            shell::say("the widget is up to date");
            Ok(found)
        }
        _ => package(project),
    }
}

/// Builds the package into `target/package/` and packs it. Returns the tarball.
pub(crate) fn package(project: &Project) -> Result<PathBuf, Error> {
    let directory = project.target.join("package");
    // Taken before the build, which does not include later edits.
    let inputs = fingerprint::of(&project.root, &INPUTS)?;
    if directory.exists() {
        fs::remove_dir_all(&directory).map_err(Error::file(&directory))?;
    }
    let into = directory.join("sidenote-inbox");
    fs::create_dir_all(&into).map_err(Error::file(&into))?;
    module(project, &into, FEATURES)?;
    let adapters = into.join("adapters");
    fs::create_dir_all(&adapters).map_err(Error::file(&adapters))?;
    for (from, file) in [
        ("package", "adapters/chatwoot.js"),
        ("package", "adapters/chatwoot.d.ts"),
        ("package", "package.json"),
        ("package", "index.js"),
        ("package", "index.d.ts"),
        ("package", "README.md"),
        ("public", "module_guard.js"),
        ("public", "icons-licence.txt"),
        (".", "LICENSE-MIT"),
        (".", "LICENSE-APACHE"),
    ] {
        let from = project.root.join(from).join(file);
        fs::copy(&from, into.join(file)).map_err(Error::file(&from))?;
    }
    minify(project, &into)?;
    shell::run(Command::new("npm").args(["pack", "--silent", "--pack-destination", ".."]).current_dir(&into))?;
    let stamp = project.target.join("package.fingerprint");
    fs::write(&stamp, inputs).map_err(Error::file(&stamp))?;
    tarball(&directory)
}

fn tarball(directory: &Path) -> Result<PathBuf, Error> {
    let mut files = fs::read_dir(directory).map_err(Error::file(directory))?.flatten().map(|entry| entry.path());
    files
        .find(|file| file.extension().is_some_and(|extension| extension == "tgz"))
        .ok_or_else(|| Error::Said("`npm pack` left no tarball".into()))
}

/// The directory of the package as npm unpacks it.
pub(crate) fn directory(project: &Project) -> PathBuf {
    project.target.join("package/sidenote-inbox")
}

/// The files that a host's page loads to show a view.
pub(crate) fn first_load(project: &Project) -> Result<Vec<PathBuf>, Error> {
    let directory = directory(project);
    let names = ["index.js", "module_guard.js", "sidenote.js", "sidenote_bg.wasm", "style.js"];
    let mut files: Vec<_> = names.map(|file| directory.join(file)).into();
    files.extend(fingerprint::files_under(&directory.join("snippets"))?);
    Ok(files)
}

/// The linker's map of the package's module: every function with its size.
pub(crate) fn map(project: &Project) -> PathBuf {
    map_with(project, FEATURES)
}

fn map_with(project: &Project, features: &str) -> PathBuf {
    project.target.join(format!("{features}.map"))
}

/// Builds the widget with components that a test can break, in `target/breakable/`. Otherwise it is like the package's,
/// but can show the stand-alone page too.
pub(crate) fn breakable(project: &Project) -> Result<(), Error> {
    let into = breakable_directory(project);
    let stamp = project.target.join("breakable.fingerprint");
    let inputs = fingerprint::of(&project.root, &INPUTS)?;
    if into.is_dir() && fs::read_to_string(&stamp).is_ok_and(|have| have == inputs) {
        return Ok(());
    }
    fs::create_dir_all(&into).map_err(Error::file(&into))?;
    module(project, &into, "widget,app,breakable")?;
    for from in ["package/index.js", "public/module_guard.js"].map(|file| project.root.join(file)) {
        fs::copy(&from, into.join(from.file_name().unwrap_or_default())).map_err(Error::file(&from))?;
    }
    minify(project, &into)?;
    fs::write(&stamp, inputs).map_err(Error::file(&stamp))
}

pub(crate) fn breakable_directory(project: &Project) -> PathBuf {
    project.target.join("breakable")
}

fn module(project: &Project, into: &Path, features: &str) -> Result<(), Error> {
    install::wasm_target(project)?;
    let tools = install::wasm_bindgen(project)?;
    // This crate type only: with a library for other crates beside it, the linker would not optimize the module as a
    // whole.
    let mut build = project.cargo(&["rustc", "--locked", "--release", "--lib", "--crate-type", "cdylib"]);
    build.args(["--package", "sidenote", "--no-default-features", "--features", features]);
    build.args(["--target", "wasm32-unknown-unknown", "--"]);
    build.arg(format!("-Clink-arg=-Map={}", map_with(project, features).display()));
    shell::run(&mut build)?;
    let module = project.target.join("wasm32-unknown-unknown/release/sidenote.wasm");
    let mut bind = Command::new(tools.join("wasm-bindgen"));
    // A module that breaks is replaced by another instance: the widget must not reload the host's page.
    bind.args(["--target", "web", "--no-typescript", "--experimental-reset-state-function"]);
    bind.args(["--remove-name-section", "--remove-producers-section", "--out-dir"]).arg(into).arg(&module);
    shell::run(&mut bind)
}

/// Minifies the scripts and the sheet.
fn minify(project: &Project, directory: &Path) -> Result<(), Error> {
    let tool = project.root.join("package/build");
    install::by_lock(&tool)?;
    let sheet = styles::join(project)?;
    let mut files = fingerprint::files_under(&directory.join("snippets"))?;
    files.extend(["index.js", "module_guard.js", "sidenote.js"].map(|file| directory.join(file)));
    shell::run(Command::new("node").arg(tool.join("minify.js")).arg(directory).arg(sheet).args(files))
}
