//! Runs other programs, and defines the error type of this crate.
//!
//! A thread that runs in parallel to others sends its programs' output to a log file ([`logging_to`]); otherwise it is
//! shown.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
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
    /// For `map_err` on an operation on `path`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}

thread_local! {
    static LOG: RefCell<Option<File>> = const { RefCell::new(None) };
}

/// Runs `work` on this thread, with the output of its programs in a new file at `path`.
pub(crate) fn logging_to<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, Error> {
    let file = File::create(path).map_err(Error::file(path))?;
    LOG.set(Some(file));
    let done = work();
    LOG.set(None);
    Ok(done)
}

/// The log of this thread, if it has one.
fn log() -> Option<File> {
    LOG.with_borrow(|log| log.as_ref().and_then(|file| file.try_clone().ok()))
}

/// Prints a line to the output of this thread's programs.
pub(crate) fn say(line: &str) {
    match log() {
        // A log that can't be written loses lines, but not the step.
        Some(mut file) => drop(writeln!(file, "{line}")),
        None => println!("{line}"),
    }
}

/// Removes a file, if it exists.
pub(crate) fn forget(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(file)(error)),
        _ => Ok(()),
    }
}

/// Runs a program to its end. A failing program is an error.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    if let Some((out, error)) = log().zip(log()) {
        command.stdout(out).stderr(error);
        // Cargo shows its progress to a terminal only, unless the environment asks for it.
        command.env("CARGO_TERM_PROGRESS_WHEN", "always").env("CARGO_TERM_PROGRESS_WIDTH", "80");
    }
    let status = command.stdin(Stdio::null()).status().map_err(not_started(command))?;
    if status.success() { Ok(()) } else { Err(Error::Failed { program: name(command), status }) }
}

/// Starts a program that runs beside this one.
pub(crate) fn start(command: &mut Command) -> Result<Child, Error> {
    if let Some((out, error)) = log().zip(log()) {
        command.stdout(out).stderr(error);
    } else {
        command.stdout(Stdio::null()).stderr(Stdio::null());
    }
    command.stdin(Stdio::null()).spawn().map_err(not_started(command))
}

/// Runs a program to its end and passes each line of its output to `hear` as well. A failing program is not an error
/// here: its lines say what happened.
pub(crate) fn run_hearing(command: &mut Command, hear: impl FnMut(&str)) -> Result<ExitStatus, Error> {
    if let Some(error) = log() {
        command.stderr(error);
    }
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(not_started(command))?;
    let out = child.stdout.take().expect("standard output was asked for as a pipe");
    each_line(out, hear);
    child.wait().map_err(not_started(command))
}

/// As [`run_hearing`], for a program that prints to its standard error.
pub(crate) fn run_hearing_errors(command: &mut Command, hear: impl FnMut(&str)) -> Result<ExitStatus, Error> {
    if let Some(out) = log() {
        command.stdout(out);
    }
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(not_started(command))?;
    let errors = child.stderr.take().expect("standard error was asked for as a pipe");
    each_line(errors, hear);
    child.wait().map_err(not_started(command))
}

fn each_line(out: impl io::Read, mut hear: impl FnMut(&str)) {
    let mut line = Vec::new();
    let mut out = BufReader::new(out);
    // Bytes, not `lines()`: a program under test may print text that is not UTF-8.
    while out.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line);
        say(text.trim_end_matches('\n'));
        hear(text.trim_end());
        line.clear();
    }
}

/// The output of a program, or nothing if it does not exist or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub(crate) fn is_root() -> bool {
    answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
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
