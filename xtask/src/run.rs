//! `cargo xtask run`: the app with demonstration data, on this machine only.

use std::{
    fs,
    process::{Command, ExitCode},
};

use crate::{
    build, install,
    lanes::{self, Step},
    project::Project,
    shell::Error,
    test_count::TestCount,
};

pub(crate) const ADDRESS: &str = "127.0.0.1:8787";

/// Builds what changed, then serves it. Returns when the server ends.
pub(crate) fn run(project: &Project, address: &str) -> Result<ExitCode, Error> {
    let done = |()| TestCount::PASSED;
    let app = vec![
        Step::new("tools", || install::for_the_app(project).map(|_| TestCount::PASSED)),
        Step::new("app", move || build::app(project).map(done)),
    ];
    let server = vec![Step::new("server", move || build::server(project, build::QUICK).map(done))];
    if lanes::run(project, vec![app, server])?.iter().any(|step| step.count.failed > 0) {
        return Ok(ExitCode::FAILURE);
    }
    println!("\n{}\n", welcome(address));
    become_it(server_with_demo(project, address)?)
}

/// The server with the demonstration data, which is kept between runs.
pub(crate) fn server_with_demo(project: &Project, address: &str) -> Result<Command, Error> {
    let data = project.root.join("data");
    fs::create_dir_all(&data).map_err(Error::file(&data))?;
    let mut server = Command::new(project.server(build::QUICK));
    server.args(["serve", "--demo", "--addr", address]);
    server.arg("--db").arg(data.join("sidenote.db")).arg("--dist").arg(project.dist());
    Ok(server)
}

pub(crate) fn welcome(address: &str) -> String {
    format!(
        "  Sidenote   http://{address}\n\
         \x20 sign in as maya@acme.test (admin) or sam@acme.test; gia@globex.test is another organization\n\
         \x20 password   demo\n\
         \x20 data       data/sidenote.db, kept between runs; delete it to start over\n\
         \x20 stop with  Ctrl+C"
    )
}

/// Replaces this process, so that a signal sent to it reaches the server, and no server outlives it.
#[cfg(unix)]
fn become_it(mut server: Command) -> Result<ExitCode, Error> {
    use std::os::unix::process::CommandExt;
    let source = server.exec();
    Err(Error::NotStarted { program: "sidenote-server".into(), source })
}

#[cfg(not(unix))]
fn become_it(mut server: Command) -> Result<ExitCode, Error> {
    crate::shell::run(&mut server).map(|()| ExitCode::SUCCESS)
}
