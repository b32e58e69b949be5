//! What is printed, as PDF: made offline, with its fonts inside, in black and white.

mod countries;
mod day_sheet;
mod fonts;
mod paper;
mod system;
mod words;

pub use day_sheet::day_sheet;
pub use paper::PrintError;
