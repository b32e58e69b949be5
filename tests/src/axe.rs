//! axe-core, put into the window.

use fantoccini::Client;
use serde_json::Value;

/// What is run: the rules it is given, on the dialog that is open over the rest, or on all of it. Animations are over before contrasts
/// are measured. What the edge of something that scrolls cuts off is a small target only until it is scrolled to: whatever is small is looked at once
/// more in the middle. So is what lies below something that floats, only until that is closed.
const RUN: &str = "const done = arguments[arguments.length - 1];
  const over = document.querySelectorAll('[role=dialog][data-state=open][data-modal]');
  const where = over.length ? [...over] : document;
  const rules = { runOnly: arguments[0], resultTypes: ['violations'] };
  const name = (node) => node.target.join(' ');
  const isCovered = (element) => [...document.querySelectorAll('.floating')].some((floating) => {
    const [own, over] = [element, floating].map((each) => each.getBoundingClientRect());
    return !floating.contains(element) && own.left < over.right && own.right > over.left && own.top < over.bottom && own.bottom > over.top;
  });
  const isSmall = async (node) => {
    const element = document.querySelector(node.target.at(-1));
    if (element && isCovered(element)) return false;
    element?.scrollIntoView({ block: 'center' });
    const { violations } = await axe.run(where, { runOnly: ['target-size'], resultTypes: ['violations'] });
    return violations.some((one) => one.nodes.some((other) => name(other) === name(node)));
  };
  const look = async () => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)));
    const told = [];
    for (const { id, nodes } of (await axe.run(where, rules)).violations) {
      const bad = [];
      for (const node of nodes) if (id !== 'target-size' || (await isSmall(node))) bad.push(node);
      const why = (node) => name(node) + ' (' + [...node.any, ...node.all, ...node.none].map(({ message }) => message).join('; ') + ')';
      if (bad.length > 0) told.push(id + ': ' + bad.slice(0, 3).map(why).join(', '));
    }
    return told;
  };
  look().then(done, (error) => done(['axe: ' + error]));";

/// What is looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rules {
    /// All that WCAG 2.2 AA stands for.
    All,
    /// Those that another theme, which changes colours alone, can break.
    OfColours,
}

impl Rules {
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::All => &["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
            Self::OfColours => &["color-contrast", "link-in-text-block"],
        }
    }
}

pub(crate) async fn violations(client: &Client, rules: Rules) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(path).expect("axe-core is among the screens' packages");
    if client.execute("return typeof axe", Vec::new()).await.unwrap() == "undefined" {
        client.execute(&axe, Vec::new()).await.unwrap();
    }
    let found = client.execute_async(RUN, vec![rules.names().into()]).await.unwrap();
    let Value::Array(found) = found else { panic!("axe answered {found}") };
    found.into_iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}
