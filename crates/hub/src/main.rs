//! `petrel-hub`: serves clinics, and what its operator does.

use clap::Parser;
use petrel_hub::Program;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    Program::parse().run().await
}
