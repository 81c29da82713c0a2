//! The signed-in agent's own settings.

use super::{change::OwnSettings, keyed::change_cell, record::Record, records::Records};
use reactive_graph::{
    signal::ArcRwSignal,
    traits::{With, WithUntracked},
};
use wire::{AgentId, Settings};

/// A single record: an agent sees their own settings only.
#[derive(Default)]
pub struct SettingsOfAgent {
    cell: ArcRwSignal<Record<OwnSettings>>,
}

impl SettingsOfAgent {
    /// The settings with pending changes applied. Tracks.
    #[must_use]
    pub fn shown(&self) -> Settings {
        self.cell.with(|record| record.shown().map(|(own, _)| own.settings.clone()).unwrap_or_default())
    }

    #[must_use]
    pub fn cell(&self) -> ArcRwSignal<Record<OwnSettings>> {
        self.cell.clone()
    }
}

impl Records<OwnSettings> for SettingsOfAgent {
    fn with<R>(&self, _: AgentId, look: impl FnOnce(&Record<OwnSettings>) -> R) -> R {
        self.cell.with_untracked(look)
    }

    fn change<R>(&self, _: AgentId, change: impl FnOnce(&mut Record<OwnSettings>) -> R) -> R {
        change_cell(&self.cell, change)
    }
}
