//! The one window: hidden until its first screen is drawn, and never leaving the program's own pages.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tauri::webview::NewWindowResponse;
use tauri::window::Color;
use tauri::{AppHandle, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// The window's name, in the capability file, too.
pub(crate) const MAIN: &str = "main";
/// Screens that fail to start must not leave a program without a window.
const SHOWN_AT_THE_LATEST: Duration = Duration::from_secs(10);
/// The colour behind the first screen.
const BACKGROUND: Color = Color(247, 247, 245, 255);

static STARTED: OnceLock<Instant> = OnceLock::new();
static LIFE: Life = Life::new();

/// Whether there was a window, and whether somebody wants another one.
struct Life {
    was_opened: AtomicBool,
    is_wanted_again: AtomicBool,
}

impl Life {
    const fn new() -> Self {
        Self { was_opened: AtomicBool::new(false), is_wanted_again: AtomicBool::new(false) }
    }

    fn begin(&self) {
        self.was_opened.store(true, Ordering::SeqCst);
    }

    /// Somebody started the program and there is no window: it was closed, or it is not there yet.
    fn miss(&self) {
        if self.was_opened.load(Ordering::SeqCst) {
            self.is_wanted_again.store(true, Ordering::SeqCst);
        }
    }

    fn is_wanted_again(&self) -> bool {
        self.is_wanted_again.load(Ordering::SeqCst)
    }
}

/// Takes the time of the start.
pub fn note_start() {
    STARTED.get_or_init(Instant::now);
}

/// Opens the window, hidden.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let development = app.config().build.dev_url.clone().filter(|_| tauri::is_dev());
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Petrel")
        .inner_size(1366.0, 820.0)
        .min_inner_size(960.0, 600.0)
        .prevent_overflow()
        .visible(false)
        .background_color(BACKGROUND)
        .on_navigation(move |url| is_own(url, development.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    LIFE.begin();
    std::thread::spawn(move || {
        std::thread::sleep(SHOWN_AT_THE_LATEST);
        if let Ok(false) = window.is_visible() {
            tracing::warn!("no screen was drawn");
            show(&window);
        }
    });
    Ok(())
}

/// Whether a page is the program's own.
fn is_own(url: &Url, development: Option<&Url>) -> bool {
    let is_shell = match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    };
    let is_served = development.is_some_and(|served| url.origin() == served.origin());
    if !is_shell && !is_served {
        tracing::warn!(scheme = url.scheme(), "a way out of the program was blocked");
    }
    is_shell || is_served
}

/// Shows the window, and tells whoever measures the start.
pub(crate) fn show(window: &WebviewWindow) {
    if let Err(error) = window.show().and_then(|()| window.set_focus()) {
        tracing::error!(%error, "the window cannot be shown");
    }
    let elapsed = STARTED.get().map_or(0, |started| started.elapsed().as_millis());
    tracing::info!(elapsed_ms = u64::try_from(elapsed).unwrap_or(u64::MAX), "the first screen is drawn");
    if let Some(file) = std::env::var_os("PETREL_READY_FILE")
        && let Err(error) = std::fs::write(file, elapsed.to_string())
    {
        tracing::warn!(%error, "the time of the start could not be written");
    }
}

/// Brings the window to the front: somebody started the program again. Where it is closed already, the last backup is being made, and whoever started
/// the program has ended by now: it is to start again by itself.
pub(crate) fn focus(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else { return LIFE.miss() };
    let brought = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    if let Err(error) = brought {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
}

/// Whether somebody started the program while it was ending.
pub(crate) fn is_wanted_again() -> bool {
    LIFE.is_wanted_again()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_after_the_window_was_closed_is_remembered_and_one_before_it_opened_is_not() {
        let life = Life::new();
        life.miss();
        assert!(!life.is_wanted_again(), "the window is on its way");
        life.begin();
        assert!(!life.is_wanted_again());
        life.miss();
        assert!(life.is_wanted_again());
    }

    #[test]
    fn nothing_leads_out_of_the_program() {
        let served: Url = "http://127.0.0.1:5173".parse().unwrap();
        let own = |url: &str, served: Option<&Url>| is_own(&url.parse().unwrap(), served);
        assert!(own("tauri://localhost/index.html", None) && own("http://tauri.localhost/#/today", None));
        for out in
            ["https://example.com", "http://127.0.0.1:5173/", "file:///etc/passwd", "tauri://elsewhere", "data:text/html,x", "javascript:1"]
        {
            assert!(!own(out, None), "{out}");
        }
        assert!(own("http://127.0.0.1:5173/#/today", Some(&served)) && !own("http://127.0.0.1:5174/", Some(&served)));
    }
}
