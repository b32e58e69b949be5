//! Writes `ui/src/lib/backend/bindings.ts`; with `--check`, says whether it is stale.

fn main() -> std::io::Result<()> {
    petrel_shell::bindings::write(std::env::args().any(|argument| argument == "--check"))
}
