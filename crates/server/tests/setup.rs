//! The first hour: an empty database, and the address at which the first organization is made, once.

use crate::kit::{Client, World, database::Place};
use serde_json::{Value, json};
use sidenote_server::{Config, State, StaticFiles, orgs, setup};
use tempfile::TempDir;
use wire::{Me, Role, paths};

/// A server over an empty database.
struct Empty {
    state: State,
    client: Client,
    _directory: TempDir,
}

impl Empty {
    async fn new(world: &World) -> Self {
        let directory = TempDir::new().unwrap();
        let place = Place::fresh(&directory.path().join("empty.db")).await;
        let state = State::new(place.open().await, Config::default(), StaticFiles::default());
        let client = world.nobody().through(&sidenote_server::app(state.clone()));
        Self { state, client, _directory: directory }
    }

    async fn token(&self) -> String {
        let path = setup::path(self.state.db()).await.unwrap().unwrap();
        path.strip_prefix("/setup#").unwrap().to_owned()
    }

    async fn look(&self, token: &str) -> u16 {
        self.client.post(paths::SETUP_ADDRESS, Some(json!({ "token": token }))).await.status
    }
}

fn asked(token: &str) -> Option<Value> {
    Some(json!({
        "token": token, "organization": "Acme Ltd", "slug": "acme", "name": "Maya", "email": "Maya@acme.test",
        "password": "a long password"
    }))
}

#[tokio::test]
async fn the_first_organization_is_made_once_and_its_admin_is_signed_in() {
    let world = World::new().await;
    let empty = Empty::new(&world).await;
    let token = empty.token().await;
    assert_eq!(empty.token().await, token, "the same after a restart and on every node");
    assert_eq!((empty.look(&token).await, empty.look("guessed").await), (204, 410));
    empty.client.post(paths::SETUP, asked("guessed")).await.expect(410).refused("gone");
    let made = empty.client.post(paths::SETUP, asked(&token)).await.expect(204);
    let cookie = made.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let me: Me = empty.client.with("cookie", &cookie).get(paths::ME).await.expect(200).read();
    assert_eq!((me.organization.name.as_str(), me.organization.slug.as_str()), ("Acme Ltd", "acme"));
    assert_eq!((me.agent.email.as_str(), me.agent.role, me.channels.len()), ("maya@acme.test", Role::Admin, 2));
    let sign_in = json!({ "email": "maya@acme.test", "password": "a long password" });
    empty.client.post(paths::SESSION, Some(sign_in)).await.expect(204);

    assert_eq!(empty.look(&token).await, 410);
    empty.client.post(paths::SETUP, asked(&token)).await.expect(410).refused("gone");
    assert_eq!(setup::path(empty.state.db()).await.unwrap(), None);
}

#[tokio::test]
async fn of_two_at_once_one_makes_it() {
    let world = World::new().await;
    let empty = Empty::new(&world).await;
    let token = empty.token().await;
    let (one, other) =
        futures::join!(empty.client.post(paths::SETUP, asked(&token)), empty.client.post(paths::SETUP, asked(&token)));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 410]);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_made() {
    let world = World::new().await;
    let empty = Empty::new(&world).await;
    let token = empty.token().await;
    for (field, value) in
        [("organization", " "), ("slug", "Acme!"), ("name", ""), ("email", "maya"), ("password", "short")]
    {
        let mut asked = asked(&token).unwrap();
        asked[field] = json!(value);
        let problem = empty.client.post(paths::SETUP, Some(asked)).await.expect(422).refused("invalid-field");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"));
    }
    assert_eq!(empty.look(&token).await, 204);
}

#[tokio::test]
async fn an_organization_that_a_command_has_made_ends_it() {
    let world = World::new().await;
    let empty = Empty::new(&world).await;
    let token = empty.token().await;
    orgs::add(empty.state.db(), "other", "Other").await.unwrap();
    assert_eq!(empty.look(&token).await, 410);
    empty.client.post(paths::SETUP, asked(&token)).await.expect(410);
}
