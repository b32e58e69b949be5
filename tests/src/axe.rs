//! axe-core, put into the window.

use fantoccini::Client;
use serde_json::Value;

/// What is run: the rules that WCAG 2.2 AA stands for, on the dialog that is open over the rest, or on all of it. Animations are over before contrasts
/// are measured.
const RUN: &str = "const done = arguments[arguments.length - 1];
  const over = document.querySelectorAll('[role=dialog][data-state=open][data-modal]');
  const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] };
  Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)))
    .then(() => axe.run(over.length ? [...over] : document, rules))
    .then((found) => done(found.violations.map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', '))),
          (error) => done(['axe: ' + error]));";

pub(crate) async fn violations(client: &Client) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(path).expect("axe-core is among the screens' packages");
    if client.execute("return typeof axe", Vec::new()).await.unwrap() == "undefined" {
        client.execute(&axe, Vec::new()).await.unwrap();
    }
    let found = client.execute_async(RUN, Vec::new()).await.unwrap();
    let Value::Array(found) = found else { panic!("axe answered {found}") };
    found.into_iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}
