//! Asks the product's own back end for its customers, and shows their cards.

#[cfg(target_arch = "wasm32")]
fn main() {
    use leptos::prelude::*;
    use sidenote::net::api::Api;
    use sidenote_example_leptos::{Customer, Customers};

    async fn customers() -> Result<Vec<Customer>, String> {
        let answer = gloo_net::http::Request::get("/customers").send().await.map_err(|error| error.to_string())?;
        let text = answer.text().await.map_err(|error| error.to_string())?;
        serde_json::from_str(&text).map_err(|error| error.to_string())
    }

    leptos::mount::mount_to_body(|| {
        let known = RwSignal::new(None);
        leptos::task::spawn_local(async move { known.set(Some(customers().await)) });
        move || match known.get() {
            None => ().into_any(),
            Some(Err(error)) => view! { <p role="alert">{error}</p> }.into_any(),
            // Served from Sidenote's own origin, with the session that the agent has there.
            Some(Ok(customers)) => view! { <Customers api=Api::new("") customers /> }.into_any(),
        }
    });
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
