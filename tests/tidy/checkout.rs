//! The path of the checkout, and the files in it that belong to the project.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Not part of the project, or made by a build.
const LEFT_OUT: [&str; 7] = [".git", "target", "dist", "data", "pkg", "tests/e2e/results", "bench/results"];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the checkout")
}

/// The files in a folder of the checkout and its subfolders, relative to the checkout, with `/` between the parts,
/// sorted. `folder`: empty for the whole checkout.
pub(crate) fn files_under(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("the checkout is readable");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry is readable").path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root()).expect("under the root").to_string_lossy().replace('\\', "/");
        if LEFT_OUT.contains(&name.as_str()) || name.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            found.extend(files_under(&name));
        } else {
            found.push(name);
        }
    }
    found
}
