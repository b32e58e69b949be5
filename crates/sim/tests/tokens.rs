//! Pairs of tokens that are renewed twice, late, or by a thief.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use petrel_domain::replication::{Problem, Tokens};
use petrel_domain::{Clock, FixedClock, Millis, SystemClock};
use petrel_sim::{Postgres, Served, connect};
use petrel_sync::{HttpHub, HubError};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// A hub, and a desk that says by itself what it renews and uses.
struct Desk {
    served: Served,
    client: Client,
    tokens: Tokens,
    _postgres: Postgres,
}

impl Desk {
    async fn new() -> Self {
        let postgres = Postgres::start().unwrap();
        let served = Served::start(&postgres).await.unwrap();
        Self::at(postgres, served).await
    }

    async fn at(postgres: Postgres, served: Served) -> Self {
        let clinic = served.clinic().await.unwrap();
        let (_, enrolled) = served.desk(clinic).await.unwrap();
        Self { served, client: Client::new(), tokens: enrolled.tokens, _postgres: postgres }
    }

    async fn renew(&self, by: &Tokens) -> Result<Tokens, (StatusCode, String)> {
        let body = json!({ "refresh_token": by.refresh_token }).to_string();
        let told = told(self.client.post(format!("{}/v1/devices/token", self.served.url)).body(body)).await;
        told.map(|tokens| serde_json::from_value(tokens).unwrap())
    }

    async fn uses(&self, tokens: &Tokens) -> Result<(), (StatusCode, String)> {
        let question = self.client.get(format!("{}/v1/devices", self.served.url)).bearer_auth(&tokens.access_token);
        told(question).await.map(drop)
    }

    /// All that was used up was so long ago that nothing of then can be on its way any more.
    async fn later(&self) {
        self.after("6 minutes").await;
    }

    async fn after(&self, time: &str) {
        let aged = format!("UPDATE token_pairs SET used_up_at = used_up_at - interval '{time}'");
        connect(&self.served.database_url).await.unwrap().batch_execute(&aged).await.unwrap();
    }
}

async fn told(question: reqwest::RequestBuilder) -> Result<Value, (StatusCode, String)> {
    let answer = question.send().await.unwrap();
    let (status, body) = (answer.status(), answer.bytes().await.unwrap());
    if status.is_success() {
        return Ok(serde_json::from_slice(&body).unwrap());
    }
    let problem: Problem = serde_json::from_slice(&body).unwrap();
    Err((status, problem.kind.trim_start_matches("urn:petrel:problem:").to_owned()))
}

fn refused(by: &str) -> (StatusCode, String) {
    (StatusCode::UNAUTHORIZED, by.to_owned())
}

/// The first question stalls on its way; the desk asks again, keeps what it is answered, and then the first is carried out.
#[tokio::test]
async fn a_renewal_that_comes_late_takes_nothing_from_the_desk() {
    let desk = Desk::new().await;
    let kept = desk.renew(&desk.tokens).await.unwrap();
    let lost = desk.renew(&desk.tokens).await.unwrap();
    desk.uses(&desk.tokens).await.unwrap();
    desk.uses(&kept).await.unwrap();

    // Later still: the desk works with the new pair already. Nothing is handed out, and nobody is locked out.
    let busy = (StatusCode::SERVICE_UNAVAILABLE, "busy".to_owned());
    assert_eq!(desk.renew(&desk.tokens).await.map(drop), Err(busy.clone()));
    assert_eq!(desk.renew(&lost).await.map(drop), Err(busy));
    assert_eq!(desk.uses(&lost).await, Err(refused("unauthorized")));
    assert_eq!(desk.uses(&desk.tokens).await, Err(refused("unauthorized")));
    desk.uses(&kept).await.unwrap();
    let next = desk.renew(&kept).await.unwrap();
    desk.uses(&next).await.unwrap();
}

/// Answers that were lost, one after another: what was handed out and never used is not kept for ever.
#[tokio::test]
async fn of_many_renewals_the_last_ones_are_good() {
    let desk = Desk::new().await;
    let mut pairs = Vec::new();
    for _ in 0..5 {
        pairs.push(desk.renew(&desk.tokens).await.unwrap());
    }
    assert_eq!(desk.uses(&pairs[1]).await, Err(refused("unauthorized")));
    // Used by being renewed.
    let next = desk.renew(&pairs[2]).await.unwrap();
    desk.uses(&next).await.unwrap();
    assert_eq!(desk.uses(&pairs[4]).await, Err(refused("unauthorized")));
}

#[tokio::test]
async fn a_thief_who_renews_on_and_on_is_noticed_when_the_desk_comes_back() {
    let desk = Desk::new().await;
    let mut stolen = desk.tokens.clone();
    for _ in 0..4 {
        stolen = desk.renew(&stolen).await.unwrap();
        desk.later().await;
    }
    desk.uses(&stolen).await.unwrap();
    let drawn = told(desk.client.post(format!("{}/v1/devices/code", desk.served.url)).bearer_auth(&stolen.access_token)).await.unwrap();
    desk.later().await;
    assert_eq!(desk.renew(&desk.tokens).await.map(drop), Err(refused("revoked")));
    assert_eq!(desk.uses(&stolen).await, Err(refused("revoked")));
    assert_eq!(desk.renew(&stolen).await.map(drop), Err(refused("revoked")));
    // Nor does a code let them in again that they drew before.
    let hub = HttpHub::new(&desk.served.url, None, Box::new(|_| Ok(()))).unwrap();
    let code = drawn["code"].as_str().unwrap();
    assert_eq!(hub.enrol(code, "Thief", "test").await.unwrap_err(), HubError::BadCode);
}

/// However often: the pair that was copied is not forgotten by that.
#[tokio::test]
async fn a_thief_who_renews_as_often_as_it_goes_is_noticed_too() {
    let desk = Desk::new().await;
    let mut stolen = desk.tokens.clone();
    for _ in 0..110 {
        stolen = desk.renew(&stolen).await.unwrap();
    }
    desk.later().await;
    assert_eq!(desk.renew(&desk.tokens).await.map(drop), Err(refused("revoked")));
    assert_eq!(desk.renew(&stolen).await.map(drop), Err(refused("revoked")));
}

/// What is remembered of a desk has an end: what it may renew, and the time for which it is.
#[tokio::test]
async fn a_desk_renews_so_often_and_what_was_used_up_long_ago_is_forgotten() {
    let postgres = Postgres::start().unwrap();
    let served = Served::allowing(&postgres, 1200).await.unwrap();
    let desk = Desk::at(postgres, served).await;
    let mut held = desk.tokens.clone();
    let mut ended = Ok(());
    for _ in 0..100 {
        ended = desk.renew(&held).await.map(|next| held = next);
        if ended.is_err() {
            break;
        }
    }
    assert_eq!(ended, Err((StatusCode::TOO_MANY_REQUESTS, "busy".to_owned())));
    desk.uses(&held).await.unwrap();
    let kept = "SELECT count(*) FROM token_pairs WHERE used_up_at IS NOT NULL";
    let owner = connect(&desk.served.database_url).await.unwrap();
    let kept = async || owner.query_one(kept, &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(kept().await, 31, "those of an hour, and the last that was handed out");

    desk.after("1 hour").await;
    // An answer was lost: it asks again.
    drop(desk.renew(&held).await.unwrap());
    held = desk.renew(&held).await.unwrap();
    desk.uses(&held).await.unwrap();
    desk.after("60 days").await;
    let next = desk.renew(&held).await.unwrap();
    desk.uses(&next).await.unwrap();
    assert_eq!(kept().await, 1);
    assert_eq!(desk.renew(&desk.tokens).await.map(drop), Err(refused("unauthorized")));
}

/// Both renewed with the same pair, and the thief was the first to use theirs.
#[tokio::test]
async fn a_thief_who_is_faster_than_the_desk_is_noticed_too() {
    let desk = Desk::new().await;
    let (stolen, mine) = (desk.renew(&desk.tokens).await.unwrap(), desk.renew(&desk.tokens).await.unwrap());
    desk.uses(&stolen).await.unwrap();
    desk.later().await;
    assert_eq!(desk.uses(&mine).await, Err(refused("unauthorized")));
    assert_eq!(desk.renew(&mine).await.map(drop), Err(refused("revoked")));
    assert_eq!(desk.uses(&stolen).await, Err(refused("revoked")));
}

/// By which of the two a token ends is the hub's; how the desk counts to it, its own. However wrong that is, each pair is renewed once, in time.
#[tokio::test]
async fn a_computer_whose_clock_is_a_year_off_renews_as_often_as_another() {
    const YEAR: i64 = 365 * 86_400_000;
    const LIVES: i64 = 600_000;
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let owner = connect(&served.database_url).await.unwrap();
    let clinic = served.clinic().await.unwrap();
    for off in [YEAR, -YEAR, 0] {
        let (_, enrolled) = served.desk(clinic).await.unwrap();
        let wrong = Millis(SystemClock.now().0 + off);
        let clock = Arc::new(FixedClock::at(wrong));
        let renewed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&renewed);
        let keep = Box::new(move |_: &Tokens| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(())
        });
        let hub = HttpHub::new(&served.url, Some(enrolled.tokens), keep).unwrap().by_clock(Arc::clone(&clock) as Arc<dyn Clock>);
        let asked = async || {
            hub.devices().await.unwrap();
            renewed.load(Ordering::SeqCst)
        };
        // What it holds is as the hub told it: a clock that is ahead renews at once, one that is behind when it is refused.
        let first = usize::from(off > 0);
        assert_eq!((asked().await, asked().await), (first, first), "{off}");
        owner
            .batch_execute("UPDATE devices SET access_expires_at = now(); UPDATE token_pairs SET access_expires_at = now()")
            .await
            .unwrap();
        assert_eq!((asked().await, asked().await), (first + 1, first + 1), "{off}");
        let ends_in = hub.tokens().await.unwrap().access_expires_at.0 - wrong.0;
        assert!((ends_in - LIVES).abs() <= 60_000, "{off}: {ends_in}");

        // From now on it is known when that is, by this clock: nobody has to refuse anything.
        clock.set(Millis(wrong.0 + LIVES - 120_001));
        assert_eq!(asked().await, first + 1, "{off}");
        clock.set(Millis(wrong.0 + LIVES + 60_001));
        assert_eq!((asked().await, asked().await), (first + 2, first + 2), "{off}");
    }
}
