//! The addresses of the app's pages, each once: the app reads its view from them, and the server answers any other
//! address with 404.

use crate::ids::ContactId;

/// The inbox; `/` shows it too.
pub const INBOX: &str = "/inbox";

/// A page of the app, without what its query says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppPage {
    Inbox,
    /// All contacts.
    Contacts,
    /// A contact's own page.
    Contact(ContactId),
    /// The team, for admins.
    Team,
    /// The agent's own settings.
    Account,
    /// Accepts an invitation.
    Join,
    /// Makes the first organization.
    Setup,
}

impl AppPage {
    /// The page with this path. `None`: the app has no such page.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments[..] {
            [] | ["inbox"] => Some(Self::Inbox),
            ["contacts"] => Some(Self::Contacts),
            ["settings", "team"] => Some(Self::Team),
            ["settings", "me"] => Some(Self::Account),
            ["join"] => Some(Self::Join),
            ["setup"] => Some(Self::Setup),
            ["contacts", id] => id.parse().ok().map(Self::Contact),
            _ => None,
        }
    }

    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::Inbox => INBOX.to_owned(),
            Self::Contacts => "/contacts".to_owned(),
            Self::Team => "/settings/team".to_owned(),
            Self::Account => "/settings/me".to_owned(),
            Self::Join => "/join".to_owned(),
            Self::Setup => "/setup".to_owned(),
            Self::Contact(id) => format!("/contacts/{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_at_its_path_and_nowhere_else() {
        for page in [
            AppPage::Inbox,
            AppPage::Contacts,
            AppPage::Contact(ContactId::fresh()),
            AppPage::Team,
            AppPage::Account,
            AppPage::Join,
            AppPage::Setup,
        ] {
            assert_eq!(AppPage::at(&page.path()), Some(page));
        }
        assert_eq!(AppPage::at("/"), Some(AppPage::Inbox));
        for path in
            ["/inbox/x", "/contacts/7", "/contacts/7/8", "/settings", "/join/x", "/.git/config", "/index.php", "/INBOX"]
        {
            assert_eq!(AppPage::at(path), None, "{path}");
        }
    }
}
