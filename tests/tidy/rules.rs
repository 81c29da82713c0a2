//! The table: which words are said in which rooms only. One row per reason, and the reason is what a trespasser reads.

use crate::text;

pub(crate) struct Words {
    /// Each as a word of its own; with `*` at its end, every longer word too.
    pub(crate) words: &'static [&'static str],
    /// The rooms this row speaks about.
    pub(crate) over: &'static [&'static str],
    /// The rooms among them that may say it; none means nowhere.
    pub(crate) only: &'static [&'static str],
    pub(crate) because: &'static str,
    /// A file where it is a trespass, for the test of the row itself.
    pub(crate) seed: &'static str,
}

impl Words {
    /// The lines of trespass.
    pub(crate) fn lines(&self, path: &str, source: &str) -> Vec<usize> {
        let among = |rooms: &[&str]| rooms.iter().any(|room| text::in_room(path, room));
        if !among(self.over) || among(self.only) {
            return Vec::new();
        }
        let says = |code: &str| self.words.iter().any(|word| text::says(code, word));
        text::code_lines(path, source).filter(|(_, code)| says(code)).map(|(number, _)| number).collect()
    }
}

pub(crate) const WORDS: &[Words] = &[
    // The network.
    Words {
        words: &["gloo_net", "RequestInit", "AbortController"],
        over: &["src"],
        only: &["src/api", "src/live", "src/event_stream", "src/tabs.js", "src/outbox/kept.js"],
        because: "gloo_net and requests belong to src/api.rs and src/live.rs",
        seed: "src/desk.rs",
    },
    Words {
        words: &["\"/api/*", "\"/contact/v1*", "\"/embed/v1*", "\"/inbound/v1*"],
        over: &["src", "crates/wire/src"],
        only: &["crates/wire/src/paths"],
        because: "a path is written once, in crates/wire/src/paths.rs; call its function",
        seed: "src/api.rs",
    },
    Words {
        words: &["EventSource"],
        over: &["src"],
        only: &[],
        because: "EventSource cannot send a token; events are read by streaming fetch",
        seed: "src/live.rs",
    },
    Words {
        words: &["spawn_local*", ".await"],
        over: &["src"],
        only: &[
            "src/api",
            "src/live",
            "src/event_stream",
            "src/desk",
            "src/outbox",
            "src/embed",
            "src/app",
            "src/components",
            "src/timers",
            "src/tokens",
        ],
        because: "the desk awaits the server, and a view at most the desk; nothing else runs later",
        seed: "src/routes.rs",
    },
    Words {
        words: &["spawn_local*", ".await"],
        over: &["src/components/ui"],
        only: &[],
        because: "what lies in components/ui calls back; whoever uses it awaits",
        seed: "src/components/ui/menu.rs",
    },
    // What is known.
    Words {
        words: &["ArcRwSignal::new", "ArcTrigger::new"],
        over: &["src"],
        only: &["src/store", "src/desk", "src/live", "src/outbox", "src/embed", "src/clock"],
        because: "shared signals are made in src/store (the desk, the connection, the clock and a mount make their own); views borrow them",
        seed: "src/components/inbox.rs",
    },
    Words {
        words: &[
            "web_sys",
            "js_sys",
            "wasm_bindgen",
            "leptos",
            "spawn_local*",
            "crate::api",
            "crate::desk",
            "crate::live",
            "crate::components",
            "crate::app",
        ],
        over: &["src/store"],
        only: &[],
        because: "the store is only what we know: no browser, no network, no views, nothing that runs later",
        seed: "src/store/notes.rs",
    },
    Words {
        words: &["Action::new", "Action::new_unsync", "reactive_stores"],
        over: &["src"],
        only: &[],
        because: "an Action lets an older answer win, and keyed stores show the wrong row; use the desk and the store",
        seed: "src/desk.rs",
    },
    // Who may know whom: wire, then store and api, then desk and live, then components, then app and embed.
    Words {
        words: &["crate::store", "crate::desk", "crate::live", "crate::components"],
        over: &["src/api"],
        only: &[],
        because: "src/api.rs knows the wire and nothing above it",
        seed: "src/api.rs",
    },
    Words {
        words: &["crate::components", "crate::app", "crate::embed"],
        over: &["src/desk", "src/live", "src/outbox", "src/error"],
        only: &[],
        because: "the desk does not know who uses it",
        seed: "src/desk.rs",
    },
    Words {
        words: &["crate::api", "crate::live", "crate::outbox", "crate::app", "crate::embed"],
        over: &["src/components"],
        only: &[],
        because: "components reach the world through the Desk and nothing else",
        seed: "src/components/inbox.rs",
    },
    Words {
        words: &["crate::store", "crate::desk", "wire"],
        over: &["src/components/ui"],
        only: &[],
        because: "what lies in components/ui could live in any library: no store, no desk, no wire",
        seed: "src/components/ui/menu.rs",
    },
    Words {
        words: &["leptos*", "web_sys", "gloo_net", "axum", "sqlx", "tokio", "std::fs", "std::net"],
        over: &["crates/wire/src"],
        only: &[],
        because: "the wire is the contract alone: no input or output, no database, no browser",
        seed: "crates/wire/src/note.rs",
    },
    Words {
        words: &["leptos*", "sidenote::"],
        over: &["crates/server/src"],
        only: &[],
        because: "the server knows the wire, not the app",
        seed: "crates/server/src/lib.rs",
    },
    Words {
        words: &["sqlx", "\"insert into*", "\"delete from*", "INSERT INTO", "DELETE FROM"],
        over: &["src", "crates/wire/src"],
        only: &[],
        because: "SQL belongs to crates/server/src, each statement to its resource's file",
        seed: "src/store/notes.rs",
    },
    // The page.
    Words {
        words: &["leptos_router"],
        over: &["src"],
        only: &["src/app", "src/routes"],
        because: "only src/app.rs and src/routes.rs know the router; a link is a plain anchor with a path from routes",
        seed: "src/components/inbox.rs",
    },
    Words {
        words: &["view!"],
        over: &["src"],
        only: &["src/components", "src/app"],
        because: "what is drawn belongs to src/components (the shell to src/app.rs)",
        seed: "src/desk.rs",
    },
    Words {
        words: &["<For", "ForEnumerate"],
        over: &["src"],
        only: &["src/components/ui/rows"],
        because: "a bare <For> puts rows in the wrong order when one update moves and adds; use components/ui/rows",
        seed: "src/components/notes_section.rs",
    },
    Words {
        words: &["set_timeout*", "set_interval*", "gloo_timers", "TimeoutFuture", "request_animation_frame*"],
        over: &["src"],
        only: &["src/timers", "src/components/ui/rows"],
        because: "timers outlive their component unless they come from src/timers.rs",
        seed: "src/components/toast.rs",
    },
    Words {
        words: &[
            "inner_html",
            "set_inner_html",
            "outer_html",
            "set_outer_html",
            "insert_adjacent_html",
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
        ],
        over: &["src", "public"],
        only: &[],
        because: "text is text nodes; no HTML is ever made of it",
        seed: "src/components/note_item.rs",
    },
    Words {
        words: &["style=", "<style", "<script>", "onclick=", "onload=", "javascript:"],
        over: &["src", "public", "index.html"],
        only: &[],
        because: "the Content-Security-Policy blocks inline styles and scripts; write style:width=… or a class",
        seed: "src/components/avatar.rs",
    },
    // Two audiences.
    Words {
        words: &["ContactNote*", "ConversationNote*", "contact_note*", "conversation_note*"],
        over: &["crates/server/src/visitor", "crates/wire/src/visitor", "public/chat"],
        only: &[],
        because: "contact-facing code cannot name a note",
        seed: "crates/server/src/visitor.rs",
    },
    // Tests, and what must not leave a machine.
    Words {
        words: &["#[ignore*"],
        over: &[""],
        only: &[],
        because: "no test is ignored: repair it or remove it",
        seed: "crates/server/tests/notes.rs",
    },
    Words {
        words: &[
            "test.skip*",
            "test.only*",
            "test.fixme*",
            "describe.skip*",
            "describe.only*",
            ".skip(",
            ".only(",
            ".fixme(",
        ],
        over: &["tests/e2e"],
        only: &[],
        because: "no test is skipped, and none runs alone",
        seed: "tests/e2e/notes.spec.js",
    },
    Words {
        words: &["sleep", "sleep_ms", "sleep_until", "waitForTimeout", "TimeoutFuture"],
        over: &["tests", "crates/server/tests", "crates/wire/tests", "crates/conformance"],
        only: &["crates/server/tests/kit"],
        because: "no test sleeps: wait for the thing itself, with the `eventually` that is there",
        seed: "tests/browser/notes.rs",
    },
    Words {
        words: &["/home/*", "/root/*", "/Users/*", "/work/*"],
        over: &[""],
        only: &[],
        because: "a path of one machine is on no other",
        seed: "xtask/src/main.rs",
    },
    Words {
        words: &["\"resolved\":"],
        over: &["tests/e2e/package-lock.json"],
        only: &[],
        because: "a lock file names no registry's host; tests/e2e/.npmrc keeps it out",
        seed: "tests/e2e/package-lock.json",
    },
];
