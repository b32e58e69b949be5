//! A desk in a process of its own: opens a real file, works, and says each thing when it is done, until it is killed.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use petrel_domain::replication::{Enrolled, Tokens};
use petrel_domain::{Millis, SystemClock};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{HttpHub, Hub, HubError, join, round};
use rusqlite::params;

use crate::edits::edit;

/// What a desk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Work {
    /// Writes, pushes and pulls, for ever.
    Write,
    /// Fills a fresh file from the hub.
    Join,
    /// Brings a file up to date.
    Migrate,
    /// Has its tokens renewed, for ever.
    Renew,
}

/// The part of a desk.
#[derive(Args, Debug)]
pub struct DeskPart {
    #[arg(long)]
    work: Work,
    #[arg(long)]
    file: PathBuf,
    #[arg(long)]
    key: String,
    #[arg(long, default_value = "")]
    hub: String,
    #[arg(long, default_value_t = 0)]
    from: u64,
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// What the hub answered when this desk was let in, as JSON.
    #[arg(long, default_value = "")]
    enrolled: String,
}

impl DeskPart {
    /// Plays it.
    ///
    /// # Errors
    /// What went wrong: whoever started it reads that as found.
    pub fn play(&self) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            match self.work {
                Work::Write => self.work().await,
                Work::Join => self.join().await,
                Work::Migrate => self.migrate(),
                Work::Renew => self.renew().await,
            }
        })
    }

    fn key(&self) -> Result<FileKey> {
        read_key(&self.key)
    }

    fn open(&self) -> Result<Store> {
        let mut options = OpenOptions::new(&self.file, self.key()?);
        options.readers = 1;
        Ok(Store::open(&options)?)
    }

    async fn work(&self) -> Result<()> {
        let store = self.open()?;
        let hub = hub_of(&store)?;
        let mut rng = fastrand::Rng::with_seed(self.seed);
        for n in self.from.. {
            write_numbered(&store, n)?;
            say(&format!("wrote {n}"));
            edit(&store, &mut rng)?;
            if rng.u8(0..3) == 0 {
                say("round");
                round(&store, &hub, &SystemClock).await?;
                say("done");
            }
        }
        Ok(())
    }

    async fn join(&self) -> Result<()> {
        let enrolled: Enrolled = serde_json::from_str(&self.enrolled)?;
        let hub = HttpHub::new(&self.hub, Some(enrolled.tokens.clone()), Box::new(|_| Ok(())))?;
        join(&self.file, &self.key()?, &hub, &self.hub, &enrolled, |rows| say(&format!("rows {rows}"))).await?;
        say("joined");
        Ok(())
    }

    fn migrate(&self) -> Result<()> {
        say("opening");
        self.open()?;
        say("open");
        Ok(())
    }

    async fn renew(&self) -> Result<()> {
        let store = self.open()?;
        loop {
            hub_of_expired(&store)?.pull(i64::MAX, 0).await?;
            say("renewed");
        }
    }
}

#[expect(clippy::print_stdout, reason = "said over a pipe to whoever kills this")]
fn say(line: &str) {
    println!("{line}");
}

/// A key as its 32 bytes in hexadecimal.
pub(super) fn read_key(digits: &str) -> Result<FileKey> {
    let digits = digits.trim();
    let bytes = (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16)).collect::<Result<Vec<_>, _>>()?;
    let Ok(bytes) = <[u8; 32]>::try_from(bytes) else { bail!("a key has 32 bytes") };
    Ok(FileKey::from_bytes(bytes))
}

/// The hub that a file belongs to; the file keeps the tokens.
pub(super) fn hub_of(store: &Store) -> Result<HttpHub> {
    let local = store.local_hub()?;
    hub_with(store, local.tokens.context("a desk without tokens")?)
}

/// The same, with tokens that have to be renewed before anything else.
pub(super) fn hub_of_expired(store: &Store) -> Result<HttpHub> {
    let tokens = store.local_hub()?.tokens.context("a desk without tokens")?;
    hub_with(store, Tokens { access_expires_at: Millis(0), ..tokens })
}

fn hub_with(store: &Store, tokens: Tokens) -> Result<HttpHub> {
    let url = store.local_hub()?.url.context("a desk without a hub")?;
    let keeper = store.clone();
    let keep = move |tokens: &Tokens| keeper.keep_tokens(tokens).map_err(|error| HubError::Problem(error.to_string()));
    Ok(HttpHub::new(&url, Some(tokens), Box::new(keep))?)
}

/// Writes something that can be recognised: a client with a number for a last name.
pub(super) fn write_numbered(store: &Store, n: u64) -> Result<(), petrel_store::StoreError> {
    store.write(&Actor::program(), Action::CreateClient, |tx| {
        let sql = "INSERT INTO clients (id, first_name, last_name, created_at, updated_at) VALUES (?1, 'Numbered', ?2, ?3, ?3)";
        tx.db().execute(sql, params![tx.new_id().as_bytes(), n.to_string(), tx.now().0])?;
        Ok(())
    })?;
    Ok(())
}

/// The numbers that were written, with how often each is there.
pub(super) fn numbered(store: &Store) -> Result<Vec<(u64, u64)>> {
    Ok(store.read(|db| {
        let sql = "SELECT CAST(last_name AS INTEGER), count(*) FROM clients WHERE last_name GLOB '[0-9]*' GROUP BY last_name";
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get::<_, i64>(1)?.unsigned_abs())))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })?)
}
