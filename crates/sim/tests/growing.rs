//! Two hubs on one database, behind a balancer: one of them dies, and no desk notices but a retry.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use petrel_domain::SystemClock;
use petrel_sim::{Postgres, Served, fast_folder};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{HttpHub, Status, Wake, join, run};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// The longest the test waits for something to happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which hub a connection went to, and what carries it.
type Line = (SocketAddr, JoinHandle<()>);

/// A balancer as simple as they come: each connection goes to the next hub that takes it.
struct Balancer {
    address: SocketAddr,
    hubs: Arc<Mutex<Vec<SocketAddr>>>,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Balancer {
    async fn start(hubs: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let balancer = Self { address: listener.local_addr().unwrap(), hubs: Arc::new(Mutex::new(hubs)), lines: Arc::default() };
        let (hubs, lines, turn) = (Arc::clone(&balancer.hubs), Arc::clone(&balancer.lines), AtomicUsize::new(0));
        tokio::spawn(async move {
            while let Ok((mut desk, _)) = listener.accept().await {
                let to = {
                    let hubs = hubs.lock().unwrap();
                    hubs[turn.fetch_add(1, Ordering::Relaxed) % hubs.len()]
                };
                let line = tokio::spawn(async move {
                    if let Ok(mut hub) = TcpStream::connect(to).await {
                        let _ = copy_bidirectional(&mut desk, &mut hub).await;
                    }
                });
                lines.lock().unwrap().push((to, line));
            }
        });
        balancer
    }

    /// A hub dies: what runs through it breaks off, and the balancer's health check takes it out.
    fn kill(&self, dead: SocketAddr) -> usize {
        self.hubs.lock().unwrap().retain(|hub| *hub != dead);
        let lines = self.lines.lock().unwrap();
        let broken = lines.iter().filter(|(hub, line)| *hub == dead && !line.is_finished());
        broken.map(|(_, line)| line.abort()).count()
    }
}

fn address(served: &Served) -> SocketAddr {
    served.url.trim_start_matches("http://").parse().unwrap()
}

/// A desk at work, its line to the hub live.
struct Desk {
    store: Store,
    wake: Arc<Wake>,
    changed: Arc<Notify>,
    status: watch::Receiver<Status>,
}

impl Desk {
    /// Its line ends with the set of tasks it is one of.
    fn at_work(store: Store, hub: HttpHub, tasks: &tokio::task::LocalSet) -> Self {
        let (wake, changed) = (Arc::new(Wake::default()), Arc::new(Notify::new()));
        let (tell, status) = watch::channel(Status::default());
        let desk = Self { store: store.clone(), wake: Arc::clone(&wake), changed: Arc::clone(&changed), status };
        tasks.spawn_local(async move { run(&store, &hub, &SystemClock, &wake, &tell, |_| changed.notify_one()).await });
        desk
    }

    fn write(&self, name: &str) {
        let id = uuid::Uuid::now_v7();
        let sql = "INSERT INTO clients (id, first_name, created_at, updated_at) VALUES (?1, ?2, 1, 1)";
        let work = |tx: &mut petrel_store::Tx<'_>| Ok(tx.db().execute(sql, (id.as_bytes(), name))?);
        self.store.write(&Actor::program(), Action::CreateClient, work).unwrap();
        self.wake.written();
    }

    async fn until_it_has(&self, name: &str) {
        let has = || {
            let sql = "SELECT EXISTS (SELECT 1 FROM clients WHERE first_name = ?1)";
            self.store.read(|db| Ok(db.query_row(sql, [name], |row| row.get::<_, bool>(0))?)).unwrap()
        };
        let wait = async {
            while !has() {
                self.changed.notified().await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "{name} never came");
    }

    async fn until_all_is_sent(&mut self) {
        let sent = self.status.wait_for(|status| status.is_online && !status.is_busy && status.waiting == 0);
        assert!(tokio::time::timeout(PATIENCE, sent).await.is_ok(), "something waits for ever");
    }
}

#[tokio::test]
async fn one_of_two_hubs_dies_and_no_desk_notices_but_a_retry() {
    let postgres = Postgres::start().unwrap();
    let first = Served::start(&postgres).await.unwrap();
    let second = Served::on(&first.database_url).await.unwrap();
    let balancer = Balancer::start(vec![address(&first), address(&second)]).await;
    let url = format!("http://{}", balancer.address);
    let folder = fast_folder().unwrap();
    let clinic = first.clinic().await.unwrap();
    let key = FileKey::from_bytes([9; 32]);

    let enrolled = async |name: &str| {
        let (code, _) = petrel_hub::make_code(&first.database, clinic).await.unwrap();
        let hub = HttpHub::new(&url, None, Box::new(|_| Ok(()))).unwrap();
        let enrolled = hub.enrol(&code, name, "test").await.unwrap();
        (hub, enrolled)
    };
    let tasks = tokio::task::LocalSet::new();
    let (hub, told) = enrolled("Front desk").await;
    let store = Store::open(&OpenOptions::new(folder.path().join("front.petrel"), key.clone())).unwrap();
    let clinic_row = "INSERT INTO clinics (id, name, timezone, created_at, updated_at) VALUES (?1, 'Petrel Vets', 'Europe/Berlin', 1, 1)";
    let made = |tx: &mut petrel_store::Tx<'_>| Ok(tx.db().execute(clinic_row, [uuid::Uuid::now_v7().as_bytes()])?);
    store.write(&Actor::program(), Action::CreateClinic, made).unwrap();
    store.join_hub(&url, told.device_id, clinic, &told.tokens).unwrap();
    let mut front = Desk::at_work(store, hub, &tasks);
    let mut others = Vec::new();
    for place in 0..3 {
        let (hub, told) = enrolled("Treatment room").await;
        let path = folder.path().join(format!("{place}.petrel"));
        join(&path, &key, &hub, &url, &told, |_| {}).await.unwrap();
        others.push(Desk::at_work(Store::open(&OpenOptions::new(&path, key.clone())).unwrap(), hub, &tasks));
    }
    tasks
        .run_until(async {
            front.write("Before");
            for desk in &others {
                desk.until_it_has("Before").await;
            }
            // Four desks that hold a request open each went to the two hubs in turn: some of them to this one.
            let dead = address(&second);
            let broken = balancer.kill(dead);
            drop(second);
            assert!(broken > 0, "nobody was at the hub that died");
            front.write("After");
            others[0].write("From elsewhere");
            for desk in &others {
                desk.until_it_has("After").await;
                desk.until_it_has("From elsewhere").await;
            }
            front.until_it_has("From elsewhere").await;
            for desk in others.iter_mut().chain([&mut front]) {
                desk.until_all_is_sent().await;
                assert!(desk.store.rejected().unwrap().is_empty());
            }
        })
        .await;
    assert_eq!(petrel_hub::check(&first.database, clinic).await.unwrap(), Vec::<String>::new());
    let told: i64 = front.store.read(|db| Ok(db.query_row("SELECT count(*) FROM clients", [], |row| row.get(0))?)).unwrap();
    assert_eq!(told, 3);
}
