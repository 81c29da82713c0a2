//! Commands on the team: roles, who is in it, and invitations.

use super::Client;
use crate::{net::api::Method, store::record::Failure};
use leptos::prelude::window;
use serde_json::Value;
use wire::{Agent, AgentId, AgentPatch, AppPage, Invitation, InvitationId, Invited, NewInvitation, Page, Role, paths};

impl Client {
    /// Gives an agent another role.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn set_role(&self, id: AgentId, role: Role) -> Result<(), Failure> {
        let patch = AgentPatch { role: Some(role) };
        let request = self.api().send_json::<Agent>(Method::PATCH, &paths::agent(id), &patch);
        self.store().agents.receive(request.await.map_err(|error| error.failure())?);
        Ok(())
    }

    /// Removes an agent from the team. Their sessions end at once.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn remove_agent(&self, id: AgentId) -> Result<(), Failure> {
        let request = self.api().send::<Value>(Method::DELETE, &paths::agent(id));
        request.json().await.map_err(|error| error.failure())?;
        if let Some(agent) = self.store().agents.get(id) {
            self.store().agents.receive(Agent { removed: true, ..agent });
        }
        Ok(())
    }

    /// The open invitations.
    ///
    /// # Errors
    /// [`Failure`], when they can't be fetched.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, Failure> {
        let page = self.api().get::<Page<Invitation>>(paths::INVITATIONS).await;
        page.map(|page| page.items).map_err(|error| error.failure())
    }

    /// Invites somebody. Returns the link to join, which nobody is told again.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn invite(&self, email: String, role: Role) -> Result<String, Failure> {
        let path = paths::invitation(InvitationId::fresh());
        let invited = self.api().send_json::<Invited>(Method::PUT, &path, &NewInvitation { email, role }).await;
        let token = invited.map_err(|error| error.failure())?.token;
        let origin = window().location().origin().unwrap_or_default();
        Ok(format!("{origin}{}#{token}", AppPage::Join.path()))
    }

    /// Withdraws an invitation: its link is not valid any more.
    ///
    /// # Errors
    /// [`Failure`], when the server refuses or can't be reached.
    pub async fn withdraw_invitation(&self, id: InvitationId) -> Result<(), Failure> {
        let request = self.api().send::<Value>(Method::DELETE, &paths::invitation(id));
        request.json().await.map(drop).map_err(|error| error.failure())
    }
}
