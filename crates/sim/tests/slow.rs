//! A line that brings no large push: too slow for it, or with a proxy in it that takes no more. What waits goes in smaller pieces.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{first_desk, next_desk, sql};
use petrel_domain::SystemClock;
use petrel_sim::{Postgres, Served, fast_folder};
use petrel_store::Store;
use petrel_sync::{HttpHub, HubError, SyncError, compare, send};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The most bytes of a body that get through.
const MOST: usize = 200_000;
const CLIENTS: usize = 30;

/// What becomes of a body that is larger.
#[derive(Clone, Copy)]
enum Larger {
    /// The line breaks half-way, as where a time is over.
    Breaks,
    /// A page says that it is too large, as nginx does it.
    IsRefused,
}

/// A proxy before a hub. Answers its address, and counts what was too large.
async fn proxy(hub: &str, larger: Larger) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (hub, count) = (hub.strip_prefix("http://").unwrap().to_owned(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((desk, _)) = listener.accept().await {
            let (hub, counted) = (hub.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                if let Some(()) = carry(desk, &hub, larger).await {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    (url, count)
}

/// One question and its answer. Some, where it was too large.
async fn carry(desk: TcpStream, hub: &str, larger: Larger) -> Option<()> {
    let mut desk = BufReader::new(desk);
    let (mut head, mut size) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if desk.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if let Some(said) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            size = said.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    if size > MOST {
        if let Larger::IsRefused = larger {
            tokio::io::copy(&mut (&mut desk).take(size as u64), &mut tokio::io::sink()).await.ok()?;
            let page =
                "HTTP/1.1 413 Request Entity Too Large\r\ncontent-type: text/html\r\ncontent-length: 5\r\nconnection: close\r\n\r\nlarge";
            desk.write_all(page.as_bytes()).await.ok()?;
        } else {
            desk.read_exact(&mut vec![0; MOST]).await.ok()?;
        }
        return Some(());
    }
    let mut body = vec![0; size];
    desk.read_exact(&mut body).await.ok()?;
    let mut there = TcpStream::connect(hub).await.ok()?;
    there.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).await.ok()?;
    there.write_all(&body).await.ok()?;
    tokio::io::copy(&mut there, &mut desk).await.ok()?;
    None
}

/// Clients with notes that cannot be packed well, a transaction each: a megabyte.
fn write_much(desk: &Store) {
    for _ in 0..CLIENTS {
        sql(
            desk,
            "INSERT INTO clients (id, first_name, notes, created_at, updated_at) SELECT randomblob(16), 'Ida', hex(randomblob(16000)), 1, 1",
        );
    }
}

/// How many transactions wait to be sent.
fn waits(desk: &Store) -> usize {
    desk.outgoing(0, usize::MAX, usize::MAX).unwrap().len()
}

struct Slow {
    served: Served,
    desk: Store,
    hub: HttpHub,
    clinic: uuid::Uuid,
    larger: Arc<AtomicUsize>,
    folder: tempfile::TempDir,
    _postgres: Postgres,
}

async fn start(larger: Larger) -> Slow {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    let folder = fast_folder().unwrap();
    let (desk, direct) = first_desk(&served, clinic, folder.path()).await;
    let (url, larger) = proxy(&served.url, larger).await;
    let hub = HttpHub::new(&url, direct.tokens().await, Box::new(|_| Ok(()))).unwrap();
    Slow { served, desk, hub, clinic, larger, folder, _postgres: postgres }
}

impl Slow {
    async fn another_has_all(&self) {
        let (other, hub) = next_desk(&self.served, self.clinic, &self.folder.path().join("next.petrel")).await;
        assert_eq!(compare(&other, &hub).await.unwrap(), Some(Vec::new()));
        let count: i64 = other.read(|db| Ok(db.query_row("SELECT count(*) FROM clients", [], |row| row.get(0))?)).unwrap();
        assert_eq!(usize::try_from(count).unwrap(), CLIENTS);
    }
}

#[tokio::test]
async fn what_breaks_off_each_time_goes_in_smaller_pieces() {
    let slow = start(Larger::Breaks).await;
    write_much(&slow.desk);
    let (mut sent, mut tries) = (0, 0);
    while waits(&slow.desk) > 0 {
        tries += 1;
        assert!(tries < 30, "it is cut every round for ever");
        match send(&slow.desk, &slow.hub, &SystemClock).await {
            Ok(done) => sent += done.sent,
            Err(SyncError::Hub(HubError::Unreachable(_))) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert!(slow.larger.load(Ordering::SeqCst) > 0, "it was too large at first");
    assert!(sent > 0);
    slow.another_has_all().await;
}

#[tokio::test]
async fn a_proxy_that_takes_no_more_is_got_by_in_smaller_pieces_and_said_where_it_is_not() {
    let slow = start(Larger::IsRefused).await;
    write_much(&slow.desk);
    let done = send(&slow.desk, &slow.hub, &SystemClock).await.unwrap();
    assert_eq!((done.sent, done.rejected), (CLIENTS, 0));
    // Halved twice, with one more on its way each time: what was found to be small enough is not given up again.
    let larger = slow.larger.load(Ordering::SeqCst);
    assert!((1..=6).contains(&larger), "{larger} were too large");
    slow.another_has_all().await;
    // One that cannot be divided waits, and who runs the hub can be told why.
    let large = "UPDATE clients SET notes = hex(randomblob(300000)) WHERE id = (SELECT min(id) FROM clients)";
    sql(&slow.desk, large);
    let refused = send(&slow.desk, &slow.hub, &SystemClock).await;
    assert!(matches!(&refused, Err(SyncError::Hub(HubError::ProxyLimit))), "{refused:?}");
    assert_eq!(HubError::ProxyLimit.code(), "proxy_limit");
    assert_eq!((waits(&slow.desk), slow.desk.rejected().unwrap().len()), (1, 0));
}
