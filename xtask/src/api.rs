//! `cargo xtask test api`: schemathesis asks the server everything that its published document allows, and what it does
//! not, as an agent, a contact and a host's back end.

use std::{fs, path::PathBuf, process::Command};

use crate::{
    build, fingerprint, install,
    project::Project,
    shell::{self, Error},
    test_count::TestCount,
};

/// How many requests are made up for each operation.
pub(crate) const USUAL: &str = "100";
pub(crate) const LONG: &str = "2000";

/// schemathesis and everything it needs, in fixed versions.
const PACKAGES: &str = "xtask/scripts/schemathesis.txt";

pub(crate) fn ask_everything(project: &Project, examples: &str) -> Result<TestCount, Error> {
    build::server(project, build::QUICK)?;
    let packages = packages(project)?;
    let mut count = TestCount::default();
    let mut command = Command::new("python3");
    command
        .arg(project.root.join("xtask/scripts/schemathesis.py"))
        .arg(project.server(build::QUICK))
        .arg(examples)
        .env("PYTHONPATH", packages)
        // The scripts lie in the checkout.
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let status = shell::run_hearing(&mut command, |line| count.hear_last_line(line))?;
    Ok(count.ended(status.success()))
}

/// Installs the packages into a directory of the tools, unless they are there.
fn packages(project: &Project) -> Result<PathBuf, Error> {
    let directory = project.tools.join("schemathesis");
    let stamp = directory.join(".installed-from");
    let wanted = fingerprint::of(&project.root, &[PACKAGES])?;
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(directory);
    }
    install::pip()?;
    println!("   installing schemathesis into {}", directory.display());
    // A directory of our own: no virtual environment, which Debian's Python can't make without another package.
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target"]);
    shell::run(pip.arg(&directory).arg("--requirement").arg(project.root.join(PACKAGES)))?;
    fs::write(&stamp, wanted).map_err(Error::file(&stamp))?;
    Ok(directory)
}
