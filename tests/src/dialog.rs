//! The system's own dialogs, which the driver of the window does not see: answered by keys, as a person would.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, interval, timeout};
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt, EventMask};

use crate::driver::PATIENCE;

/// How long a dialog may take to go before it is answered again: keys that come while it is still being drawn are lost.
const BEFORE_AGAIN: Duration = Duration::from_secs(3);

/// Answers the dialog of this title that asks for a file: its path is typed.
pub async fn choose_file(title: &str, path: &Path) {
    let search = ["search", "--onlyvisible", "--name", &format!("^{title}$")];
    let answer = async {
        let mut again = interval(Duration::from_millis(100));
        let mut last_try: Option<Instant> = None;
        loop {
            again.tick().await;
            let found = keys(&search).await;
            match (String::from_utf8_lossy(&found.stdout).lines().last(), last_try) {
                // It came, and went.
                (None, Some(_)) => return,
                (None, None) => {}
                (Some(_), Some(tried)) if tried.elapsed() < BEFORE_AGAIN => {}
                (Some(dialog), _) => {
                    keys(&["windowfocus", dialog]).await;
                    // The field for paths, and what is in it, are chosen before anything is typed.
                    keys(&["key", "--delay", "50", "ctrl+l", "ctrl+a"]).await;
                    keys(&["type", "--delay", "20", &path.to_string_lossy()]).await;
                    keys(&["key", "Return"]).await;
                    last_try = Some(Instant::now());
                }
            }
        }
    };
    timeout(PATIENCE, answer).await.expect("the dialog takes the path");
}

/// Asks the window of this title to close, as the button in its frame does.
pub(crate) async fn close_window(title: &str) {
    let found = keys(&["search", "--onlyvisible", "--name", &format!("^{title}$")]).await;
    let found = String::from_utf8_lossy(&found.stdout);
    let window: u32 = found.lines().last().and_then(|id| id.parse().ok()).expect("the window is there");
    let (display, _) = x11rb::connect(None).unwrap();
    let atom = |name: &str| display.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
    let what = [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
    let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), what);
    display.send_event(false, window, EventMask::NO_EVENT, event).unwrap().check().unwrap();
}

async fn keys(arguments: &[&str]) -> Output {
    Command::new("xdotool").args(arguments).kill_on_drop(true).output().await.expect("xdotool is there")
}
