//! The rules: which words may stand in which folders only. One row per reason, which is the message of a violation.

use crate::text;

pub(crate) struct Words {
    /// Each matches as a whole word; with `*` at its end, as the beginning of a longer word too.
    pub(crate) words: &'static [&'static str],
    /// The folders and files that this row applies to.
    pub(crate) over: &'static [&'static str],
    /// Those among them that may contain the words; empty means none.
    pub(crate) only: &'static [&'static str],
    pub(crate) because: &'static str,
    /// A file where the words are a violation, for the test of the row itself.
    pub(crate) seed: &'static str,
}

impl Words {
    /// The lines of violations.
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
        only: &["src/net", "src/sync", "src/storage"],
        because: "gloo_net and requests belong to src/net, the event stream to src/sync",
        seed: "src/client.rs",
    },
    Words {
        words: &["\"/api/*", "\"/contact/v1*", "\"/embed/v1*", "\"/inbound/v1*"],
        over: &["src", "crates/wire/src"],
        only: &["crates/wire/src/paths"],
        because: "a path is written once, in crates/wire/src/paths.rs; call its function",
        seed: "src/strings.rs",
    },
    Words {
        words: &["EventSource"],
        over: &["src"],
        only: &[],
        because: "EventSource cannot send a token; events are read by streaming fetch",
        seed: "src/sync.rs",
    },
    Words {
        words: &["spawn_local*", ".await"],
        over: &["src"],
        only: &[
            "src/net",
            "src/sync",
            "src/client",
            "src/storage",
            "src/widget",
            "src/app",
            "src/components",
            "src/browser/timers",
        ],
        because: "the client awaits the server, and a view at most the client; nothing else runs later",
        seed: "src/navigation/routes.rs",
    },
    Words {
        words: &["spawn_local*", ".await"],
        over: &["src/components/ui"],
        only: &[],
        because: "what lies in components/ui calls back; whoever uses it awaits",
        seed: "src/components/ui/menu.rs",
    },
    // State.
    Words {
        words: &["ArcRwSignal::new", "ArcTrigger::new"],
        over: &["src"],
        only: &["src/client", "src/sync", "src/storage", "src/widget", "src/browser/clock"],
        because: "shared signals are made in crates/store (the client, the clock and a mount make their own); views borrow them",
        seed: "src/components/inbox.rs",
    },
    Words {
        words: &["web_sys", "js_sys", "wasm_bindgen", "leptos", "spawn_local*", "std::fs", "std::net"],
        over: &["crates/store/src"],
        only: &[],
        because: "the store is only what we know: no browser, no network, no views, nothing that runs later",
        seed: "crates/store/src/notes.rs",
    },
    Words {
        words: &["Action::new", "Action::new_unsync", "reactive_stores"],
        over: &["src"],
        only: &[],
        because: "an Action lets an older answer win, and keyed stores show the wrong row; use the client and the store",
        seed: "src/client.rs",
    },
    // Dependencies between parts; the layers of `src` are in imports.rs.
    Words {
        words: &["crate::store", "crate::client", "wire"],
        over: &["src/components/ui"],
        only: &[],
        because: "what lies in components/ui could live in any library: no store, no client, no wire",
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
        words: &["wire::", "sqlx", "axum", "tokio", "leptos*", "std::fs", "std::net", "Utc::now", "SystemTime"],
        over: &["crates/mail-import/src"],
        only: &[],
        because: "mail import reads the bytes that it is given: no database, no network, no clock, no other crate of ours",
        seed: "crates/mail-import/src/letter.rs",
    },
    Words {
        words: &["mail_parser*"],
        over: &["crates/server/src", "crates/wire/src", "crates/store/src", "src"],
        only: &[],
        because: "only crates/mail-import knows mail-parser, so that what it works around is in one place",
        seed: "crates/server/src/import.rs",
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
        over: &["src", "crates/wire/src", "crates/store/src", "crates/mail-import/src"],
        only: &[],
        because: "SQL belongs to crates/server/src, each statement to its resource's file",
        seed: "crates/store/src/notes.rs",
    },
    // The page.
    Words {
        words: &["leptos_router"],
        over: &["src"],
        only: &["src/app"],
        because: "only src/app.rs knows the router; a link is a plain anchor with a path from navigation/routes.rs",
        seed: "src/components/inbox.rs",
    },
    Words {
        words: &["view!"],
        over: &["src"],
        only: &["src/components", "src/app", "src/widget/view"],
        because: "what is drawn belongs to src/components (the page around it to src/app.rs and src/widget/view.rs)",
        seed: "src/client.rs",
    },
    Words {
        words: &["<For", "ForEnumerate"],
        over: &["src"],
        only: &["src/components/ui/keyed_list"],
        because: "a bare <For> puts rows in the wrong order when one update moves and adds; use components/ui/keyed_list",
        seed: "src/components/notes_section.rs",
    },
    Words {
        words: &["set_timeout*", "set_interval*", "gloo_timers", "TimeoutFuture", "request_animation_frame*"],
        over: &["src"],
        only: &["src/browser/timers", "src/components/ui/virtual_list"],
        because: "timers outlive their component unless they come from src/browser/timers.rs",
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
        seed: "src/components/notes/note_item.rs",
    },
    Words {
        words: &["style=", "<style", "<script>", "onclick=", "onload=", "javascript:"],
        over: &["src", "public", "index.html"],
        only: &[],
        because: "the Content-Security-Policy blocks inline styles and scripts; write style:width=… or a class",
        seed: "src/components/avatar.rs",
    },
    Words {
        words: &[
            "<bdi",
            "{author.name}",
            "{agent.name}",
            "{contact.name}",
            "{organization.name}",
            "{tag.name}",
            "{list.name}",
            "{attachment.name}",
            "{author.name.*",
            "{agent.name.*",
            "{contact.name.*",
        ],
        over: &["src"],
        only: &["src/components/ui"],
        because: "a text of somebody is isolated: Name, FileName and Line, or filled, of components/ui/name; Text, Excerpt",
        seed: "src/components/notes/note_item.rs",
    },
    Words {
        words: &["event_target_value"],
        over: &["src/components"],
        only: &[
            "src/components/contact/detail_input",
            "src/components/contact/contacts_page",
            "src/components/contact/import_preview",
            "src/components/contact/new_conversation",
            "src/components/contact/start_conversation",
            "src/components/team/agent_row",
            "src/components/inbox/filters",
            "src/components/shared/sign_in",
        ],
        because: "what is typed is cleaned by Typed of components/shared/typed; a choice and a password are not",
        seed: "src/components/notes/add_note_box.rs",
    },
    // Contacts and agents.
    Words {
        words: &["ContactNote*", "ConversationNote*", "contact_note*", "conversation_note*"],
        over: &["crates/server/src/visitor", "crates/wire/src/visitor", "public/chat"],
        only: &[],
        because: "contact-facing code cannot name a note",
        seed: "crates/server/src/visitor.rs",
    },
    // Tests, and data that must not leave a machine.
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
