//! `ApiError`: why a request failed.

use crate::{
    store::record::Failure,
    strings::{failure_sentence, strings},
};
use serde::{Deserialize, Serialize};
use wire::{Problem, ProblemCode, Seq};

/// Why a request brought no result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum ApiError {
    /// The browser is offline: no request was sent.
    #[error("the browser has no connection")]
    Disconnected,
    /// No answer: no connection, or a timeout.
    #[error("the server could not be reached")]
    Offline,
    /// The server refused. `retry_after`: seconds it asked to wait.
    #[error("the server refused: {}", .problem.type_)]
    Refused { problem: Box<Problem>, retry_after: Option<u32> },
    /// The answer was not of the contract's form.
    #[error("the server's answer could not be read")]
    Unreadable,
}

impl ApiError {
    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Disconnected | Self::Offline => true,
            Self::Refused { problem, .. } => {
                problem.retryable || problem.status >= 500 || matches!(problem.status, 408 | 429)
            }
            Self::Unreadable => false,
        }
    }

    #[must_use]
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Refused { problem, .. } => problem.code(),
            Self::Disconnected | Self::Offline | Self::Unreadable => None,
        }
    }

    /// The version of the deletion, where the server refused because of one.
    #[must_use]
    pub fn rev(&self) -> Option<Seq> {
        if let Self::Refused { problem, .. } = self { problem.rev } else { None }
    }

    /// Whether no agent is signed in (any more).
    #[must_use]
    pub fn is_signed_out(&self) -> bool {
        self.code() == Some(ProblemCode::SignedOut)
    }

    /// The error in the store's form.
    #[must_use]
    pub fn failure(&self) -> Failure {
        match self {
            Self::Disconnected => Failure::Disconnected,
            Self::Offline => Failure::Offline,
            Self::Refused { problem, .. } => Failure::Refused(problem.code().unwrap_or(ProblemCode::Internal)),
            Self::Unreadable => Failure::Unreadable,
        }
    }

    /// The sentence for an agent, with the time to wait if the server has named one.
    #[must_use]
    pub fn sentence(&self) -> String {
        let is_too_often = self.code() == Some(ProblemCode::TooManyRequests);
        match self.retry_after().filter(|_| is_too_often) {
            Some(seconds) => strings().error_wait.of(seconds as usize),
            None => failure_sentence(self.failure()).to_owned(),
        }
    }

    /// Seconds the server asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Disconnected | Self::Offline | Self::Unreadable => None,
        }
    }
}
