//! One short string for the contents of many files: equal as long as no file was changed, added, renamed or removed.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use crate::shell::Error;

/// The fingerprint of these files and directories under `root`. A path that does not exist has one too.
pub(crate) fn of(root: &Path, inputs: &[&str]) -> Result<String, Error> {
    let mut hasher = DefaultHasher::new();
    for input in inputs {
        for file in files_under(&root.join(input))? {
            file.strip_prefix(root).unwrap_or(&file).hash(&mut hasher);
            fs::read(&file).map_err(Error::file(&file))?.hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// The fingerprint of the content of a file.
pub(crate) fn of_bytes(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Every file under `path`, sorted; `path` itself if it is a file; none if it does not exist.
pub(crate) fn files_under(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(Error::file(path))? {
        found.extend(files_under(&entry.map_err(Error::file(path))?.path())?);
    }
    found.sort();
    Ok(found)
}
