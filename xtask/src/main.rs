//! The commands of the project: `cargo xtask run`, `cargo xtask test` and the others that CONTRIBUTING.md lists. Each finds
//! or installs what it needs; Rust, Node, Python and a C compiler have to be there.

#![allow(clippy::print_stdout, reason = "a command line tool talks through its output")]

mod api;
mod audit;
mod bench;
mod build;
mod check;
mod compress;
mod crate_sizes;
mod dev;
mod examples;
mod faults;
mod figures;
mod fingerprint;
mod first_load;
mod fuzz;
mod install;
mod lanes;
mod package;
mod postgres;
mod project;
mod run;
mod shell;
mod size;
mod stories;
mod strip;
mod styles;
mod test_count;
mod unsafe_crates;

use std::process::ExitCode;

use project::Project;
use shell::Error;

const USAGE: &str = "\
cargo xtask run [--addr HOST:PORT]      build what changed, then serve the app with demonstration data
cargo xtask dev                         a debug build that follows every edit, with demonstration data
cargo xtask check                       what a change has to pass first: fmt, clippy, native, browser
cargo xtask test                        everything that must hold; the last line counts it
cargo xtask test STEP [-- ARGUMENTS]    one step: fmt, clippy, deny, native, postgres, browser, build, size,
                                        api, e2e or long;
                                        arguments go to its test runner (native, postgres, browser, e2e, long);
                                        size takes --record, which writes bench/sizes.json
cargo xtask build                       the release build only: the app in dist/, the server
cargo xtask package                     the npm package @sidenote/inbox, packed
cargo xtask conformance --base-url URL --agent EMAIL:PASSWORD
                                        asks any back end whether it keeps the contract; --help says more
cargo xtask advisories                  known vulnerabilities of the crates; needs the network
cargo xtask unsafe-crates               the crates of the server that contain `unsafe`
cargo xtask bench [SUITE…] [--rounds N] how fast the app, the widget and the server are, beside the least that does the
                                        same; writes bench/results.md
cargo xtask faults [--long]             what goes wrong in the world, hundreds (thousands) of times; prints figures
cargo xtask audit [--long]              what SECURITY.md promises, measured; prints figures
cargo xtask fuzz [SECONDS]              any bytes for the mail reader, a minute for each target; needs a C++ compiler
cargo xtask examples                    the example pages, built with the package
cargo xtask styles                      join style/*.css in the order style/main.css gives (Trunk calls this)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Result<ExitCode, Error> {
    let project = Project::locate()?;
    match words {
        ["run"] => run::run(&project, run::ADDRESS),
        ["run", "--addr", address] => run::run(&project, address),
        ["dev"] => dev::dev(&project),
        ["check"] => check::quick(&project),
        ["test"] => check::everything(&project),
        ["test", "long"] => Ok(check::long(&project)),
        ["test", step] => one_step(&project, step, &[]),
        ["test", step, "--", rest @ ..] => one_step(&project, step, rest),
        ["build"] => build::release(&project).map(|_| ExitCode::SUCCESS),
        ["package"] => package::package(&project).map(|tarball| {
            println!("{}", tarball.display());
            ExitCode::SUCCESS
        }),
        ["conformance", words @ ..] => shell::run(
            project.cargo(&["run", "--quiet", "--locked", "--package", "sidenote-conformance", "--"]).args(words),
        )
        .map(|()| ExitCode::SUCCESS),
        ["unsafe-crates"] => unsafe_crates::list(&project).map(|()| ExitCode::SUCCESS),
        ["advisories"] => check::advisories(&project),
        ["bench", words @ ..] => bench::bench(&project, words),
        ["faults"] => faults::faults(&project, &faults::USUAL),
        ["faults", "--long"] => faults::faults(&project, &faults::LONG),
        ["audit"] => audit::audit(&project, &audit::USUAL),
        ["audit", "--long"] => audit::audit(&project, &audit::LONG),
        ["fuzz"] => fuzz::fuzz(&project, fuzz::USUAL),
        ["fuzz", seconds] => {
            let seconds = seconds.parse().map_err(|_| Error::Said(format!("{seconds} is no number of seconds")))?;
            fuzz::fuzz(&project, seconds)
        }
        ["examples"] => examples::built(&project).map(|_| ExitCode::SUCCESS),
        ["styles"] => styles::join(&project).map(|_| ExitCode::SUCCESS),
        _ => {
            println!("{USAGE}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn one_step(project: &Project, name: &str, arguments: &[&str]) -> Result<ExitCode, Error> {
    let step = check::Step::named(name).ok_or_else(|| Error::Said(format!("no step is called {name}\n\n{USAGE}")))?;
    Ok(check::one(project, step, arguments))
}
