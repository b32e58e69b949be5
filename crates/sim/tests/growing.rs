//! Two hubs on one database, each a process of its own, behind a balancer: one of them is killed, and no desk notices but a retry.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use petrel_domain::SystemClock;
use petrel_sim::{Postgres, Served, fast_folder};
use petrel_store::{Action, Actor, FileKey, OpenOptions, Store};
use petrel_sync::{HttpHub, Status, Wake, join, run};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// The longest the test waits for something to happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which hub a connection went to, and what carries it.
type Line = (SocketAddr, JoinHandle<()>);

/// A hub in a process of its own, which is killed where it is dropped.
struct Hub {
    address: SocketAddr,
    process: Child,
    _blobs: TempDir,
}

impl Hub {
    fn start(database: &str) -> Self {
        let (address, blobs) = (petrel_sim::port::free_address().unwrap(), fast_folder().unwrap());
        let mut hub = Command::new(env!("CARGO_BIN_EXE_petrel-faults"));
        hub.arg("hub").arg(format!("--database-url={database}")).arg("serve").arg(format!("--listen={address}"));
        hub.arg(format!("--data-dir={}", blobs.path().display())).arg("--requests-per-minute=10000000");
        let mut process = hub.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines();
        assert!(log.any(|line| line.unwrap().contains("the hub listens")));
        // What else it says is taken from it, that it never waits to be heard.
        std::thread::spawn(move || log.for_each(drop));
        Self { address, process, _blobs: blobs }
    }
}

impl Hub {
    /// Tells it to end, as whoever runs it does, and answers how it did.
    fn end(mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.process.wait().unwrap()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A balancer as simple as they come: each connection goes to the next hub that takes it. That one is dead it learns from it.
struct Balancer {
    address: SocketAddr,
    lines: Arc<Mutex<Vec<Line>>>,
}

impl Balancer {
    async fn start(hubs: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let balancer = Self { address: listener.local_addr().unwrap(), lines: Arc::default() };
        let lines = Arc::clone(&balancer.lines);
        tokio::spawn(async move {
            let mut turn = 0;
            while let Ok((mut desk, _)) = listener.accept().await {
                turn += 1;
                for place in 0..hubs.len() {
                    let to = hubs[(turn + place) % hubs.len()];
                    let Ok(mut hub) = TcpStream::connect(to).await else { continue };
                    let line = tokio::spawn(async move {
                        let _ = copy_bidirectional(&mut desk, &mut hub).await;
                    });
                    lines.lock().unwrap().push((to, line));
                    break;
                }
            }
        });
        balancer
    }

    /// How many connections run to a hub.
    fn lines_to(&self, hub: SocketAddr) -> usize {
        self.lines.lock().unwrap().iter().filter(|(to, line)| *to == hub && !line.is_finished()).count()
    }
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
    let [stays, dies] = [(); 2].map(|()| Hub::start(&first.database_url));
    let balancer = Balancer::start(vec![stays.address, dies.address]).await;
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
            assert!(balancer.lines_to(dies.address) > 0, "nobody was at the hub that died");
            // It dies while much is on its way to it.
            for place in 0..200 {
                front.write(&format!("Meanwhile {place}"));
            }
            others[0].until_it_has("Meanwhile 0").await;
            drop(dies);
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
    assert_eq!(told, 203);
    // Four desks hold a question open at it.
    assert!(stays.end().success(), "who is told to end ends by itself");
}
