//! The npm package `@sidenote/inbox`: the library as a module, its glue, its sheet, the hand-written door to them, and
//! a tarball of all that.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    build::for_download,
    dist, fingerprint, install,
    project::Project,
    shell::{self, Error},
    slim, styles,
};

/// Bytes, brotli, over what a host's page loads to show a view.
pub(crate) const BUDGET: u64 = 250_000;

/// Everything the module is made of.
const INPUTS: [&str; 15] = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "src",
    "style",
    "wire/src",
    "wire/Cargo.toml",
    "package/package.json",
    "package/index.js",
    "package/index.d.ts",
    "package/README.md",
    "package/adapters",
    "package/build/package-lock.json",
    "package/build/minify.js",
    "xtask/src",
];

/// The tarball, built if it is not of these very sources.
pub(crate) fn made(project: &Project) -> Result<PathBuf, Error> {
    let stamp = project.target.join("package.fingerprint");
    let now = fingerprint::of(&project.root, &INPUTS)?;
    match tarball(&project.target.join("package")) {
        Ok(found) if fs::read_to_string(&stamp).ok().as_ref() == Some(&now) => {
            println!("the widget is up to date");
            Ok(found)
        }
        _ => package(project),
    }
}

/// Builds the package into `target/package/` and packs it. Returns the tarball.
pub(crate) fn package(project: &Project) -> Result<PathBuf, Error> {
    let directory = project.target.join("package");
    // Taken before the build: what is edited meanwhile is not in it.
    let inputs = fingerprint::of(&project.root, &INPUTS)?;
    if directory.exists() {
        fs::remove_dir_all(&directory).map_err(Error::file(&directory))?;
    }
    let into = directory.join("sidenote-inbox");
    fs::create_dir_all(&into).map_err(Error::file(&into))?;
    module(project, &into, "embed")?;
    style(project, &into)?;
    let adapters = into.join("adapters");
    fs::create_dir_all(&adapters).map_err(Error::file(&adapters))?;
    for (from, file) in [
        ("package", "adapters/chatwoot.js"),
        ("package", "adapters/chatwoot.d.ts"),
        ("package", "package.json"),
        ("package", "index.js"),
        ("package", "index.d.ts"),
        ("package", "README.md"),
        ("public", "icons-licence.txt"),
        (".", "LICENSE-MIT"),
        (".", "LICENSE-APACHE"),
    ] {
        let from = project.root.join(from).join(file);
        fs::copy(&from, into.join(file)).map_err(Error::file(&from))?;
    }
    minify(project, &into)?;
    println!("packing");
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

/// Prints what a host's page loads, and says whether it fits.
pub(crate) fn within_budget(project: &Project) -> Result<bool, Error> {
    let directory = project.target.join("package/sidenote-inbox");
    let mut files: Vec<_> =
        ["index.js", "sidenote.js", "sidenote_bg.wasm", "style.js"].map(|file| directory.join(file)).into();
    files.extend(fingerprint::files_under(&directory.join("snippets"))?);
    dist::table(&directory, &files, BUDGET, dist::packed_size)
}

/// The widget with components that a test can break, in `target/breakable/`: as the package has it, but for that, that it
/// can show the stand-alone page too, and that its scripts are not minified.
pub(crate) fn breakable(project: &Project) -> Result<PathBuf, Error> {
    let into = project.target.join("breakable");
    let stamp = project.target.join("breakable.fingerprint");
    let inputs = fingerprint::of(&project.root, &INPUTS)?;
    if into.is_dir() && fs::read_to_string(&stamp).is_ok_and(|have| have == inputs) {
        return Ok(into);
    }
    fs::create_dir_all(&into).map_err(Error::file(&into))?;
    module(project, &into, "embed,app,breakable")?;
    style(project, &into)?;
    let door = project.root.join("package/index.js");
    fs::copy(&door, into.join("index.js")).map_err(Error::file(&door))?;
    fs::write(&stamp, inputs).map_err(Error::file(&stamp))?;
    Ok(into)
}

fn module(project: &Project, into: &Path, features: &str) -> Result<(), Error> {
    install::wasm_target(project)?;
    install::rust_source(project)?;
    let tools = install::wasm_bindgen(project)?;
    println!("building the widget ({features})");
    // Only of this one type: beside a library for other crates the linker would not optimize it as a whole.
    let mut build = project.cargo(&["rustc", "--locked", "--release", "--lib", "--crate-type", "cdylib"]);
    build.args(["--package", "sidenote", "--no-default-features", "--features", features]);
    build.args(["--target", "wasm32-unknown-unknown"]);
    shell::run(for_download(&mut build))?;
    let module = project.target.join("wasm32-unknown-unknown/release/sidenote.wasm");
    let mut bind = Command::new(tools.join("wasm-bindgen"));
    // A module that breaks is given up for another: the page is not ours to reload.
    bind.args(["--target", "web", "--no-typescript", "--experimental-reset-state-function", "--out-dir"]);
    bind.arg(into).arg(&module);
    shell::run(&mut bind)?;
    slim::all(into, &project.symbols())
}

/// Scripts as they are loaded: in fewer letters, and otherwise the same.
fn minify(project: &Project, directory: &Path) -> Result<(), Error> {
    let tool = project.root.join("package/build");
    install::by_lock(&tool)?;
    let mut files = fingerprint::files_under(&directory.join("snippets"))?;
    files.extend(["index.js", "sidenote.js"].map(|file| directory.join(file)));
    shell::run(Command::new("node").arg(tool.join("minify.js")).arg(directory).args(files))
}

/// The sheet as a script: fetched with the others, by whatever tool bundles them.
fn style(project: &Project, into: &Path) -> Result<(), Error> {
    let sheet = styles::join(project)?;
    let text = fs::read_to_string(&sheet).map_err(Error::file(&sheet))?;
    let script = format!("export default {};\n", serde_json::Value::from(styles::without_comments(&text)));
    let file = into.join("style.js");
    fs::write(&file, script).map_err(Error::file(&file))
}
