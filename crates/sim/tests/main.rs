//! What is tested against desks, hubs and faults: one program, so that it is linked once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod away;
mod blobs;
mod codes;
mod common;
mod decoders;
mod encrypted;
mod faults;
mod founding;
mod growing;
mod held;
mod hostile;
mod line;
mod merged;
mod moved;
mod older;
mod operator;
mod overtaking;
mod partitions;
mod postgres;
mod put_back;
mod rhythm;
mod rights;
mod roles;
mod schedules;
mod slow;
mod spread;
mod tokens;
mod too_large;
mod visits;
