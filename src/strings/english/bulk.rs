//! The English sentences about changing several conversations or contacts at once.

use crate::strings::{Counted, bulk::BulkStrings};

pub(super) const BULK: BulkStrings = BulkStrings {
    title: "Change the selected ones",
    select: "Select several",
    select_one: "Select {name}, {channel}",
    select_contact: "Select {name}",
    selected: Counted { one: "{count} selected", other: "{count} selected" },
    select_loaded: "Select all that are loaded",
    select_all: "Select all that fit",
    all_selected: "All that fit are selected",
    clear: "Clear the selection",
    close: "Close",
    open: "Open",
    assign: "Assign",
    tags: "Tags",
    tag_remove: "Take off a tag",
    lists: "Lists",
    list_remove: "Take off a list",
    list_unknown: "There is no list “{list}”.",
    doing: "{done} of {total} changed",
    undoing: "{done} of {total} put back",
    stop: "Stop",
    closed: Counted { one: "{count} conversation closed", other: "{count} conversations closed" },
    opened: Counted { one: "{count} conversation opened", other: "{count} conversations opened" },
    automated: Counted { one: "{count} conversation automated", other: "{count} conversations automated" },
    assigned: Counted {
        one: "{count} conversation assigned to {name}",
        other: "{count} conversations assigned to {name}",
    },
    unassigned: Counted { one: "{count} conversation unassigned", other: "{count} conversations unassigned" },
    tagged: Counted { one: "“{name}” put on {count} contact", other: "“{name}” put on {count} contacts" },
    untagged: Counted {
        one: "“{name}” taken off {count} contact", other: "“{name}” taken off {count} contacts"
    },
    listed: Counted {
        one: "{count} contact put on the list “{name}”",
        other: "{count} contacts put on the list “{name}”",
    },
    unlisted: Counted {
        one: "{count} contact taken off the list “{name}”",
        other: "{count} contacts taken off the list “{name}”",
    },
    nothing: "Nothing to change: all were so already.",
    failed: Counted { one: "{count} could not be changed: {names}.", other: "{count} could not be changed: {names}." },
    failure: "{name} ({reason})",
    not_found: "not there any more",
    too_many: "has as many as possible",
    changed: "changed by somebody since",
    broke_off: Counted {
        one: "Stopped after {count} change: {reason}",
        other: "Stopped after {count} changes: {reason}",
    },
    undone: Counted { one: "{count} put back as it was.", other: "{count} put back as they were." },
    kept: Counted { one: "{count} stays as it is: {names}.", other: "{count} stay as they are: {names}." },
    undo_failed: "Not undone: {reason}",
};
