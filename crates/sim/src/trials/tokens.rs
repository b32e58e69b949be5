//! Row 17: a desk's process is killed while its tokens turn over. It is let in again every time; a pair that was stolen locks the desk.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use petrel_domain::Millis;
use petrel_domain::replication::Tokens;
use petrel_store::Store;
use petrel_sync::{HttpHub, Hub, HubError};

use super::child::{a_moment, desk};
use super::desk::{hub_of_expired, read_key};
use super::killed_desk::{KEY, Town, open};
use super::{Ground, Tally, Wrong};

/// How many kills one desk goes through before its oldest tokens are used by a thief.
const KILLS_A_DESK: u64 = 100;

pub(super) fn trial(ground: &Ground, cycles: u64, tally: &mut Tally) -> Result<()> {
    let town = Town::build()?;
    let mut rng = ground.rng();
    let (mut renewed, mut thieves) = (0, 0);
    while tally.cycles < cycles {
        let folder = crate::fast_folder()?;
        let path = folder.path().join("desk.petrel");
        let clinic = town.runtime.block_on(town.served.clinic())?;
        let (store, _) = town.desk(clinic, &path)?;
        let mut stolen = tokens(&store)?;
        drop(store);
        for _ in 0..KILLS_A_DESK.min(cycles - tally.cycles) {
            tally.cycles += 1;
            let mut player = desk(ground, &to_renew(&path))?;
            for _ in 0..rng.u8(0..5) {
                // Where it ended by itself, that is found below.
                renewed += usize::from(player.next().is_some());
            }
            a_moment(&mut rng, Duration::from_millis(6));
            if !player.is_alive()? {
                tally.find(Wrong::Stuck, "a desk ended by itself");
            }
            renewed += player.kill()?.len();
            // The desk is started again: with the tokens in its file, then with the next ones.
            let store = open(&path, &read_key(KEY)?)?;
            for _ in 0..2 {
                stolen = tokens(&store)?;
                is_let_in(&town, &store, tally);
            }
        }
        thieves += 1;
        let store = open(&path, &read_key(KEY)?)?;
        // A pair that was used up a moment ago may have been held up on its way: a thief comes later.
        let later = "UPDATE token_pairs SET used_up_at = used_up_at - interval '6 minutes'";
        town.runtime.block_on(async { anyhow::Ok(crate::connect(&town.served.database_url).await?.batch_execute(later).await?) })?;
        let pulled = town.runtime.block_on(async { expired(&town.served.url, stolen)?.pull(i64::MAX, 0).await });
        let honest = town.runtime.block_on(hub_of_expired(&store)?.pull(i64::MAX, 0));
        if (&pulled.map(|_| ()), &honest.map(|_| ())) != (&Err(HubError::Revoked), &Err(HubError::Revoked)) {
            tally.find(Wrong::Unclear, "a pair that was used long ago did not lock the desk");
        }
    }
    tally.note(format!("{renewed} renewals, {thieves} thieves locked out"));
    Ok(())
}

/// What a desk that has its tokens renewed is started with.
pub(super) fn to_renew(path: &Path) -> [String; 3] {
    ["--work=renew".to_owned(), format!("--file={}", path.display()), format!("--key={KEY}")]
}

/// With the tokens in its file, which have to be renewed, a desk gets in.
pub(super) fn is_let_in(town: &Town, store: &Store, tally: &mut Tally) {
    let let_in = hub_of_expired(store).and_then(|hub| Ok(town.runtime.block_on(hub.pull(i64::MAX, 0))?));
    tally.must(Wrong::Stuck, let_in);
}

fn tokens(store: &Store) -> Result<Tokens> {
    store.local_hub()?.tokens.context("a desk without tokens")
}

fn expired(url: &str, tokens: Tokens) -> Result<HttpHub, HubError> {
    HttpHub::new(url, Some(Tokens { access_expires_at: Millis(0), ..tokens }), Box::new(|_| Ok(())))
}
