//! `Route`: a view as an address, and back. An unknown parameter is ignored; an unknown path is "not found".

use crate::navigation::views::{InboxView, Pane};
use wire::{AppPage, ContactId, ContactQuery, ConversationId, ConversationQuery, Section, Sort, Status};

/// A page of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    Inbox(InboxView),
    /// The contacts that fit a query.
    Contacts(ContactQuery),
    /// A contact's own page, outside any conversation.
    Contact(ContactId),
    /// The team, for admins.
    Team,
    /// The agent's own settings.
    Account,
    /// Accepts an invitation. Its secret is the address's fragment, which is sent to no server.
    Join,
    /// Makes the first organization. Its secret is the fragment, too.
    Setup,
    NotFound,
}

impl Route {
    /// Reads a path and its query (without `?`). An unknown part is ignored.
    #[must_use]
    pub fn read(path: &str, query: &str) -> Self {
        match AppPage::at(path) {
            Some(AppPage::Inbox) => Self::Inbox(read_inbox(query)),
            Some(AppPage::Contacts) => Self::Contacts(read_contacts(query)),
            Some(AppPage::Contact(id)) => Self::Contact(id),
            Some(AppPage::Team) => Self::Team,
            Some(AppPage::Account) => Self::Account,
            Some(AppPage::Join) => Self::Join,
            Some(AppPage::Setup) => Self::Setup,
            None => Self::NotFound,
        }
    }

    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Inbox(view) => inbox_path(view),
            Self::Contacts(query) => contacts_path(query),
            Self::Contact(id) => AppPage::Contact(*id).path(),
            Self::Team => AppPage::Team.path(),
            Self::Account => AppPage::Account.path(),
            Self::Join => AppPage::Join.path(),
            Self::Setup => AppPage::Setup.path(),
            Self::NotFound => "/".to_owned(),
        }
    }
}

fn read_inbox(query: &str) -> InboxView {
    let mut view = InboxView::default();
    let mut panels: Vec<ConversationId> = Vec::new();
    for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
        match key {
            "section" => view.query.section = value.parse().unwrap_or_default(),
            "sort" => view.query.sort = value.parse().unwrap_or_default(),
            "status" if value == "any" => view.query.status = None,
            "status" => view.query.status = value.parse().ok().or(view.query.status),
            "channel" => view.query.channel = value.parse().ok(),
            "assignee" => view.query.assignee = value.parse().ok(),
            "q" => view.search = decoded(value),
            "open" => {
                for conversation in ids(value) {
                    if !view.shows(conversation) {
                        view.panes.push(Pane { conversation, panel: false });
                    }
                }
            }
            "panel" => panels = ids(value),
            _ => {}
        }
    }
    for pane in &mut view.panes {
        pane.panel = panels.contains(&pane.conversation);
    }
    view
}

fn inbox_path(view: &InboxView) -> String {
    let ConversationQuery { section, status, channel, assignee, sort } = view.query;
    let mut parts = Vec::new();
    if section != Section::default() {
        parts.push(format!("section={}", section.into_str()));
    }
    match status {
        Some(Status::Open) => {}
        Some(status) => parts.push(format!("status={}", status.into_str())),
        None => parts.push("status=any".to_owned()),
    }
    parts.extend(channel.map(|id| format!("channel={id}")));
    parts.extend(assignee.map(|id| format!("assignee={id}")));
    if sort != Sort::default() {
        parts.push(format!("sort={}", sort.into_str()));
    }
    if !view.search.is_empty() {
        parts.push(format!("q={}", String::from(js_sys::encode_uri_component(&view.search))));
    }
    let join = |ids: Vec<String>| ids.join(",");
    let open: Vec<String> = view.panes.iter().map(|pane| pane.conversation.to_string()).collect();
    let panels: Vec<String> =
        view.panes.iter().filter(|pane| pane.panel).map(|pane| pane.conversation.to_string()).collect();
    if !open.is_empty() {
        parts.push(format!("open={}", join(open)));
    }
    if !panels.is_empty() {
        parts.push(format!("panel={}", join(panels)));
    }
    let path = AppPage::Inbox.path();
    if parts.is_empty() { path } else { format!("{path}?{}", parts.join("&")) }
}

fn read_contacts(query: &str) -> ContactQuery {
    let mut read = ContactQuery::default();
    for (key, value) in query.split('&').filter_map(|part| part.split_once('=')) {
        match key {
            "q" => read.words = decoded(value),
            "tag" => read.tag = Some(decoded(value)).filter(|tag| !tag.is_empty()),
            "list" => read.list = value.parse().ok(),
            _ => {}
        }
    }
    read
}

fn contacts_path(query: &ContactQuery) -> String {
    let encoded = |text: &str| String::from(js_sys::encode_uri_component(text));
    let words = (!query.words.is_empty()).then(|| format!("q={}", encoded(&query.words)));
    let tag = query.tag.as_ref().map(|tag| format!("tag={}", encoded(tag)));
    let list = query.list.map(|list| format!("list={list}"));
    let parts: Vec<String> = [words, tag, list].into_iter().flatten().collect();
    let path = AppPage::Contacts.path();
    if parts.is_empty() { path } else { format!("{path}?{}", parts.join("&")) }
}

/// A text from the address; none if somebody has spoilt its encoding.
fn decoded(value: &str) -> String {
    js_sys::decode_uri_component(&value.replace('+', " ")).map(String::from).unwrap_or_default()
}

/// Parses ids separated by commas, which a browser or chat program may have percent-encoded.
fn ids(value: &str) -> Vec<ConversationId> {
    value.replace("%2C", ",").replace("%2c", ",").split(',').filter_map(|id| id.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;
    use wire::{AgentId, ChannelId};

    #[wasm_bindgen_test]
    fn every_route_survives_its_address() {
        let (a, b) = (ConversationId::fresh(), ConversationId::fresh());
        let full = InboxView {
            query: ConversationQuery {
                section: Section::Mine,
                status: Some(Status::Closed),
                channel: Some(ChannelId::fresh()),
                assignee: Some(AgentId::fresh()),
                sort: Sort::Unread,
            },
            search: "50% & more + 東京".to_owned(),
            panes: vec![Pane { conversation: a, panel: false }, Pane { conversation: b, panel: true }],
        };
        let any = InboxView { query: ConversationQuery::default(), ..InboxView::default() };
        for route in [
            Route::Inbox(InboxView::default()),
            Route::Inbox(full),
            Route::Inbox(any),
            Route::Contact(ContactId::fresh()),
            Route::Contacts(ContactQuery::default()),
            Route::Contacts(ContactQuery {
                words: "50% & more + 東京".to_owned(),
                tag: Some("a/b & c".to_owned()),
                list: Some(wire::ListId::fresh()),
            }),
        ] {
            let address = route.path();
            let (path, query) = address.split_once('?').unwrap_or((&address, ""));
            assert_eq!(Route::read(path, query), route, "{address}");
        }
    }

    #[wasm_bindgen_test]
    fn what_is_not_understood_is_left_out() {
        let id = ConversationId::fresh();
        let Route::Inbox(view) = Route::read("/inbox", &format!("sort=up&open=x,{id},{id}&panel=&channel=7&new"))
        else {
            panic!("not the inbox");
        };
        assert_eq!(view, InboxView::default().opening(id));
        assert_eq!(Route::read("/contacts/7", ""), Route::NotFound);
        assert_eq!(Route::read("/what", ""), Route::NotFound);
    }
}
