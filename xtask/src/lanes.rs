//! Steps that run in parallel: each lane runs its steps in order, and the lanes run at the same time.
//!
//! The output of a step's programs goes to a log of its own, which is shown when the step fails. Meanwhile a line shows
//! the progress of each running step.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    project::Project,
    shell::{self, Error},
    test_count::TestCount,
};

/// How often the progress of running steps is printed.
const PAUSE: Duration = Duration::from_secs(30);

type Work<'a> = Box<dyn FnOnce() -> Result<TestCount, Error> + Send + 'a>;

/// A step: its name and its function.
pub(crate) struct Step<'a> {
    name: &'static str,
    work: Work<'a>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(name: &'static str, work: impl FnOnce() -> Result<TestCount, Error> + Send + 'a) -> Self {
        Self { name, work: Box::new(work) }
    }
}

/// The outcome of a step.
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) seconds: u64,
    pub(crate) count: TestCount,
}

struct Running {
    name: &'static str,
    log: PathBuf,
    since: Instant,
}

/// Runs every step, even after one has failed. The outcomes are in the order in which the steps ended.
pub(crate) fn run(project: &Project, lanes: Vec<Vec<Step<'_>>>) -> Result<Vec<Outcome>, Error> {
    let logs = project.target.join("logs");
    fs::create_dir_all(&logs).map_err(Error::file(&logs))?;
    let running = Mutex::new(Vec::<Running>::new());
    let mut outcomes = Vec::new();
    thread::scope(|scope| {
        let (ended, hear_ended) = mpsc::channel();
        for lane in lanes {
            let (ended, running, logs) = (ended.clone(), &running, &logs);
            scope.spawn(move || {
                for step in lane {
                    let log = logs.join(format!("{}.log", step.name));
                    println!("== {}", step.name);
                    let since = Instant::now();
                    running.lock().expect(ALIVE).push(Running { name: step.name, log: log.clone(), since });
                    let count = take(step, &log);
                    running.lock().expect(ALIVE).retain(|running| running.log != log);
                    // A closed channel means that nobody needs the outcome.
                    let _ = ended.send((since.elapsed().as_secs(), count, log));
                }
            });
        }
        drop(ended);
        loop {
            match hear_ended.recv_timeout(PAUSE) {
                Ok((seconds, (name, count), log)) => {
                    show(name, seconds, count, &log);
                    outcomes.push(Outcome { name, seconds, count });
                }
                Err(RecvTimeoutError::Timeout) => {
                    running.lock().expect(ALIVE).iter().for_each(say_how_far);
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    Ok(outcomes)
}

const ALIVE: &str = "no thread panics while it holds the lock";

fn take(step: Step<'_>, log: &Path) -> (&'static str, TestCount) {
    (step.name, TestCount::of(shell::logging_to(log, || TestCount::of((step.work)()))))
}

fn show(name: &str, seconds: u64, count: TestCount, log: &Path) {
    if count.failed > 0 {
        println!("{}", lines_to_show(&fs::read_to_string(log).unwrap_or_default()));
    }
    println!("== {name}: {} passed, {} failed ({seconds} s)", count.passed, count.failed);
}

fn say_how_far(running: &Running) {
    let log = fs::read(&running.log).unwrap_or_default();
    let last = last_progress(&String::from_utf8_lossy(&log)).unwrap_or_default();
    println!("   {}: {} s{last}", running.name, running.since.elapsed().as_secs());
}

/// Cargo's last progress count, as `, 12 of 345`.
fn last_progress(log: &str) -> Option<String> {
    let bar = log.rsplit(['\r', '\n']).find(|line| is_bar(line))?;
    let counts = bar.split("] ").nth(1)?.split(':').next()?;
    let (done, all) = counts.trim().split_once('/')?;
    Some(format!(", {done} of {all} units"))
}

fn is_bar(line: &str) -> bool {
    line.contains("Building [") || line.contains("Downloading [")
}

/// A log without the states of Cargo's progress bar.
fn lines_to_show(log: &str) -> String {
    let lines = log.lines().map(|line| line.rsplit('\r').next().unwrap_or(line));
    lines.filter(|line| !is_bar(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "   Compiling a v1.0.0\n    Building [==>    ] 12/345: a, b\r    Building [==>    ] 13/345: b\r   Compiling b v1.0.0\nerror: no\n";

    #[test]
    fn how_far_a_build_is_stands_in_its_last_bar() {
        assert_eq!(last_progress(LOG).as_deref(), Some(", 13 of 345 units"));
        assert_eq!(last_progress("no bar"), None);
    }

    #[test]
    fn a_log_is_shown_without_bars() {
        assert_eq!(lines_to_show(LOG), "   Compiling a v1.0.0\n   Compiling b v1.0.0\nerror: no");
    }
}
