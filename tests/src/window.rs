//! The app's window: what a person does in it, and what they see.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::axe::Rules;
use crate::driver::{Driver, PATIENCE};

/// How long one answer of the window may take before it is asked again.
const ANSWER: Duration = Duration::from_secs(10);
/// The left button of the mouse.
const LEFT: u64 = 0;

/// The key that closes what is open, as WebDriver has it.
pub const ESCAPE: &str = "\u{e00c}";

/// An address of the app, as its document has it.
fn address(path: &str, query: &str) -> String {
    let search = if query.is_empty() { String::new() } else { format!("?{query}") };
    format!("/{search}#{path}")
}

/// The app's window.
pub struct Window {
    client: Client,
}

impl Window {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    fn css(id: &str) -> String {
        format!("[data-testid=\"{id}\"]")
    }

    /// Waits until something with this test id, or CSS selector in brackets, is there.
    pub async fn see(&self, id: &str) -> Element {
        let css = if id.contains('[') { id.to_owned() } else { Self::css(id) };
        let mut again = tokio::time::interval(Duration::from_millis(30));
        let look = async {
            loop {
                again.tick().await;
                // A page that is being left, or not yet there, has no elements: that is no reason to give up.
                if let Ok(Ok(found)) = tokio::time::timeout(ANSWER, self.client.find(Locator::Css(&css))).await {
                    return found;
                }
            }
        };
        let Ok(found) = tokio::time::timeout(PATIENCE, look).await else {
            self.screenshot("failed").await;
            let at = self.script("return location.href", Vec::new()).await;
            panic!("{id} is not there at {at}; see the screenshot `failed`");
        };
        found
    }

    /// Whether something is there now.
    pub async fn shows(&self, id: &str) -> bool {
        !self.client.find_all(Locator::Css(&Self::css(id))).await.unwrap().is_empty()
    }

    /// Clicks on something, once it is there.
    pub async fn click(&self, id: &str) {
        self.see(id).await.click().await.unwrap_or_else(|error| panic!("{id} cannot be clicked: {error}"));
    }

    /// Opens a choice and takes what reads so.
    pub async fn choose(&self, id: &str, text: &str) {
        self.click(id).await;
        let option = format!("//*[@role='option'][contains(., '{text}')]");
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&option)).await;
        found.unwrap_or_else(|error| panic!("{text} is not offered: {error}")).click().await.unwrap();
    }

    /// Types into a field, in place of what is in it.
    pub async fn fill(&self, id: &str, text: &str) {
        let found = self.see(id).await;
        // A field is found by its own id, or by that of what it stands in.
        let field = if found.tag_name().await.unwrap().eq_ignore_ascii_case("input") {
            found
        } else {
            found.find(Locator::Css("input, textarea")).await.unwrap()
        };
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Presses keys where the focus is.
    pub async fn press(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Presses a key with Ctrl held.
    pub async fn press_ctrl(&self, key: char) {
        let control = char::from(Key::Control);
        self.press(&format!("{control}{key}{}", char::from(Key::Null))).await;
    }

    /// The text of something.
    pub async fn text(&self, id: &str) -> String {
        self.see(id).await.text().await.unwrap()
    }

    /// Runs a script and answers what it returns.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script's expression is true.
    pub async fn until(&self, expression: &str) {
        let mut again = tokio::time::interval(Duration::from_millis(30));
        let wait = async {
            loop {
                again.tick().await;
                let said = self.client.execute(&format!("return Boolean({expression})"), Vec::new()).await;
                if said.is_ok_and(|said| said == Value::Bool(true)) {
                    return;
                }
            }
        };
        if tokio::time::timeout(PATIENCE, wait).await.is_err() {
            self.screenshot("failed").await;
            panic!("never came true: {expression}");
        }
    }

    /// Makes a backup in the settings, and waits until it is told to be there: a row may be of one that was made before.
    pub async fn back_up(&self) {
        self.go("/settings/data", "").await;
        self.click("back-up-now").await;
        self.until("[...document.querySelectorAll('[data-sonner-toast]')].some((said) => said.textContent.includes('Backup made'))").await;
        self.see("backup-row").await;
    }

    /// Goes to an address of the app (`/clients`), with what stands behind the question mark. Where that is another than before, a new document comes:
    /// it is waited for, so that nothing is taken for its own that still stands in the one that is left.
    pub async fn go(&self, path: &str, query: &str) {
        let script = "const to = new URL(arguments[0], location.href), of = (url) => url.split('#')[0]; \
            if (of(to.href) !== of(location.href)) document.body.dataset.left = 'yes'; location.assign(to)";
        self.script(script, vec![json!(address(path, query))]).await;
        self.until("!document.body.dataset.left").await;
    }

    /// Loads a document of its own for an address of the app. Written over the old one's and not gone to: on its way there, loading it anew could overtake it.
    pub async fn load(&self, path: &str, query: &str) {
        let script = "document.body.dataset.left = 'yes'; history.replaceState(null, '', arguments[0]); location.reload()";
        self.script(script, vec![json!(address(path, query))]).await;
        self.until("!document.body.dataset.left").await;
    }

    /// Loads the document anew, as it is addressed, and waits until the old one is gone.
    pub async fn reload(&self) {
        self.script("document.body.dataset.left = 'yes'; location.reload()", Vec::new()).await;
        self.until("!document.body.dataset.left").await;
    }

    /// Drags with the mouse from one point of the window to another.
    pub async fn drag(&self, from: (i64, i64), to: (i64, i64)) {
        let step = |at: (i64, i64)| PointerAction::MoveTo { duration: Some(Duration::from_millis(40)), x: at.0 as f64, y: at.1 as f64 };
        let middle = ((from.0 + to.0) / 2, (from.1 + to.1) / 2);
        let mouse = MouseActions::new("mouse".to_owned())
            .then(step(from))
            .then(PointerAction::Down { button: LEFT })
            .then(step(middle))
            .then(step(to))
            .then(PointerAction::Up { button: LEFT });
        self.client.perform_actions(mouse).await.unwrap();
    }

    /// Writes what the display shows into the folder of screenshots. The display is the test's own, and asking it works also while the
    /// window is busy; the driver's own picture was seen to wait for ever.
    pub async fn screenshot(&self, name: &str) {
        let folder = PathBuf::from(std::env::var("PETREL_SCREENSHOTS").unwrap_or_else(|_| "out/screenshots".to_owned()));
        std::fs::create_dir_all(&folder).unwrap();
        let picture = folder.join(format!("{name}.png"));
        // What is in the document is painted with the next frame.
        let painted = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        let _ = tokio::time::timeout(ANSWER, self.client.execute_async(painted, Vec::new())).await;
        let taken = std::process::Command::new("import").args(["-window", "root"]).arg(&picture).status();
        assert!(taken.is_ok_and(|status| status.success()), "ImageMagick's `import` takes the picture");
    }

    /// What axe finds against these rules on what is shown now.
    pub(crate) async fn accessibility(&self, rules: Rules) -> Vec<String> {
        crate::axe::violations(&self.client, rules).await
    }

    /// Closes the window as who sits before it does, and waits until the app has ended in its own time.
    pub async fn close(self, driver: &Driver) {
        let title = self.client.title().await.unwrap();
        crate::dialog::close_window(&title).await;
        driver.closed().await;
        // The session has nothing any more that it could end: before, it would have killed the app.
        let _ = self.client.close().await;
    }

    /// Ends the session: the driver kills the app, whatever it is at.
    pub async fn quit(self) {
        self.client.close().await.unwrap();
    }
}
