//! The files that a first visit to the app downloads before its first request to the API.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::shell::Error;

/// The page and the files that it refers to; for scripts also their imports.
pub(crate) fn files(dist: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = BTreeSet::new();
    let mut open = vec![dist.join("index.html")];
    while let Some(file) = open.pop() {
        let references = match file.extension().and_then(|extension| extension.to_str()) {
            Some("html") => html_references(&read(&file)?),
            Some("js") => script_imports(&read(&file)?),
            _ => Vec::new(),
        };
        for reference in references {
            let target = match reference.strip_prefix('/') {
                Some(from_root) => dist.join(from_root),
                None => file.parent().unwrap_or(dist).join(reference.trim_start_matches("./")),
            };
            if !target.is_file() {
                return Err(Error::Said(format!("{} refers to {reference}, which is not in dist/", file.display())));
            }
            if !found.contains(&target) {
                open.push(target);
            }
        }
        found.insert(file);
    }
    Ok(found.into_iter().collect())
}

fn html_references(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in [" href=\"", " src=\"", " data-js=\"", " data-wasm=\""] {
        found.extend(html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    }
    found.retain(|address| !address.contains(':') && !address.starts_with('#'));
    found
}

/// The relative modules of static imports, as wasm-bindgen writes them.
fn script_imports(script: &str) -> Vec<String> {
    let imports = script.lines().filter(|line| line.starts_with("import "));
    let quoted = imports.filter_map(|line| line.split(['\'', '"']).nth(1));
    quoted.filter(|name| name.starts_with('.') || name.starts_with('/')).map(str::to_owned).collect()
}

fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(Error::file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_refers_to_its_sheets_scripts_and_module_but_not_to_other_hosts() {
        let html = r##"<link rel="icon" href="/favicon.svg"><link href="/a.css"><script type="module" src="/boot.js"
            data-js="/app.js" data-wasm="/app_bg.wasm"></script><a href="https://x.test/">x</a><a href="#top">y</a>"##;
        assert_eq!(html_references(html), ["/favicon.svg", "/a.css", "/boot.js", "/app.js", "/app_bg.wasm"]);
    }

    #[test]
    fn a_script_refers_to_the_snippets_it_imports() {
        let script = "import { a } from './snippets/x/inline0.js';\nimport * as b from \"wbg\";\nlet c = 'import x';\n";
        assert_eq!(script_imports(script), ["./snippets/x/inline0.js"]);
    }
}
