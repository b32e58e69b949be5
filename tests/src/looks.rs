//! Looking at what is shown, light and dark: by axe, and by people in a picture.

use crate::Window;
use crate::axe::Rules;

/// What axe found on what was looked at.
#[derive(Default)]
pub struct Looks {
    found: Vec<String>,
    seen: usize,
}

impl Looks {
    /// Looks at what is shown now, in both themes: in the second at what its colours can break.
    pub async fn at(&mut self, window: &Window, name: &str) {
        // As the theme's own setting does it, without a new document, in which what is open would be closed.
        let kept = window.script("return document.documentElement.dataset.theme", Vec::new()).await;
        let set = "document.documentElement.dataset.theme = arguments[0]";
        // What the board's head covers in part, as its hours go by, is taken for a small target: at its top nothing is covered.
        let to_top = "const board = document.querySelector('[data-testid=board]'); const top = board?.scrollTop ?? 0; board?.scrollTo(0, 0); return top";
        for (theme, rules) in [("light", Rules::All), ("dark", Rules::OfColours)] {
            window.script(set, vec![theme.into()]).await;
            window.screenshot(&format!("{name}-{theme}")).await;
            let top = window.script(to_top, Vec::new()).await;
            let violations = window.accessibility(rules).await;
            self.found.extend(violations.into_iter().map(|violation| format!("{name} {theme}: {violation}")));
            window.script("document.querySelector('[data-testid=board]')?.scrollTo(0, arguments[0])", vec![top]).await;
        }
        window.script(set, vec![kept]).await;
        self.seen += 1;
    }

    /// Fails where axe found anything.
    pub fn assert(self) {
        assert!(self.found.is_empty(), "axe found on {} screens:\n{}", self.seen, self.found.join("\n"));
    }
}
