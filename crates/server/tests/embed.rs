//! Access for the widget: keys, origins, tokens, and which pages may read the answers.

use crate::kit::{Answer, Client, World};
use axum::http::Method;
use chrono::{DateTime, Utc};
use serde_json::json;
use sidenote_server::{
    agents,
    embed::{keys, origins},
    sql::sql,
};
use wire::{ContactNote, Me, paths};

const HOST: &str = "https://crm.example";

/// A world whose first organization has a back end with a key, and an origin on its list.
struct Hosted {
    world: World,
    back_end: Client,
}

impl Hosted {
    async fn new() -> Self {
        let world = World::new().await;
        let key = keys::add(world.db(), world.acme.org, "crm").await.unwrap();
        origins::add(world.db(), world.acme.org, HOST).await.unwrap();
        let back_end = world.nobody().with("authorization", &format!("Bearer {key}"));
        Self { world, back_end }
    }

    async fn token(&self, agent: &str) -> String {
        let asked = json!({ "agent": agent, "origin": HOST });
        let made = self.back_end.post(paths::EMBED_TOKENS, Some(asked)).await.expect(201).json();
        made["token"].as_str().unwrap().to_owned()
    }

    /// The widget on the host's page, with the headers that a browser sends.
    async fn widget(&self, agent: &str) -> Client {
        self.page(&self.token(agent).await)
    }

    fn page(&self, token: &str) -> Client {
        let page = self.world.nobody().with("authorization", &format!("Bearer {token}"));
        page.with("origin", HOST).with("sec-fetch-site", "cross-site").with("x-sidenote", "1")
    }
}

fn allowed(answer: &Answer) -> Option<&str> {
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn a_token_lets_the_widget_do_what_its_agent_may_do() {
    let hosted = Hosted::new().await;
    let acme = &hosted.world.acme;
    let widget = hosted.widget("Sam@ACME.test").await;
    let answer = widget.get(paths::ME).await.expect(200);
    assert_eq!(allowed(&answer), Some(HOST));
    assert_eq!(answer.header("vary"), Some("origin"));
    assert_eq!(answer.read::<Me>().agent.name, "Sam");
    let id = widget.add_note(acme.ana, acme.ana_chat, "from the widget").await;
    let note =
        &hosted.world.maya().await.get(&paths::contact_notes(acme.ana, None, 1)).await.expect(200).json()["items"][0];
    let note: ContactNote = serde_json::from_value(note.clone()).unwrap();
    assert_eq!((note.id, note.author.name.as_str()), (id, "Sam"));
    let maya = hosted.world.maya().await;
    let hers = maya.add_note(acme.ana, acme.ana_chat, "Maya's").await;
    let answer = widget.delete(&paths::contact_note(acme.ana, hers)).await.expect(403);
    answer.refused("forbidden");
    assert_eq!(allowed(&answer), Some(HOST), "a page must be able to read why not");
}

#[tokio::test]
async fn a_token_says_how_long_it_lives_and_is_not_in_the_file_as_it_is() {
    let hosted = Hosted::new().await;
    let asked = json!({ "agent": "sam@acme.test", "origin": "https://CRM.example:443/" });
    let made = hosted.back_end.post(paths::EMBED_TOKENS, Some(asked)).await.expect(201);
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let made = made.json();
    assert_eq!(made["expires_in"], 600);
    let left = made["expires_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap() - Utc::now();
    assert!((595..=600).contains(&left.num_seconds()), "{left}");
    let token = made["token"].as_str().unwrap();
    hosted.page(token).get(paths::ME).await.expect(200);
    let mut file = std::fs::read(&hosted.world.file).unwrap();
    file.extend(std::fs::read(hosted.world.file.with_extension("db-wal")).unwrap_or_default());
    assert!(!file.windows(token.len()).any(|piece| piece == token.as_bytes()));
}

#[tokio::test]
async fn a_token_is_refused_with_the_reason() {
    let hosted = Hosted::new().await;
    let ask = async |client: &Client, agent: &str, origin: &str| {
        client.post(paths::EMBED_TOKENS, Some(json!({ "agent": agent, "origin": origin }))).await
    };
    let good = &hosted.back_end;
    for (agent, pointer) in [("nobody@acme.test", "/agent"), ("sam@globex.test", "/agent")] {
        let problem = ask(good, agent, HOST).await.expect(422).refused("invalid-field");
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!(pointer), &json!("unknown"))
        );
    }
    for (origin, code) in [
        ("https://crm.example.evil", "not-listed"),
        ("http://crm.example", "not-listed"),
        ("https://crm.example:8443", "not-listed"),
        ("null", "not-an-origin"),
        ("https://crm.example/page", "not-an-origin"),
        ("*", "not-an-origin"),
    ] {
        let problem = ask(good, "sam@acme.test", origin).await.expect(422).refused("invalid-field");
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!("/origin"), &json!(code))
        );
    }
    for key in ["Bearer x", "Bearer ", "Basic eDp5", "x"] {
        ask(&good.with("authorization", key), "sam@acme.test", HOST).await.expect(401).refused("bad-key");
    }
    ask(&hosted.world.maya().await, "sam@acme.test", HOST).await.expect(401).refused("bad-key");
    let token = hosted.token("sam@acme.test").await;
    let back_end_with_a_token = good.with("authorization", &format!("Bearer {token}"));
    ask(&back_end_with_a_token, "sam@acme.test", HOST).await.expect(401).refused("bad-key");
    ask(&hosted.page(&token), "sam@acme.test", HOST).await.expect(403).refused("cross-site");
    let unknown = json!({ "agent": "sam@acme.test", "origin": HOST, "role": "admin" });
    good.post(paths::EMBED_TOKENS, Some(unknown)).await.expect(422).refused("unknown-field");
    good.post(paths::EMBED_TOKENS, Some(json!({ "origin": HOST }))).await.expect(422).refused("missing-field");
    good.with("content-type", "text/plain").send(Method::POST, paths::EMBED_TOKENS, "{}").await.expect(415);
}

#[tokio::test]
async fn guessing_keys_comes_to_an_end() {
    let hosted = Hosted::new().await;
    let guesser = hosted.world.nobody().with("authorization", "Bearer guess");
    let asked = || Some(json!({ "agent": "sam@acme.test", "origin": HOST }));
    for _ in 0..10 {
        guesser.post(paths::EMBED_TOKENS, asked()).await.expect(401);
    }
    let answer = guesser.post(paths::EMBED_TOKENS, asked()).await.expect(429);
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn a_token_counts_on_its_own_origin_only() {
    let hosted = Hosted::new().await;
    origins::add(hosted.world.db(), hosted.world.acme.org, "https://other.example").await.unwrap();
    let widget = hosted.widget("sam@acme.test").await;
    let other = widget.with("origin", "https://other.example").get(paths::ME).await.expect(403);
    other.refused("cross-site");
    assert_eq!(allowed(&other), Some("https://other.example"), "it is on the list, and told why not");
    for origin in ["https://evil.example", "null", "https://crm.example.evil.example", "http://crm.example"] {
        let answer = widget.with("origin", origin).get(paths::ME).await.expect(403);
        assert_eq!(allowed(&answer), None, "{origin}");
    }
    widget.without("origin").get(paths::ME).await.expect(403).refused("cross-site");
    // Served behind the host's own address, where a browser sends no `Origin` with a GET.
    let same = widget.without("origin").with("sec-fetch-site", "same-origin");
    same.with("host", "crm.example").get(paths::ME).await.expect(200);
    same.with("host", "evil.example").get(paths::ME).await.expect(403);
}

#[tokio::test]
async fn beside_a_token_the_cookie_counts_for_nothing() {
    let hosted = Hosted::new().await;
    let maya = hosted.world.maya().await;
    let stolen = maya.with("authorization", "Bearer x").with("origin", HOST).with("sec-fetch-site", "cross-site");
    stolen.get(paths::ME).await.expect(401).refused("signed-out");
    let id = wire::ContactNoteId::fresh();
    let note = json!({ "body": "x", "conversation_id": hosted.world.acme.ana_chat });
    stolen.put(&paths::contact_note(hosted.world.acme.ana, id), note).await.expect(401);
    // Only the stand-alone page can sign in, whatever the headers.
    let answer = stolen.post(paths::SESSION, Some(json!({ "email": "a", "password": "b" }))).await.expect(403);
    assert_eq!(allowed(&answer), None);
}

#[tokio::test]
async fn a_browser_that_asks_first_is_told_about_listed_pages_only() {
    let hosted = Hosted::new().await;
    let ask = async |origin: &str, path: &str| {
        let browser = hosted.world.nobody().with("origin", origin).with("access-control-request-method", "PUT");
        browser
            .with("access-control-request-headers", "authorization,content-type")
            .send(Method::OPTIONS, path, "")
            .await
    };
    let answer = ask(HOST, paths::ME).await.expect(204);
    assert_eq!(allowed(&answer), Some(HOST));
    assert!(answer.header("access-control-allow-headers").unwrap().contains("authorization"));
    for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] {
        assert!(answer.header("access-control-allow-methods").unwrap().contains(method));
    }
    for origin in [
        "https://evil.example",
        "https://evil-crm.example",
        "https://crm.example.evil.example",
        "https://sub.crm.example",
        "https://crm.example:8443",
        "http://crm.example",
        "https://CRM.example",
        "https://crm.example/",
        "https://crm.example.",
        "https://crm_example",
        "null",
        "*",
        "",
        "file://",
        "chrome-extension://crm.example",
        "https://user@crm.example",
        "https://crm.example, https://evil.example",
        "https://crm.examplé",
        "http://localhost",
        "http://127.0.0.1:8787",
    ] {
        let Ok(_) = axum::http::HeaderValue::from_str(origin) else { continue };
        let answer = ask(origin, paths::ME).await;
        assert_eq!(allowed(&answer), None, "{origin}");
        assert_ne!(answer.status, 204, "{origin}");
    }
    for path in [paths::SESSION, paths::EMBED_TOKENS, "/contact/v1/messages", "/", "/chat/acme"] {
        assert_eq!(allowed(&ask(HOST, path).await), None, "{path}");
    }
    // Without a token no other origin may read an answer, and the API with the cookie stays closed to it.
    let maya = hosted.world.maya().await.with("origin", HOST).with("sec-fetch-site", "cross-site");
    assert_eq!(allowed(&maya.get(paths::ME).await), None);
}

#[tokio::test]
async fn a_token_that_is_over_is_refused_and_its_stream_ends() {
    let hosted = Hosted::new().await;
    let widget = hosted.widget("sam@acme.test").await;
    let mut stream = widget.stream(paths::EVENTS).await;
    stream.until("hello").await;
    let mut change = hosted.world.db().change(hosted.world.acme.org).await.unwrap();
    let past = Utc::now().timestamp_millis() - 1;
    sql("UPDATE embed_token SET expires_at = $1").bind(past).execute(change.tx()).await.unwrap();
    change.commit().await.unwrap();
    assert_eq!(stream.next().await, None);
    let answer = widget.get(paths::ME).await.expect(401);
    answer.refused("signed-out");
    assert_eq!(allowed(&answer), Some(HOST), "the widget must read that it needs another");
    // The next new token deletes the expired one.
    hosted.token("kim@acme.test").await;
    assert_eq!(hosted.world.count("SELECT count(*) FROM embed_token").await, 1);
}

#[tokio::test]
async fn whatever_a_token_rests_on_ends_it_and_its_stream_when_it_goes() {
    let hosted = Hosted::new().await;
    let (db, org) = (hosted.world.db(), hosted.world.acme.org);
    for nth in 0..4 {
        let widget = hosted.widget("kim@acme.test").await;
        let others = hosted.widget("sam@acme.test").await;
        let mut stream = widget.stream(paths::EVENTS).await;
        stream.until("hello").await;
        match nth {
            0 => {
                let asked = Some(json!({ "agent": "kim@acme.test" }));
                hosted.back_end.post(paths::EMBED_REVOCATIONS, asked).await.expect(204);
                others.get(paths::ME).await.expect(200);
            }
            1 => agents::set_password(db, "kim@acme.test", "another").await.unwrap(),
            2 => {
                origins::remove(db, org, HOST).await.unwrap();
                others.get(paths::ME).await.expect(401);
                origins::add(db, org, HOST).await.unwrap();
            }
            _ => agents::remove(db, "kim@acme.test").await.unwrap(),
        }
        assert_eq!(stream.next().await, None, "{nth}");
        widget.get(paths::ME).await.expect(401);
    }
    let widget = hosted.widget("sam@acme.test").await;
    keys::remove(db, org, "crm").await.unwrap();
    widget.get(paths::ME).await.expect(401);
    let asked = json!({ "agent": "sam@acme.test", "origin": HOST });
    hosted.back_end.post(paths::EMBED_TOKENS, Some(asked)).await.expect(401);
}

#[tokio::test]
async fn one_organizations_key_and_list_are_nobody_elses() {
    let hosted = Hosted::new().await;
    let (db, globex) = (hosted.world.db(), hosted.world.globex.org);
    let key = keys::add(db, globex, "crm").await.unwrap();
    let theirs = hosted.world.nobody().with("authorization", &format!("Bearer {key}"));
    let ask =
        async |agent: &str| theirs.post(paths::EMBED_TOKENS, Some(json!({ "agent": agent, "origin": HOST }))).await;
    ask("sam@acme.test").await.expect(422);
    let problem = ask("sam@globex.test").await.expect(422).refused("invalid-field");
    assert_eq!(problem["errors"][0]["code"], "not-listed", "the page is on another organization's list");
    let asked = Some(json!({ "agent": "sam@acme.test" }));
    theirs.post(paths::EMBED_REVOCATIONS, asked).await.expect(422);
}
