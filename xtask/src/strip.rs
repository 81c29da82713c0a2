//! Removes the names of functions from the app's module: a browser does not need them. Trunk has no setting for it; the
//! widget's module uses that of wasm-bindgen.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    fingerprint, install,
    project::Project,
    shell::{self, Error},
};

/// The features of WebAssembly, beyond its first version, that rustc's modules use.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Strips the module, unless that was done before.
pub(crate) fn names(project: &Project) -> Result<(), Error> {
    let module = module_in(&project.dist())?;
    let stamp = project.target.join("stripped.fingerprint");
    let fingerprint = || fs::read(&module).map(|bytes| fingerprint::of_bytes(&bytes)).map_err(Error::file(&module));
    if fs::read_to_string(&stamp).is_ok_and(|stripped| fingerprint().is_ok_and(|now| now == stripped)) {
        return Ok(());
    }
    let tools = project.root.join("package/build");
    install::by_lock(&tools)?;
    let mut strip = Command::new("node");
    strip.arg(tools.join("node_modules/binaryen/bin/wasm-opt")).arg("--strip-debug").args(FEATURES);
    shell::run(strip.arg(&module).arg("-o").arg(&module))?;
    fs::write(&stamp, fingerprint()?).map_err(Error::file(&stamp))
}

fn module_in(dist: &Path) -> Result<PathBuf, Error> {
    let is_module = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "wasm");
    let module = fingerprint::files_under(dist)?.into_iter().find(is_module);
    module.ok_or_else(|| Error::Said("Trunk has left no module in dist/".into()))
}
