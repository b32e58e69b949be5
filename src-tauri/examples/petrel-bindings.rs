//! Writes `ui/src/lib/backend/bindings.ts`; with `--check`, says whether it is stale. An example, as every binary of this package is put into what
//! is handed out.

fn main() -> std::io::Result<()> {
    petrel_shell::bindings::write(std::env::args().any(|argument| argument == "--check"))
}
