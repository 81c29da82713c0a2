//! The English sentences about the agent's own settings.

use crate::strings::account::AccountStrings;

pub(super) const ACCOUNT: AccountStrings = AccountStrings {
    title: "Settings",
    name: "Your name",
    bad_name: "A name has 1 to 100 characters, in one line.",
    saved: "Saved.",
    failed: "Not saved. {reason}",
    sending: "Sending",
    password: "Password",
    password_current: "Your password now",
    password_new: "The new one, of 12 characters at least",
    password_change: "Change the password",
    password_changed: "Changed. You are signed out everywhere else.",
    password_wrong: "That is not your password now.",
    password_bad: "A password has 12 to 1,000 characters.",
    sessions: "Where you are signed in",
    session_here: "Here",
    session_elsewhere: "In another browser",
    session_times: "since {started}, last used {used}",
    sessions_end: "Sign out everywhere else",
    sessions_ended: "You are signed in here alone.",
};
