//! Two desks and a hub on a real Postgres, in two real windows: a clinic is brought to the hub, joined by a code, worked on apart, and brought
//! together again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use petrel_sim::{Postgres, Served};
use petrel_tests::{Driver, Gate, Looks, Window};
use serde_json::{Value, json};

/// Calls a command from the window, as its screens do, and answers what it gave.
async fn call(window: &Window, command: &str, input: Value) -> Value {
    window.script("delete document.body.dataset.answer", Vec::new()).await;
    let script = "void window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
        .then((value) => (document.body.dataset.answer = JSON.stringify({ value })), (refusal) => (document.body.dataset.answer = JSON.stringify({ refusal })))";
    window.script(script, vec![command.into(), input]).await;
    window.until("document.body.dataset.answer").await;
    let answer = window.script("return document.body.dataset.answer", Vec::new()).await;
    let answer: Value = serde_json::from_str(answer.as_str().unwrap()).unwrap();
    assert!(answer.get("refusal").is_none(), "{command}: {answer}");
    answer["value"].clone()
}

async fn new_clinic(window: &Window) {
    window.click("first-run-new").await;
    window.fill("clinic-name", "Oak Street Vets").await;
    window.fill("owner-first", "Ada").await;
    window.fill("owner-last", "Byron").await;
    window.click("create-clinic").await;
    window.see("screen-schedule").await;
}

async fn connect(window: &Window, url: &str, code: &str) {
    window.go("/settings/sync", "").await;
    window.fill("hub-address", url).await;
    window.fill("hub-code", code).await;
    window.fill("hub-desk-name", "Front desk").await;
    window.screenshot("hub-connect").await;
    window.click("connect").await;
    window.see("device").await;
    online(window).await;
}

async fn online(window: &Window) {
    window.see("[data-testid=sync-badge][data-standing=online]").await;
}

async fn join(window: &Window, url: &str, code: &str) {
    window.click("first-run-join").await;
    window.fill("hub-address", url).await;
    window.fill("hub-code", code).await;
    window.fill("hub-desk-name", "Treatment room").await;
    window.screenshot("first-run-join").await;
    window.click("join-clinic").await;
    window.click("sign-in-choice").await;
    window.see("shell").await;
    online(window).await;
}

/// Books a service that one pet at a time has, next Monday, this many minutes after ten, with the owner, for a client.
async fn book(window: &Window, client: &Value, minute: i64) {
    let staff = call(window, "staff", json!({})).await;
    let services = call(window, "services", json!({})).await;
    let service = services.as_array().unwrap().iter().find(|service| service["max_per_slot"] == 1).unwrap();
    let script = "const at = new Date(); at.setUTCDate(at.getUTCDate() + (((8 - at.getUTCDay()) % 7) || 7)); at.setUTCHours(10, 0, 0, 0); return at.getTime()";
    let starts_at = window.script(script, Vec::new()).await.as_i64().unwrap() + minute * 60_000;
    let notes = json!({ "title": null, "reason": null, "symptoms": null, "special_requests": null, "client_notes": null, "internal_notes": null, "pickup_address": null });
    let pet = json!({ "pet_id": null, "service_id": service["id"], "staff_id": staff[0]["id"], "starts_at": starts_at, "duration_minutes": 30, "answers": [] });
    let input = json!({ "client_id": client, "pets": [pet], "notes": notes, "booking_method": "phone", "is_emergency": false,
        "overruled": [], "recurrence": null, "estimated_cost_cents": null, "waitlist_entry_id": null });
    call(window, "book_appointment", json!({ "input": input })).await;
}

async fn new_client(window: &Window, name: &str) -> Value {
    let input = json!({ "first_name": name, "last_name": "", "email": null, "phone": null, "address": null, "notes": null, "tags": [],
        "custom_fields": {} });
    call(window, "create_client", json!({ "input": input })).await["value"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_desks_work_apart_and_come_together() {
    let (Some(first), Some(second)) = (Driver::start(&[]), Driver::start(&[])) else { return };
    let postgres = Postgres::start().unwrap();
    let served = Served::start(&postgres).await.unwrap();
    let gate = Gate::before(served.url.trim_start_matches("http://").parse().unwrap()).await;
    let clinic = served.clinic().await.unwrap();
    let (code, _) = petrel_hub::make_code(&served.database, clinic).await.unwrap();

    let front = first.open().await;
    new_clinic(&front).await;
    let early = new_client(&front, "Early").await;
    connect(&front, &gate.url, &code).await;
    let mut looks = Looks::default();
    front.click("let-in").await;
    let code = front.text("device-code").await;
    looks.at(&front, "hub-code").await;
    front.press(petrel_tests::ESCAPE).await;
    front.until("!document.querySelector('[data-testid=device-code]')").await;
    looks.at(&front, "hub-devices").await;

    let back = second.open().await;
    join(&back, &gate.url, code.trim()).await;
    back.go("/clients", "").await;
    back.until("document.querySelectorAll('[data-testid=client-row]').length === 1").await;
    // What one desk writes the other shows, without a click.
    let late = new_client(&front, "Late").await;
    back.until("document.querySelectorAll('[data-testid=client-row]').length === 2").await;
    // What happened to a client, as the hub has it.
    back.script("document.querySelector('[data-testid=client-row] a').click()", Vec::new()).await;
    back.click("client-more").await;
    back.click("history").await;
    back.see("history-entry").await;
    looks.at(&back, "hub-history").await;
    back.press(petrel_tests::ESCAPE).await;

    // Apart: both book the same time of the same colleague.
    gate.shut();
    book(&front, &early, 0).await;
    book(&back, &late, 15).await;
    for window in [&front, &back] {
        window.see("[data-testid=sync-badge][data-standing=offline]").await;
    }
    back.click("sync-badge").await;
    back.see("sync-popover").await;
    looks.at(&back, "hub-offline").await;
    back.press(petrel_tests::ESCAPE).await;
    gate.open();
    for window in [&front, &back] {
        online(window).await;
        window.go("/attention", "").await;
        window.see("clash").await;
    }
    looks.at(&back, "hub-clash").await;
    back.click("keep-both").await;
    for window in [&front, &back] {
        window.until("!document.querySelector('[data-testid=clash]')").await;
    }
    assert_eq!(petrel_hub::check(&served.database, clinic).await.unwrap(), Vec::<String>::new());
    front.quit().await;
    back.quit().await;
    looks.assert();
}
