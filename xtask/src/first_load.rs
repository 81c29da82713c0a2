//! What the browser downloads: compressed siblings for every text-like file of `dist/`, and the size of a first load.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use brotli::enc::BrotliEncoderParams;

use crate::{fingerprint::files_under, shell::Error};

/// Bytes, brotli, over everything a first visit loads before it talks to the API.
pub(crate) const BUDGET: u64 = 300_000;

const COMPRESSIBLE: [&str; 6] = ["js", "wasm", "css", "html", "svg", "json"];

/// Writes `FILE.br` beside every compressible file, for the server to send as it is.
pub(crate) fn compress(dist: &Path) -> Result<(), Error> {
    println!("compressing dist/");
    for file in files_under(dist)?.into_iter().filter(|file| has_extension(file, &COMPRESSIBLE)) {
        let sibling = compressed(&file);
        fs::write(&sibling, packed(&file)?).map_err(Error::file(&sibling))?;
    }
    Ok(())
}

/// Prints the table of a first load and says whether it fits.
pub(crate) fn within_budget(dist: &Path) -> Result<bool, Error> {
    let files: Vec<_> = first_load(dist)?.into_iter().collect();
    table(dist, &files, BUDGET, |file| size(&compressed(file)).or_else(|_| size(file)))
}

/// Prints what each file is and what is sent of it, and says whether that fits.
pub(crate) fn table(
    root: &Path,
    files: &[PathBuf],
    budget: u64,
    sent: impl Fn(&Path) -> Result<u64, Error>,
) -> Result<bool, Error> {
    let mut total = 0;
    println!("{:>9}  {:>9}  file", "bytes", "brotli");
    for file in files {
        let (plain, sent) = (size(file)?, sent(file)?);
        total += sent;
        println!("{plain:>9}  {sent:>9}  {}", file.strip_prefix(root).unwrap_or(file).display());
    }
    let verdict = if total <= budget { "within" } else { "over" };
    println!("{:>9}  {total:>9}  in all, {verdict} the budget of {budget}", "");
    Ok(total <= budget)
}

/// What a file is when a host's server compresses it.
pub(crate) fn packed_size(file: &Path) -> Result<u64, Error> {
    Ok(packed(file)?.len() as u64)
}

fn packed(file: &Path) -> Result<Vec<u8>, Error> {
    // Quality 11 and the widest window that browsers must accept.
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    let plain = fs::read(file).map_err(Error::file(file))?;
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut plain.as_slice(), &mut packed, &parameters).map_err(Error::file(file))?;
    Ok(packed)
}

/// The page and what it refers to; of scripts also what they import.
fn first_load(dist: &Path) -> Result<BTreeSet<PathBuf>, Error> {
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
    Ok(found)
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

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension().and_then(|extension| extension.to_str()).is_some_and(|extension| extensions.contains(&extension))
}

fn compressed(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    name.into()
}

fn read(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(Error::file(file))
}

fn size(file: &Path) -> Result<u64, Error> {
    fs::metadata(file).map(|metadata| metadata.len()).map_err(Error::file(file))
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
