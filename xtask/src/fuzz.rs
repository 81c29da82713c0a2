//! `cargo xtask fuzz`: gives the mail reader whatever libFuzzer makes of the letters of its tests, for some seconds for each
//! target. It needs a C++ compiler beside what the other commands need.

use crate::{
    figures::Figures,
    install,
    project::Project,
    shell::{self, Error},
};
use std::{
    fs, io,
    path::Path,
    process::{Command, ExitCode},
};

const TARGETS: [&str; 2] = ["mbox", "letter"];
pub(crate) const USUAL: u32 = 60;
/// Of a run, in megabytes.
const MEMORY: u32 = 512;

pub(crate) fn fuzz(project: &Project, seconds: u32) -> Result<ExitCode, Error> {
    let mut figures = Figures::default();
    run(project, seconds, &mut figures)?;
    Ok(figures.print())
}

/// Runs both targets, and adds a figure for each.
pub(crate) fn run(project: &Project, seconds: u32, figures: &mut Figures) -> Result<(), Error> {
    let tools = install::cargo_fuzz(project)?;
    let folder = project.root.join("crates/mail-import");
    for target in TARGETS {
        println!("\n== fuzz {target}, {seconds} s");
        let corpus = project.target.join("fuzz-corpus").join(target);
        fill(&corpus, &[folder.join("tests/letters"), project.root.join("crates/server/tests/data")])
            .map_err(Error::file(&corpus))?;
        let mut command = Command::new(tools.join("cargo-fuzz"));
        // Without a sanitizer it needs no nightly compiler: what it looks for are panics, endless loops and memory.
        command
            .args(["run", "--sanitizer", "none", "--target-dir"])
            .arg(project.target.join("fuzz"))
            .arg(target)
            .arg(corpus)
            .args(["--", "-print_final_stats=1", "-timeout=10", "-max_len=65536"])
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-rss_limit_mb={MEMORY}"));
        command.current_dir(&folder);
        let (mut inputs, mut megabytes) = (String::new(), String::new());
        let status = shell::run_hearing_errors(&mut command, |line| {
            let stat = |name: &str| line.strip_prefix(name).map(|value| value.trim().to_owned());
            inputs = stat("stat::number_of_executed_units:").unwrap_or_else(|| std::mem::take(&mut inputs));
            megabytes = stat("stat::peak_rss_mb:").unwrap_or_else(|| std::mem::take(&mut megabytes));
        })?;
        figures.count(status.success());
        let result = if status.success() { "no panic" } else { "FAILED" };
        figures.add(format!("fuzz {target}: {inputs} inputs in {seconds} s: {result}, at most {megabytes} MB"));
    }
    Ok(())
}

fn fill(corpus: &Path, folders: &[impl AsRef<Path>]) -> io::Result<()> {
    fs::create_dir_all(corpus)?;
    for folder in folders {
        for file in fs::read_dir(folder)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "mbox") {
                fs::copy(&path, corpus.join(path.file_name().unwrap_or_default()))?;
            }
        }
    }
    Ok(())
}
