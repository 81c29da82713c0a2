//! `sidenote-server contact`: export and erasure on the command line, beside a running server too.

use crate::kit::{
    database::{Place, bytes_left},
    eventually,
    process::{acme, ask, fail, run, serve, sign_in, succeed},
};
use serde_json::Value;
use sidenote_server::{
    db::Db,
    purge::{Purged, purge},
    sql::sql,
};
use std::path::Path;
use tempfile::TempDir;
use wire::ContactExport;

const MAIL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/threads.mbox");

/// A database with imported mail.
async fn with_mail(directory: &TempDir) -> String {
    let db = acme(directory).await;
    succeed(&["import", "--db", &db, "--org", "acme", "--own", "help@acme.test", "--own", "sales@acme.test", MAIL])
        .await;
    db
}

fn contact<'a>(command: &'a str, db: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["contact", command, "--db", db, "--org", "acme"], more].concat()
}

async fn exported(db: &str, address: &str) -> ContactExport {
    let output = run(&contact("export", db, &["--email", address])).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The addresses of a person, and texts of their letters.
fn words(document: &ContactExport) -> Vec<String> {
    let messages = document.conversations.iter().flat_map(|conversation| &conversation.messages);
    let letters = messages.filter(|message| message.direction == wire::Direction::In);
    let texts = letters.filter_map(|message| message.body.lines().last()).map(str::to_owned);
    document.contact.channels.iter().map(|channel| channel.address.clone()).chain(texts).collect()
}

#[tokio::test]
async fn a_contact_is_exported_and_erased_by_address_or_id_and_nothing_of_them_is_left_in_the_file() {
    let directory = crate::kit::directory();
    let db = with_mail(&directory).await;
    let file = Path::new(&db);
    let document = exported(&db, "ALICE@mail.example").await;
    assert!(!document.conversations.is_empty());
    let words = words(&document);
    assert!(words.iter().all(|word| bytes_left(file, word) > 0), "the scan finds what is there: {words:?}");
    let id = document.contact.id.to_string();
    let output = run(&contact("erase", &db, &["--id", &id])).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("The contact is erased, with"), "{said}");
    assert!(said.contains("nothing of them is left"), "{said}");
    for word in words {
        assert_eq!(bytes_left(file, &word), 0, "{word}");
    }
    assert_eq!(bytes_left(file, "a1@mail.example"), 0);
    fail(&contact("erase", &db, &["--id", &id]), "erased already").await;
}

#[tokio::test]
async fn an_address_that_fits_nobody_or_several_is_said_so() {
    let directory = crate::kit::directory();
    let db = with_mail(&directory).await;
    fail(&contact("export", &db, &["--email", "nobody@mail.example"]), "no contact with this e-mail address").await;
    let id = wire::ContactId::fresh().to_string();
    fail(&contact("erase", &db, &["--id", &id]), "no contact with this id").await;
    fail(&contact("erase", &db, &[]), "--email").await;
    fail(&["contact", "export", "--db", &db, "--org", "globex", "--id", &id], "no organization").await;
    let open = Place::of(&db).open().await;
    sql("SELECT COUNT(*) FROM contact").fetch_value::<i64>(&mut open.read().await.unwrap()).await.unwrap();
    let org = sidenote_server::orgs::by_slug(&mut open.read().await.unwrap(), "acme").await.unwrap().unwrap();
    let mut change = open.change(org).await.unwrap();
    sql("UPDATE contact SET email = 'both@mail.example'").execute(change.tx()).await.unwrap();
    change.commit().await.unwrap();
    open.close().await;
    fail(&contact("erase", &db, &["--email", "both@mail.example"]), "choose one with --id").await;
}

#[tokio::test]
async fn an_erasure_beside_a_running_server_is_seen_there_and_leaves_nothing_in_the_file() {
    let directory = crate::kit::directory();
    let db = with_mail(&directory).await;
    let (_server, address) = serve(&db, &["--purge-ms", "10"]).await;
    let cookie = sign_in(&address).await;
    let words = words(&exported(&db, "alice@mail.example").await);
    succeed(&contact("erase", &db, &["--email", "alice@mail.example"])).await;
    eventually(async || words.iter().all(|word| bytes_left(Path::new(&db), word) == 0)).await;
    let request = "GET /api/v1/conversations HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let answer = ask(&address, &format!("{request}cookie: {cookie}\r\n\r\n")).await;
    let page: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert!(!page["items"].as_array().unwrap().is_empty() && !page.to_string().contains("alice@mail.example"));
}

#[tokio::test]
async fn a_server_that_is_killed_before_the_file_is_rewritten_leaves_nothing_once_it_runs_again() {
    let directory = crate::kit::directory();
    let db = with_mail(&directory).await;
    let file = Path::new(&db);
    let document = exported(&db, "alice@mail.example").await;
    let (mut server, address) = serve(&db, &["--purge-ms", "3600000"]).await;
    let cookie = sign_in(&address).await;
    let request = format!(
        "DELETE /api/v1/contacts/{} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx-sidenote: 1\r\n\
         sec-fetch-site: same-origin\r\ncookie: {cookie}\r\n\r\n",
        document.contact.id
    );
    assert!(ask(&address, &request).await.starts_with("HTTP/1.1 200"));
    server.kill().await.unwrap();
    assert!(words(&document).iter().any(|word| bytes_left(file, word) > 0));
    let open = Db::open(file).await.unwrap();
    assert_eq!(purge(&open, true).await.unwrap(), Purged::Clean);
    for word in words(&document) {
        assert_eq!(bytes_left(file, &word), 0, "{word}");
    }
}
