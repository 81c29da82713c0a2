//! Every sentence that an agent reads, in one struct per language: a missing sentence does not compile.
//!
//! `{name}` marks a placeholder for [`fill`].

/// The sentences of one language.
pub struct Strings {
    pub broken: &'static str,
    pub start_again: &'static str,
    pub not_kept: &'static str,
    pub overdue: &'static str,
    pub note_offline: &'static str,
    pub add_note: &'static str,
    pub add_note_audience: &'static str,
    pub add_note_needs_conversation: &'static str,
    pub add_note_blank: &'static str,
    pub add_note_over_limit: Counted,
    pub sensitive_card: &'static str,
    pub sensitive_password: &'static str,
    pub sensitive_token: &'static str,
    pub sensitive_national_id: &'static str,
    pub notes: &'static str,
    pub notes_empty: &'static str,
    pub notes_search: &'static str,
    pub notes_search_empty: &'static str,
    pub notes_new_above: Counted,
    pub notes_of: &'static str,
    pub note_waiting: &'static str,
    pub note_retrying: &'static str,
    pub note_refused: &'static str,
    pub note_edit: &'static str,
    pub note_discard: &'static str,
    pub refused_changes: &'static str,
    pub refused_close: &'static str,
    pub refused_reopen: &'static str,
    pub refused_assign: &'static str,
    pub refused_unassign: &'static str,
    pub refused_tag_add: &'static str,
    pub refused_tag_remove: &'static str,
    pub note_delete_named: &'static str,
    pub note_delete_not_yours: &'static str,
    pub note_deleted: &'static str,
    pub note_new: &'static str,
    pub note_earlier: &'static str,
    pub author_removed: &'static str,
    pub undo: &'static str,
    pub undo_failed: &'static str,
    pub dismiss: &'static str,
    pub announced_note_added: &'static str,
    pub announced_note_deleted: &'static str,
    pub announced_conversation_note_added: &'static str,
    pub internal_here: &'static str,
    pub keep_as_contact_note: &'static str,
    pub kept_as_contact_note: &'static str,
    pub preview_note: &'static str,
    pub preview_you_or_team: &'static str,
    pub preview_empty: &'static str,
    pub inbox: &'static str,
    pub section_all: &'static str,
    pub section_mine: &'static str,
    pub section_unassigned: &'static str,
    pub sections: &'static str,
    pub status_open: &'static str,
    pub status_automated: &'static str,
    pub status_closed: &'static str,
    pub statuses: &'static str,
    pub filters: &'static str,
    pub filter_channel: &'static str,
    pub filter_agent: &'static str,
    pub filter_any_channel: &'static str,
    pub filter_any_agent: &'static str,
    pub filter_sort: &'static str,
    pub sort_newest: &'static str,
    pub sort_oldest: &'static str,
    pub sort_unread: &'static str,
    pub conversations: &'static str,
    pub conversations_empty: &'static str,
    pub conversations_empty_filtered: &'static str,
    pub clear_filters: &'static str,
    pub open_beside: &'static str,
    pub unread: &'static str,
    pub assigned_to: &'static str,
    pub nothing_open: &'static str,
    pub conversation_with: &'static str,
    pub close_pane: &'static str,
    pub back: &'static str,
    pub assign: &'static str,
    pub assign_search: &'static str,
    pub assign_nobody: &'static str,
    pub assign_no_match: &'static str,
    pub unassigned: &'static str,
    pub you: &'static str,
    pub close_conversation: &'static str,
    pub reopen_conversation: &'static str,
    pub closed: &'static str,
    pub automated: &'static str,
    pub thread_empty: &'static str,
    pub thread: &'static str,
    pub not_delivered: &'static str,
    pub not_delivered_no_way_out: &'static str,
    pub not_delivered_other: &'static str,
    pub attachment: &'static str,
    pub composer_mode: &'static str,
    pub mode_reply: &'static str,
    pub mode_note: &'static str,
    pub reply_to: &'static str,
    pub reply_audience: &'static str,
    pub note_audience: &'static str,
    pub note_text: &'static str,
    pub send: &'static str,
    pub add_conversation_note: &'static str,
    pub colleague_warning: &'static str,
    pub switch_to_note: &'static str,
    pub profile_of: &'static str,
    pub reached_on: &'static str,
    pub copy: &'static str,
    pub copy_address: &'static str,
    pub copied: &'static str,
    pub copy_failed: &'static str,
    pub toggle_profile: &'static str,
    pub toggle_profile_new: Counted,
    pub close_profile: &'static str,
    pub jump_to: &'static str,
    pub jump_to_of: &'static str,
    pub details: &'static str,
    pub actions: &'static str,
    pub tags: &'static str,
    pub lists: &'static str,
    pub activity: &'static str,
    pub field_name: &'static str,
    pub field_phone: &'static str,
    pub field_email: &'static str,
    pub field_external_id: &'static str,
    pub field_address: &'static str,
    pub field_birthday: &'static str,
    pub field_language: &'static str,
    pub field_default_channel: &'static str,
    pub field_time_zone: &'static str,
    pub field_local_time: &'static str,
    pub field_add: &'static str,
    pub field_change: &'static str,
    pub field_save: &'static str,
    pub field_cancel: &'static str,
    pub field_conflict: &'static str,
    pub field_conflict_empty: &'static str,
    pub field_keep_mine: &'static str,
    pub field_keep_theirs: &'static str,
    pub field_bad_birthday: &'static str,
    pub field_bad_name: &'static str,
    pub actions_need_conversation: &'static str,
    pub tag_add: &'static str,
    pub tag_remove: &'static str,
    pub tags_empty: &'static str,
    pub lists_empty: &'static str,
    pub activity_empty: &'static str,
    pub activity_opened: &'static str,
    pub activity_closed: &'static str,
    pub activity_reopened: &'static str,
    pub activity_automated: &'static str,
    pub activity_assigned: &'static str,
    pub activity_unassigned: &'static str,
    pub activity_note_added: &'static str,
    pub activity_note_deleted: &'static str,
    pub activity_note_restored: &'static str,
    pub activity_tag_added: &'static str,
    pub activity_tag_removed: &'static str,
    pub activity_details: &'static str,
    pub activity_nobody: &'static str,
    pub contact_conversations: &'static str,
    pub contact_page: &'static str,
    pub contact_unnamed: &'static str,
    pub contact_heading: &'static str,
    pub loading: &'static str,
    pub load_failed: &'static str,
    pub try_again: &'static str,
    pub not_found: &'static str,
    pub conversation_not_found: &'static str,
    pub contact_not_found: &'static str,
    pub back_to_inbox: &'static str,
    pub reconnecting: &'static str,
    pub sign_in: &'static str,
    pub sign_in_lead: &'static str,
    pub sign_in_again: &'static str,
    pub no_token: &'static str,
    pub sign_in_other: &'static str,
    pub sign_out: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub send_options: &'static str,
    pub enter_sends: &'static str,
    pub enter_sends_hint: &'static str,
    pub page_title: &'static str,
    pub page_title_unread: &'static str,
    pub page_title_contact: &'static str,
    pub page_title_failed: &'static str,
    pub notifications: &'static str,
    pub yesterday: &'static str,
    pub sms: &'static str,
    pub whatsapp: &'static str,
    pub channel_email: &'static str,
    pub chat: &'static str,
    pub voice: &'static str,
    pub messenger: &'static str,
    pub instagram: &'static str,
    pub error_offline: &'static str,
    pub error_unreadable: &'static str,
    pub error_bad_credentials: &'static str,
    pub error_signed_out: &'static str,
    pub error_forbidden: &'static str,
    pub error_not_found: &'static str,
    pub error_gone: &'static str,
    pub error_changed: &'static str,
    pub error_id_reuse: &'static str,
    pub error_too_large: &'static str,
    pub error_invalid_body: &'static str,
    pub error_invalid_field: &'static str,
    pub error_wrong_contact: &'static str,
    pub error_too_many_requests: &'static str,
    pub error_busy: &'static str,
    pub error_storage_full: &'static str,
}

mod english;
mod failures;

pub use failures::failure_sentence;

/// The sentences of the language in use.
#[must_use]
#[cfg_attr(feature = "breakable", track_caller)]
pub fn strings() -> &'static Strings {
    #[cfg(feature = "breakable")]
    crate::browser::breakable::perhaps(std::panic::Location::caller());
    &english::ENGLISH
}

/// A sentence with a number, `{count}`, in its plural forms. A language with more than two forms needs more here.
pub struct Counted {
    pub one: &'static str,
    pub other: &'static str,
}

impl Counted {
    #[must_use]
    pub fn of(&self, count: usize) -> String {
        let sentence = if count == 1 { self.one } else { self.other };
        fill(sentence, &[("count", &count.to_string())])
    }
}

/// Replaces a sentence's placeholders by values. One pass: a value that looks like a placeholder is not replaced.
#[must_use]
pub fn fill(sentence: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(sentence.len() + 16);
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn a_value_is_never_read_as_a_place() {
        assert_eq!(fill("To {name}, from {who}.", &[("name", "{who}"), ("who", "Sam")]), "To {who}, from Sam.");
    }
}
