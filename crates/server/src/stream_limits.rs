//! How many streams one session may hold open at once.

use crate::auth_agent::Credential;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

const STREAMS_PER_SESSION: usize = 8;

/// How many streams each session has open.
#[derive(Default)]
pub(crate) struct Streams {
    open: Arc<Mutex<HashMap<Credential, usize>>>,
}

/// A place among a session's streams, free again when dropped.
pub(crate) struct Slot {
    open: Arc<Mutex<HashMap<Credential, usize>>>,
    credential: Credential,
}

impl Streams {
    pub(crate) fn enter(&self, credential: &Credential) -> Option<Slot> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(credential.clone()).or_default();
        if *count >= STREAMS_PER_SESSION {
            return None;
        }
        *count += 1;
        Some(Slot { open: self.open.clone(), credential: credential.clone() })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.credential) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.credential);
            }
        }
    }
}
