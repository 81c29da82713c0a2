//! `ApiError`: why a request brought no result.

use crate::store::record::Failure;
use wire::{Problem, ProblemCode};

/// Why a request brought no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ApiError {
    /// No answer: no connection, or none in time.
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
            Self::Offline => true,
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
            Self::Offline | Self::Unreadable => None,
        }
    }

    /// Nobody is signed in (any more).
    #[must_use]
    pub fn is_signed_out(&self) -> bool {
        self.code() == Some(ProblemCode::SignedOut)
    }

    /// The form in which the store keeps it.
    #[must_use]
    pub fn failure(&self) -> Failure {
        match self {
            Self::Offline => Failure::Offline,
            Self::Refused { problem, .. } => Failure::Refused(problem.code().unwrap_or(ProblemCode::Internal)),
            Self::Unreadable => Failure::Unreadable,
        }
    }

    /// Seconds the server asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Offline | Self::Unreadable => None,
        }
    }
}
