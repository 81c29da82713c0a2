//! `cargo xtask dev`: a debug build of the app that is rebuilt after every edit, and a server with demonstration data.
//!
//! Trunk serves the page, rebuilds it when a file changes and reloads it; it passes other requests on to the server
//! (`[[proxy]]` in Trunk.toml).

use std::{
    process::{Child, Command, ExitCode, Stdio},
    thread,
    time::Duration,
};

use crate::{
    build, install,
    project::Project,
    run,
    shell::{self, Error},
};

/// The server's address in the proxies of Trunk.toml.
const SERVER: &str = "127.0.0.1:8788";
const PAGE: &str = "127.0.0.1:8787";

pub(crate) fn dev(project: &Project) -> Result<ExitCode, Error> {
    let (trunk, path) = install::for_the_app(project)?;
    shell::run(&mut project.cargo(&["fetch", "--locked"]))?;
    build::server(project, build::QUICK)?;
    println!("\n{}\n", run::welcome(PAGE));
    let server = started(&mut run::server_with_demo(project, SERVER)?, "sidenote-server")?;
    let mut pages = Command::new(trunk);
    let (address, port) = PAGE.split_once(':').expect("an address has a port");
    pages.args(["serve", "--address", address, "--port", port, "--dist"]).arg(project.target.join("dev-dist"));
    pages.current_dir(&project.root).env("PATH", path).env_remove("NO_COLOR");
    let pages = started(&mut pages, "trunk")?;
    while_both_run(server, pages)
}

fn started(command: &mut Command, program: &str) -> Result<Child, Error> {
    command.stdin(Stdio::null()).spawn().map_err(|source| Error::NotStarted { program: program.into(), source })
}

/// Runs both until one ends, and then ends the other. Ctrl+C reaches both at once.
fn while_both_run(mut server: Child, mut pages: Child) -> Result<ExitCode, Error> {
    loop {
        let gone = |child: &mut Child| child.try_wait().map_or(true, |status| status.is_some());
        if gone(&mut server) || gone(&mut pages) {
            // `kill` fails for the one that has ended already, which is fine.
            let _ = (server.kill(), pages.kill());
            return Ok(ExitCode::FAILURE);
        }
        thread::sleep(Duration::from_millis(200));
    }
}
