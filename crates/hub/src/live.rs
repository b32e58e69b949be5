//! Who waits for news of which clinic.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use futures_util::StreamExt;
use tokio::sync::{Notify, watch};
use tokio_postgres::AsyncMessage;
use uuid::Uuid;

use crate::db::Database;

/// The channel that pushes are told on: the clinic's id and the log's last number.
pub(crate) const CHANNEL: &str = "petrel_log";
/// What is told there when a program has brought the database up to date.
pub(crate) const MIGRATED: &str = "migrated";

/// How often the database is asked, over the connection that listens: one that has no other end any more is silent for ever.
const ASKED_EVERY: Duration = Duration::from_secs(5);
/// How long it may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// The last number of each clinic's log that somebody here waits for.
#[derive(Clone, Default)]
pub(crate) struct Live {
    clinics: Arc<Mutex<HashMap<Uuid, watch::Sender<i64>>>>,
    is_stopping: Arc<AtomicBool>,
}

impl Live {
    /// A receiver that wakes when the clinic's log grows.
    pub(crate) fn watch(&self, clinic: Uuid) -> watch::Receiver<i64> {
        let mut clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        clinics.entry(clinic).or_insert_with(|| watch::channel(0).0).subscribe()
    }

    /// The log has grown. Clinics that nobody waits for any more are forgotten.
    pub(crate) fn tell(&self, clinic: Uuid, head: i64) {
        let mut clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = clinics.get(&clinic) {
            if sender.receiver_count() == 0 {
                clinics.remove(&clinic);
            } else {
                sender.send_if_modified(|known| {
                    let grew = head > *known;
                    *known = head.max(*known);
                    grew
                });
            }
        }
    }

    /// Nobody is to wait any more: the hub stops.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
        self.wake_all();
    }

    /// Whether it does. To be asked by whoever watches, before they wait.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }

    /// Wakes everyone: while nobody listened, anything may have happened.
    fn wake_all(&self) {
        let clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        clinics.values().for_each(|sender| sender.send_modify(|_| {}));
    }

    /// How many desks wait.
    pub(crate) fn waiting(&self) -> usize {
        let clinics = self.clinics.lock().unwrap_or_else(PoisonError::into_inner);
        clinics.values().map(watch::Sender::receiver_count).sum()
    }

    /// Listens to the database until the task is dropped; where the connection breaks, it is made again.
    pub(crate) async fn listen(self, database: Database) {
        loop {
            if let Err(error) = self.listen_once(&database).await {
                tracing::warn!(error = format!("{error:#}"), "listening was interrupted");
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn listen_once(&self, database: &Database) -> anyhow::Result<()> {
        let (client, mut connection) = answer(database.reach.connect()).await?;
        let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
        let migrated = Notify::new();
        let asking = self.ask(database, &client, &migrated);
        tokio::pin!(asking);
        loop {
            tokio::select! {
                failed = &mut asking => return failed,
                message = messages.next() => match message {
                    None => return Ok(()),
                    Some(Ok(AsyncMessage::Notification(note))) => {
                        if let Some((clinic, head)) = note.payload().split_once(' ')
                            && let (Ok(clinic), Ok(head)) = (Uuid::parse_str(clinic), head.parse())
                        {
                            self.tell(clinic, head);
                        } else if note.payload() == MIGRATED {
                            migrated.notify_one();
                        }
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.into()),
                },
            }
        }
    }

    /// Begins to listen, then asks for ever whether the other end is there, and whether the tables are still this program's.
    async fn ask(&self, database: &Database, client: &tokio_postgres::Client, migrated: &Notify) -> anyhow::Result<()> {
        answer(client.batch_execute(&format!("LISTEN {CHANNEL}"))).await?;
        self.wake_all();
        loop {
            if answer(database.note_version(client)).await? {
                // Who waits is to go to another hub.
                self.wake_all();
            }
            let _ = tokio::time::timeout(ASKED_EVERY, migrated.notified()).await;
        }
    }
}

/// What the database answers, if it does in time.
async fn answer<T>(question: impl Future<Output = Result<T, tokio_postgres::Error>>) -> anyhow::Result<T> {
    Ok(tokio::time::timeout(ANSWERS_WITHIN, question).await.context("the database does not answer")??)
}
