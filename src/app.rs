//! `App`: the stand-alone page: sign-in, the router, and an inbox whose view is in the address.

mod print;
mod title;

use crate::browser::{
    memo::{ErasedMemo, memo},
    printing::Printing,
};
use crate::components::ui::live::live_view;
use crate::{
    client::{Client, Session},
    components::{
        account::account_page::AccountPage,
        contact::{contact_page::ContactPage, contacts_page::ContactsPage},
        inbox::Inbox,
        search::search_field::SearchRequest,
        shared::sign_in::{SignIn, SignInCommand},
        team::{join_page::JoinPage, setup_page::SetupPage, team_page::TeamPage},
    },
    navigation::{
        navigator::{Navigator, SettingsPage},
        routes::Route,
        sign_out::SignOut,
        views::InboxView,
    },
    net::{api::Api, error::ApiError},
    strings::{Value, failure_sentence, fill, strings},
    sync,
};
use leptos::{ev, prelude::*};
use leptos_router::{components::Router, hooks::use_location};
use print::print_in_full;
use title::{keep_title, set_title};
use wasm_bindgen::JsValue;
use wire::ContactQuery;

/// Mounts the stand-alone page, in the module that tests make panic, which contains the widget too.
#[cfg(feature = "breakable")]
#[wasm_bindgen::prelude::wasm_bindgen(js_name = mountApp)]
pub fn mount_app() {
    leptos::mount::mount_to_body(App);
}

/// The page's stage.
#[derive(Clone)]
enum Stage {
    Starting,
    SignedOut,
    SignedIn(Client),
    Failed(String),
}

/// The stand-alone app.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Page />
        </Router>
    }
}

#[component]
fn Page() -> impl IntoView {
    let location = use_location();
    let route = memo(move |_| Route::read(&location.pathname.get(), location.search.get().trim_start_matches('?')));
    let stage = RwSignal::new(Stage::Starting);
    let enter = move || {
        let first = match route.get_untracked() {
            Route::Inbox(view) => view.query,
            _ => InboxView::default().query,
        };
        async move {
            let next = match sync::open(Api::new(""), Some(first)).await {
                Ok(client) => Stage::SignedIn(client),
                Err(error) if error.is_signed_out() => Stage::SignedOut,
                Err(error) => Stage::Failed(failure_sentence(error.failure()).to_owned()),
            };
            stage.set(next);
        }
    };
    leptos::task::spawn_local(enter());
    // Pages for those who have no account yet.
    let entrance =
        memo(move |_| route.with(|route| matches!(route, Route::Join | Route::Setup).then(|| route.clone())));
    Effect::new(move |_| {
        let stage = stage.get();
        if entrance.with(Option::is_some) || !matches!(stage, Stage::Starting) {
            remove_shell();
        }
        match stage {
            // Before that, the document's initial title applies.
            Stage::Starting | Stage::SignedIn(_) => {}
            _ if entrance.get() == Some(Route::Join) => set_title(strings().team.join),
            _ if entrance.get() == Some(Route::Setup) => set_title(strings().team.setup),
            Stage::SignedOut => set_title(strings().sign_in),
            Stage::Failed(_) => set_title(strings().page_title_failed),
        }
    });
    let joined = Callback::new(move |()| {
        replace_address(&Route::Inbox(InboxView::default()).path());
        leptos::task::spawn_local(enter());
    });
    let sign_in: SignInCommand = Callback::new(move |(email, password)| {
        let entering: std::pin::Pin<Box<dyn Future<Output = Result<(), String>>>> = Box::pin(async move {
            Api::new("").sign_in(email, password).await.map_err(|error: ApiError| error.sentence())?;
            enter().await;
            Ok(())
        });
        entering
    });
    view! {
        {live_view(move || match (stage.get(), entrance.get()) {
            (_, Some(Route::Setup)) => view! { <main class="gate"><SetupPage token=link_secret() joined /></main> }.into_any(),
            (_, Some(_)) => view! { <main class="gate"><JoinPage token=link_secret() joined /></main> }.into_any(),
            (Stage::Starting, None) => ().into_any(),
            (Stage::SignedOut, None) => view! { <main class="gate"><SignIn lead=strings().sign_in_lead sign_in /></main> }.into_any(),
            (Stage::SignedIn(client), None) => view! { <SignedIn client route stage /> }.into_any(),
            (Stage::Failed(sentence), None) => {
                let retry = move |_| leptos::task::spawn_local(enter());
                view! {
                    <main class="gate">
                        <h1 class="sr-only">"Sidenote"</h1>
                        <div class="load-problem" role="alert">
                            <p>{sentence}</p>
                            <button type="button" class="button" on:click=retry>{strings().try_again}</button>
                        </div>
                    </main>
                }
                    .into_any()
            }
        })}
    }
}

#[component]
fn SignedIn(client: Client, route: ErasedMemo<Route>, stage: RwSignal<Stage>) -> impl IntoView {
    provide_context(client.clone());
    let navigator = navigator(route);
    provide_context(navigator);
    let printing = Printing::new();
    provide_context(printing);
    print_in_full(&client, route, navigator, printing);
    keep_title(&client, route, navigator);
    search_by_key(route, navigator);
    let leaving = client.clone();
    provide_context(SignOut(Callback::new(move |()| {
        let client = leaving.clone();
        leptos::task::spawn_local(async move {
            client.sign_out().await;
            stage.set(Stage::SignedOut);
        });
    })));
    let (session, left) = (client.session(), client.clone());
    Effect::new(move |_| {
        if session.get() == Session::Left {
            left.close();
            stage.set(Stage::SignedOut);
        }
    });
    // The part of the route that determines the page; the inbox handles the rest.
    let page = memo(move |_| match route.get() {
        Route::Inbox(_) => None,
        // What the page of contacts shows is its own affair.
        Route::Contacts(_) => Some(Route::Contacts(ContactQuery::default())),
        other => Some(other),
    });
    view! {
        {live_view(move || match page.get() {
            None | Some(Route::Inbox(_)) => view! { <Inbox /> }.into_any(),
            Some(Route::Contacts(_)) => view! { <ContactsPage /> }.into_any(),
            Some(Route::Contact(contact)) => view! { <ContactPage contact /> }.into_any(),
            Some(Route::Team) => view! { <TeamPage /> }.into_any(),
            Some(Route::Account) => view! { <AccountPage /> }.into_any(),
            // Shown without an agent.
            Some(Route::Join | Route::Setup) => ().into_any(),
            Some(Route::NotFound) => {
                view! {
                    <main class="gate">
                        <div class="pane-problem">
                            <h1>{strings().not_found}</h1>
                            <button type="button" class="button" on:click=move |_| navigator.go.run(InboxView::default())>
                                {strings().back_to_inbox}
                            </button>
                        </div>
                    </main>
                }
                    .into_any()
            }
        })}
        <SignInAgain client />
    }
}

/// The secret of an invitation or of the set-up: the fragment of the address.
fn link_secret() -> String {
    window().location().hash().unwrap_or_default().trim_start_matches('#').to_owned()
}

/// Ctrl+K or ⌘K searches from everywhere on the page.
fn search_by_key(route: ErasedMemo<Route>, navigator: Navigator) {
    let search = SearchRequest::default();
    provide_context(search);
    let listening = window_event_listener(ev::keydown, move |event| {
        if search.take(&event) && !matches!(route.get_untracked(), Route::Inbox(_)) {
            navigator.go.run(navigator.view.get_untracked());
        }
    });
    on_cleanup(move || listening.remove());
}

/// Removes what `index.html` shows before the app runs.
fn remove_shell() {
    if let Ok(Some(shell)) = document().query_selector(".shell") {
        shell.remove();
    }
}

/// A navigator that keeps the view in the address.
fn navigator(route: ErasedMemo<Route>) -> Navigator {
    let view = memo(move |last: Option<&InboxView>| match route.get() {
        Route::Inbox(view) => view,
        // On another page the inbox keeps its view.
        _ => last.cloned().unwrap_or_default(),
    });
    Navigator {
        view,
        go: Callback::new(|view| push_address(&Route::Inbox(view).path())),
        replace: Callback::new(|view| replace_address(&Route::Inbox(view).path())),
        address: Callback::new(|view| Route::Inbox(view).path()),
        contact_address: Callback::new(|contact| Some(Route::Contact(contact).path())),
        go_to_contact: Callback::new(|contact| push_address(&Route::Contact(contact).path())),
        contacts: memo(move |_| match route.get() {
            Route::Contacts(query) => Some(query),
            _ => None,
        }),
        contacts_address: Callback::new(|query| Some(Route::Contacts(query).path())),
        go_to_contacts: Callback::new(|query| push_address(&Route::Contacts(query).path())),
        replace_contacts: Callback::new(|query| replace_address(&Route::Contacts(query).path())),
        settings: memo(move |_| match route.get() {
            Route::Account => Some(SettingsPage::Account),
            Route::Team => Some(SettingsPage::Team),
            _ => None,
        }),
        go_to_settings: Some(Callback::new(|page| {
            let route = if page == SettingsPage::Team { Route::Team } else { Route::Account };
            push_address(&route.path());
        })),
    }
}

/// Goes to another address of the app. Not by the router's `navigate`: version 0.8 keeps every URL that it has gone to
/// for as long as the page is open. The router reads the address when the page's history changes, which this is.
fn push_address(path: &str) {
    // Fails only in a page without an address, where nothing of the app runs.
    let _ = window().history().and_then(|history| history.push_state_with_url(&JsValue::NULL, "", Some(path)));
    read_address();
}

fn replace_address(path: &str) {
    let _ = window().history().and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(path)));
    read_address();
}

fn read_address() {
    let window = window();
    if let Ok(event) = web_sys::Event::new("popstate") {
        let _ = window.dispatch_event(&event);
    }
}

/// The sign-in over the page when the session has ended; the page stays under it.
#[component]
fn SignInAgain(client: Client) -> impl IntoView {
    let session = client.session();
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let is_expired = memo(move |_| session.get() == Session::Expired);
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if !is_expired.get() {
            dialog.close();
        } else if !dialog.open() {
            let _ = dialog.show_modal();
        }
    });
    let name = client.me().agent.name.clone();
    let sign_in: SignInCommand = Callback::new(move |(email, password)| {
        let (client, name) = (client.clone(), name.clone());
        let entering: std::pin::Pin<Box<dyn Future<Output = Result<(), String>>>> = Box::pin(async move {
            match client.sign_in_again(email, password).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(fill(strings().sign_in_other, &[("name", Value::Name(&name))])),
                Err(error) => Err(error.sentence()),
            }
        });
        entering
    });
    view! {
        <dialog class="sign-in-again" node_ref=dialog on:cancel=|event: leptos::ev::Event| event.prevent_default()>
            {live_view(move || is_expired.get().then(|| view! { <SignIn lead=strings().sign_in_again sign_in=sign_in /> }))}
        </dialog>
    }
}
