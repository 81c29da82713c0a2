//! Counts passed and failed tests from the output of the test runners.

use std::ops::AddAssign;

use crate::shell::{self, Error};

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct TestCount {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl TestCount {
    pub(crate) const PASSED: Self = Self { passed: 1, failed: 0 };
    pub(crate) const FAILED: Self = Self { passed: 0, failed: 1 };

    /// A step that could not run counts as failed, and its error is printed.
    pub(crate) fn of(done: Result<Self, Error>) -> Self {
        done.unwrap_or_else(|error| {
            shell::say(&error.to_string());
            Self::FAILED
        })
    }

    /// Reads one line of `cargo test` or of the wasm test runner. An ignored test counts as failed.
    pub(crate) fn hear_libtest(&mut self, line: &str) {
        let line = without_colour(line);
        let Some((_, counts)) = line.split_once("test result:") else { return };
        let count = |word: &str| -> u64 {
            let before = counts.split(';').find_map(|part| part.trim().strip_suffix(word));
            before.and_then(|text| text.split_whitespace().last()).and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        *self += Self { passed: count("passed"), failed: count("failed") + count("ignored") };
    }

    /// Reads one line of cargo-nextest, of which the summary counts. A skipped test was not asked for.
    pub(crate) fn hear_nextest(&mut self, line: &str) {
        let line = without_colour(line);
        let Some((_, counts)) = line.trim_start().strip_prefix("Summary").and_then(|rest| rest.split_once(" run:"))
        else {
            return;
        };
        let count = |word: &str| -> u64 {
            let part = counts.split(',').find_map(|part| part.trim().strip_suffix(word));
            part.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
        };
        // `12 passed (2 slow)`: those in brackets are counted already.
        let passed = counts.split_whitespace().zip(counts.split_whitespace().skip(1));
        let passed = passed.filter(|(_, word)| word.starts_with("passed")).find_map(|(number, _)| number.parse().ok());
        *self +=
            Self { passed: passed.unwrap_or(0), failed: count("failed") + count("timed out") + count("exec failed") };
    }

    /// Reads the last line of our own scripts: `3 passed, 1 failed`.
    pub(crate) fn hear_last_line(&mut self, line: &str) {
        let Some((passed, failed)) = line.trim().strip_suffix(" failed").and_then(|rest| rest.split_once(" passed, "))
        else {
            return;
        };
        if let (Ok(passed), Ok(failed)) = (passed.parse(), failed.parse()) {
            *self += Self { passed, failed };
        }
    }

    /// The counts in Playwright's JSON report. Skipped and flaky tests count as failed.
    pub(crate) fn from_playwright(report: &str) -> Option<Self> {
        let report: serde_json::Value = serde_json::from_str(report).ok()?;
        let count = |name: &str| report["stats"][name].as_u64();
        // Errors outside of any test (a file that does not load) are not in the statistics.
        let loose = report["errors"].as_array().map_or(0, Vec::len);
        let failed = count("unexpected")? + count("flaky")? + count("skipped")?;
        Some(Self { passed: count("expected")?, failed: failed + u64::try_from(loose).ok()? })
    }

    /// The result of a whole run: one that ended with an error, or that ran no test, counts at least one failure.
    #[must_use]
    pub(crate) fn ended(mut self, well: bool) -> Self {
        if self.failed == 0 && (!well || self.passed == 0) {
            self.failed = 1;
        }
        self
    }
}

/// The tests in Playwright's JSON report: the title with those around it, how often the test passed, and how often it
/// ran.
pub(crate) fn by_story(report: &str) -> Vec<(String, usize, usize)> {
    let mut stories = Vec::new();
    let report: serde_json::Value = serde_json::from_str(report).unwrap_or_default();
    for file in report["suites"].as_array().into_iter().flatten() {
        collect(file, "", &mut stories);
    }
    stories
}

fn collect(suite: &serde_json::Value, around: &str, stories: &mut Vec<(String, usize, usize)>) {
    let each = |name: &str| suite[name].as_array().cloned().unwrap_or_default();
    for spec in each("specs") {
        let title = format!("{around}{}", spec["title"].as_str().unwrap_or_default());
        // A repeated test has several entries; skipped ones did not pass.
        let tests = spec["tests"].as_array().cloned().unwrap_or_default();
        let passed = tests.iter().filter(|test| test["status"] == "expected").count();
        match stories.iter_mut().find(|(known, ..)| *known == title) {
            Some((_, all_passed, all_run)) => (*all_passed, *all_run) = (*all_passed + passed, *all_run + tests.len()),
            None => stories.push((title, passed, tests.len())),
        }
    }
    for inner in each("suites") {
        collect(&inner, &format!("{around}{}, ", inner["title"].as_str().unwrap_or_default()), stories);
    }
}

impl AddAssign for TestCount {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut parts = line.split('\u{1b}');
    plain += parts.next().unwrap_or_default();
    for part in parts {
        plain += part.split_once('m').map_or("", |(_, text)| text);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(lines: &[&str]) -> TestCount {
        let mut count = TestCount::default();
        lines.iter().for_each(|line| count.hear_libtest(line));
        count
    }

    #[test]
    fn results_of_several_binaries_add_up() {
        let count = heard(&[
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: \u{1b}[31mFAILED\u{1b}[0m. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out",
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 filtered out; finished in 0.20s",
        ]);
        assert_eq!(count, TestCount { passed: 19, failed: 2 });
    }

    #[test]
    fn an_ignored_test_counts_as_failed() {
        assert_eq!(
            heard(&["test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured"]),
            TestCount { passed: 1, failed: 2 }
        );
    }

    #[test]
    fn the_summary_of_nextest_counts() {
        let heard = |line: &str| {
            let mut count = TestCount::default();
            count.hear_nextest(line);
            count
        };
        let line = "     Summary [   3.071s] 312 tests run: 310 passed (2 slow, 1 leaky), 2 failed, 5 skipped";
        assert_eq!(heard(line), TestCount { passed: 310, failed: 2 });
        assert_eq!(heard("     Summary [   3.071s] 1 test run: 1 passed, 0 skipped").passed, 1);
        assert_eq!(heard("        PASS [   0.071s] sidenote-wire a_test"), TestCount::default());
    }

    #[test]
    fn a_run_that_ends_badly_or_runs_nothing_has_failed() {
        assert_eq!(TestCount::PASSED.ended(false), TestCount { passed: 1, failed: 1 });
        assert_eq!(TestCount::default().ended(true), TestCount::FAILED);
        assert_eq!(TestCount::PASSED.ended(true), TestCount::PASSED);
        assert_eq!(TestCount { passed: 1, failed: 3 }.ended(false), TestCount { passed: 1, failed: 3 });
    }

    #[test]
    fn a_story_is_counted_each_time_that_it_runs() {
        let report = r#"{"suites":[{"title":"a.js",
            "specs":[{"title":"one","ok":true,"tests":[{"status":"expected"},{"status":"unexpected"}]}],
            "suites":[{"title":"in the app","specs":[{"title":"one","ok":true,"tests":[{"status":"expected"}]}]}]}]}"#;
        let expected = [("one".to_owned(), 1, 2), ("in the app, one".to_owned(), 1, 1)];
        assert_eq!(by_story(report), expected);
        assert_eq!(by_story("nothing"), []);
    }

    #[test]
    fn flaky_skipped_and_loose_errors_of_playwright_count_as_failed() {
        let report = r#"{"errors":[{}],"stats":{"expected":5,"unexpected":1,"flaky":1,"skipped":1}}"#;
        assert_eq!(TestCount::from_playwright(report), Some(TestCount { passed: 5, failed: 4 }));
        assert_eq!(TestCount::from_playwright("{}"), None);
    }
}
