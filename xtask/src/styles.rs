//! Joins the style sheets. `style/main.css` alone defines the cascade: its `@import` lines, in order, each with its
//! layer. The page gets the result as one file, so that the first load costs one request instead of ten. What the page
//! shows before that file is there is styled by `style/shell.css`, which stands in the page itself.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::{fingerprint::files_under, project::Project, shell::Error};

/// Writes the joined sheets to the paths that index.html refers to, unless they are there already. Returns that of the
/// whole sheet.
pub(crate) fn join(project: &Project) -> Result<PathBuf, Error> {
    let directory = project.root.join("style");
    let (main, shell) = (directory.join("main.css"), directory.join("shell.css"));
    let mut unused: BTreeSet<_> = files_under(&directory)?
        .into_iter()
        .filter(|file| *file != main && *file != shell && file.extension().is_some_and(|extension| extension == "css"))
        .collect();
    let mut joined = |sheet: &PathBuf| {
        let text = fs::read_to_string(sheet).map_err(Error::file(sheet))?;
        replace_imports(&text, |name| {
            let file = directory.join(name);
            unused.remove(&file);
            fs::read_to_string(&file).map_err(Error::file(&file))
        })
    };
    let (whole, first) = (joined(&main)?, joined(&shell)?);
    if let Some(file) = unused.first() {
        return Err(Error::Said(format!("{} is not imported by style/main.css", file.display())));
    }
    write_if_new(project.root.join("target/style/shell.css"), &first)?;
    write_if_new(project.root.join("target/style/sidenote.css"), &whole)
}

fn write_if_new(path: PathBuf, text: &str) -> Result<PathBuf, Error> {
    // An unchanged file keeps its time stamp, so that `trunk watch` does not rebuild.
    if fs::read_to_string(&path).is_ok_and(|have| have == text) {
        return Ok(path);
    }
    let directory = path.parent().expect("the sheet's path has a directory");
    fs::create_dir_all(directory).map_err(Error::file(directory))?;
    fs::write(&path, text).map_err(Error::file(&path))?;
    Ok(path)
}

/// Replaces each line `@import "name.css" layer(area);` by the named sheet (the layer may be missing).
fn replace_imports(main: &str, mut read: impl FnMut(&str) -> Result<String, Error>) -> Result<String, Error> {
    let mut joined = String::new();
    for line in main.lines() {
        let Some(rest) = line.trim().strip_prefix("@import") else {
            joined += line;
            joined.push('\n');
            continue;
        };
        let unreadable =
            || Error::Said(format!("style/main.css: expected `@import \"file.css\" layer(name);`, found `{line}`"));
        let (name, condition) = rest.trim().trim_start_matches('"').split_once('"').ok_or_else(unreadable)?;
        let sheet = read(name)?;
        let sheet = sheet.trim_end();
        match condition.trim().strip_suffix(';').ok_or_else(unreadable)?.trim() {
            "" => joined += &format!("{sheet}\n"),
            layer => {
                let layer =
                    layer.strip_prefix("layer(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(unreadable)?;
                joined += &format!("@layer {layer} {{\n{sheet}\n}}\n");
            }
        }
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(name: &str) -> Result<String, Error> {
        Ok(format!("/* {name} */\n"))
    }

    #[test]
    fn imports_become_layers_in_their_order_and_other_lines_stay() {
        let main = "@layer a, b;\n@import \"b.css\" layer(b);\n@import \"a.css\";\n";
        let joined = replace_imports(main, sheet).expect("well formed");
        assert_eq!(joined, "@layer a, b;\n@layer b {\n/* b.css */\n}\n/* a.css */\n");
    }

    #[test]
    fn an_import_in_another_form_is_refused_with_its_line() {
        for line in ["@import url(a.css);", "@import \"a.css\" screen;", "@import \"a.css\""] {
            let error = replace_imports(line, sheet).expect_err("not the form we join").to_string();
            assert!(error.contains(line), "{error}");
        }
    }
}
