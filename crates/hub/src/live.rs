//! Who waits for news of which clinic.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::sync::watch;
use tokio_postgres::{AsyncMessage, NoTls};
use uuid::Uuid;

/// The channel that pushes are told on: the clinic's id and the log's last number.
pub(crate) const CHANNEL: &str = "petrel_log";

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
    pub(crate) async fn listen(self, url: Arc<str>) {
        loop {
            if let Err(error) = self.listen_once(&url).await {
                tracing::warn!(%error, "listening was interrupted");
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn listen_once(&self, url: &str) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
        let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
        let listening = format!("LISTEN {CHANNEL}");
        let subscribe = client.batch_execute(&listening);
        tokio::pin!(subscribe);
        let mut is_subscribed = false;
        loop {
            tokio::select! {
                done = &mut subscribe, if !is_subscribed => {
                    done?;
                    is_subscribed = true;
                    self.wake_all();
                }
                message = messages.next() => match message {
                    None => return Ok(()),
                    Some(Ok(AsyncMessage::Notification(note))) => {
                        if let Some((clinic, head)) = note.payload().split_once(' ')
                            && let (Ok(clinic), Ok(head)) = (Uuid::parse_str(clinic), head.parse())
                        {
                            self.tell(clinic, head);
                        }
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                },
            }
        }
    }
}
