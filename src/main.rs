//! Mounts the stand-alone app on the page.

fn main() {
    sidenote::browser::panic_hook::install();
    leptos::mount::mount_to_body(sidenote::app::App);
}
