//! The size of a first load of the app and of the widget, compared with its budget and with the last commit's figures;
//! and the sizes of the crates in the widget's module.
//!
//! `bench/sizes.json` holds the last recorded figures: `cargo xtask test size -- --record`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    compress, crate_sizes, first_load, package,
    project::Project,
    shell::{self, Error},
};

/// The budget in bytes, compressed with brotli, for everything that a first load downloads: of the app, and of the
/// widget.
const BUDGET: u64 = 600_000;
const RECORD: &str = "bench/sizes.json";

/// A first load: the name, size and compressed size of each file.
struct Load {
    name: &'static str,
    files: Vec<(String, u64, u64)>,
}

impl Load {
    fn of(project: &Project, name: &'static str, root: &Path, files: &[PathBuf]) -> Result<Self, Error> {
        let packed = compress::sizes(project, files)?;
        let sized = |(file, packed): (&PathBuf, u64)| {
            let size = fs::metadata(file).map_err(Error::file(file))?.len();
            Ok((file.strip_prefix(root).unwrap_or(file).display().to_string(), size, packed))
        };
        Ok(Self { name, files: files.iter().zip(packed).map(sized).collect::<Result<_, Error>>()? })
    }

    fn packed(&self) -> u64 {
        self.files.iter().map(|(.., packed)| packed).sum()
    }

    fn print(&self, last: Option<u64>) {
        println!("\n   {}: {:>9}  {:>9}  file", self.name, "bytes", "brotli");
        for (file, size, packed) in &self.files {
            println!("   {:indent$}  {size:>9}  {packed:>9}  {file}", "", indent = self.name.len());
        }
        let change = last.map_or(String::from("no figure was recorded"), |last| change(self.packed(), last));
        println!("   {}: {} of {BUDGET} bytes; {change}", self.name, self.packed());
    }
}

fn change(now: u64, last: u64) -> String {
    let (sign, difference) = if now < last { ('-', last - now) } else { ('+', now - last) };
    format!("{sign}{difference} against the last commit's {last}")
}

/// The app's first load.
pub(crate) fn app(project: &Project) -> Result<(), Error> {
    check(project, &app_load(project)?)
}

/// The widget's first load, and the crates in its module.
pub(crate) fn widget(project: &Project) -> Result<(), Error> {
    check(project, &widget_load(project)?)?;
    println!("\n   the ten largest crates of the widget's module, in bytes before compression:");
    for (name, bytes) in crate_sizes::of(&package::map(project))?.into_iter().take(10) {
        println!("   {bytes:>9}  {name}");
    }
    Ok(())
}

/// Records the figures for the next commit.
pub(crate) fn record(project: &Project) -> Result<(), Error> {
    let figures: BTreeMap<_, _> =
        [app_load(project)?, widget_load(project)?].iter().map(|load| (load.name, load.packed())).collect();
    let path = project.root.join(RECORD);
    let text = serde_json::to_string_pretty(&figures).expect("names and numbers are JSON");
    fs::write(&path, text + "\n").map_err(Error::file(&path))
}

fn app_load(project: &Project) -> Result<Load, Error> {
    Load::of(project, "app", &project.dist(), &first_load::files(&project.dist())?)
}

fn widget_load(project: &Project) -> Result<Load, Error> {
    Load::of(project, "widget", &package::directory(project), &package::first_load(project)?)
}

fn check(project: &Project, load: &Load) -> Result<(), Error> {
    load.print(last_figure(project, load.name));
    if load.packed() <= BUDGET {
        return Ok(());
    }
    Err(Error::Said(format!("a first load of the {} may take {BUDGET} bytes", load.name)))
}

/// The figure in the last commit.
fn last_figure(project: &Project, name: &str) -> Option<u64> {
    let mut git = Command::new("git");
    let text = shell::answer(git.arg("show").arg(format!("HEAD:{RECORD}")).current_dir(&project.root))?;
    serde_json::from_str::<Value>(&text).ok()?[name].as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_sign() {
        assert_eq!(change(110, 100), "+10 against the last commit's 100");
        assert_eq!(change(90, 100), "-10 against the last commit's 100");
        assert_eq!(change(100, 100), "+0 against the last commit's 100");
    }
}
