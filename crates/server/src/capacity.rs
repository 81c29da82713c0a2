//! How much the server takes on at the same time: connections and event streams, by the number of files that the process
//! may open.

use crate::{
    auth_agent::Credential,
    client_address::ClientAddress,
    concurrency_limit::{ConcurrencyLimit, Permit},
    error::Result,
};

/// Files that are no connections: the database, its log, the standard streams, the listener.
const OTHER_FILES: usize = 64;
/// More connections than one process serves well.
const MOST_CONNECTIONS: usize = 50_000;
/// Event streams of one session or token of an agent.
const STREAMS_OF_AGENT: usize = 8;
/// Event streams of one visitor: one for each of their tabs.
const STREAMS_OF_VISITOR: usize = 10;
/// Event streams of the visitors of one address: an office or a school may share it.
const VISITORS_STREAMS_OF_ADDRESS: usize = 100;

/// The largest numbers at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    pub connections: usize,
    /// Connections of one address, unless it is a proxy's.
    pub connections_of_address: usize,
    /// Event streams of all visitors.
    pub visitors_streams: usize,
    /// Event streams of all agents. Visitors can't take these.
    pub agents_streams: usize,
}

impl Capacity {
    /// The capacity of a process that may open this many files.
    #[must_use]
    pub fn for_files(files: usize) -> Self {
        let connections = files.saturating_sub(OTHER_FILES).clamp(16, MOST_CONNECTIONS);
        Self {
            connections,
            connections_of_address: (connections / 4).min(1000),
            visitors_streams: connections / 2,
            agents_streams: connections / 4,
        }
    }

    /// Raises the process's limit of open files as far as it may, and returns the capacity for it.
    #[must_use]
    pub fn of_process() -> Self {
        Self::for_files(raise_file_limit())
    }
}

impl Default for Capacity {
    fn default() -> Self {
        Self::for_files(usize::MAX)
    }
}

/// Many systems start a process with a limit of 1,024 and allow it more.
#[cfg(unix)]
fn raise_file_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    // Where it can't be raised, the limit stays.
    let _ = setrlimit(Resource::Nofile, raised);
    let current = getrlimit(Resource::Nofile).current;
    current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn raise_file_limit() -> usize {
    usize::MAX
}

/// The open event streams.
pub(crate) struct Streams {
    agents: ConcurrencyLimit<Credential>,
    visitors: ConcurrencyLimit<String>,
    visitors_of_address: ConcurrencyLimit<String>,
}

impl Streams {
    pub(crate) fn new(capacity: Capacity) -> Self {
        Self {
            agents: ConcurrencyLimit::new(STREAMS_OF_AGENT, capacity.agents_streams),
            visitors: ConcurrencyLimit::new(STREAMS_OF_VISITOR, capacity.visitors_streams),
            visitors_of_address: ConcurrencyLimit::new(VISITORS_STREAMS_OF_ADDRESS, usize::MAX),
        }
    }

    /// How many streams of agents and of visitors are open.
    pub(crate) fn open(&self) -> (usize, usize) {
        (self.agents.in_all(), self.visitors.in_all())
    }

    /// Counts a stream of an agent, until the permit is dropped.
    ///
    /// # Errors
    /// 429 or 503 when there are too many.
    pub(crate) fn open_agents(&self, credential: &Credential) -> Result<Permit<Credential>> {
        self.agents.open(credential)
    }

    /// Counts a stream of a visitor, until the permits are dropped.
    ///
    /// # Errors
    /// 429 or 503 when there are too many.
    pub(crate) fn open_visitors(&self, hash: &String, address: ClientAddress) -> Result<[Permit<String>; 2]> {
        Ok([self.visitors_of_address.open(&address.key())?, self.visitors.open(hash)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visitors_leave_room_for_agents_also_with_few_files() {
        for files in [0, 100, 1024, 65_536, usize::MAX] {
            let capacity = Capacity::for_files(files);
            assert!(capacity.visitors_streams + capacity.agents_streams < capacity.connections, "{files}");
            assert!(capacity.agents_streams > 0 && capacity.connections_of_address > 0, "{files}");
            assert!(files < OTHER_FILES + 16 || capacity.connections + OTHER_FILES <= files, "{files}");
        }
    }
}
