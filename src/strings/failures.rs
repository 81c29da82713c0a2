//! The sentences for failures.

use super::{Strings, strings};
use crate::store::record::Failure;
use wire::ProblemCode;

/// The sentence for a failure.
#[must_use]
pub fn failure_sentence(failure: Failure) -> &'static str {
    let strings = strings();
    match failure {
        Failure::Disconnected | Failure::Offline => strings.error_offline,
        Failure::Unreadable => strings.error_unreadable,
        Failure::Refused(code) => code_sentence(strings, code),
    }
}

fn code_sentence(strings: &Strings, code: ProblemCode) -> &'static str {
    match code {
        ProblemCode::BadCredentials => strings.error_bad_credentials,
        ProblemCode::SignedOut => strings.error_signed_out,
        ProblemCode::Forbidden => strings.error_forbidden,
        ProblemCode::NotFound => strings.error_not_found,
        ProblemCode::Gone => strings.error_gone,
        ProblemCode::Changed => strings.error_changed,
        ProblemCode::ContactBlocked => strings.error_contact_blocked,
        ProblemCode::ContactUnsubscribed => strings.error_contact_unsubscribed,
        ProblemCode::ContactMerged => strings.error_contact_merged,
        ProblemCode::LastAdmin => strings.team.last_admin,
        ProblemCode::IdReuse => strings.error_id_reuse,
        ProblemCode::TooLarge => strings.error_too_large,
        ProblemCode::InvalidBody => strings.error_invalid_body,
        ProblemCode::InvalidField | ProblemCode::MissingField | ProblemCode::UnknownField => {
            strings.error_invalid_field
        }
        ProblemCode::WrongContact => strings.error_wrong_contact,
        ProblemCode::TooManyRequests => strings.error_too_many_requests,
        ProblemCode::Busy | ProblemCode::Internal => strings.error_busy,
        ProblemCode::StorageFull => strings.error_storage_full,
        ProblemCode::CrossSite
        | ProblemCode::MethodNotAllowed
        | ProblemCode::BadJson
        | ProblemCode::BadCursor
        | ProblemCode::BadQuery
        | ProblemCode::BadHeader
        | ProblemCode::BadRequest
        | ProblemCode::BadKey
        | ProblemCode::UriTooLong
        | ProblemCode::HeadersTooLarge
        | ProblemCode::WrongContentType => strings.error_unreadable,
    }
}
