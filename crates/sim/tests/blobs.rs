//! Attachments through a real hub, kept in a folder and in a store that speaks S3: read at another desk, refused to another clinic, gone on with
//! after the line broke.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use petrel_hub::{BlobSettings, BlobStore};
use petrel_sim::{Postgres, Served, connect};
use reqwest::{Client, Method, Response, StatusCode};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use uuid::Uuid;

/// The longest the test waits for something to happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(60);

/// A store that speaks S3. It is gone when it is dropped, with all it holds.
struct Moto {
    child: Child,
    address: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    /// The one that `cargo xtask test` installs. Elsewhere the test says that it was skipped.
    #[expect(clippy::print_stderr, reason = "what was not tested is said aloud")]
    fn start() -> Option<Self> {
        let Some(program) = std::env::var_os("PETREL_MOTO") else {
            eprintln!("SKIPPED: PETREL_MOTO does not say where moto's server is; `cargo xtask test` installs it");
            return None;
        };
        let mut child = Command::new(program).args(["-H", "127.0.0.1", "-p", "0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| Some(line.unwrap().split_once("Running on ")?.1.trim().to_owned())).unwrap();
        // Read to its end: a full pipe would hold the server up.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { child, address })
    }

    fn settings(&self, place: &str) -> BlobSettings {
        BlobSettings {
            blobs: Some(place.to_owned()),
            s3_endpoint: Some(self.address.clone()),
            s3_region: Some("eu-central-1".to_owned()),
            s3_key_id: Some("id".to_owned()),
            s3_secret_key: Some("secret".to_owned()),
        }
    }

    async fn make(&self, bucket: &str) {
        Client::new().put(format!("{}/{bucket}", self.address)).send().await.unwrap().error_for_status().unwrap();
    }

    /// All that lies in a bucket.
    async fn keys(&self, bucket: &str) -> Vec<String> {
        let list = Client::new().get(format!("{}/{bucket}?list-type=2", self.address)).send().await.unwrap().text().await.unwrap();
        let keys = list.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().to_owned());
        keys.collect()
    }
}

struct Desk {
    client: Client,
    hub: String,
    token: String,
}

impl Desk {
    async fn of(served: &Served, clinic: Uuid) -> Self {
        let (_, enrolled) = served.desk(clinic).await.unwrap();
        Self { client: Client::new(), hub: served.url.clone(), token: enrolled.tokens.access_token }
    }

    async fn ask(&self, method: Method, sha256: &str, from: usize, body: &[u8]) -> Response {
        let request = self.client.request(method, format!("{}/v1/blobs/{sha256}", self.hub)).bearer_auth(&self.token);
        request.header("petrel-from", from).body(body.to_vec()).send().await.unwrap()
    }

    /// Sends an attachment, or its rest; as a desk does, again while the hub asks it to come back.
    async fn put(&self, sha256: &str, from: usize, body: &[u8]) -> StatusCode {
        let tries = async {
            loop {
                let status = self.ask(Method::PUT, sha256, from, body).await.status();
                if status != StatusCode::SERVICE_UNAVAILABLE {
                    return status;
                }
            }
        };
        tokio::time::timeout(PATIENCE, tries).await.expect("the hub is busy for ever")
    }

    async fn get(&self, sha256: &str) -> (StatusCode, Vec<u8>) {
        let answer = self.ask(Method::GET, sha256, 0, b"").await;
        (answer.status(), answer.bytes().await.unwrap().to_vec())
    }

    /// How many bytes of it the hub has: all of it, or a part.
    async fn has(&self, sha256: &str) -> Result<usize, usize> {
        let answer = self.ask(Method::HEAD, sha256, 0, b"").await;
        let number = |name: &str| answer.headers()[name].to_str().unwrap().parse().unwrap();
        match answer.status() {
            StatusCode::OK => Ok(number("content-length")),
            StatusCode::NOT_FOUND => Err(number("petrel-have")),
            other => panic!("{other}"),
        }
    }

    /// Begins to send, and breaks off.
    async fn break_off(&self, sha256: &str, size: usize, part: &[u8]) {
        let mut line = TcpStream::connect(self.hub.trim_start_matches("http://")).await.unwrap();
        let head = format!(
            "PUT /v1/blobs/{sha256} HTTP/1.1\r\nhost: hub\r\nauthorization: Bearer {}\r\ncontent-length: {size}\r\n\r\n",
            self.token
        );
        line.write_all(head.as_bytes()).await.unwrap();
        line.write_all(part).await.unwrap();
        line.shutdown().await.unwrap();
        let arrived = async { while self.has(sha256).await != Err(part.len()) {} };
        assert!(tokio::time::timeout(PATIENCE, arrived).await.is_ok(), "what came before the line broke is not there");
    }
}

fn picture(seed: u64, size: usize) -> (Vec<u8>, String) {
    let bytes: Vec<u8> = {
        let mut random = fastrand::Rng::with_seed(seed);
        std::iter::repeat_with(|| random.u8(..)).take(size).collect()
    };
    let sha256 = hex::encode(Sha256::digest(&bytes));
    (bytes, sha256)
}

/// What holds wherever attachments are kept. Answers the two clinics and the attachment's name.
async fn attachments_are_kept(served: &Served) -> (Uuid, Uuid, String) {
    let (mine, other) = (served.clinic().await.unwrap(), served.clinic().await.unwrap());
    let (desk, colleague, stranger) = (Desk::of(served, mine).await, Desk::of(served, mine).await, Desk::of(served, other).await);
    let (bytes, sha256) = picture(1, 700_001);
    assert_eq!(desk.has(&sha256).await, Err(0));
    assert_eq!(desk.put(&sha256, 1, &bytes).await, StatusCode::BAD_REQUEST, "there is no first byte yet");

    desk.break_off(&sha256, bytes.len(), &bytes[..300_000]).await;
    assert_eq!(desk.get(&sha256).await.0, StatusCode::NOT_FOUND, "half of it is none");
    assert_eq!(stranger.has(&sha256).await, Err(0), "another clinic's part is nobody's business");
    assert_eq!(desk.put(&sha256, 300_000, &bytes[300_000..]).await, StatusCode::CREATED);
    assert_eq!(colleague.has(&sha256).await, Ok(bytes.len()));
    assert!(colleague.get(&sha256).await == (StatusCode::OK, bytes.clone()), "a colleague reads what was sent in two parts");
    assert_eq!(colleague.put(&sha256, 0, &bytes).await, StatusCode::NO_CONTENT, "it is there already");

    assert_eq!(stranger.has(&sha256).await, Err(0));
    assert_eq!(stranger.get(&sha256).await.0, StatusCode::NOT_FOUND);
    let mut spoilt = bytes.clone();
    spoilt[9] ^= 1;
    assert_eq!(stranger.put(&sha256, 0, &spoilt).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(stranger.has(&sha256).await, Err(0), "wrong bytes are not gone on with");
    assert!(colleague.get(&sha256).await.1 == bytes, "nor do they touch the other clinic's");
    assert_eq!(stranger.put(&sha256, 0, &bytes).await, StatusCode::CREATED, "its own, under its own clinic");

    let known = connect(&served.database_url).await.unwrap();
    let rows = known.query("SELECT clinic_id, byte_size FROM blobs WHERE sha256 = $1 ORDER BY clinic_id", &[&sha256]).await.unwrap();
    let rows: Vec<(Uuid, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(rows, [(mine, 700_001), (other, 700_001)]);
    (mine, other, sha256)
}

#[tokio::test]
async fn in_a_folder() {
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    attachments_are_kept(&served).await;
}

#[tokio::test]
async fn in_a_store_that_speaks_s3() {
    let Some(moto) = Moto::start() else { return };
    let postgres = Postgres::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let missing = BlobStore::open(&moto.settings("s3://attachments/petrel"), folder.path()).await.err().unwrap();
    assert!(missing.to_string().starts_with("PETREL_BLOBS: there is no bucket"), "{missing:#}");
    moto.make("attachments").await;
    let store = BlobStore::open(&moto.settings("s3://attachments/petrel"), folder.path()).await.unwrap();
    let served = Served::with_blobs(&postgres, store).await.unwrap();
    let (mine, other, sha256) = attachments_are_kept(&served).await;

    let place = |clinic: Uuid| format!("petrel/{clinic}/{}/{sha256}", &sha256[..2]);
    let mut expected = vec![place(mine), place(other), "petrel/petrel-hub.txt".to_owned()];
    expected.sort();
    assert_eq!(moto.keys("attachments").await, expected, "each under its clinic's own prefix, and no parts");
    // A store that is away is no attachment that is gone: the desk is asked to come back.
    let desk = Desk::of(&served, mine).await;
    drop(moto);
    let answer = desk.ask(Method::GET, &sha256, 0, b"").await;
    assert_eq!((answer.status(), answer.headers().contains_key("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, true));
}
