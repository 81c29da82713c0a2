//! Rules that tests set: answers to hold, requests to refuse, answers to lose.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::oneshot;
use wire::{Problem, ProblemCode};

use super::{Answer, Sent};

/// The rules that a test has set.
#[derive(Default)]
pub(super) struct Rules {
    holds: RefCell<Vec<Rc<Hold>>>,
    refusals: RefCell<Vec<Refusal>>,
    losses: RefCell<Vec<(String, String)>>,
    offline: Cell<bool>,
}

struct Hold {
    method: String,
    pattern: String,
    over: Cell<bool>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

struct Refusal {
    method: String,
    pattern: String,
    code: ProblemCode,
    retry_after: Option<u32>,
}

/// A guard that holds answers until it is dropped or released.
pub struct Held(Rc<Hold>);

impl Held {
    /// The number of requests whose answers are held.
    pub fn count(&self) -> usize {
        self.0.waiting.borrow().len()
    }

    /// Sends the held answers.
    pub fn release(self) {}
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.over.set(true);
        for sender in self.0.waiting.take() {
            let _ = sender.send(());
        }
    }
}

impl Rules {
    pub(super) fn hold(&self, method: &str, pattern: &str) -> Held {
        let (method, pattern) = (method.to_owned(), pattern.to_owned());
        let hold = Rc::new(Hold { method, pattern, over: Cell::default(), waiting: RefCell::default() });
        self.holds.borrow_mut().push(Rc::clone(&hold));
        Held(hold)
    }

    pub(super) fn refuse(&self, method: &str, pattern: &str, code: ProblemCode, retry_after: Option<u32>) {
        let (method, pattern) = (method.to_owned(), pattern.to_owned());
        self.refusals.borrow_mut().push(Refusal { method, pattern, code, retry_after });
    }

    pub(super) fn lose(&self, method: &str, pattern: &str) {
        self.losses.borrow_mut().push((method.to_owned(), pattern.to_owned()));
    }

    pub(super) fn set_offline(&self, offline: bool) {
        self.offline.set(offline);
    }

    pub(super) fn is_offline(&self) -> bool {
        self.offline.get()
    }

    /// Takes the refusal for this request, if there is one.
    pub(super) fn refusal(&self, sent: &Sent) -> Option<Answer> {
        let mut refusals = self.refusals.borrow_mut();
        let at = refusals.iter().position(|refusal| matches(sent, &refusal.method, &refusal.pattern))?;
        let refusal = refusals.remove(at);
        Some(Answer::Refused { problem: Box::new(Problem::new(refusal.code)), retry_after: refusal.retry_after })
    }

    pub(super) fn loses(&self, sent: &Sent) -> bool {
        let mut losses = self.losses.borrow_mut();
        let at = losses.iter().position(|(method, pattern)| matches(sent, method, pattern));
        at.map(|at| losses.remove(at)).is_some()
    }

    pub(super) async fn wait_while_held(&self, sent: &Sent) {
        let receiver = {
            let mut holds = self.holds.borrow_mut();
            holds.retain(|hold| !hold.over.get());
            let hold = holds.iter().find(|hold| matches(sent, &hold.method, &hold.pattern));
            hold.map(|hold| {
                let (sender, receiver) = oneshot::channel();
                hold.waiting.borrow_mut().push(sender);
                receiver
            })
        };
        if let Some(receiver) = receiver {
            let _ = receiver.await;
        }
    }
}

/// Whether a request has this method and a path that matches `pattern`, where `*` matches any id: `/contacts/*/notes`.
pub(super) fn matches(sent: &Sent, method: &str, pattern: &str) -> bool {
    let path = sent.path.strip_prefix("/api/v1").unwrap_or(&sent.path);
    let (path, pattern): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
    let is_id = |segment: &str| uuid::Uuid::try_parse(segment).is_ok();
    let alike = |(segment, wanted): (&&str, &&str)| segment == wanted || *wanted == "*" && is_id(segment);
    sent.method == method && path.len() == pattern.len() && path.iter().zip(&pattern).all(alike)
}
