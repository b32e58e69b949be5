//! What is tested of the store from outside: one program, so that it is linked once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod attention;
mod backup;
mod breeds;
mod coming_back;
mod common;
mod demo;
mod demo_file;
mod derived;
mod door;
mod doubtful;
mod echoes;
mod exceptions;
mod history;
mod imported;
mod keys;
mod later;
mod losses;
mod overbooked;
mod people;
mod picked_up;
mod plans;
mod records;
mod rhythm;
mod same_pets;
mod schema;
mod setup;
mod stays;
mod swap;
mod transfer;
mod trouble;
mod undoing;
mod upgrade;
mod visits;
mod waitlist;
mod written_to;
