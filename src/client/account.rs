//! Commands on the agent's own account: name, password, sessions.

use super::Client;
use crate::{
    net::{api::Method, error::ApiError},
    store::record::Failure,
};
use serde_json::Value;
use wire::{Me, OwnSession, Page, PasswordChange, SettingsPatch, paths};

impl Client {
    /// Changes the name that everybody sees.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn change_own_name(&self, name: String) -> Result<(), Failure> {
        let patch = SettingsPatch { name: Some(name), ..SettingsPatch::default() };
        let me = self.api().send_json::<Me>(Method::PATCH, paths::ME, &patch).await;
        self.store().agents.receive(me.map_err(|error| error.failure())?.agent);
        Ok(())
    }

    /// Changes the password. The agent's other sessions end.
    ///
    /// # Errors
    /// [`ApiError`], when the server refuses or can't be reached.
    pub async fn change_password(&self, change: &PasswordChange) -> Result<(), ApiError> {
        self.api().send_json::<Value>(Method::PUT, paths::ME_PASSWORD, change).json().await.map(drop)
    }

    /// Where the agent is signed in.
    ///
    /// # Errors
    /// [`Failure`], when it can't be fetched.
    pub async fn own_sessions(&self) -> Result<Vec<OwnSession>, Failure> {
        let page = self.api().get::<Page<OwnSession>>(paths::ME_SESSIONS).await;
        page.map(|page| page.items).map_err(|error| error.failure())
    }

    /// Signs out everywhere else.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn end_other_sessions(&self) -> Result<(), Failure> {
        let ended = self.api().send::<Value>(Method::DELETE, paths::ME_SESSIONS).json().await;
        ended.map(drop).map_err(|error| error.failure())
    }
}
