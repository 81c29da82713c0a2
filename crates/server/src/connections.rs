//! Which connections are served: a limit for each address, a limit in all, and who makes room when all are taken.

use crate::{capacity::Capacity, client_address::ClientAddress};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::task::AbortHandle;

/// The open connections.
#[derive(Clone)]
pub(crate) struct Connections {
    capacity: Capacity,
    open: Arc<Mutex<Open>>,
}

#[derive(Default)]
struct Open {
    in_all: usize,
    /// How the connections of each address are ended, oldest first. `None`: the task is not there yet.
    by_address: HashMap<String, VecDeque<(u64, Option<AbortHandle>)>>,
    next_id: u64,
}

/// Whose connection it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Client(ClientAddress),
    /// A trusted proxy: its connections are those of many clients.
    Proxy(ClientAddress),
}

impl Connections {
    pub(crate) fn new(capacity: Capacity) -> Self {
        Self { capacity, open: Arc::default() }
    }

    /// Takes a connection in. `None`: it is not to be served.
    ///
    /// When all connections are taken, the address that has most of them loses its oldest one, unless the new one's
    /// address would then have as many. So nobody with a few addresses can keep others out.
    pub(crate) fn admit(&self, from: From) -> Option<Place> {
        let (address, is_proxy) = match from {
            From::Client(address) => (address.key(), false),
            From::Proxy(address) => (address.key(), true),
        };
        let mut open = self.open();
        let mine = open.by_address.get(&address).map_or(0, VecDeque::len);
        if !is_proxy && mine >= self.capacity.connections_of_address {
            return None;
        }
        if open.in_all >= self.capacity.connections && !open.make_room(mine) {
            return None;
        }
        let id = open.next_id;
        open.next_id += 1;
        open.in_all += 1;
        open.by_address.entry(address.clone()).or_default().push_back((id, None));
        Some(Place { id, address, connections: self.clone() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Ends a connection of the address that has most, if it has more than the new one's would have. `mine`: how many
    /// connections the new one's address has.
    fn make_room(&mut self, mine: usize) -> bool {
        let most = self.by_address.values_mut().max_by_key(|connections| connections.len());
        let Some(most) = most.filter(|connections| connections.len() > mine + 1) else { return false };
        let Some((_, Some(oldest))) = most.front() else { return false };
        oldest.abort();
        most.pop_front();
        self.in_all -= 1;
        true
    }

    fn remove(&mut self, address: &str, id: u64) {
        let Some(connections) = self.by_address.get_mut(address) else { return };
        let Some(n) = connections.iter().position(|(other, _)| *other == id) else { return };
        connections.remove(n);
        self.in_all -= 1;
        if connections.is_empty() {
            self.by_address.remove(address);
        }
    }
}

/// The place of a connection that is served, until it is dropped.
pub(crate) struct Place {
    id: u64,
    address: String,
    connections: Connections,
}

impl Place {
    /// How the connection is ended if others need its place.
    pub(crate) fn ends_with(&self, handle: AbortHandle) {
        let mut open = self.connections.open();
        let mine = open.by_address.get_mut(&self.address);
        if let Some((_, place)) = mine.into_iter().flatten().find(|(id, _)| *id == self.id) {
            *place = Some(handle);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().remove(&self.address, self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections() -> Connections {
        Connections::new(Capacity { connections: 6, connections_of_address: 4, ..Capacity::default() })
    }

    fn from(n: u8) -> From {
        From::Client(ClientAddress([198, 51, 100, n].into()))
    }

    /// A connection that ends only when it is aborted.
    fn connect(connections: &Connections, from: From) -> Option<tokio::task::JoinHandle<()>> {
        let place = Arc::new(connections.admit(from)?);
        let held = Arc::clone(&place);
        let task = tokio::spawn(async move {
            let _held = held;
            std::future::pending().await
        });
        place.ends_with(task.abort_handle());
        Some(task)
    }

    async fn ended(tasks: Vec<tokio::task::JoinHandle<()>>) -> usize {
        tokio::task::yield_now().await;
        tasks.iter().filter(|task| task.is_finished()).count()
    }

    #[tokio::test]
    async fn an_address_has_a_limit_and_a_proxy_has_none() {
        let connections = connections();
        let mut mine: Vec<_> = (0..4).map(|_| connect(&connections, from(1)).unwrap()).collect();
        assert!(connect(&connections, from(1)).is_none());
        mine.pop().unwrap().abort();
        tokio::task::yield_now().await;
        assert!(connect(&connections, from(1)).is_some());

        let others = self::connections();
        let proxy = From::Proxy(ClientAddress([127, 0, 0, 1].into()));
        assert_eq!((0..10).filter_map(|_| connect(&others, proxy)).count(), 6);
    }

    #[tokio::test]
    async fn when_all_are_taken_who_has_most_makes_room_for_who_has_few() {
        let connections = connections();
        let flood: Vec<_> = [1, 1, 1, 2, 2, 2].iter().map(|n| connect(&connections, from(*n)).unwrap()).collect();
        assert!(connect(&connections, from(3)).is_some());
        assert!(connect(&connections, from(3)).is_some());
        // Everybody has two now.
        assert!(connect(&connections, from(3)).is_none());
        assert!(connect(&connections, from(1)).is_none());
        assert_eq!(ended(flood).await, 2);
        assert_eq!(connections.open().in_all, 6);
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_connection_that_ended() {
        let connections = connections();
        for n in 0..20 {
            connect(&connections, from(n)).unwrap().abort();
            tokio::task::yield_now().await;
        }
        let open = connections.open();
        assert_eq!((open.in_all, open.by_address.len()), (0, 0));
    }
}
