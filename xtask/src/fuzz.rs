//! `fuzz`: cargo-fuzz on every decoder. What it finds, it keeps in `fuzz/artifacts`.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::{program, root, run, target};
use crate::setup::{self, Need};

/// Feeds each decoder for so many seconds. Fails where one crashes, hangs or eats up the memory.
pub fn fuzz(seconds: u32, only: Option<&str>) -> Result<()> {
    setup::system(Need::Build)?;
    setup::tool("cargo-fuzz", "cargo-fuzz", "^0.13")?;
    let fuzz = root().join("fuzz");
    // The versions that the project is built of; the fuzzer's own library is added to them.
    std::fs::copy(root().join("Cargo.lock"), fuzz.join("Cargo.lock"))?;
    let mut names: Vec<String> =
        std::fs::read_dir(fuzz.join("seeds"))?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<Result<_>>()?;
    names.sort();
    names.retain(|name| only.is_none_or(|only| only == name));
    if names.is_empty() {
        bail!("--only: the decoders are the folders of fuzz/seeds");
    }
    let failed: Vec<&str> = names.iter().filter(|name| feed(&fuzz, name, seconds).is_err()).map(String::as_str).collect();
    if failed.is_empty() {
        println!("{} decoders were fed for {seconds} s each: nothing was found", names.len());
        return Ok(());
    }
    bail!("what makes {} fail lies in fuzz/artifacts; feed it again with PETREL_DECODER=NAME cargo fuzz run decode FILE", failed.join(", "))
}

fn feed(fuzz: &Path, name: &str, seconds: u32) -> Result<()> {
    let (corpus, artifacts) = (fuzz.join("corpus").join(name), fuzz.join("artifacts").join(name));
    std::fs::create_dir_all(&corpus)?;
    std::fs::create_dir_all(&artifacts)?;
    let mut cargo = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // cargo looks for its own programs beside itself, and in the path.
    let tools = target().join("tools/bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(tools).chain(std::env::split_paths(&path));
    cargo.env("PATH", std::env::join_paths(paths)?);
    // The sanitizer's switches are unstable; the compiler of this project has them all the same.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("PETREL_DECODER", name);
    if cfg!(target_os = "linux") {
        // The system's own does for this, and is there already.
        cargo.env("OPENSSL_NO_VENDOR", "1");
    }
    cargo.args(["fuzz", "run", "--fuzz-dir"]).arg(fuzz).arg("--target-dir").arg(target().join("fuzz")).arg("decode");
    cargo.arg(corpus).arg(fuzz.join("seeds").join(name)).arg("--");
    cargo.args([&format!("-max_total_time={seconds}"), "-max_len=65536", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    cargo.arg(format!("-artifact_prefix={}/", artifacts.display()));
    run(&mut cargo)
}
