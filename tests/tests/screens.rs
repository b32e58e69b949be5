//! Every screen, and what opens over it, light and dark: looked at by axe, and pictured to be looked at by people.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use petrel_tests::{Driver, Looks, Window, choose_file};

/// What is done to come to a state of a screen.
enum Do {
    /// Waits for something.
    See(&'static str),
    /// Clicks on something, once it is there.
    Click(&'static str),
    /// Types into a field.
    Type(&'static str, &'static str),
    /// Opens a choice and takes what reads so.
    Choose(&'static str, &'static str),
    /// Presses keys where the focus is.
    Press(&'static str),
    /// Presses a key with Ctrl held.
    Ctrl(char),
}
use Do::{Choose, Click, Ctrl, Press, See, Type};

/// A state of a screen: its name, its address, and what is done until it is there.
type State = (&'static str, &'static str, &'static str, &'static [Do]);

/// One for each route, in the order of the router, and for each section of the settings; what opens over a route follows it.
const STATES: &[State] = &[
    ("schedule-day", "/schedule", "view=day", &[See("board-body")]),
    ("schedule-week", "/schedule", "view=week", &[See("board-body")]),
    ("schedule-month", "/schedule", "view=month", &[See("month")]),
    ("schedule-menu", "/schedule", "view=day", &[See("board-body"), Click("schedule-menu"), See("[role=menu]")]),
    ("booking", "/schedule", "book=new", &[See("booking-panel"), See("booking-search")]),
    ("booking-found", "/schedule", "book=new", &[Type("booking-search", "a"), See("[role=option]")]),
    ("booking-new-client", "/schedule", "book=new", &[Click("booking-new-client-button"), See("quick-save")]),
    ("booking-client", "/schedule", "book=new", &[Type("booking-search", "a"), Click("[role=option]"), See("booking-service")]),
    ("today", "/today", "", &[See("screen-today")]),
    ("clients", "/clients", "", &[See("client-row")]),
    ("clients-coming", "/clients", "only=coming", &[See("client-row")]),
    ("clients-none", "/clients", "q=zzzzzz", &[See("clients-none")]),
    ("client-new", "/clients", "new=1", &[See("client-dialog")]),
    ("waitlist", "/waitlist", "", &[See("waitlist-entry")]),
    ("waitlist-times", "/waitlist", "", &[Click("find-times"), See("waitlist-times")]),
    ("waitlist-new", "/waitlist", "new=1", &[See("waitlist-dialog")]),
    ("waitlist-edit", "/waitlist", "", &[Click("entry-more"), Click("edit-entry"), See("waitlist-dialog")]),
    ("waitlist-history", "/waitlist", "", &[Click("entry-more"), Click("history"), See("history-dialog")]),
    ("attention", "/attention", "", &[See("screen-attention")]),
    ("import", "/import", "", &[See("choose-csv")]),
    ("settings", "/settings", "", &[See("settings-clinic-name")]),
    ("settings-clinic", "/settings/clinic", "", &[See("settings-clinic-name")]),
    (
        "settings-clinic-refused",
        "/settings/clinic",
        "",
        &[Type("settings-clinic-name", " "), Click("save-clinic"), See("[aria-invalid=true]")],
    ),
    ("settings-staff", "/settings/staff", "", &[See("staff-row")]),
    ("settings-staff-new", "/settings/staff", "new=1", &[See("staff-dialog")]),
    ("settings-staff-pin", "/settings/staff", "", &[Click("set-pin"), See("pin-dialog")]),
    ("settings-staff-edit", "/settings/staff", "", &[Click("[data-testid=staff-row] button:last-of-type"), See("staff-dialog")]),
    ("settings-hours", "/settings/hours", "", &[See("save-hours")]),
    ("settings-hours-break", "/settings/hours", "", &[Click("add-break"), See("more-break")]),
    ("settings-hours-fine", "/settings/hours", "", &[Click("hours-fine"), See("hours-rules")]),
    ("settings-exception", "/settings/hours", "new=1", &[See("override-dialog")]),
    ("settings-services", "/settings/services", "", &[See("service-row")]),
    ("settings-service-new", "/settings/services", "new=1", &[See("service-dialog")]),
    ("settings-service-edit", "/settings/services", "", &[Click("[data-testid=service-row] button:last-of-type"), See("service-dialog")]),
    ("settings-desk", "/settings/desk", "", &[See("language")]),
    ("settings-sync", "/settings/sync", "", &[See("settings-sync-section")]),
    ("settings-sync-refused", "/settings/sync", "", &[Type("hub-address", "nowhere"), Click("connect"), See("[aria-invalid=true]")]),
    ("settings-data", "/settings/data", "", &[See("back-up-now")]),
    ("settings-done", "/settings/done", "", &[See("done-section")]),
    ("settings-key", "/settings/desk", "", &[Click("change-key"), See("key-dialog")]),
    ("settings-recovery", "/settings/desk", "", &[Click("set-recovery"), See("recovery-dialog")]),
    ("settings-restore", "/settings/data", "", &[Click("restore-backup"), See("confirm-dialog")]),
    ("settings-leave", "/settings/desk", "", &[Click("leave-clinic"), See("leave-dialog")]),
    ("not-found", "/nowhere", "", &[See("[data-testid=shell] main button")]),
    ("search", "/today", "", &[Type("global-search", "a"), See("search-hit")]),
    ("palette", "/today", "", &[See("screen-today"), Ctrl('k'), See("palette-input")]),
    ("shortcuts", "/today", "", &[See("screen-today"), Press("?"), See("shortcut-sheet")]),
    ("sync", "/today", "", &[Click("sync-badge"), See("sync-popover")]),
    ("state", "/today", "", &[Click("state-area"), See("leave-demo")]),
    ("staff-menu", "/today", "", &[Click("staff-menu"), See("change-pin")]),
    ("pin", "/today", "", &[Click("staff-menu"), Click("change-pin"), See("pin-dialog")]),
];

/// What opens of a client, whose page is shown.
const OF_CLIENT: &[State] = &[
    ("client", "", "", &[See("client-name"), See("visit-row")]),
    ("client-edit", "", "", &[Click("edit-client"), See("client-dialog")]),
    ("client-write", "", "", &[Click("write-client"), See("notify-dialog")]),
    ("client-wait", "", "", &[Click("client-more"), Click("client-wait"), See("waitlist-dialog")]),
    ("client-merge", "", "", &[Click("client-more"), Click("merge"), See("merge-dialog")]),
    ("client-history", "", "", &[Click("client-more"), Click("history"), See("history-dialog")]),
    ("client-add-pet", "", "", &[Click("add-pet"), See("pet-dialog")]),
];

/// What opens of a pet.
const OF_PET: &[State] = &[
    ("pet", "", "", &[See("screen-pet"), See("record-weight")]),
    ("pet-edit", "", "", &[Click("edit-pet"), See("pet-dialog")]),
    (
        "pet-breed",
        "",
        "",
        &[Click("edit-pet"), Choose("pet-species", "Dog"), Type("pet-breed", "a"), See("[data-testid=known-breeds] option")],
    ),
    ("pet-move", "", "", &[Click("pet-more"), Click("move-pet"), See("move-pet-dialog")]),
    ("pet-merge", "", "", &[Click("pet-more"), Click("merge-pet"), See("merge-pets-dialog")]),
    ("pet-death", "", "", &[Click("pet-more"), Click("record-death"), See("death-dialog")]),
    ("pet-history", "", "", &[Click("pet-more"), Click("history"), See("history-dialog")]),
    // Not every pet has been weighed.
    ("pet-weight", "", "", &[Type("weight", "12"), Click("record-weight"), Click("correct-weight"), See("weight-dialog")]),
];

/// What opens of a visit that is to come.
const OF_VISIT: &[State] = &[
    ("visit", "", "", &[See("visit-panel"), See("visit-next")]),
    ("visit-menu", "", "", &[Click("visit-menu"), See("history")]),
    ("visit-history", "", "", &[Click("visit-menu"), Click("history"), See("history-dialog")]),
    ("visit-edit", "", "", &[Click("visit-edit"), See("visit-edit-form")]),
    ("visit-move", "", "", &[Click("visit-move"), See("move-dialog")]),
    ("visit-repeat", "", "", &[Click("visit-menu"), Click("visit-repeat"), See("rhythm-totals")]),
    ("visit-cancel", "", "", &[Click("visit-cancel"), See("cancel-dialog")]),
    ("visit-swap", "", "", &[Click("swap-with"), See("[data-testid=swap-choice], [data-testid=swap-none], [data-testid=swap-refused]")]),
];

async fn act(window: &Window, steps: &[Do]) {
    for step in steps {
        match step {
            See(id) => drop(window.see(id).await),
            Click(id) => window.click(id).await,
            Type(id, text) => window.fill(id, text).await,
            Choose(id, text) => window.choose(id, text).await,
            Press(keys) => window.press(keys).await,
            Ctrl(key) => window.press_ctrl(*key).await,
        }
    }
}

/// Looks at states, each in a document of its own: nothing of the one before is open in it.
async fn look(window: &Window, looks: &mut Looks, states: &[State]) {
    for (name, path, query, steps) in states {
        if path.is_empty() {
            window.reload().await;
        } else {
            window.load(path, query).await;
        }
        window.see("shell").await;
        act(window, steps).await;
        looks.at(window, name).await;
    }
}

const CSV: &str = "Client First Name;Client Last Name;Mobile;Animal Name;Species;DOB\r\n\
    José;Ñúñez;(415) 555-2671;Luna;Canine;31/12/2019\r\n\
    Bo;Late;;Old;Dog;about 2015\r\n";

/// The steps of an import, the second time with what is there already.
async fn import(window: &Window, looks: &mut Looks, file: &std::path::Path) {
    for time in ["first", "again"] {
        window.load("/import", "").await;
        window.click("choose-csv").await;
        choose_file("Import clients and pets", file).await;
        window.see("import-summary").await;
        looks.at(window, &format!("import-preview-{time}")).await;
        window.click("run-import").await;
        window.see("import-done").await;
        looks.at(window, &format!("import-done-{time}")).await;
    }
}

/// A clinic that was made up, opened.
async fn demo() -> Option<(Driver, Window)> {
    let driver = Driver::start(&[("PETREL_DEMO", "2000".to_owned())])?;
    let window = driver.open().await;
    window.see("shell").await;
    Some((driver, window))
}

#[tokio::test]
async fn every_route_and_what_opens_over_it_is_accessible_in_light_and_dark() {
    let Some((_driver, window)) = demo().await else { return };
    let mut looks = Looks::default();
    look(&window, &mut looks, STATES).await;
    // Dark by the desk's own setting, from the start of a document on.
    let script = "void window.__TAURI_INTERNALS__.invoke('set_desk_setting', { key: 'theme', value: JSON.stringify('dark') }).then(() => (document.body.dataset.kept = 'yes'))";
    window.script(script, Vec::new()).await;
    window.until("document.body.dataset.kept").await;
    window.reload().await;
    window.see("shell").await;
    window.until("document.documentElement.dataset.theme === 'dark'").await;
    window.quit().await;
    looks.assert();
}

#[tokio::test]
async fn every_record_and_what_opens_over_it_is_accessible_in_light_and_dark() {
    let Some((driver, window)) = demo().await else { return };
    let csv = driver.data.path().join("old-program.csv");
    std::fs::write(&csv, CSV).unwrap();
    let mut looks = Looks::default();
    import(&window, &mut looks, &csv).await;

    // Somebody with a visit to come, that visit, and its pet.
    window.go("/clients", "only=coming").await;
    window.see("client-row").await;
    window.script("document.querySelector('[data-testid=client-row] a').click()", Vec::new()).await;
    window.see("client-name").await;
    look(&window, &mut looks, OF_CLIENT).await;
    window.reload().await;
    window.click("[data-testid=visits-coming] [data-testid=visit-row]").await;
    window.see("visit-panel").await;
    look(&window, &mut looks, OF_VISIT).await;
    window.reload().await;
    window.click("visit-pet").await;
    window.see("screen-pet").await;
    look(&window, &mut looks, OF_PET).await;

    // Whoever works here gets a PIN, is asked for it, and has forgotten it.
    window.reload().await;
    act(&window, &[Click("staff-menu"), Click("change-pin"), Type("new-pin", "4711"), Type("new-pin-again", "4711"), Click("save-pin")])
        .await;
    window.until("!document.querySelector('[data-testid=pin-dialog]')").await;
    let name = window
        .script("return document.querySelector('[data-testid=staff-menu]').textContent.trim().split(/\\s+/).at(-1)", Vec::new())
        .await;
    window.click("lock").await;
    window.see("sign-in-choice").await;
    looks.at(&window, "lock").await;
    let choose = "[...document.querySelectorAll('[data-testid=sign-in-choice]')].find((choice) => choice.textContent.includes(arguments[0])).click()";
    window.script(choose, vec![name]).await;
    window.see("pin").await;
    looks.at(&window, "lock-pin").await;
    act(&window, &[Type("pin", "1"), Click("sign-in"), See("[aria-invalid=true]")]).await;
    looks.at(&window, "lock-wrong-pin").await;
    act(&window, &[Click("forgot-pin"), See("forgot-dialog")]).await;
    looks.at(&window, "lock-forgot-pin").await;
    window.quit().await;
    looks.assert();
}

/// Leaves nothing of the clinic's file that could be read.
fn break_file(driver: &Driver) {
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", driver.file().display()));
    }
    std::fs::write(driver.file(), "no database").unwrap();
}

#[tokio::test]
async fn every_screen_before_a_clinic_is_open_is_accessible_in_light_and_dark() {
    let Some(driver) = Driver::start(&[]) else { return };
    let window = driver.open().await;
    let mut looks = Looks::default();
    window.see("first-run-new").await;
    looks.at(&window, "first-run").await;
    for (way, sign) in [("join", "join-clinic"), ("restore", "screen-first-run"), ("new", "create-clinic")] {
        window.reload().await;
        window.click(&format!("first-run-{way}")).await;
        window.see(sign).await;
        looks.at(&window, &format!("first-run-{way}")).await;
    }
    window.click("create-clinic").await;
    window.see("[aria-invalid=true]").await;
    looks.at(&window, "first-run-new-refused").await;
    window.click("key-passphrase").await;
    let form = [("clinic-name", "Oak Street Vets"), ("owner-first", "Ada"), ("owner-last", "Byron")];
    let secrets = [("passphrase", "seven small otters"), ("passphrase-again", "seven small otters")];
    for (field, text) in form.into_iter().chain(secrets) {
        window.fill(field, text).await;
    }
    looks.at(&window, "first-run-new-passphrase").await;
    window.click("create-clinic").await;
    window.see("screen-schedule").await;
    looks.at(&window, "first-schedule").await;
    // What there is nothing of yet.
    for (name, path, sign) in [
        ("empty-today", "/today", "screen-today"),
        ("empty-clients", "/clients", "[data-testid=screen-clients] h2"),
        ("empty-waitlist", "/waitlist", "[data-testid=screen-waitlist] h2"),
        ("empty-attention", "/attention", "screen-attention"),
    ] {
        window.go(path, "").await;
        window.see(sign).await;
        looks.at(&window, name).await;
    }
    // The session's end kills the app, which may be before its last backup is made.
    window.back_up().await;
    window.quit().await;
    driver.closed().await;

    let window = driver.open().await;
    window.see("screen-passphrase").await;
    looks.at(&window, "passphrase").await;
    act(&window, &[Type("passphrase", "seven small cats"), Click("unlock"), See("[aria-invalid=true]")]).await;
    looks.at(&window, "passphrase-wrong").await;
    window.quit().await;
    driver.closed().await;

    // A damaged file is replaced by its backup; where there is none, somebody has to say what is to be done.
    break_file(&driver);
    let window = driver.open().await;
    act(&window, &[Type("passphrase", "seven small otters"), Click("unlock"), Click("sign-in-choice"), See("notice-recovered")]).await;
    // The screen below the notice comes a moment later.
    window.see("[data-testid=shell] main h1").await;
    looks.at(&window, "recovered").await;
    window.quit().await;
    driver.closed().await;

    break_file(&driver);
    std::fs::remove_dir_all(driver.data.path().join("backups")).unwrap();
    let window = driver.open().await;
    window.see("[data-testid=screen-trouble], [data-testid=screen-passphrase]").await;
    if window.shows("screen-passphrase").await {
        act(&window, &[Type("passphrase", "seven small otters"), Click("unlock")]).await;
    }
    window.see("screen-trouble").await;
    looks.at(&window, "trouble").await;
    window.quit().await;
    looks.assert();
}
