//! Brotli compression of the files that a browser downloads, by Node's built-in encoder.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    fingerprint::files_under,
    project::Project,
    shell::{self, Error},
};

const COMPRESSIBLE: [&str; 6] = ["js", "wasm", "css", "html", "svg", "json"];

/// Writes `FILE.br` beside every compressible file of `dist/`, for the server to send as it is. A sibling that is newer
/// than its file stays.
pub(crate) fn siblings(project: &Project) -> Result<(), Error> {
    let mut files = files_under(&project.dist())?;
    files.retain(|file| has_extension(file, &COMPRESSIBLE));
    script(project, "write", &files).map(|_| ())
}

/// The compressed size of each file, in bytes.
pub(crate) fn sizes(project: &Project, files: &[PathBuf]) -> Result<Vec<u64>, Error> {
    let answer = script(project, "size", files)?;
    let sizes: Option<Vec<u64>> = answer.lines().map(|line| line.parse().ok()).collect();
    sizes.filter(|sizes| sizes.len() == files.len()).ok_or_else(failed)
}

fn script(project: &Project, what: &str, files: &[PathBuf]) -> Result<String, Error> {
    if shell::on_path(&["node"]).is_none() {
        return Err(Error::Said("compressing needs Node 20 or newer on PATH".into()));
    }
    let script = project.root.join("xtask/scripts/brotli.mjs");
    shell::answer(Command::new("node").arg(script).arg(what).args(files)).ok_or_else(failed)
}

fn failed() -> Error {
    Error::Said("xtask/scripts/brotli.mjs could not compress the files".into())
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| extensions.contains(&extension))
}
