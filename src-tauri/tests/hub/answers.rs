//! What may come between a desk at work and its hub, or be wrong with either: the desk says which, works on, keeps what was written, and sends all of it
//! once that is over.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use petrel_domain::desk::{HubTrouble, JoinClinic, JoinHub, KeyStore};
use petrel_domain::replication::{VERSIONS, Versions};
use petrel_domain::{Clock, DAY, Millis, SystemClock};
use petrel_sim::Served;

use super::{Computer, Hub, client, new_clinic, sign_in};

/// What stands between a desk and its hub.
#[derive(Clone)]
enum Answer {
    /// A hub, at this address.
    Hub(String),
    /// Something that says this to whatever is asked.
    Words(&'static str),
}

struct Between {
    url: String,
    answer: Arc<Mutex<Answer>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Between {
    fn start(hub: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (answer, open) = (Arc::new(Mutex::new(Answer::Hub(hub.to_owned()))), Arc::new(Mutex::new(Vec::new())));
        let (answers, lines) = (Arc::clone(&answer), Arc::clone(&open));
        std::thread::spawn(move || {
            for desk in listener.incoming().map(Result::unwrap) {
                lines.lock().unwrap().push(desk.try_clone().unwrap());
                match answers.lock().unwrap().clone() {
                    Answer::Words(words) => drop(std::thread::spawn(move || say(desk, words))),
                    Answer::Hub(hub) => carry(desk, TcpStream::connect(hub.trim_start_matches("http://")).unwrap()),
                }
            }
        });
        Self { url, answer, open }
    }

    /// From now on it is answered so: what ran before breaks off.
    fn is_now(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
        self.open.lock().unwrap().drain(..).for_each(|line| drop(line.shutdown(Shutdown::Both)));
    }
}

/// Answers one question.
fn say(mut desk: TcpStream, words: &str) {
    let (mut asked, mut some) = (Vec::new(), [0; 4096]);
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
        match desk.read(&mut some) {
            Ok(0) | Err(_) => return,
            Ok(count) => asked.extend_from_slice(&some[..count]),
        }
    }
    let _ = desk.write_all(words.as_bytes());
    // What is still on its way here is taken, or the answer could be lost with it.
    let _ = desk.shutdown(Shutdown::Write);
    while desk.read(&mut some).is_ok_and(|count| count > 0) {}
}

fn carry(desk: TcpStream, hub: TcpStream) {
    for (mut from, mut to) in [(desk.try_clone().unwrap(), hub.try_clone().unwrap()), (hub, desk)] {
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}

/// The sign-in page of a network, on which all addresses lead to it.
const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 46\r\nconnection: close\r\n\r\n<html><body>Sign in to the Wi-Fi</body></html>";
/// A proxy that has no hub behind it for the moment.
const NOBODY: &str = "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 11\r\nconnection: close\r\n\r\nBad gateway";

#[test]
fn whatever_answers_instead_of_the_hub_is_told_and_work_goes_on_until_it_is_back() {
    let hub = Hub::start();
    let between = Between::start(&hub.served.url);
    let computer = Computer::new();
    let desk = computer.start();
    desk.create_clinic(new_clinic()).unwrap();
    let mut input = hub.input(&hub.code(hub.clinic()), "Front desk");
    input.address.clone_from(&between.url);
    desk.connect_hub(input).unwrap();
    computer.until_sent(&desk);

    let other = |versions| hub.runtime.block_on(Served::speaking(&hub.served.database_url, versions)).unwrap();
    let newer = other(Versions { current: VERSIONS.current + 3, ..VERSIONS });
    let older = other(Versions { current: VERSIONS.current - 1, added: &VERSIONS.added[..1] });
    let good = Answer::Hub(hub.served.url.clone());
    for (answer, expected) in [
        (Answer::Words(PAGE), HubTrouble::NotAHub),
        (Answer::Words(NOBODY), HubTrouble::HubBusy),
        (Answer::Hub(newer.url.clone()), HubTrouble::DeskTooOld),
        (Answer::Hub(older.url.clone()), HubTrouble::HubTooOld),
    ] {
        between.is_now(answer);
        desk.save(|store, actor| store.create_client(actor, client(expected.as_str()))).unwrap();
        let _ = desk.sync_now();
        computer.until(expected.as_str(), || {
            let state = desk.sync_state().unwrap();
            (state.trouble == Some(expected) && !state.is_online && state.waiting > 0).then_some(())
        });
        let found = desk.ask(|store, actor| Ok(store.all_tags(actor).is_ok())).unwrap();
        assert!(found, "work goes on");
        between.is_now(good.clone());
        let _ = desk.sync_now();
        assert_eq!(computer.until_sent(&desk).trouble, None);
    }
    let kept = hub.runtime.block_on(async {
        let database = petrel_sim::connect(&hub.served.database_url).await.unwrap();
        database.query_one("SELECT count(*) FROM clients", &[]).await.unwrap().get::<_, i64>(0)
    });
    assert_eq!(kept, 4);
    desk.close();
}

/// A clock that is so far off.
struct Off(i64);

impl Clock for Off {
    fn now(&self) -> Millis {
        Millis(SystemClock.now().0 + self.0)
    }
}

/// To either, the other's is wrong.
#[test]
fn clocks_that_are_a_year_apart_are_told_of_and_all_is_sent_all_the_same() {
    for off in [-365 * DAY, 365 * DAY] {
        let hub = Hub::start();
        let served = hub.runtime.block_on(Served::by_clock(&hub.served.database_url, VERSIONS, Arc::new(Off(off)))).unwrap();
        let input = |code: &str, name: &str| {
            // It is good for a quarter of an hour, by the clock of whoever made it.
            hub.sql("UPDATE enrolment_codes SET expires_at = expires_at + interval '2 years'");
            JoinHub { address: served.url.clone(), ..hub.input(code, name) }
        };
        let (front, laptop) = (Computer::new(), Computer::new());
        let desk = front.start();
        desk.create_clinic(new_clinic()).unwrap();
        desk.connect_hub(input(&hub.code(hub.clinic()), "Front desk")).unwrap();
        front.until_sent(&desk);
        let other = laptop.start();
        let code = desk.new_device_code().unwrap().code;
        other.join_clinic(JoinClinic { hub: input(&code, "Laptop"), key_store: KeyStore::File, passphrase: None }).unwrap();
        sign_in(&other);
        let id = desk.save(|store, actor| store.create_client(actor, client("Ida"))).unwrap().value;
        let state = front.until_sent(&desk);
        let minutes = i64::from(state.clock_behind_minutes.unwrap());
        assert!((minutes - off / petrel_domain::MINUTE).abs() < 10, "{minutes} minutes of {off}");
        assert_eq!(state.trouble, None);
        laptop.until("it came over", || other.ask(|store, actor| Ok(store.client(actor, id).is_ok())).unwrap().then_some(()));
        desk.close();
        other.close();
    }
}
