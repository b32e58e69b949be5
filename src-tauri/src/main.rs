//! Petrel, the desk.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    petrel_shell::window::note_start();
    if std::env::args().any(|argument| argument == "--version") {
        #[expect(clippy::print_stdout, reason = "asked for on the command line")]
        {
            println!("petrel {}", env!("CARGO_PKG_VERSION"));
        }
        return ExitCode::SUCCESS;
    }
    match petrel_shell::run() {
        Ok(()) => ExitCode::SUCCESS,
        #[expect(clippy::print_stderr, reason = "there is no window to say it in")]
        Err(error) => {
            eprintln!("Petrel cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
