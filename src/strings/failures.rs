//! What an agent reads when something could not be done or loaded.

use super::{Words, words};
use crate::store::record::Failure;
use wire::ProblemCode;

/// The sentence for a failure.
#[must_use]
pub fn failure_sentence(failure: Failure) -> &'static str {
    let words = words();
    match failure {
        Failure::Disconnected | Failure::Offline => words.error_offline,
        Failure::Unreadable => words.error_unreadable,
        Failure::Refused(code) => code_sentence(words, code),
    }
}

fn code_sentence(words: &Words, code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::BadCredentials => words.error_bad_credentials,
        ProblemCode::SignedOut => words.error_signed_out,
        ProblemCode::Forbidden => words.error_forbidden,
        ProblemCode::NotFound => words.error_not_found,
        ProblemCode::Gone => words.error_gone,
        ProblemCode::Changed => words.error_changed,
        ProblemCode::IdReuse => words.error_id_reuse,
        ProblemCode::TooLarge => words.error_too_large,
        ProblemCode::InvalidBody => words.error_invalid_body,
        ProblemCode::InvalidField | ProblemCode::MissingField | ProblemCode::UnknownField => words.error_invalid_field,
        ProblemCode::WrongContact => words.error_wrong_contact,
        ProblemCode::TooManyRequests => words.error_too_many_requests,
        ProblemCode::Busy | ProblemCode::Internal => words.error_busy,
        ProblemCode::StorageFull => words.error_storage_full,
        ProblemCode::CrossSite
        | ProblemCode::MethodNotAllowed
        | ProblemCode::BadJson
        | ProblemCode::BadCursor
        | ProblemCode::BadQuery
        | ProblemCode::WrongContentType => words.error_unreadable,
    }
}
