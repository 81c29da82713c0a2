//! `cargo xtask run`: the app with demonstration data, on this machine only.

use std::{
    fs,
    process::{Command, ExitCode},
};

use crate::{build, project::Project, shell::Error};

pub(crate) const ADDRESS: &str = "127.0.0.1:8787";

/// Does not come back while the server runs.
pub(crate) fn run(project: &Project, address: &str) -> Result<ExitCode, Error> {
    build::release(project)?;
    let data = project.root.join("data");
    fs::create_dir_all(&data).map_err(Error::file(&data))?;
    println!("\n{}\n", welcome(address));
    let mut server = Command::new(project.server());
    server.args(["serve", "--demo", "--addr", address]);
    server.arg("--db").arg(data.join("sidenote.db")).arg("--dist").arg(project.dist());
    become_it(server)
}

fn welcome(address: &str) -> String {
    format!(
        "  Sidenote   http://{address}\n\
         \x20 sign in as maya@acme.test (admin) or sam@acme.test; gia@globex.test is another organization\n\
         \x20 password   demo\n\
         \x20 data       data/sidenote.db, kept between runs; delete it to start over\n\
         \x20 stop with  Ctrl+C"
    )
}

/// Takes this process over, so that a signal sent to it reaches the server and nothing outlives it.
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
