//! A newcomer's first day in the real window: set up, bring the clients in, book, move, check in, complete, quit, start again, restore.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::path::Path;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use petrel_tests::{Driver, Window, choose_file};

/// The next Monday, on which the new clinic works.
#[expect(clippy::disallowed_methods, reason = "the app under test has the computer's clock")]
fn monday() -> NaiveDate {
    let today = chrono::Utc::now().date_naive();
    (1..=7).map(|days| today + Days::new(days)).find(|day| day.weekday() == Weekday::Mon).unwrap()
}

const CSV: &str = "\u{feff}Client First Name;Client Last Name;Mobile;E-mail;Animal Name;Species;Breed;DOB;Weight\r\n\
    José;Ñúñez;(415) 555-2671;jose@example.com;Luna;Canine;Galgo Español;31/12/2019;22,5 kg\r\n\
    José;Ñúñez;(415) 555-2671;jose@example.com;Kira;Feline;;01/02/2021;4\r\n\
    Ann;O'Brien;ask Maria;;Rex;Dog;Beagle;06/05/2018;\r\n\
    Bo;Late;;;Old;Dog;;about 2015;\r\n";

/// Where the minute of a column is in the window.
async fn point(window: &Window, minute: i64) -> (i64, i64) {
    let script = "const body = document.querySelector('[data-testid=board-body]').getBoundingClientRect();
        const column = document.querySelector('[data-testid=board-column]').getBoundingClientRect();
        return [Math.round(column.left + column.width / 2), Math.round(body.top + body.height * arguments[0] / 1440)]";
    let at = window.script(script, vec![minute.into()]).await;
    (at[0].as_i64().unwrap(), at[1].as_i64().unwrap())
}

async fn first_run(window: &Window) {
    window.see("first-run-new").await;
    window.screenshot("first-run").await;
    window.click("first-run-new").await;
    window.fill("clinic-name", "Oak Street Vets").await;
    window.fill("owner-first", "Ada").await;
    window.fill("owner-last", "Byron").await;
    window.screenshot("first-run-new-clinic").await;
    window.click("create-clinic").await;
    window.see("screen-schedule").await;
}

/// Brings a file in, by the screen's buttons and the system's own dialog.
async fn import(window: &Window, path: &Path) {
    window.click("nav-clients").await;
    window.click("to-import").await;
    window.click("choose-csv").await;
    choose_file("Import clients and pets", path).await;
    window.see("import-summary").await;
    assert!(window.text("import-bad-rows").await.contains("5"), "the bad row is on the file's fifth line");
    window.screenshot("import-preview").await;
    window.click("run-import").await;
    window.see("import-done").await;
    window.screenshot("import-done").await;
    window.click("import-to-clients").await;
    window.until("document.querySelectorAll('[data-testid=client-row]').length === 2").await;
}

async fn book_by_drag(window: &Window) {
    window.go("/schedule", &format!("date={}", monday())).await;
    window.see("board-body").await;
    // The board scrolls to the working day by itself; ten o'clock must be in sight.
    window.until("document.querySelector('[data-testid=board-column]').getBoundingClientRect().width > 0").await;
    window.drag(point(window, 600).await, point(window, 630).await).await;
    window.see("booking-panel").await;
    window.fill("booking-search", "nunez").await;
    window.click("[role=option]").await;
    // Of two that the client has.
    window.click("booking-pet").await;
    window.choose("booking-service", "Consultation").await;
    window.screenshot("booking").await;
    window.click("booking-save").await;
    window.see("[data-testid=visit][data-status=confirmed]").await;
}

async fn move_by_drag(window: &Window) {
    let label = "document.querySelector('[data-testid=visit]').getBoundingClientRect().top";
    let before = window.script(&format!("return {label}"), Vec::new()).await.as_f64().unwrap();
    window.drag(point(window, 610).await, point(window, 670).await).await;
    window.until(&format!("{label} > {}", before + 40.0)).await;
    window.see("[data-testid=visit][data-status=confirmed]").await;
}

async fn check_in_and_complete(window: &Window) {
    window.click("visit").await;
    window.see("visit-panel").await;
    window.screenshot("visit").await;
    for status in ["checked_in", "in_progress", "completed"] {
        window.click("visit-next").await;
        window.see(&format!("[data-testid=visit][data-status={status}]")).await;
    }
    window.press_ctrl('z').await;
    window.see("[data-testid=visit][data-status=in_progress]").await;
    window.click("visit-next").await;
    window.see("[data-testid=visit][data-status=completed]").await;
}

#[tokio::test]
async fn a_newcomers_first_day() {
    // Whatever the log can be made to say must name no client.
    let Some(driver) = Driver::start(&[("PETREL_LOG", "debug".to_owned())]) else { return };
    let csv = driver.data.path().join("old-program.csv");
    std::fs::write(&csv, CSV).unwrap();

    let window = driver.open().await;
    first_run(&window).await;
    import(&window, &csv).await;
    book_by_drag(&window).await;
    move_by_drag(&window).await;
    check_in_and_complete(&window).await;
    assert!(driver.start_again().await.success(), "it hands over to the window that is there");
    assert!(window.shows("visit-panel").await, "which is as it was");
    window.close(&driver).await;
    assert!(driver.was_closed_well());

    // Nothing of what is in it lies anywhere to be read, but in the file that was brought.
    assert_eq!(driver.files_with(&["Ñúñez", "O'Brien", "jose@example.com", "Galgo"]), [csv]);

    // It is all there.
    let window = driver.open().await;
    window.click("sign-in-choice").await;
    window.see("screen-schedule").await;
    window.go("/schedule", &format!("date={}", monday())).await;
    window.see("[data-testid=visit][data-status=completed]").await;
    window.quit().await;
    driver.closed().await;
    assert!(!driver.was_closed_well(), "it was killed");

    // The file is lost; the first screen restores the backup, which was made when the window was closed.
    for ending in ["", "-wal", "-shm"] {
        let path = format!("{}{ending}", driver.file().display());
        if Path::new(&path).exists() {
            std::fs::remove_file(path).unwrap();
        }
    }
    let window = driver.open().await;
    window.click("first-run-restore").await;
    window.screenshot("first-run-restore").await;
    window.click("backup").await;
    window.click("sign-in-choice").await;
    window.see("shell").await;
    window.go("/schedule", &format!("date={}", monday())).await;
    window.see("[data-testid=visit][data-status=completed]").await;
    window.quit().await;
}
