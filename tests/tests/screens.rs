//! Every screen of a clinic at work, in light and dark: looked at by axe, and pictured to be looked at by people.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use petrel_tests::{Driver, Window};

/// A screen's name, its address, and what is there once it is drawn.
const SCREENS: &[(&str, &str, &str, &str)] = &[
    ("schedule-day", "/schedule", "view=day", "board-body"),
    ("schedule-week", "/schedule", "view=week", "board-body"),
    ("schedule-month", "/schedule", "view=month", "month"),
    ("today", "/today", "", "screen-today"),
    ("clients", "/clients", "", "client-row"),
    ("waitlist", "/waitlist", "", "waitlist-entry"),
    ("attention", "/attention", "", "screen-attention"),
    ("import", "/import", "", "choose-csv"),
    ("settings-clinic", "/settings/clinic", "", "settings-clinic-name"),
    ("settings-staff", "/settings/staff", "", "staff-row"),
    ("settings-hours", "/settings/hours", "", "save-hours"),
    ("settings-services", "/settings/services", "", "service-row"),
    ("settings-desk", "/settings/desk", "", "language"),
    ("settings-sync", "/settings/sync", "", "settings-sync-section"),
    ("settings-data", "/settings/data", "", "back-up-now"),
];

async fn look(window: &Window, name: &str, theme: &str, found: &mut Vec<String>) {
    window.screenshot(&format!("{name}-{theme}")).await;
    // What the board's head covers in part, as its hours go by, is taken for a small target: at its top nothing is covered.
    let to_top =
        "const board = document.querySelector('[data-testid=board]'); const top = board?.scrollTop ?? 0; board?.scrollTo(0, 0); return top";
    let top = window.script(to_top, Vec::new()).await;
    found.extend(window.accessibility().await.into_iter().map(|violation| format!("{name} {theme}: {violation}")));
    window.script("document.querySelector('[data-testid=board]')?.scrollTo(0, arguments[0])", vec![top]).await;
}

async fn set_theme(window: &Window, theme: &str) {
    let script = "void window.__TAURI_INTERNALS__.invoke('set_desk_setting', { key: 'theme', value: JSON.stringify(arguments[0]) }).then(() => location.reload())";
    window.script("document.body.dataset.left = 'yes'", Vec::new()).await;
    window.script(script, vec![theme.into()]).await;
    window.until("!document.body.dataset.left").await;
    window.see("shell").await;
}

#[tokio::test]
async fn every_screen_is_drawn_and_accessible_in_light_and_dark() {
    let Some(driver) = Driver::start(&[("PETREL_DEMO", "2000".to_owned())]) else { return };
    let window = driver.open().await;
    window.see("shell").await;
    let mut found = Vec::new();
    for theme in ["light", "dark"] {
        set_theme(&window, theme).await;
        for (name, path, query, sign) in SCREENS {
            window.go(path, query).await;
            window.see(sign).await;
            look(&window, name, theme, &mut found).await;
        }
        window.go("/clients", "").await;
        window.see("client-row").await;
        window.script("document.querySelector('[data-testid=client-row] a').click()", Vec::new()).await;
        window.see("client-name").await;
        look(&window, "client", theme, &mut found).await;
        window.click("pet-card").await;
        window.see("screen-pet").await;
        window.see("record-weight").await;
        look(&window, "pet", theme, &mut found).await;
        window.click("lock").await;
        window.see("sign-in-choice").await;
        look(&window, "lock", theme, &mut found).await;
        window.click("sign-in-choice").await;
        window.see("shell").await;
    }
    window.quit().await;
    assert!(found.is_empty(), "axe found:\n{}", found.join("\n"));
}
