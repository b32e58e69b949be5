//! A fresh file from a hub.

use std::path::{Path, PathBuf};

use petrel_domain::replication::Enrolled;
use petrel_store::{Bootstrap, FileKey};

use crate::beside::beside;
use crate::engine::SyncError;
use crate::hub::{Hub, SnapshotPage};

/// Fills the file at `path`, made or gone on with, from the hub: every table, page by page; one that is full is left as it is. `progress` is told
/// how many rows there are so far.
/// What came in meanwhile is pulled afterwards, by the first round of the opened file.
///
/// # Errors
/// The hub's, or the file's; what was fetched stays, and the next try goes on from there.
pub async fn join(
    path: &Path,
    key: &FileKey,
    hub: &impl Hub,
    url: &str,
    enrolled: &Enrolled,
    mut progress: impl FnMut(usize),
) -> Result<PathBuf, SyncError> {
    if Bootstrap::is_filled(path, key, enrolled.device_id)? {
        return Ok(path.to_owned());
    }
    let head = hub.pull(i64::MAX, 0).await?.head;
    let mut file = Bootstrap::open(path, key, head, hub.versions().current)?;
    let (mut rows, mut ahead) = (0, None);
    while let Some((table, after)) = file.next() {
        let page: SnapshotPage = match ahead.take() {
            Some(page) => page,
            None => hub.snapshot(table, after, 0).await?,
        };
        // While one page is written, the next is fetched.
        let next = file.next_after(page.last_id, page.is_last);
        let mut writing = beside(hub.works_beside(), move || {
            let written = file.write(&page.columns, &page.rows, page.is_last);
            (file, written)
        });
        let fetched = match next {
            Some((table, after)) => Some(hub.snapshot(table, after, 0).await),
            None => None,
        };
        let (back, written) = writing.end().await?;
        file = back;
        rows += written?;
        progress(rows);
        ahead = fetched.transpose()?;
    }
    Ok(file.finish(url, enrolled.device_id, enrolled.clinic_id, &enrolled.tokens)?)
}
