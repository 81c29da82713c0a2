//! Finds or installs the tools that a machine must have: the wasm target, Trunk, wasm-bindgen, cargo-nextest, cargo-deny,
//! Chromium, Postgres, nginx, Caddy, pip, the npm packages. A pinned tool is searched on PATH, then in the tools' directory. If it is in neither,
//! cargo-binstall (if installed) looks for a binary; else the tool is built, which takes minutes.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    fingerprint,
    project::Project,
    shell::{self, Error},
};

const TRUNK: &str = "0.21.14";
const NEXTEST: &str = "0.9.143";
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";

/// Serializes installations: if two threads need the same tool, the second finds it installed.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static INSTALLING: Mutex<()> = Mutex::new(());
    // The lock guards no data, so a panic in another thread has damaged nothing.
    INSTALLING.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn wasm_target(project: &Project) -> Result<(), Error> {
    let _one = one_at_a_time();
    let mut question = Command::new("rustc");
    question.args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]).current_dir(&project.root);
    if shell::answer(&mut question).is_some_and(|directory| Path::new(&directory).is_dir()) {
        return Ok(());
    }
    println!("   adding the target wasm32-unknown-unknown to the Rust toolchain");
    shell::run(Command::new("rustup").args(["target", "add", "wasm32-unknown-unknown"]).current_dir(&project.root))
}

/// Installs rustfmt or clippy, which a minimal toolchain does not include.
pub(crate) fn rust_component(project: &Project, component: &str) -> Result<(), Error> {
    let _one = one_at_a_time();
    if shell::answer(&mut project.cargo(&[component, "--version"])).is_some() {
        return Ok(());
    }
    let component = if component == "fmt" { "rustfmt" } else { component };
    println!("   adding {component} to the Rust toolchain");
    shell::run(Command::new("rustup").args(["component", "add", component]).current_dir(&project.root))
}

/// The directory of Trunk in the pinned version. It works offline here, so it is built without TLS and without the
/// check for a newer version: they are half of it.
pub(crate) fn trunk(project: &Project) -> Result<PathBuf, Error> {
    let _one = one_at_a_time();
    let tool = Tool { package: "trunk", programs: &["trunk"], flags: &["--locked", "--no-default-features"], hot: &[] };
    tool.directory(project, TRUNK)
}

/// The directory of wasm-bindgen and its test runner, in exactly the version that the app is compiled with: their
/// formats are private to one version. Its own lock file names a package that the registry does not have, hence no
/// `--locked`. The runner connects to the driver on this machine, so it needs no TLS.
pub(crate) fn wasm_bindgen(project: &Project) -> Result<PathBuf, Error> {
    let _one = one_at_a_time();
    let version = locked_version(project, "wasm-bindgen")?;
    let programs = &["wasm-bindgen", "wasm-bindgen-test-runner"];
    // A debug module is 40 MB: without optimized crates each build of the development loop takes six seconds more.
    let hot = &["walrus", "wasmparser", "wasm-encoder", "wasm-bindgen-cli-support", "id-arena", "hashbrown"];
    Tool { package: "wasm-bindgen-cli", programs, flags: &["--no-default-features"], hot }.directory(project, &version)
}

/// The directory of cargo-nextest. Any 0.9 does.
pub(crate) fn nextest(project: &Project) -> Result<PathBuf, Error> {
    let _one = one_at_a_time();
    let is_there = |directory: &PathBuf| {
        let program = directory.join("cargo-nextest");
        program.is_file()
            && shell::answer(Command::new(program).args(["nextest", "--version"]))
                .is_some_and(|text| text.split_whitespace().any(|word| word.starts_with("0.9.")))
    };
    if let Some(directory) = shell::path_directories().find(is_there) {
        return Ok(directory);
    }
    let flags = &["--locked", "--no-default-features"];
    let directory =
        Tool { package: "cargo-nextest", programs: &["cargo-nextest"], flags, hot: &[] }.directory(project, NEXTEST);
    forget_scratch(project);
    directory
}

/// The directory of cargo-deny. Without default features it calls the `git` on PATH.
pub(crate) fn cargo_deny(project: &Project) -> Result<PathBuf, Error> {
    let _one = one_at_a_time();
    let flags = &["--locked", "--no-default-features"];
    let tool = Tool { package: "cargo-deny", programs: &["cargo-deny"], flags, hot: &[] };
    let directory = tool.directory(project, CARGO_DENY);
    forget_scratch(project);
    directory
}

/// The directory of cargo-fuzz.
pub(crate) fn cargo_fuzz(project: &Project) -> Result<PathBuf, Error> {
    let _one = one_at_a_time();
    let tool = Tool { package: "cargo-fuzz", programs: &["cargo-fuzz"], flags: &["--locked"], hot: &[] };
    let directory = tool.directory(project, CARGO_FUZZ);
    forget_scratch(project);
    directory
}

/// Makes sure that Python has pip, which Debian packages apart.
pub(crate) fn pip() -> Result<(), Error> {
    let _one = one_at_a_time();
    let is_there = || shell::answer(Command::new("python3").args(["-m", "pip", "--version"])).is_some();
    if !is_there()
        && let Some(mut install) = debian_install("python3-pip")
    {
        println!("   installing pip with apt-get");
        shell::run(&mut install)?;
    }
    let missing = || Error::Said("the step `api` needs Python 3.10 or newer with pip, as `python3` on PATH".into());
    if is_there() { Ok(()) } else { Err(missing()) }
}

/// The directory of Postgres' programs, which Debian keeps away from PATH. Any version from 15 on does.
pub(crate) fn postgres() -> Result<PathBuf, Error> {
    let _one = one_at_a_time();
    if postgres_here().is_none()
        && let Some(mut install) = debian_install("postgresql")
    {
        println!("   installing Postgres with apt-get");
        shell::run(&mut install)?;
    }
    let missing = || {
        Error::Said(
            "the step `postgres` needs Postgres 15 or newer (`initdb`, `postgres` and `pg_isready` on PATH)".into(),
        )
    };
    postgres_here().ok_or_else(missing)
}

/// Makes sure that nginx, Caddy and OpenSSL are here: the server is tried behind them. Debian keeps nginx away from a
/// user's PATH.
pub(crate) fn proxies() -> Result<(), Error> {
    let _one = one_at_a_time();
    let is_here = |name: &&str| Path::new("/usr/sbin").join(name).is_file() || shell::on_path(&[name]).is_some();
    let are_here = || ["nginx", "caddy", "openssl"].iter().all(is_here);
    if !are_here()
        && let Some(mut install) = debian_install("nginx-light caddy openssl")
    {
        println!("   installing nginx, Caddy and OpenSSL with apt-get");
        shell::run(&mut install)?;
    }
    let missing = || Error::Said("the step `postgres` needs nginx, Caddy and OpenSSL on PATH".into());
    if are_here() { Ok(()) } else { Err(missing()) }
}

fn postgres_here() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debians: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    debians.sort();
    let mut directories = debians.into_iter().rev().chain(shell::path_directories());
    let is_whole =
        |directory: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|it| directory.join(it).is_file());
    directories.find(is_whole)
}

/// Everything that a build of the app needs: the path of Trunk, and a PATH for it.
pub(crate) fn for_the_app(project: &Project) -> Result<(PathBuf, OsString), Error> {
    wasm_target(project)?;
    let trunk = trunk(project)?;
    let path = path_with(&[trunk.clone(), wasm_bindgen(project)?]);
    forget_scratch(project);
    Ok((trunk.join("trunk"), path))
}

/// The directory where tools are built. It is shared, so that two tools share the dependencies that they have in
/// common.
fn scratch(project: &Project) -> PathBuf {
    project.target.join("tools")
}

/// Removes gigabytes of intermediate files, if there are any.
fn forget_scratch(project: &Project) {
    let _gone = fs::remove_dir_all(scratch(project));
}

/// PATH with these directories first.
pub(crate) fn path_with(directories: &[PathBuf]) -> OsString {
    let all = directories.iter().cloned().chain(shell::path_directories());
    std::env::join_paths(all).expect("directories taken from PATH, or made by us, hold no separator")
}

/// Chromium without windows is a separate program. The end-to-end tests take about half the time in it.
const HEADLESS_SHELL: &str = "chromium-headless-shell";

pub(crate) struct Browser {
    /// For end-to-end tests: Chromium without windows if it is installed, else `chromium`.
    pub(crate) headless: PathBuf,
    pub(crate) chromium: PathBuf,
    /// For `wasm-bindgen-test`.
    pub(crate) driver: PathBuf,
}

pub(crate) fn browser() -> Result<Browser, Error> {
    let _one = one_at_a_time();
    let is_missing = browser_here().is_none() || lacks_headless_shell();
    if is_missing && let Some(mut install) = debian_install(&format!("chromium chromium-driver {HEADLESS_SHELL}")) {
        println!("   installing Chromium and ChromeDriver with apt-get");
        let installed = shell::run(&mut install);
        // Without the headless shell the tests only take longer.
        if browser_here().is_none() {
            installed?;
        }
    }
    browser_here().ok_or_else(missing_browser)
}

/// Installs the packages of tests/e2e.
pub(crate) fn npm_packages(project: &Project) -> Result<(), Error> {
    by_lock(&project.root.join("tests/e2e"))
}

/// Installs npm packages exactly as in the directory's lock file, unless that file is unchanged since the last time.
pub(crate) fn by_lock(directory: &Path) -> Result<(), Error> {
    let _one = one_at_a_time();
    let stamp = directory.join("node_modules/.installed-from");
    let wanted = fingerprint::of(directory, &["package.json", "package-lock.json"])?;
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    if shell::on_path(&["node"]).is_none() || shell::on_path(&["npm"]).is_none() {
        return Err(Error::Said("the widget and the end-to-end tests need Node 20 or newer, with npm, on PATH".into()));
    }
    println!("   installing the npm packages of {}", directory.display());
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

/// A program from the registry of crates, at a fixed version.
struct Tool {
    package: &'static str,
    programs: &'static [&'static str],
    /// Flags for a build from source.
    flags: &'static [&'static str],
    /// The crates in it that are built with optimization.
    hot: &'static [&'static str],
}

impl Tool {
    fn directory(&self, project: &Project, version: &str) -> Result<PathBuf, Error> {
        let own = project.tools.join("bin");
        let fits = |directory: &PathBuf| self.programs.iter().all(|it| has_version(&directory.join(it), version));
        if let Some(directory) = shell::path_directories().chain([own.clone()]).find(fits) {
            return Ok(directory);
        }
        if !(self.download(project, version) && fits(&own)) {
            self.build(project, version)?;
        }
        if fits(&own) {
            return Ok(own);
        }
        Err(Error::Said(format!("{} {version} was installed but does not start", self.package)))
    }

    /// Downloads a binary, if cargo-binstall is installed and finds one.
    fn download(&self, project: &Project, version: &str) -> bool {
        if shell::on_path(&["cargo-binstall"]).is_none() {
            return false;
        }
        println!("   asking cargo-binstall for {} {version}", self.package);
        let name = format!("{}@={version}", self.package);
        let mut binstall =
            project.cargo(&["binstall", "--no-confirm", "--disable-strategies", "compile", "--force", "--root"]);
        shell::run(binstall.arg(&project.tools).arg(name)).is_ok()
    }

    fn build(&self, project: &Project, version: &str) -> Result<(), Error> {
        let tools = project.tools.display();
        println!("   building {} {version} into {tools}: some minutes, once on this machine", self.package);
        let mut build = project.cargo(&["install", self.package, "--version", &format!("={version}"), "--force"]);
        build.args(self.flags).arg("--root").arg(&project.tools);
        for name in self.hot {
            build.arg("--config").arg(format!("profile.release.package.{name}.opt-level=2"));
        }
        build.env("CARGO_TARGET_DIR", scratch(project));
        // The tools' own release profiles spend most of the time on speed that is not needed here.
        for (setting, value) in
            [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "0"), ("DEBUG", "false"), ("STRIP", "symbols")]
        {
            build.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
        shell::run(&mut build)
    }
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
    let driver = named("CHROMEDRIVER").or_else(|| shell::on_path(&["chromedriver"]))?;
    let chromium = named("CHROMIUM").or_else(|| shell::on_path(&["chromium", "chromium-browser", "google-chrome"]))?;
    let headless = named("CHROMIUM").or_else(|| shell::on_path(&[HEADLESS_SHELL])).unwrap_or_else(|| chromium.clone());
    Some(Browser { headless, chromium, driver })
}

fn lacks_headless_shell() -> bool {
    named("CHROMIUM").is_none() && shell::on_path(&[HEADLESS_SHELL]).is_none() && debian_offers(HEADLESS_SHELL)
}

/// The file that a variable names, if it exists: .cargo/config.toml sets Debian's path on every system.
fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file())
}

fn missing_browser() -> Error {
    Error::Said(
        "the browser tests need Chromium and ChromeDriver of the same version on PATH (on Debian: `apt-get install \
         chromium chromium-driver`); elsewhere, name them in CHROMIUM and CHROMEDRIVER, and the browser in webdriver.json"
            .into(),
    )
}

fn debian_offers(package: &str) -> bool {
    shell::answer(Command::new("apt-cache").args(["policy", package])).is_some_and(|text| text.contains("Candidate:"))
}

fn debian_install(packages: &str) -> Option<Command> {
    shell::on_path(&["apt-get"])?;
    let script = format!("apt-get update && apt-get install -y {packages}");
    let mut command = if shell::is_root() {
        Command::new("sh")
    } else {
        shell::on_path(&["sudo"])?;
        let mut sudo = Command::new("sudo");
        // `-n`: nobody may be there to type a password.
        sudo.args(["-n", "sh"]);
        sudo
    };
    command.args(["-c", &script]).env("DEBIAN_FRONTEND", "noninteractive");
    Some(command)
}
