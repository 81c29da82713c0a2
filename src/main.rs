//! Mounts the stand-alone app on the page.

fn main() {
    #[cfg(all(target_arch = "wasm32", feature = "app"))]
    {
        sidenote::panic_hook::install();
        leptos::mount::mount_to_body(sidenote::app::App);
    }
}
