//! Wake-ups: tell those who wait for changes of something that there may be one.
//!
//! A wake-up carries no data and is never lost: a task that subscribes, then reads, then waits misses nothing. Tasks that
//! wait for another topic sleep on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;
use wire::{ConversationId, OrgId};

/// What can change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    /// Anything that the agents of an organization can see, or their access to it.
    Organization(OrgId),
    /// The messages of a conversation.
    Conversation(OrgId, ConversationId),
    /// A visitor of the web chat, by the hash of their token: their conversation begins.
    Visitor(OrgId, String),
}

impl Topic {
    pub(crate) fn organization(&self) -> OrgId {
        match self {
            Self::Organization(org) | Self::Conversation(org, _) | Self::Visitor(org, _) => *org,
        }
    }
}

/// The topics that somebody waits for, by organization: a change concerns one.
#[derive(Clone, Default)]
pub(crate) struct WakeUps {
    by_organization: Arc<Mutex<HashMap<OrgId, Topics>>>,
}

type Topics = HashMap<Topic, watch::Sender<()>>;

impl WakeUps {
    pub(crate) fn subscribe(&self, topic: Topic) -> Subscription {
        let mut all = self.all();
        let topics = all.entry(topic.organization()).or_default();
        let receiver = topics.entry(topic.clone()).or_default().subscribe();
        drop(all);
        Subscription { receiver, topic, wake_ups: self.clone() }
    }

    pub(crate) fn wake(&self, topic: &Topic) {
        if let Some(sender) = self.all().get(&topic.organization()).and_then(|topics| topics.get(topic)) {
            sender.send_replace(());
        }
    }

    /// Wakes everybody who waits for a topic of this organization that is one of these.
    pub(crate) fn wake_those(&self, org: OrgId, are_meant: impl Fn(&Topic) -> bool) {
        if let Some(topics) = self.all().get(&org) {
            topics.iter().filter(|(topic, _)| are_meant(topic)).for_each(|(_, sender)| sender.send_replace(()));
        }
    }

    /// The organizations that somebody waits for something of.
    pub(crate) fn organizations(&self) -> Vec<OrgId> {
        self.all().keys().copied().collect()
    }

    pub(crate) fn are_waited_for(&self, org: OrgId) -> bool {
        self.all().contains_key(&org)
    }

    /// Whether somebody waits for something narrower than the whole organization.
    pub(crate) fn has_narrow_topics(&self, org: OrgId) -> bool {
        let is_narrow = |topic: &Topic| !matches!(topic, Topic::Organization(_));
        self.all().get(&org).is_some_and(|topics| topics.keys().any(is_narrow))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<OrgId, Topics>> {
        self.by_organization.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for wake-ups of one topic.
pub(crate) struct Subscription {
    receiver: watch::Receiver<()>,
    topic: Topic,
    wake_ups: WakeUps,
}

impl Subscription {
    /// Whether there was a wake-up since the last call.
    pub(crate) fn was_woken(&mut self) -> bool {
        let was_woken = self.receiver.has_changed().unwrap_or(false);
        self.receiver.mark_unchanged();
        was_woken
    }

    /// Waits for a wake-up after the last call of [`Self::was_woken`], which then reports it.
    pub(crate) async fn woken(&mut self) {
        match self.receiver.changed().await {
            Ok(()) => self.receiver.mark_changed(),
            // The sender lives as long as its subscriptions.
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let (mut all, org) = (self.wake_ups.all(), self.topic.organization());
        let Some(topics) = all.get_mut(&org) else { return };
        // This subscription's receiver is still there.
        if topics.get(&self.topic).is_some_and(|sender| sender.receiver_count() <= 1) {
            topics.remove(&self.topic);
        }
        if topics.is_empty() {
            all.remove(&org);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation() -> Topic {
        Topic::Conversation(OrgId::fresh(), ConversationId::fresh())
    }

    #[tokio::test]
    async fn only_those_who_wait_for_the_topic_are_woken() {
        let (wake_ups, one, other) = (WakeUps::default(), conversation(), conversation());
        let (mut mine, mut theirs) = (wake_ups.subscribe(one.clone()), wake_ups.subscribe(other));
        assert!(futures::poll!(std::pin::pin!(mine.woken())).is_pending());
        wake_ups.wake(&one);
        mine.woken().await;
        assert!(mine.was_woken() && !mine.was_woken());
        assert!(!theirs.was_woken());
        assert!(futures::poll!(std::pin::pin!(theirs.woken())).is_pending());
    }

    #[tokio::test]
    async fn a_wake_up_between_reading_and_waiting_is_not_lost() {
        let (wake_ups, topic) = (WakeUps::default(), conversation());
        let mut subscription = wake_ups.subscribe(topic.clone());
        assert!(!subscription.was_woken());
        wake_ups.wake(&topic);
        subscription.woken().await;
        assert!(subscription.was_woken());
    }

    #[test]
    fn a_topic_that_nobody_waits_for_is_forgotten() {
        let (wake_ups, topic) = (WakeUps::default(), conversation());
        let (first, mut second) = (wake_ups.subscribe(topic.clone()), wake_ups.subscribe(topic.clone()));
        drop(first);
        wake_ups.wake(&topic);
        assert!(second.was_woken());
        drop(second);
        assert!(wake_ups.all().is_empty());
    }
}
