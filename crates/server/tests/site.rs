//! The app's files: which are served, how they are cached, and the answer if there is no app.

use crate::kit::World;
use axum::http::Method;
use sidenote_server::{Config, StaticFiles, orgs};
use std::fs;
use tempfile::TempDir;

async fn world() -> World {
    let directory = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("index.html", "<title>Sidenote</title>");
    for page in ["chat/index.html", "chat/nobody.html"] {
        write(page, &fs::read_to_string(format!("{}/../../public/{page}", env!("CARGO_MANIFEST_DIR"))).unwrap());
    }
    write("chat/index.html.br", "brotli of the template");
    write("chat/chat.js", "chat()");
    write("boot.js", "boot()");
    write("boot.js.br", "brotli of boot()");
    write("app-0123456789abcdef.js", "app()");
    write("app-0123456789abcdef_bg.wasm", "wasm");
    World::with_site(Config::default(), StaticFiles::read(directory.path()).unwrap()).await
}

#[tokio::test]
async fn files_are_served_with_their_type_and_kept_as_long_as_their_name_allows() {
    let world = world().await;
    let nobody = world.nobody();
    for (path, text, kind, keep) in [
        ("/", "<title>Sidenote</title>", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "<title>Sidenote</title>", "text/html; charset=utf-8", "no-cache"),
        ("/boot.js", "boot()", "text/javascript; charset=utf-8", "no-cache"),
        ("/app-0123456789abcdef.js", "app()", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/app-0123456789abcdef_bg.wasm", "wasm", "application/wasm", "public, max-age=31536000, immutable"),
        ("/chat/chat.js", "chat()", "text/javascript; charset=utf-8", "no-cache"),
    ] {
        let answer = nobody.get(path).await.expect(200);
        let parts = (answer.text(), answer.header("content-type"), answer.header("cache-control"));
        assert_eq!(parts, (text.to_owned(), Some(kind), Some(keep)), "{path}");
        let head = nobody.send(Method::HEAD, path, "").await.expect(200);
        assert_eq!((head.body.len(), head.header("content-length")), (0, Some(text.len().to_string().as_str())));
    }
}

#[tokio::test]
async fn an_address_of_the_app_shows_the_app_and_any_other_is_missing() {
    let world = world().await;
    let nobody = world.nobody();
    let contact = wire::AppPage::Contact(world.acme.ana).path();
    for path in ["/", "/inbox", "/inbox?open=2", &contact] {
        assert_eq!(nobody.get(path).await.expect(200).text(), "<title>Sidenote</title>", "{path}");
    }
    for path in [
        "/conversations/1?beside=2",
        "/chat/acme/deeper",
        "/apiary",
        "/contacts/x",
        "/.git/config",
        "/inbox/deeper",
        "/app-old.js",
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/boot.js.br",
        "/.env",
        "/chat/none.js",
        "/chat/index.html",
    ] {
        nobody.get(path).await.expect(404).refused("not-found");
    }
    for path in ["/api/x", "/contact/x", "/inbound/x", "/problems/x"] {
        nobody.get(path).await.expect(404);
    }
}

#[tokio::test]
async fn somebody_who_follows_a_wrong_link_sees_the_app_say_so() {
    let world = world().await;
    let browser = world.nobody().with("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
    let tag = browser.get("/").await.header("etag").unwrap().to_owned();
    for path in ["/no/such/place", "/.git/config", "/contacts/x", "/app-old.js", "/problems/x"] {
        let answer = browser.with("if-none-match", &tag).get(path).await.expect(404);
        assert_eq!(answer.text(), "<title>Sidenote</title>", "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.header("etag"), None);
    }
    browser.get("/api/x").await.expect(404).refused("not-found");
    let posted = browser.send(Method::POST, "/no/such/place", "").await;
    posted.expect(404);
}

#[tokio::test]
async fn hidden_files_and_links_of_the_apps_directory_are_not_served() {
    let directory = TempDir::new().unwrap();
    let outside = TempDir::new().unwrap();
    fs::write(outside.path().join("secret.txt"), "secret").unwrap();
    let at = |name: &str| directory.path().join(name);
    fs::write(at("index.html"), "<title>Sidenote</title>").unwrap();
    fs::write(at(".env"), "secret").unwrap();
    fs::create_dir(at(".git")).unwrap();
    fs::write(at(".git/config"), "secret").unwrap();
    std::os::unix::fs::symlink(outside.path(), at("folder")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), at("link.txt")).unwrap();
    let world = World::with_site(Config::default(), StaticFiles::read(directory.path()).unwrap()).await;
    for path in ["/.env", "/.git/config", "/folder/secret.txt", "/link.txt"] {
        world.nobody().get(path).await.expect(404).refused("not-found");
    }
    // The directory itself may be a link.
    let link = outside.path().join("dist");
    std::os::unix::fs::symlink(directory.path(), &link).unwrap();
    let world = World::with_site(Config::default(), StaticFiles::read(&link).unwrap()).await;
    world.nobody().get("/").await.expect(200);
}

#[tokio::test]
async fn a_browser_that_takes_brotli_gets_it() {
    let world = world().await;
    for (accepted, is_brotli) in
        [("gzip, br", true), ("br;q=1.0", true), ("BR", true), ("gzip", false), ("br;q=0", false), ("brotli", false)]
    {
        let answer = world.nobody().with("accept-encoding", accepted).get("/boot.js").await.expect(200);
        let expected = if is_brotli { ("brotli of boot()", Some("br")) } else { ("boot()", None) };
        assert_eq!((answer.text().as_str(), answer.header("content-encoding")), expected, "{accepted}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
    }
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again() {
    let world = world().await;
    let tag = world.nobody().get("/boot.js").await.header("etag").unwrap().to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let answer = world.nobody().with("if-none-match", &known).get("/boot.js").await.expect(304);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
    }
    world.nobody().with("if-none-match", "\"other\"").get("/boot.js").await.expect(200);
}

#[tokio::test]
async fn without_the_app_the_server_says_how_to_build_it() {
    let world = World::new().await;
    for path in ["/", "/inbox", "/chat/acme"] {
        let answer = world.nobody().get(path).await.expect(200);
        assert!(answer.text().contains("cargo xtask build"), "{}", answer.text());
    }
    assert!(StaticFiles::read(std::path::Path::new("/nowhere/at/all")).is_err());
}

/// The text between the first opening and closing tag.
fn between<'a>(page: &'a str, opening: &str, closing: &str) -> &'a str {
    page.split_once(opening).unwrap().1.split_once(closing).unwrap().0
}

#[tokio::test]
async fn the_chat_names_the_organization_before_any_script_runs() {
    let world = world().await;
    let nobody = world.nobody().with("accept-encoding", "br");
    for path in ["/chat/acme", "/chat/acme/", "/chat/acme?from=mail"] {
        let answer = nobody.get(path).await.expect(200);
        assert_eq!(between(&answer.text(), "<title>", "</title>"), "Chat with &#x2068;ACME&#x2069;");
        assert_eq!(between(&answer.text(), "<h1 id=\"title\">", "</h1>"), "Chat with <bdi dir=\"auto\">ACME</bdi>");
        let parts = ["content-type", "cache-control", "content-encoding"].map(|name| answer.header(name));
        assert_eq!(parts, [Some("text/html; charset=utf-8"), Some("no-cache"), None], "{path}");
        assert!(answer.header("content-security-policy").unwrap().contains("script-src 'self'"));
        let tag = answer.header("etag").unwrap();
        nobody.with("if-none-match", tag).get(path).await.expect(304);
        assert_ne!(
            nobody.get("/chat/globex").await.expect(200).header("etag"),
            Some(tag),
            "another name, another page"
        );
    }
}

#[tokio::test]
async fn a_hostile_name_of_an_organization_is_text() {
    let world = world().await;
    let mut plain = None;
    for (n, name) in [
        "</title><script src=/boot.js></script>",
        "</bdi></h1><img src=x onerror=alert(1)>",
        "\"><b>'x'</b>",
        "<!--",
        "&lt;b&gt; & Sons",
        "{organization}",
        "\u{202e}emca\u{2069}\u{1}",
        "Zoë & 東京",
    ]
    .into_iter()
    .enumerate()
    {
        orgs::add(world.db(), &format!("hostile-{n}"), name).await.unwrap();
        let page = world.nobody().get(&format!("/chat/hostile-{n}")).await.expect(200).text();
        // Isolated, and without what could end the isolation: a title has no elements.
        let title = between(&page, "<title>Chat with &#x2068;", "&#x2069;</title>").to_owned();
        let heading = between(&page, "<bdi dir=\"auto\">", "</bdi>").to_owned();
        let shown = unescaped(&title);
        assert_eq!((shown, &heading), (name.replace(['\u{202e}', '\u{2069}'], ""), &title));
        assert!(!title.contains(['<', '>', '"', '\'']), "{title}");
        // Everything else on the page is the same for every organization.
        let rest = page.replacen(&title, "", 2);
        assert_eq!(&rest, plain.get_or_insert_with(|| rest.clone()));
    }
}

/// The text that a browser shows for the references in a text.
fn unescaped(html: &str) -> String {
    let references = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    references.into_iter().fold(html.to_owned(), |text, (reference, character)| text.replace(reference, character))
}

#[tokio::test]
async fn where_no_organization_is_the_page_says_so() {
    let world = world().await;
    for path in ["/chat", "/chat/", "/chat/nobody", "/chat/ACME", "/chat/%3Cscript%3E", "/chat/acme%00"] {
        let answer = world.nobody().get(path).await.expect(404);
        assert_eq!(between(&answer.text(), "<h1>", "</h1>"), "There is no chat here", "{path}");
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(!answer.text().contains("<script") && !answer.text().contains("{organization}"));
    }
}

#[tokio::test]
async fn a_page_may_use_its_own_styles_and_no_others() {
    let directory = TempDir::new().unwrap();
    let page =
        "<title>Sidenote</title><style>p { color: red }</style><style media=\"print\">p { color: black }</style>";
    fs::write(directory.path().join("index.html"), page).unwrap();
    let world = World::with_site(Config::default(), StaticFiles::read(directory.path()).unwrap()).await;
    let nobody = world.nobody();
    let answer = nobody.get("/inbox").await.expect(200);
    let policy = answer.header("content-security-policy").unwrap();
    // printf 'p { color: red }' | openssl dgst -sha256 -binary | base64
    let (red, black) = ("ngewhhP73WDIbgwseeu52VAAJgKdGUsu1IUQQsAm8m4=", "AsdWfuVGhA5h5Q0fgnNYjwN4ATC7Zk/0cGUMSRx7AD4=");
    assert!(policy.contains(&format!("style-src 'self' 'sha256-{red}' 'sha256-{black}';")), "{policy}");
    let again = nobody.with("if-none-match", answer.header("etag").unwrap()).get("/inbox").await.expect(304);
    assert_eq!(again.header("content-security-policy"), Some(policy), "the browser takes over the headers of a 304");
    let missing = nobody.with("accept", "text/html").get("/nowhere").await.expect(404);
    assert_eq!(missing.header("content-security-policy"), Some(policy), "it is the same page");
    let other = nobody.get("/api/v1/me").await;
    assert!(other.header("content-security-policy").unwrap().contains("style-src 'self';"));
}
