//! `ErasedMemo`: a type-erased memo: a value derived from signals, recomputed when they change. Notifies when its value
//! differs.
//!
//! The framework's own memo is compiled once for each type of value. Here all values have one type for the framework,
//! which keeps the bundle small (see `docs/decisions/size-tricks.md`). A memo's subscriptions are disposed with its
//! owner.

use leptos::{
    prelude::*,
    reactive::{
        computed::ArcMemo,
        graph::{Subscriber, ToAnySubscriber},
    },
};
use std::{any::Any, marker::PhantomData, sync::Arc};

/// Cheap to copy: all copies share their state. Lives as long as the owner it was made under.
pub struct ErasedMemo<T> {
    value: leptos::prelude::Memo<Value>,
    of: PhantomData<fn() -> T>,
}

type Value = Arc<dyn Any + Send + Sync>;
type Compute = Box<dyn Fn(Option<Value>) -> (Value, bool) + Send + Sync>;

/// Makes a memo of `compute`, which gets the previous value.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> ErasedMemo<T> {
    let compute: Compute = Box::new(move |before| {
        let before = before.as_ref().and_then(|before| before.downcast_ref());
        let value = compute(before);
        let is_another = before != Some(&value);
        (Arc::new(value), is_another)
    });
    ErasedMemo { value: made(compute), of: PhantomData }
}

fn made(compute: Compute) -> leptos::prelude::Memo<Value> {
    let memo = ArcMemo::new_owning(compute);
    let subscriber = memo.to_any_subscriber();
    on_cleanup(move || subscriber.clear_sources(&subscriber));
    memo.into()
}

fn tracked(memo: leptos::prelude::Memo<Value>) -> Value {
    memo.get()
}

fn untracked(memo: leptos::prelude::Memo<Value>) -> Value {
    memo.get_untracked()
}

impl<T: 'static> ErasedMemo<T> {
    /// Reads the value. Tracks.
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(known(&tracked(self.value)))
    }

    pub fn with_untracked<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(known(&untracked(self.value)))
    }

    /// The value. Tracks.
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    pub fn get_untracked(&self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

fn known<T: 'static>(value: &Value) -> &T {
    value.downcast_ref().expect("a memo's value is always of its own type")
}

impl<T> Clone for ErasedMemo<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ErasedMemo<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> From<RwSignal<T>> for ErasedMemo<T> {
    fn from(signal: RwSignal<T>) -> Self {
        memo(move |_| signal.get())
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> From<ArcRwSignal<T>> for ErasedMemo<T> {
    fn from(signal: ArcRwSignal<T>) -> Self {
        memo(move |_| signal.get())
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> From<T> for ErasedMemo<T> {
    fn from(value: T) -> Self {
        memo(move |_| value.clone())
    }
}

impl From<&str> for ErasedMemo<String> {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}
