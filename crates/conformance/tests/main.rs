//! The kit run against this project's server, and against copies of it that each break the contract in one way.

// Clippy's exception for tests covers test functions only; their helpers here are test code too.
#![allow(clippy::unwrap_used)]

mod faults;
mod later;
mod people_faults;
mod served;

use served::Served;
use sidenote_conformance::{CHECKS, Client, Credentials, Scene, Trouble, run};

fn scene(served: &Served) -> Scene {
    let sign_in = |email: &str| {
        let credentials = Credentials::Password { email: email.to_owned(), password: "demo".to_owned() };
        Client::sign_in(&served.base, &credentials).unwrap()
    };
    let mut scene = Scene::find(&served.base, sign_in("sam@acme.test")).unwrap();
    scene.colleague = Some(sign_in("maya@acme.test"));
    scene.stranger = Some(sign_in("gia@globex.test"));
    scene
}

#[test]
fn our_own_server_keeps_every_sentence_of_the_contract() {
    let served = Served::faithful();
    for (check, outcome) in run(&scene(&served)) {
        assert_eq!(outcome, Ok(()), "{}", check.rule);
    }
}

#[test]
fn a_server_that_says_more_than_the_contract_keeps_it() {
    let served = Served::with(later::later_version);
    for (check, outcome) in run(&scene(&served)) {
        assert_eq!(outcome, Ok(()), "{}", check.rule);
    }
}

#[test]
fn every_fault_seeded_before_a_server_on_a_file_is_named_with_its_request() {
    let all: Vec<_> = faults::FAULTS.iter().chain(people_faults::FAULTS).collect();
    assert!(all.len() >= 25);
    for fault in &all {
        let served = Served::with(fault.seed);
        let scene = scene(&served);
        // The other checks are not about this fault, and a complete run for each takes more than a minute.
        let about = CHECKS.iter().filter(|check| check.rule.contains(fault.breaks));
        let outcomes: Vec<_> = about.map(|check| check.ask(&scene)).collect();
        match outcomes.iter().find(|outcome| outcome.is_err()) {
            Some(Err(Trouble::Wrong(sentence))) => {
                assert!(sentence.contains("/api/v1/"), "{}: no request in: {sentence}", fault.name);
                assert!(sentence.contains("contract says"), "{}: no rule in: {sentence}", fault.name);
                println!("caught: {}\n        {sentence}", fault.name);
            }
            _ => panic!("{} is not noticed as “{}”: {outcomes:#?}", fault.name, fault.breaks),
        }
    }
    println!("{0}/{0} caught", all.len());
}

#[test]
fn what_is_missing_for_a_check_is_said() {
    let served = Served::faithful();
    let mut scene = scene(&served);
    scene.colleague = None;
    scene.stranger = None;
    let needs = |outcome: &_| matches!(outcome, Err(Trouble::Needs("--colleague" | "--stranger")));
    assert_eq!(run(&scene).iter().filter(|(_, outcome)| needs(outcome)).count(), 3);
}

#[test]
fn a_wrong_password_and_a_silent_address_are_said_in_a_sentence() {
    let served = Served::faithful();
    let wrong = Credentials::Password { email: "sam@acme.test".to_owned(), password: "wrong".to_owned() };
    let Err(Trouble::Wrong(sentence)) = Client::sign_in(&served.base, &wrong) else { panic!("it is refused") };
    assert!(sentence.contains("POST /api/v1/session") && sentence.contains("401"), "{sentence}");
    let Err(Trouble::Wrong(sentence)) = Client::sign_in("http://127.0.0.1:9", &wrong) else {
        panic!("nobody is there")
    };
    assert!(sentence.contains("no answer"), "{sentence}");
}
