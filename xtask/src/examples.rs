//! The example pages of `examples/`, built as their users build them: npm packages by their lock files, the widget from
//! its tarball.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    fingerprint, install, package,
    project::Project,
    shell::{self, Error},
};

/// Each page, and whether a tool builds it.
const PAGES: [(&str, bool); 3] = [("plain", false), ("react", true), ("vue", true)];

/// The inputs of a page.
const INPUTS: [&str; 6] = ["package.json", "package-lock.json", ".npmrc", "vite.config.js", "index.html", "src"];

/// The directory of the built pages: `plain/`, `react/dist/`, `vue/dist/`. The unpacked widget is in
/// `plain/node_modules/@sidenote/inbox`.
pub(crate) fn directory(project: &Project) -> PathBuf {
    project.target.join("examples")
}

pub(crate) fn built(project: &Project) -> Result<(), Error> {
    let tarball = package::made(project)?;
    let into = directory(project);
    for (name, has_build) in PAGES {
        page(&project.root.join("examples").join(name), &into.join(name), &tarball, has_build)?;
    }
    Ok(())
}

fn page(from: &Path, into: &Path, tarball: &Path, has_build: bool) -> Result<(), Error> {
    let packed = fs::read(tarball).map_err(Error::file(tarball))?;
    let stamp = into.join("built-from");
    let wanted = format!("{} {}", fingerprint::of(from, &INPUTS)?, fingerprint::of_bytes(&packed));
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    shell::say(&format!("building the example page {}", into.display()));
    shell::forget(&stamp)?;
    copy(from, into)?;
    install::by_lock(into)?;
    // The lock file does not list the tarball, which differs with each build.
    npm(into, &["install", "--no-save", "--silent"], Some(tarball))?;
    if has_build {
        npm(into, &["run", "build", "--silent"], None)?;
    }
    fs::write(&stamp, wanted).map_err(Error::file(&stamp))
}

fn copy(from: &Path, into: &Path) -> Result<(), Error> {
    let old = into.join("src");
    if old.exists() {
        fs::remove_dir_all(&old).map_err(Error::file(&old))?;
    }
    for input in INPUTS {
        for file in fingerprint::files_under(&from.join(input))? {
            let to = into.join(file.strip_prefix(from).unwrap_or(&file));
            if let Some(directory) = to.parent() {
                fs::create_dir_all(directory).map_err(Error::file(directory))?;
            }
            fs::copy(&file, &to).map_err(Error::file(&file))?;
        }
    }
    Ok(())
}

fn npm(directory: &Path, words: &[&str], file: Option<&Path>) -> Result<(), Error> {
    shell::run(Command::new("npm").args(words).args(file).current_dir(directory))
}
