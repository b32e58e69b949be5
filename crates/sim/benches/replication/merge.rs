//! Two desks that wrote on the same records while they were apart.

use std::time::Instant;

use anyhow::Result;
use petrel_domain::SystemClock;
use petrel_sync::{compare, round};

use crate::Bench;
use crate::hub::Hub;
use crate::limits;
use crate::measure::{Line, per_second};
use crate::work;

pub async fn lines(bench: &Bench) -> Result<Vec<Line>> {
    let hub = Hub::start(bench).await?;
    let clinic = hub.clinic().await?;
    let (line, _) = hub.desk(clinic).await?;
    let (other, _) = hub.desk(clinic).await?;
    let clients = bench.size(10_000);
    let memory = petrel_sim::fast_folder()?;
    let paths = ["ours.petrel", "theirs.petrel"].map(|name| (memory.path().join(name), bench.folder.path().join(name)));
    {
        let (first, second) = (work::open(&paths[0].0)?, work::open(&paths[1].0)?);
        work::found(&first)?;
        work::newcomers(&first, 0, clients)?;
        round(&first, &line, &SystemClock).await?;
        round(&second, &other, &SystemClock).await?;
        work::write_notes(&first, clients, "ours")?;
        work::write_notes(&second, clients, "theirs")?;
    }
    for (made, path) in &paths {
        std::fs::copy(made, path)?;
    }
    let (first, second) = (work::open(&paths[0].1)?, work::open(&paths[1].1)?);
    let start = Instant::now();
    round(&first, &line, &SystemClock).await?;
    round(&second, &other, &SystemClock).await?;
    round(&first, &line, &SystemClock).await?;
    let time = start.elapsed();
    for (store, hub) in [(&first, &line), (&second, &other)] {
        let differs = compare(store, hub).await?;
        anyhow::ensure!(differs == Some(Vec::new()), "the desks do not agree: {differs:?}");
    }
    let lost: i64 = second.read(|db| Ok(db.query_row("SELECT count(*) FROM lost_values", [], |row| row.get(0))?))?;
    anyhow::ensure!(usize::try_from(lost) == Ok(clients), "{lost} of {clients} values that lost were kept");
    drop((first, second));
    let bare = limits::update_notes(&hub.database_url, [paths[0].1.as_path(), paths[1].1.as_path()], clients).await?;
    Ok(vec![
        Line::new(format!("merge of two desks with {clients} conflicting edits, until both agree"), time.as_secs_f64(), "s")
            .with("edits/s", per_second(2 * clients, time))
            .beside("s bare updates: both notes at Postgres, each desk's by the other's", bare.as_secs_f64()),
    ])
}
