//! Work on a file while the hub is spoken to.

use std::sync::mpsc;

use petrel_store::StoreError;
use tokio::task::JoinHandle;

/// Work that began at once, in a thread of its own. Whoever drops it half-way waits for its end: a step on a file always ends before anybody
/// takes the file for free.
pub(crate) struct Beside<T> {
    work: Work<T>,
    /// Closed when the work is done.
    done: mpsc::Receiver<()>,
}

enum Work<T> {
    InAThread(JoinHandle<T>),
    /// Done by whoever began it; none where its end was told.
    Done(Option<T>),
}

/// Begins the work; where it is not to be in a thread, does all of it.
pub(crate) fn beside<T: Send + 'static>(is_in_thread: bool, work: impl FnOnce() -> T + Send + 'static) -> Beside<T> {
    let (open, done) = mpsc::channel();
    let work = move || {
        let _open: mpsc::Sender<()> = open;
        work()
    };
    let work = if is_in_thread { Work::InAThread(tokio::task::spawn_blocking(work)) } else { Work::Done(Some(work())) };
    Beside { work, done }
}

impl<T> Beside<T> {
    /// What came of it.
    ///
    /// # Errors
    /// `Value` where it panicked, or was asked before.
    pub(crate) async fn end(&mut self) -> Result<T, StoreError> {
        match &mut self.work {
            Work::InAThread(work) => work.await.map_err(|error| StoreError::Value(error.to_string())),
            Work::Done(found) => found.take().ok_or_else(|| StoreError::Value("asked twice".to_owned())),
        }
    }
}

impl<T> Drop for Beside<T> {
    fn drop(&mut self) {
        // Nothing is ever sent: this waits until the other end is gone.
        let _ = self.done.recv();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn work_that_is_dropped_half_way_has_ended() {
        let (begin, begun) = mpsc::channel::<()>();
        let is_done = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&is_done);
        let work = beside(true, move || {
            let _ = begun.recv();
            done.store(true, Ordering::SeqCst);
        });
        let waiting = std::thread::spawn(move || drop(work));
        assert!(!is_done.load(Ordering::SeqCst));
        drop(begin);
        waiting.join().expect("the one who drops it");
        assert!(is_done.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn what_comes_of_it_is_told_and_so_is_that_it_broke() {
        for is_in_thread in [true, false] {
            assert_eq!(beside(is_in_thread, || 7).end().await.ok(), Some(7));
        }
        assert!(beside(true, || assert_eq!(1, 2, "it breaks")).end().await.is_err());
    }
}
