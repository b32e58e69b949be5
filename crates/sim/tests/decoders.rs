//! Every decoder of what comes from outside, on its seeds and on thousands of mutations of them. `cargo xtask fuzz` looks for longer, and wiser.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use fastrand::Rng;
use petrel_sim::DECODERS;

/// How often the seeds of one decoder are mutated.
const MUTATIONS: usize = 1_500;
/// Numbers at whose edges lengths and counts go wrong.
const EDGES: [u32; 8] = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff];

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

fn mutate(random: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.usize(..=bytes.len());
    let end = (at + random.usize(1..=16)).min(bytes.len());
    match random.u8(..7) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => bytes.insert(at, random.u8(..)),
        3 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.u8(..8)),
        4 => {
            let edge = EDGES[random.usize(..EDGES.len())].to_be_bytes();
            let short = edge[random.usize(..4)..].to_vec();
            bytes.splice(at..(at + short.len()).min(bytes.len()), short);
        }
        5 => {
            let again = bytes[at..end].repeat(random.usize(1..=64));
            bytes.splice(at..at, again);
        }
        _ => {
            let from = random.usize(..=other.len());
            bytes.truncate(at);
            bytes.extend(&other[from..]);
        }
    }
}

#[test]
fn seeds_are_understood_and_no_mutation_of_them_does_harm() {
    for (name, decode) in DECODERS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for (place, seed) in seeds.iter().enumerate() {
            assert!(decode(seed), "seed {place} of {name} is not understood any more");
        }
        let mut random = Rng::with_seed(u64::from(name.as_bytes()[0]));
        let mut understood = 0;
        for round in 0..MUTATIONS {
            let mut bytes = seeds[random.usize(..seeds.len())].clone();
            let other = &seeds[random.usize(..seeds.len())];
            (0..random.u8(1..=4)).for_each(|_| mutate(&mut random, &mut bytes, other));
            let read = catch_unwind(AssertUnwindSafe(|| decode(&bytes)));
            understood += usize::from(read.unwrap_or_else(|_| panic!("{name}, mutation {round}: {}", hex::encode(&bytes))));
        }
        // A decoder that takes everything, or nothing, was not tried out.
        assert!(understood < MUTATIONS, "{name} refuses nothing");
        assert!(understood > 0, "{name} refuses everything");
    }
}
