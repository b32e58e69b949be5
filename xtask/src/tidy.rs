//! House rules that can be read off the files.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::{output, program, root};

/// Longer files, each with its reason.
const LONG: &[(&str, &str)] = &[("ui/src/lib/backend/bindings.ts", "generated")];

/// The most lines of a file.
const LINES: usize = 600;

pub fn tidy() -> Result<()> {
    let files = output(program("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let mut broken = forgotten(&files, |main| std::fs::read_to_string(root().join(main)).unwrap_or_default());
    for file in files.lines() {
        let Ok(text) = std::fs::read_to_string(root().join(file)) else { continue };
        broken.extend(rules(file, &text).into_iter().map(|rule| format!("{file}: {rule}")));
    }
    if broken.is_empty() { Ok(()) } else { bail!("house rules:\n  {}", broken.join("\n  ")) }
}

/// Tests that no program has: where a folder of tests has a `main.rs`, cargo looks for no other.
fn forgotten(files: &str, read: impl Fn(&str) -> String) -> Vec<String> {
    let mut broken = Vec::new();
    for main in files.lines().filter(|file| file.ends_with("/tests/main.rs")) {
        let (folder, text) = (main.trim_end_matches("main.rs"), read(main));
        let names = files.lines().filter_map(|file| file.strip_prefix(folder)?.strip_suffix(".rs")).filter(|name| !name.contains('/'));
        let missing = names.filter(|name| *name != "main" && !text.lines().any(|line| line == format!("mod {name};")));
        broken.extend(missing.map(|name| format!("{folder}{name}.rs: not named in {main}, so nobody runs it")));
    }
    broken
}

fn rules(file: &str, text: &str) -> Vec<String> {
    let path = Path::new(file);
    let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
    let is_code = matches!(kind, "rs" | "ts" | "svelte" | "sql" | "css");
    let mut broken = Vec::new();
    if path.ends_with("mod.rs") && !file.contains("/tests/") {
        broken.push("a module `foo` lies in `foo.rs`, not in `foo/mod.rs`".to_owned());
    }
    let lines = text.lines().count();
    if is_code && lines > LINES && !LONG.iter().any(|(long, _)| *long == file) {
        broken.push(format!("{lines} lines; does it still do one thing?"));
    }
    if is_code && file != "xtask/src/tidy.rs" {
        for word in ["TODO", "FIXME", "XXX"] {
            if text.contains(&format!("{word}:")) || text.contains(&format!("// {word}")) {
                broken.push(format!("{word} belongs into an issue"));
            }
        }
    }
    if kind == "sql" && file.starts_with("migrations/") && !is_migration(path) {
        broken.push("a migration is named V0001__verb_noun.sql".to_owned());
    }
    let is_screen = file.starts_with("ui/src/") && !file.starts_with("ui/src/lib/backend/");
    if is_screen && text.contains("from '@tauri-apps") {
        broken.push("only ui/src/lib/backend knows Tauri".to_owned());
    }
    broken
}

fn is_migration(path: &Path) -> bool {
    let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((version, title)) = name.split_once("__") else { return false };
    let is_version = version.len() == 5 && version.starts_with('V') && version[1..].bytes().all(|byte| byte.is_ascii_digit());
    is_version && title.contains('_') && title.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_tests_that_nobody_runs_is_found() {
        let files =
            "crates/a/tests/main.rs\ncrates/a/tests/one.rs\ncrates/a/tests/two.rs\ncrates/a/tests/common/mod.rs\ncrates/b/tests/three.rs";
        let broken = forgotten(files, |_| "mod common;\nmod one;\n".to_owned());
        assert_eq!(broken, ["crates/a/tests/two.rs: not named in crates/a/tests/main.rs, so nobody runs it"]);
    }

    #[test]
    fn rules_find_what_they_forbid_and_nothing_else() {
        assert_eq!(rules("migrations/device/V0001__create_clinic.sql", "").len(), 0);
        assert_eq!(rules("migrations/device/V1__create.sql", "").len(), 1);
        assert_eq!(rules("crates/store/src/pets/mod.rs", "").len(), 1);
        assert_eq!(rules("ui/src/areas/today/Today.svelte", "import { x } from '@tauri-apps/api'").len(), 1);
        assert_eq!(rules("ui/src/lib/backend/desktop.ts", "import { x } from '@tauri-apps/api'").len(), 0);
        assert_eq!(rules("crates/store/src/pets.rs", &"\n".repeat(601)).len(), 1);
    }
}
