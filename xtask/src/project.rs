//! The paths of the project: the checkout, Cargo's target directory, the pinned tools.

use std::{ffi::OsString, path::PathBuf, process::Command};

use crate::shell::{self, Error};

pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// Cargo's target directory, wherever the environment or a configuration file puts it.
    pub(crate) target: PathBuf,
    /// Pinned tools, outside of the checkout, so that a fresh clone finds them again.
    pub(crate) tools: PathBuf,
}

impl Project {
    pub(crate) fn locate() -> Result<Self, Error> {
        // The value at run time, not the one at compile time: clones may share one target directory.
        let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let here = now.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let root = here.parent().expect("xtask lies in the root of the checkout").to_owned();
        let metadata = shell::answer(
            Command::new(cargo()).args(["metadata", "--no-deps", "--format-version=1", "--offline"]).current_dir(&root),
        );
        let target = metadata
            .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
            .and_then(|json| json["target_directory"].as_str().map(PathBuf::from))
            .ok_or_else(|| Error::Said("`cargo metadata` does not say where its target directory is".into()))?;
        Ok(Self { root, target, tools: tools()? })
    }

    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The server's binary in a profile of Cargo.toml.
    pub(crate) fn server(&self, profile: &str) -> PathBuf {
        self.built(profile).join(format!("sidenote-server{}", std::env::consts::EXE_SUFFIX))
    }

    /// The bare echo, an example of the server's crate.
    pub(crate) fn echo(&self, profile: &str) -> PathBuf {
        self.built(profile).join("examples").join(format!("echo{}", std::env::consts::EXE_SUFFIX))
    }

    fn built(&self, profile: &str) -> PathBuf {
        self.target.join(if profile == "dev" { "debug" } else { profile })
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo());
        command.args(arguments).current_dir(&self.root);
        command
    }
}

fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn tools() -> Result<PathBuf, Error> {
    if let Some(directory) = std::env::var_os("SIDENOTE_TOOLS") {
        return Ok(directory.into());
    }
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .ok_or_else(|| Error::Said("no home directory for the tools; name one in SIDENOTE_TOOLS".into()))?;
    Ok(cache.join("sidenote").join("tools"))
}
