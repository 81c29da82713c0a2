//! `sidenote-conformance`: tests a back end and prints the outcome for each sentence of the contract.

#![allow(clippy::print_stdout, reason = "a command line tool talks through its output")]

use clap::Parser;
use sidenote_conformance::{Client, Credentials, Scene, Trouble, run};
use std::process::ExitCode;

/// Tests from outside whether a back end keeps the contract. Writes notes about one contact and deletes them again.
#[derive(Parser)]
struct Words {
    /// The address of the back end, e. g. https://inbox.example; the API is below it, at /api/v1.
    #[arg(long)]
    base_url: String,
    /// The agent: EMAIL:PASSWORD to sign in with, or token:TOKEN to be sent as a bearer token.
    #[arg(long, value_parser = credentials)]
    agent: Credentials,
    /// Another agent of the same organization, in the same form.
    #[arg(long, value_parser = credentials)]
    colleague: Option<Credentials>,
    /// An agent of another organization, in the same form.
    #[arg(long, value_parser = credentials)]
    stranger: Option<Credentials>,
}

fn credentials(text: &str) -> Result<Credentials, String> {
    match text.split_once(':') {
        Some(("token", token)) => Ok(Credentials::Token(token.to_owned())),
        Some((email, password)) => Ok(Credentials::Password { email: email.to_owned(), password: password.to_owned() }),
        None => Err("write EMAIL:PASSWORD or token:TOKEN".to_owned()),
    }
}

fn main() -> ExitCode {
    let words = Words::parse();
    match scene(&words) {
        Ok(scene) => report(&scene),
        Err(Trouble::Wrong(sentence)) => refuse(&sentence),
        Err(Trouble::Needs(what)) => refuse(&format!("needed: {what}")),
    }
}

fn scene(words: &Words) -> Result<Scene, Trouble> {
    let sign_in = |who: &Credentials| Client::sign_in(&words.base_url, who);
    let mut scene = Scene::find(&words.base_url, sign_in(&words.agent)?)?;
    scene.colleague = words.colleague.as_ref().map(sign_in).transpose()?;
    scene.stranger = words.stranger.as_ref().map(sign_in).transpose()?;
    Ok(scene)
}

fn report(scene: &Scene) -> ExitCode {
    let (mut held, mut wrong, mut left) = (0, 0, 0);
    for (check, outcome) in run(scene) {
        match outcome {
            Ok(()) => {
                held += 1;
                println!("holds    {}", check.rule);
            }
            Err(Trouble::Wrong(sentence)) => {
                wrong += 1;
                println!("WRONG    {}\n         {sentence}", check.rule);
            }
            Err(Trouble::Needs(what)) => {
                left += 1;
                println!("not asked {}\n         needed: {what}", check.rule);
            }
        }
    }
    println!("\n{held} hold, {wrong} wrong, {left} not asked");
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn refuse(sentence: &str) -> ExitCode {
    eprintln!("{sentence}");
    ExitCode::FAILURE
}
