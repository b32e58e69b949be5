//! What is printed, as PDF: made offline, with its fonts inside, in black and white.

mod day_sheet;
mod paper;
mod words;

pub use day_sheet::day_sheet;
pub use paper::PrintError;
