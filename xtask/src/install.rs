//! What a machine must have, found or installed: the wasm target, Trunk, wasm-bindgen, Chromium, the npm packages.
//! A pinned tool is looked for on PATH first, then in the tools' directory, and only then built, which takes minutes.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    fingerprint,
    project::Project,
    shell::{self, Error},
};

const TRUNK: &str = "0.21.14";

pub(crate) fn wasm_target(project: &Project) -> Result<(), Error> {
    let mut question = Command::new("rustc");
    question.args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).current_dir(&project.root);
    if shell::answer(&mut question).is_some_and(|directory| Path::new(&directory).is_dir()) {
        return Ok(());
    }
    println!("adding the target wasm32-unknown-unknown to the Rust toolchain");
    shell::run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]).current_dir(&project.root))
}

/// rustfmt and clippy: a minimal toolchain comes without.
pub(crate) fn rust_component(project: &Project, component: &str) -> Result<(), Error> {
    if shell::answer(&mut project.cargo(&[component, "--version"])).is_some() {
        return Ok(());
    }
    let component = if component == "fmt" { "rustfmt" } else { component };
    println!("adding {component} to the Rust toolchain");
    shell::run(Command::new("rustup").args(["component", "add", component]).current_dir(&project.root))
}

/// The standard library's own source: a module for download is built with one of its own.
pub(crate) fn rust_source(project: &Project) -> Result<(), Error> {
    let mut question = Command::new("rustc");
    question.args(["--print", "sysroot"]).current_dir(&project.root);
    let source = |root: String| Path::new(root.trim()).join("lib/rustlib/src/rust/library/Cargo.lock").is_file();
    if shell::answer(&mut question).is_some_and(source) {
        return Ok(());
    }
    println!("adding the standard library's source to the Rust toolchain");
    shell::run(Command::new("rustup").args(["component", "add", "rust-src"]).current_dir(&project.root))
}

/// The directory where Trunk of the pinned version lies.
pub(crate) fn trunk(project: &Project) -> Result<PathBuf, Error> {
    cargo_tool(project, "trunk", &["trunk"], TRUNK, &["--locked"])
}

/// The directory where wasm-bindgen and its test runner lie, of exactly the version the app is compiled with: their
/// formats are private to one version. Its own lock file names a package the registry does not have, hence no `--locked`.
pub(crate) fn wasm_bindgen(project: &Project) -> Result<PathBuf, Error> {
    let version = locked_version(project, "wasm-bindgen")?;
    cargo_tool(project, "wasm-bindgen-cli", &["wasm-bindgen", "wasm-bindgen-test-runner"], &version, &[])
}

/// PATH with these directories in front.
pub(crate) fn path_with(directories: &[PathBuf]) -> OsString {
    let all = directories.iter().cloned().chain(shell::path_directories());
    std::env::join_paths(all).expect("directories taken from PATH, or made by us, hold no separator")
}

/// `wasm-bindgen-test` needs both, Playwright the browser alone.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

pub(crate) fn browser() -> Result<Browser, Error> {
    if let Some(found) = browser_here() {
        return Ok(found);
    }
    let Some(mut install) = debian_install() else {
        return Err(missing_browser());
    };
    println!("installing Chromium and ChromeDriver with apt-get");
    shell::run(&mut install)?;
    browser_here().ok_or_else(missing_browser)
}

/// The packages of tests/e2e.
pub(crate) fn npm_packages(project: &Project) -> Result<(), Error> {
    by_lock(&project.root.join("tests/e2e"))
}

/// npm packages exactly as the directory's lock file has them; nothing happens while that file stays the same.
pub(crate) fn by_lock(directory: &Path) -> Result<(), Error> {
    let stamp = directory.join("node_modules/.installed-from");
    let wanted = fingerprint::of(directory, &["package.json", "package-lock.json"])?;
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    if shell::on_path(&["node"]).is_none() || shell::on_path(&["npm"]).is_none() {
        return Err(Error::Said("the widget and the end-to-end tests need Node 20 or newer, with npm, on PATH".into()));
    }
    println!("installing the npm packages of {}", directory.display());
    // The system's Chromium is used, so no browser is fetched.
    shell::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(directory),
    )?;
    let modules = directory.join("node_modules");
    fs::create_dir_all(&modules).map_err(Error::file(&modules))?;
    fs::write(&stamp, wanted).map_err(Error::file(&stamp))
}

fn cargo_tool(
    project: &Project,
    package: &str,
    programs: &[&str],
    version: &str,
    flags: &[&str],
) -> Result<PathBuf, Error> {
    let own = project.tools.join("bin");
    let fits = |directory: &PathBuf| programs.iter().all(|program| has_version(&directory.join(program), version));
    if let Some(directory) = shell::path_directories().chain([own.clone()]).find(fits) {
        return Ok(directory);
    }
    println!("installing {package} {version} into {}; this takes some minutes, once", project.tools.display());
    let scratch = project.tools.join("build");
    let built = shell::run(
        project
            .cargo(&["install", package, "--version", &format!("={version}"), "--force"])
            .args(flags)
            .arg("--root")
            .arg(&project.tools)
            .env("CARGO_TARGET_DIR", &scratch)
            // The tools' own release profiles spend most of the time on speed they do not need here.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    );
    // Gigabytes of intermediate files; if they are not there, so much the better.
    let _gone = fs::remove_dir_all(&scratch);
    built?;
    if fits(&own) { Ok(own) } else { Err(Error::Said(format!("{package} {version} was installed but does not start"))) }
}

fn has_version(program: &Path, version: &str) -> bool {
    program.is_file()
        && shell::answer(Command::new(program).arg("--version"))
            .is_some_and(|text| text.split_whitespace().any(|word| word == version))
}

fn locked_version(project: &Project, package: &str) -> Result<String, Error> {
    let path = project.root.join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(Error::file(&path))?;
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = lock.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
    version.map(str::to_owned).ok_or_else(|| Error::Said(format!("Cargo.lock does not name {package}")))
}

fn browser_here() -> Option<Browser> {
    // A variable may name a file that is not there: .cargo/config.toml sets Debian's path everywhere.
    let named = |variable: &str| std::env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file());
    let driver = named("CHROMEDRIVER").or_else(|| shell::on_path(&["chromedriver"]))?;
    let chromium = named("CHROMIUM").or_else(|| shell::on_path(&["chromium", "chromium-browser", "google-chrome"]))?;
    Some(Browser { chromium, driver })
}

fn missing_browser() -> Error {
    Error::Said(
        "the browser tests need Chromium and ChromeDriver of the same version on PATH (on Debian: `apt-get install \
         chromium chromium-driver`); elsewhere, name them in CHROMIUM and CHROMEDRIVER, and the browser in webdriver.json"
            .into(),
    )
}

fn debian_install() -> Option<Command> {
    shell::on_path(&["apt-get"])?;
    let script = "apt-get update && apt-get install -y chromium chromium-driver";
    let root = shell::answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    let mut command = if root {
        Command::new("sh")
    } else {
        shell::on_path(&["sudo"])?;
        let mut sudo = Command::new("sudo");
        // Without asking: there may be nobody to type a password.
        sudo.args(["-n", "sh"]);
        sudo
    };
    command.args(["-c", script]).env("DEBIAN_FRONTEND", "noninteractive");
    Some(command)
}
