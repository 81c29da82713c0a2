//! Queries and changes of the agent's own settings.

use super::{Client, changes::Changeable};
use crate::{
    net::{
        api::{Api, ApiCall, Method, read},
        error::ApiError,
    },
    store::{
        change::{OwnSettings, SettingsChange},
        records::Records,
        settings::SettingsOfAgent,
    },
};
use serde_json::Value;
use std::sync::Arc;
use wire::{AgentId, Me, Settings, SettingsPatch, paths};

/// The agent's own settings and their requests.
#[derive(Clone)]
pub(super) struct OwnSettingsChanges {
    agent: AgentId,
    settings: Arc<SettingsOfAgent>,
}

impl Changeable for OwnSettingsChanges {
    type Thing = OwnSettings;
    const KIND: &'static str = "settings";

    fn records(&self) -> &impl Records<OwnSettings> {
        &*self.settings
    }

    fn id(&self) -> AgentId {
        self.agent
    }

    fn send(&self, api: &Api, change: &SettingsChange) -> ApiCall<Value> {
        let SettingsChange::EnterSends(sends) = change;
        api.send_json::<Value>(
            Method::PATCH,
            paths::ME,
            &SettingsPatch { enter_sends: Some(*sends), ..SettingsPatch::default() },
        )
        .json()
    }

    fn receive(&self, client: &Client, answer: Value) -> Result<(), ApiError> {
        let me: Me = read(answer)?;
        client.receive_settings(me.settings);
        Ok(())
    }
}

impl Client {
    /// The settings with pending changes applied. Tracks.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.store().settings.shown()
    }

    pub fn change_settings(&self, change: SettingsChange) {
        self.apply_change(self.settings_changes(), change);
    }

    pub(super) fn receive_settings(&self, settings: Settings) {
        self.store().settings.receive(OwnSettings { agent: self.my_id(), settings });
    }

    pub(super) fn settings_changes(&self) -> OwnSettingsChanges {
        OwnSettingsChanges { agent: self.my_id(), settings: Arc::clone(&self.store().settings) }
    }
}
