//! The window of a virtual list, as arithmetic: row heights, row positions, and which rows to render. No DOM. Lengths
//! are in CSS pixels, from the top of the first row.

use crate::components::ui::lengths::between;
use std::ops::Range;

/// The maximum number of rows rendered beyond each edge of the viewport (overscan).
const MARGIN_ROWS: usize = 12;
/// The number of rows beyond that which may stay, so that a row at the limit isn't added and removed repeatedly.
const SLACK_ROWS: usize = 6;
/// The number of rows that a list outside of the viewport keeps, for the way back to it.
const ROWS_OUT_OF_SIGHT: usize = 4;

/// Row heights with their prefix sums: measured where a row was rendered, an estimate elsewhere. Reading a sum, finding
/// a row and noting a height take O(log n); adding and removing rows O(n), with a small constant.
pub(crate) struct Heights {
    estimate: f64,
    /// `NaN` for a row that was never measured.
    measured: Vec<f64>,
    /// A Fenwick tree: `sums[i]` holds the rows that end at i (counting from 1), as many as i's lowest bit says.
    sums: Vec<f64>,
}

impl Heights {
    pub(crate) fn new(estimate: f64) -> Self {
        Self { estimate: estimate.max(1.0), measured: Vec::new(), sums: vec![0.0] }
    }

    pub(crate) fn len(&self) -> usize {
        self.measured.len()
    }

    /// The height of a row, if it was measured.
    pub(crate) fn measured(&self, index: usize) -> Option<f64> {
        self.measured.get(index).copied().filter(|height| !height.is_nan())
    }

    /// Replaces `removed` rows from `at` on. Indices out of range are ignored.
    pub(crate) fn splice(&mut self, at: usize, removed: usize, inserted: impl Iterator<Item = Option<f64>>) {
        let start = at.min(self.len());
        let end = (start + removed).min(self.len());
        self.measured.splice(start..end, inserted.map(|height| height.unwrap_or(f64::NAN)));
        self.sums.clear();
        self.sums.push(0.0);
        self.sums.extend(self.measured.iter().map(|height| if height.is_nan() { self.estimate } else { *height }));
        for index in 1..self.sums.len() {
            let above = index + (index & index.wrapping_neg());
            if above < self.sums.len() {
                self.sums[above] += self.sums[index];
            }
        }
    }

    /// Notes a measured height; returns whether it changed.
    pub(crate) fn measure(&mut self, index: usize, height: f64) -> bool {
        let Some(noted) = self.measured.get_mut(index) else { return false };
        let before = if noted.is_nan() { self.estimate } else { *noted };
        *noted = height.max(0.0);
        let change = *noted - before;
        if change == 0.0 {
            return false;
        }
        let mut at = index + 1;
        while at < self.sums.len() {
            self.sums[at] += change;
            at += at & at.wrapping_neg();
        }
        true
    }

    /// The offset of a row's top: the height of all rows before it.
    pub(crate) fn top(&self, index: usize) -> f64 {
        let mut at = index.min(self.len());
        let mut sum = 0.0;
        while at > 0 {
            sum += self.sums[at];
            at &= at - 1;
        }
        sum
    }

    pub(crate) fn total(&self) -> f64 {
        self.top(self.len())
    }

    /// The height of a run of rows.
    pub(crate) fn span(&self, rows: &Range<usize>) -> f64 {
        if rows.is_empty() { 0.0 } else { self.top(rows.end) - self.top(rows.start) }
    }

    /// The row at `y`: the first row for anything above the list, the last for anything below it.
    pub(crate) fn at(&self, y: f64) -> usize {
        let mut index = 0;
        let mut left = y;
        let mut step = self.sums.len().next_power_of_two() / 2;
        while step > 0 {
            let next = index + step;
            if next < self.sums.len() && self.sums[next] <= left {
                index = next;
                left -= self.sums[next];
            }
            step /= 2;
        }
        index.min(self.len().saturating_sub(1))
    }
}

/// The viewport, relative to the list: `top` is negative if the list begins below the viewport's top edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct View {
    pub(crate) top: f64,
    pub(crate) height: f64,
}

/// The rows to render for `view`. Stays at `current` while that covers the viewport with a margin and isn't far too
/// many.
pub(crate) fn rows_to_have(heights: &Heights, view: View, current: &Range<usize>) -> Range<usize> {
    let count = heights.len();
    let bottom = view.top + view.height;
    if bottom <= 0.0 {
        return 0..ROWS_OUT_OF_SIGHT.min(count);
    }
    if view.top >= heights.total() {
        return count.saturating_sub(ROWS_OUT_OF_SIGHT)..count;
    }
    let margin = between(200.0, view.height * 0.5, 500.0);
    let with = |margin: f64, rows: usize| {
        let first = heights.at(view.top).saturating_sub(rows).max(heights.at(view.top - margin));
        let last = (heights.at(bottom) + rows).min(heights.at(bottom + margin));
        first..last + 1
    };
    let wanted = with(margin, MARGIN_ROWS);
    let least = with(margin * 0.5, MARGIN_ROWS / 2);
    let covers = current.start <= least.start && current.end >= least.end && current.end <= count;
    let spare = current.len() <= wanted.len() + SLACK_ROWS;
    if covers && spare { current.clone() } else { wanted }
}

/// A child of the list element.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Row(usize),
    /// Empty space as high as these rows, which are not rendered.
    Gap(Range<usize>),
}

/// The children of a list of `count` rows that renders the rows of `window` and, wherever it is, the row `held` (the
/// focused one).
pub(crate) fn pieces(window: &Range<usize>, held: Option<usize>, count: usize) -> Vec<Piece> {
    let held = held.filter(|row| *row < count && !window.contains(row));
    let mut runs = vec![window.clone()];
    if let Some(row) = held {
        runs.insert(if row < window.start { 0 } else { 1 }, row..row + 1);
    }
    let mut pieces = Vec::with_capacity(window.len() + 4);
    let mut next = 0;
    for run in runs {
        if run.start > next {
            pieces.push(Piece::Gap(next..run.start));
        }
        next = run.end;
        pieces.extend(run.map(Piece::Row));
    }
    if next < count {
        pieces.push(Piece::Gap(next..count));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn uniform(count: usize, height: f64) -> Heights {
        let mut heights = Heights::new(height);
        heights.splice(0, 0, std::iter::repeat_n(None, count));
        heights
    }

    #[derive(Clone, Debug)]
    enum Step {
        Splice(usize, usize, Vec<Option<u16>>),
        Measure(usize, u16),
    }

    fn step() -> impl Strategy<Value = Step> {
        let inserted = prop::collection::vec(prop::option::of(0u16..300), 0..20);
        prop_oneof![
            (0usize..40, 0usize..20, inserted).prop_map(|(at, removed, inserted)| Step::Splice(at, removed, inserted)),
            (0usize..60, 0u16..300).prop_map(|(index, height)| Step::Measure(index, height)),
        ]
    }

    proptest! {
        #[wasm_bindgen_test]
        fn sums_are_those_of_a_plain_list(steps in prop::collection::vec(step(), 1..20), y in -10.0..5000.0f64) {
            let mut heights = Heights::new(50.0);
            let mut plain: Vec<Option<f64>> = Vec::new();
            for step in steps {
                match step {
                    Step::Splice(at, removed, inserted) => {
                        let inserted: Vec<_> = inserted.into_iter().map(|height| height.map(f64::from)).collect();
                        heights.splice(at, removed, inserted.iter().copied());
                        let start = at.min(plain.len());
                        plain.splice(start..(start + removed).min(plain.len()), inserted);
                    }
                    Step::Measure(index, height) => {
                        heights.measure(index, f64::from(height));
                        if let Some(row) = plain.get_mut(index) {
                            *row = Some(f64::from(height));
                        }
                    }
                }
                let mut top = 0.0;
                let mut at = 0;
                for (index, height) in plain.iter().enumerate() {
                    prop_assert_eq!(heights.measured(index), *height);
                    prop_assert!((heights.top(index) - top).abs() < 1e-6);
                    if top <= y {
                        at = index;
                    }
                    top += height.unwrap_or(50.0);
                }
                prop_assert!((heights.total() - top).abs() < 1e-6);
                prop_assert_eq!(heights.at(y), at);
            }
        }

        #[wasm_bindgen_test]
        fn the_rows_to_have_cover_the_view_and_are_not_many(
            count in 1usize..5000,
            top in -3000.0..300_000.0f64,
            height in 1.0..1200.0f64,
            start in 0usize..5000,
            len in 0usize..80,
        ) {
            let heights = uniform(count, 60.0);
            let view = View { top, height };
            let current = start.min(count)..(start + len).min(count);
            let rows = rows_to_have(&heights, view, &current);
            prop_assert!(rows.start < rows.end && rows.end <= count);
            for y in [top, top + height / 2.0, top + height - 0.01] {
                if y >= 0.0 && y < heights.total() {
                    prop_assert!(rows.contains(&heights.at(y)));
                }
            }
            prop_assert!(rows.len() <= (height / 60.0) as usize + 2 + 2 * MARGIN_ROWS + SLACK_ROWS);
            // A list that has the rows it needs stays unchanged.
            prop_assert_eq!(rows_to_have(&heights, view, &rows), rows);
        }

        #[wasm_bindgen_test]
        fn pieces_are_every_row_once_and_in_order(
            count in 0usize..60,
            start in 0usize..60,
            len in 0usize..60,
            held in prop::option::of(0usize..60),
        ) {
            let window = start.min(count)..(start + len).min(count);
            let mut next = 0;
            let mut rows = Vec::new();
            let mut gaps = 0;
            for piece in pieces(&window, held, count) {
                match piece {
                    Piece::Row(row) => {
                        prop_assert_eq!(row, next);
                        rows.push(row);
                        next += 1;
                    }
                    Piece::Gap(skipped) => {
                        prop_assert_eq!(skipped.start, next);
                        prop_assert!(!skipped.is_empty());
                        gaps += 1;
                        next = skipped.end;
                    }
                }
            }
            prop_assert_eq!(next, count);
            prop_assert!(gaps <= 3);
            let mut wanted: Vec<usize> = window.chain(held.filter(|row| *row < count)).collect();
            wanted.sort_unstable();
            wanted.dedup();
            prop_assert_eq!(rows, wanted);
        }
    }

    #[wasm_bindgen_test]
    fn a_row_is_found_from_its_top_to_just_before_the_next() {
        let mut heights = uniform(3, 10.0);
        heights.measure(1, 0.0);
        assert_eq!([-1.0, 0.0, 9.9].map(|y| heights.at(y)), [0, 0, 0]);
        assert_eq!([10.0, 19.9, 20.0, 99.0].map(|y| heights.at(y)), [2, 2, 2, 2]);
    }
}
