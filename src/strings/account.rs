//! The sentences about the agent's own settings.

pub struct AccountStrings {
    pub title: &'static str,
    pub name: &'static str,
    pub bad_name: &'static str,
    pub saved: &'static str,
    pub failed: &'static str,
    pub sending: &'static str,
    pub password: &'static str,
    pub password_current: &'static str,
    pub password_new: &'static str,
    pub password_change: &'static str,
    pub password_changed: &'static str,
    pub password_wrong: &'static str,
    pub password_bad: &'static str,
    pub sessions: &'static str,
    pub session_here: &'static str,
    pub session_elsewhere: &'static str,
    pub session_times: &'static str,
    pub sessions_end: &'static str,
    pub sessions_ended: &'static str,
}
