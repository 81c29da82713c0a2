//! `PageRanges`: the ranges of a timeline that pages covered, and the position that each page was read at.

use std::collections::BTreeMap;
use wire::Seq;

/// Each range of places with the position its page was read at. A key starts a range, which ends at the next key; no
/// page covered the places below the first one.
#[derive(Default)]
pub(super) struct PageRanges(BTreeMap<Seq, Seq>);

impl PageRanges {
    /// The position up to which every change at this place is known; 0 where no page covered it.
    pub(super) fn as_of(&self, place: Seq) -> Seq {
        self.0.range(..=place).next_back().map_or(0, |(_, as_of)| *as_of)
    }

    /// Records that a page covered the places from `lowest` to below `below`. `None`: to the newest.
    pub(super) fn add(&mut self, lowest: Seq, below: Option<Seq>, as_of: Seq) {
        if below.is_some_and(|below| below <= lowest) {
            return;
        }
        if let Some(below) = below {
            let beyond = self.as_of(below);
            self.0.insert(below, beyond);
        }
        let known = self.as_of(lowest);
        self.0.insert(lowest, known);
        for (_, position) in self.0.range_mut(lowest..below.unwrap_or(Seq::MAX)) {
            *position = as_of.max(*position);
        }
        let mut before = 0;
        self.0.retain(|_, position| std::mem::replace(&mut before, *position) != *position);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::PageRanges;

    #[test]
    fn the_newest_page_counts_wherever_several_have_spoken() {
        let mut page_ranges = PageRanges::default();
        page_ranges.add(60, None, 100);
        page_ranges.add(20, Some(60), 110);
        page_ranges.add(80, None, 130);
        page_ranges.add(70, None, 90);
        let spoken: Vec<_> = [10, 20, 59, 60, 79, 80, 500].map(|place| page_ranges.as_of(place)).into();
        assert_eq!(spoken, [0, 110, 110, 100, 100, 130, 130]);
    }

    #[test]
    fn fetching_the_same_page_again_and_again_takes_no_more_room() {
        let mut page_ranges = PageRanges::default();
        for position in 1..1_000 {
            page_ranges.add(position, None, position + 50);
            page_ranges.add(0, Some(position), position + 50);
        }
        assert_eq!(page_ranges.0.len(), 1);
    }
}
