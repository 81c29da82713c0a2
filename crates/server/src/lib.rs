//! The Sidenote server: the agents' API, live events, the contact's web chat and the app's files.
//!
//! Read it in this order: [`app`] puts the routes together; [`session`] authenticates requests; [`db`] and [`change`]
//! describe how data is stored; then one file per resource with its routes, handlers and SQL. Nothing here depends on a
//! browser.

#[macro_use]
pub mod leak;

// Answers and failures.
mod api_document;
pub mod capacity;
mod client_address;
mod concurrency_limit;
mod connections;
pub mod error;
mod health;
mod hyper_refusals;
pub mod if_match;
pub mod input;
mod lingering_close;
mod metrics;
mod metrics_server;
mod origin;
mod page;
mod pages;
mod request_guard;
mod request_log;
mod request_parts;
mod request_rules;
pub mod state;
mod static_files;
mod streamed_file;
mod strict_json;

// Storage and events.
pub mod backup;
pub mod change;
mod copy;
mod database_address;
pub mod db;
mod engine;
mod event_log;
mod event_stream;
mod events;
mod feed;
pub mod other_processes;
mod overflow_padding;
pub mod purge;
mod schema;
pub mod search_build;
mod search_index;
mod search_text;
pub mod secret;
pub mod sql;
mod wake_ups;

// Authentication.
pub mod agents;
mod auth_agent;
mod device_cookie;
pub mod embed;
mod invitations;
mod join;
mod me;
pub mod orgs;
mod own_account;
pub mod password;
mod rate_limit;
mod session;
pub mod setup;
mod sign_in;
mod sign_in_limits;
mod team;

// Resources.
mod activity;
mod bulk;
mod contact_aliases;
mod contact_csv;
mod contact_erasure;
mod contact_export;
mod contact_fields;
mod contact_flags;
mod contact_import;
mod contact_lookup;
mod contact_merge;
mod contact_notes;
mod contact_pages;
mod contact_totals;
pub mod contacts;
mod content_policy;
pub mod conversation;
mod conversation_notes;
mod conversation_start;
mod conversations;
mod expiry;
mod lists;
pub mod messages;
mod note_indexes;
mod note_storage;
mod phone_number;
mod search;
pub mod tags;

// The contact's own API, mail archives, and the demo.
pub mod demo;
pub mod import;
mod visitor;
mod visitor_limits;

// Running the server.
pub mod cli;
pub mod serve;

pub use client_address::{ClientAddress, Peer, TrustedProxies};
pub use error::{Error, Result};
pub use state::{Config, State};
pub use static_files::StaticFiles;

use axum::{Router, middleware, response::IntoResponse as _};
use request_rules::DeclaredQueries;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use wire::ProblemCode;

#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(
        wire::AgentId,
        wire::ChannelId,
        wire::ContactKey,
        wire::ContactId,
        wire::ContactNoteId,
        wire::ConversationId,
        wire::ConversationNoteId,
        wire::ListId,
        wire::MessageId,
        wire::Position,
        wire::SearchKind,
        wire::Section,
        wire::Sort,
        wire::Status,
        wire::text_rules::Cursor,
        wire::text_rules::EntityTags,
        wire::text_rules::SearchText,
        wire::text_rules::TagName
    )),
    info(
        title = "Sidenote",
        description = "The agents' API of Sidenote, an omnichannel inbox with contact notes. Refusals are RFC 9457 problem \
        documents; ids are made by the client, and repeating a request with the same id is harmless. Another method than \
        those of a path is answered 405 with `Allow`; an address or headers that are too large 414 or 431."
    )
)]
struct Api;

/// Every route, ready to be served.
pub fn app(state: State) -> Router {
    let (api, mut document) = routes().split_for_parts();
    api_document::complete(&mut document);
    let queries = middleware::from_fn_with_state(DeclaredQueries::of(&document), request_rules::declared_query);
    let document = document.to_json().expect("the document is plain values");
    let openapi = move || async move { ([("content-type", "application/json")], document) };
    let api = api.route(wire::paths::OPENAPI, axum::routing::get(openapi)).route_layer(queries);
    finish(api.merge(health::routes()), state)
}

/// Adds the layers that every request passes. The last layer sees a request first.
fn finish(routes: Router<State>, state: State) -> Router {
    let same_origin = middleware::from_fn_with_state(state.clone(), request_guard::same_origin);
    let listed_pages = middleware::from_fn_with_state(state.clone(), embed::cors::listed_pages);
    let headers = middleware::from_fn_with_state(state.clone(), request_guard::headers);
    routes
        .method_not_allowed_fallback(async || Error::from(ProblemCode::MethodNotAllowed))
        .fallback(pages::serve)
        .layer(same_origin)
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a request panicked");
            Error::from(ProblemCode::Internal).into_response()
        }))
        .layer(listed_pages)
        .layer(middleware::from_fn(request_rules::one_host))
        .layer(headers)
        .layer(middleware::from_fn(request_log::log))
        .with_state(state)
}

fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Api::openapi())
        .merge(sign_in::routes())
        .merge(embed::routes())
        .merge(invitations::routes())
        .merge(join::routes())
        .merge(setup::routes())
        .merge(team::routes())
        .merge(me::routes())
        .merge(own_account::routes())
        .merge(conversations::routes())
        .merge(conversation::routes())
        .merge(conversation_start::routes())
        .merge(bulk::routes())
        .merge(messages::routes())
        .merge(conversation_notes::routes())
        .merge(contacts::routes())
        .merge(contact_export::routes())
        .merge(contact_flags::routes())
        .merge(contact_import::routes())
        .merge(contact_lookup::routes())
        .merge(contact_merge::routes())
        .merge(contact_totals::routes())
        .merge(contact_csv::routes())
        .merge(contact_pages::routes())
        .merge(contact_notes::routes())
        .merge(tags::routes())
        .merge(lists::routes())
        .merge(activity::routes())
        .merge(search::routes())
        .merge(events::routes())
        .merge(visitor::routes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_panic_is_one_requests_problem_and_keeps_its_words_to_itself() {
        let directory = tempfile::TempDir::new().unwrap();
        let db = db::Db::open(&directory.path().join("a.db")).await.unwrap();
        let state = State::new(db, Config::default(), StaticFiles::default());
        let broken = async || -> &'static str { panic!("secret") };
        let app = finish(Router::new().route("/api/broken", axum::routing::get(broken)), state);
        for _ in 0..2 {
            let request = axum::http::Request::get("/api/broken")
                .header("host", "localhost")
                .body(axum::body::Body::empty())
                .unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 500);
            assert_eq!(response.headers()["content-type"], "application/problem+json");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff");
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let problem: wire::Problem = serde_json::from_slice(&body).unwrap();
            assert_eq!((problem.code(), problem.retryable), (Some(ProblemCode::Internal), true));
            assert!(!String::from_utf8_lossy(&body).contains("secret"));
        }
    }
}
