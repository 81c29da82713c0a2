//! Minifies the scripts and sheets of the app in `dist/`, as those of the package are. Trunk's own minifier damages the
//! glue code.

use std::{path::Path, process::Command};

use crate::{
    fingerprint::files_under,
    install,
    project::Project,
    shell::{self, Error},
};

/// Minifies what the app loads. The contact's page is served as it is written.
pub(crate) fn app(project: &Project) -> Result<(), Error> {
    let tools = project.root.join("package/build");
    install::by_lock(&tools)?;
    let dist = project.dist();
    let mut files = files_under(&dist)?;
    files.retain(|file| is_minified(file) && !file.starts_with(dist.join("chat")));
    shell::run(Command::new("node").arg(tools.join("minify_app.js")).args(files))
}

fn is_minified(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "js" || extension == "css")
}
