//! Feeds one decoder: `PETREL_DECODER` says which.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use petrel_sim::{DECODERS, Decoder};

static CHOSEN: OnceLock<Decoder> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let decode = CHOSEN.get_or_init(|| {
        let wanted = std::env::var("PETREL_DECODER").unwrap_or_default();
        let found = DECODERS.iter().find(|(name, _)| *name == wanted);
        found.unwrap_or_else(|| panic!("PETREL_DECODER: `{wanted}` is none of {:?}", DECODERS.map(|(name, _)| name))).1
    });
    decode(bytes);
});
