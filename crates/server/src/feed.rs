//! The feed of an organization: reads the log of changes once for all streams of its agents, and keeps the newest lines
//! for them. A stream that is further behind reads the log itself.

use crate::{
    db::Db,
    error::Result,
    event_log::{self, Line},
    orgs,
    wake_ups::Topic,
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use wire::{OrgId, Seq};

/// How much of the newest lines is kept for the streams.
const KEPT_BYTES: usize = 512 * 1024;
/// The pause before the log is read again after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// The feeds of the organizations that have open streams.
#[derive(Default)]
pub(crate) struct Feeds {
    by_org: Mutex<HashMap<OrgId, Weak<Feed>>>,
}

impl Feeds {
    /// The organization's feed. It reads for as long as somebody has it.
    pub(crate) fn of(&self, db: &Db, org: OrgId) -> Arc<Feed> {
        let mut by_org = self.by_org.lock().unwrap_or_else(PoisonError::into_inner);
        let epoch = db.epoch();
        if let Some(feed) = by_org.get(&org).and_then(Weak::upgrade).filter(|feed| feed.epoch == epoch) {
            return feed;
        }
        by_org.retain(|_, feed| feed.strong_count() > 0);
        let feed = Arc::new(Feed::start(db.clone(), org, epoch));
        by_org.insert(org, Arc::downgrade(&feed));
        feed
    }
}

/// What a feed tells its streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The position up to which the feed has read.
    pub(crate) head: Seq,
    /// Differs whenever somebody may have lost access to the organization.
    pub(crate) access: i64,
    /// Another order of changes has begun, which this feed doesn't follow.
    pub(crate) is_over: bool,
}

pub(crate) struct Feed {
    /// All its lines are of this order of changes.
    epoch: String,
    shared: Arc<Shared>,
    reader: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    recent: Mutex<Recent>,
    told: watch::Sender<Told>,
}

impl Feed {
    fn start(db: Db, org: OrgId, epoch: String) -> Self {
        let shared = Arc::new(Shared::default());
        let reader = tokio::spawn(follow(db, org, epoch.clone(), Arc::clone(&shared)));
        Self { epoch, shared, reader }
    }

    pub(crate) fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The lines after a position, if the feed has them. They may be none; `None`: read the log.
    pub(crate) fn after(&self, seq: Seq) -> Option<Vec<Arc<Line>>> {
        self.shared.recent().after(seq)
    }

    pub(crate) fn told(&self) -> watch::Receiver<Told> {
        self.shared.told.subscribe()
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn follow(db: Db, org: OrgId, epoch: String, shared: Arc<Shared>) {
    let mut changes = db.wake_ups().subscribe(Topic::Organization(org));
    loop {
        changes.was_woken();
        match shared.read_on(&db, org, &epoch).await {
            Ok(()) => changes.woken().await,
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

impl Shared {
    async fn read_on(&self, db: &Db, org: OrgId, epoch: &str) -> Result<()> {
        loop {
            let mut reading = db.read().await?;
            if db.epoch_of(&reading) != epoch {
                self.told.send_modify(|told| told.is_over = true);
                return Ok(());
            }
            let (head, access) = orgs::head_and_access(&mut reading, org).await?;
            let from = self.recent().end.unwrap_or(head);
            let lines = event_log::after(&mut reading, org, from, event_log::BATCH).await?;
            drop(reading);
            // Lines that are too old are no longer in the log.
            let end = lines.last().map_or(head, |line| line.seq);
            self.recent().add(end, lines);
            let now = Told { head: end, access, is_over: false };
            self.told.send_if_modified(|told| std::mem::replace(told, now) != now);
            if end >= head {
                return Ok(());
            }
        }
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The newest lines.
#[derive(Default)]
struct Recent {
    /// The position before the first line.
    start: Seq,
    /// The position of the last line. `None`: nothing was read yet.
    end: Option<Seq>,
    lines: VecDeque<Arc<Line>>,
    bytes: usize,
}

impl Recent {
    fn add(&mut self, end: Seq, lines: Vec<Line>) {
        if self.end.is_none() {
            self.start = end;
        }
        self.end = Some(end);
        for line in lines {
            if let Some(note) = line.deleted_note() {
                self.forget_note(note);
            }
            if line.is_erasure() {
                self.forget_all(line.seq);
            }
            self.bytes += line.bytes();
            self.lines.push_back(Arc::new(line));
        }
        while self.bytes > KEPT_BYTES
            && let Some(line) = self.lines.pop_front()
        {
            self.start = line.seq;
            self.bytes -= line.bytes();
        }
    }

    /// A stream that is behind doesn't get the text of a note that is deleted by now.
    fn forget_note(&mut self, note: &str) {
        for line in &mut self.lines {
            if line.note() == Some(note) {
                self.bytes -= line.bytes();
                *line = Arc::new(Line { seq: line.seq, event: None });
                self.bytes += line.bytes();
            }
        }
    }

    /// The lines before an erasure may have texts of the contact: streams that are behind read the log.
    fn forget_all(&mut self, before: Seq) {
        self.lines.clear();
        (self.bytes, self.start) = (0, before.saturating_sub(1));
    }

    fn after(&self, seq: Seq) -> Option<Vec<Arc<Line>>> {
        if seq < self.start || seq > self.end? {
            return None;
        }
        let first = self.lines.partition_point(|line| line.seq <= seq);
        Some(self.lines.range(first..).cloned().collect())
    }
}
