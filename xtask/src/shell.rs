//! Running other programs, and the one error type of this crate.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Said(String),
    #[error("`{program}` could not be started: {source}")]
    NotStarted { program: String, source: io::Error },
    #[error("`{program}` failed ({status})")]
    Failed { program: String, status: ExitStatus },
    #[error("{path}: {source}")]
    File { path: PathBuf, source: io::Error },
}

impl Error {
    /// For `map_err` on anything that reads or writes `path`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

/// Removes a file, if it is there.
pub(crate) fn forget(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(file)(error)),
        _ => Ok(()),
    }
}

/// Runs to the end with its output shown; a failing program is an error.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let status = command.stdin(Stdio::null()).status().map_err(not_started(command))?;
    if status.success() { Ok(()) } else { Err(Error::Failed { program: name(command), status }) }
}

/// Runs to the end, shows what it writes to its standard output and gives each line of it to `hear` as well. A failing
/// program is not an error here: the caller knows what its lines said.
pub(crate) fn run_hearing(command: &mut Command, mut hear: impl FnMut(&str)) -> Result<ExitStatus, Error> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(not_started(command))?;
    let out = child.stdout.take().expect("standard output was asked for as a pipe");
    let mut line = Vec::new();
    let mut out = BufReader::new(out);
    // Bytes, not `lines()`: a program under test may print what is not UTF-8.
    while out.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        let _shown = io::stdout().flush();
        hear(text.trim_end());
        line.clear();
    }
    child.wait().map_err(not_started(command))
}

/// What a program prints, or nothing if it is not there or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of `names` that is on PATH.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| path_directories().map(|directory| directory.join(name)).find(|file| file.is_file()))
}

pub(crate) fn path_directories() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

fn not_started(command: &Command) -> impl FnOnce(io::Error) -> Error + use<> {
    let program = name(command);
    move |source| Error::NotStarted { program, source }
}

fn name(command: &Command) -> String {
    Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned()
}
