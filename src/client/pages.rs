//! Loads the pages of a timeline: the newest, older ones on demand, and after a gap the loaded range again.

use super::{
    Client,
    source::{Fetched, PageStart, Pages},
    spawn,
};
use crate::store::record::Load;
use wire::Seq;

impl Client {
    /// Loads the newest page, unless it is loaded.
    pub(super) fn load_pages(&self, pages: Box<dyn Pages>) {
        let load = pages.load();
        if !matches!(load, Load::Idle | Load::Failed(_)) {
            return;
        }
        // If the failed request was for an older page, loads that too.
        let wants_older = load != Load::Idle && pages.floor().is_some();
        pages.set_load(Load::Loading);
        let client = self.clone();
        spawn(async move {
            client.fetch_pages(&*pages).await;
            if wants_older && pages.load() == Load::Ready {
                client.load_older_page(pages);
            }
        });
    }

    /// Loads the next older page, if there is one.
    pub(super) fn load_older_page(&self, pages: Box<dyn Pages>) {
        let Some(from) = pages.older() else { return };
        if pages.load() == Load::Loading {
            return;
        }
        pages.set_load(Load::Loading);
        let client = self.clone();
        spawn(async move { client.fetch(&*pages, Some(from), None).await });
    }

    /// Loads all older pages. Ends when they are there, or when one has failed, which the load state then says.
    pub(super) async fn load_all_older_pages(&self, pages: &dyn Pages) {
        let Some(from) = pages.older().filter(|_| pages.load() != Load::Loading) else { return };
        pages.set_load(Load::Loading);
        self.fetch(pages, Some(from), Some(0)).await;
    }

    /// Refetches the loaded range, after a gap.
    pub(super) async fn fetch_pages(&self, pages: &dyn Pages) {
        self.fetch(pages, None, pages.floor()).await;
    }

    /// Fetches a page, and older ones while they are above `target`.
    pub(super) async fn fetch(&self, pages: &dyn Pages, mut from: Option<PageStart>, target: Option<Seq>) {
        loop {
            let (cursor, below) = from.unzip();
            let answer = pages.page(self.api(), cursor.as_deref()).await;
            match answer.and_then(|page| pages.receive_page(below, page)) {
                Ok(Fetched::TakenIn(Some(next))) if target.is_some_and(|target| next.1 > target) => from = Some(next),
                Ok(Fetched::TakenIn(_)) => return pages.set_load(Load::Ready),
                // A reset happened during the request. Open data is already being refetched, other data when it is
                // opened.
                Ok(Fetched::Stale) => return,
                Err(error) => return pages.set_load(self.failed(&error)),
            }
        }
    }
}
