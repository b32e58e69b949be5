//! The sheet as a reader of PDFs sees it.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
#![allow(clippy::print_stderr, reason = "what is skipped is said aloud")]

use std::io::Write;
use std::process::{Command, Stdio};

use petrel_domain::desk::{DaySheet, SheetHours, SheetPerson, SheetVisit};
use petrel_domain::{AppointmentStatus, MINUTE, Millis, Species};

/// 2026-11-21, midnight in Madrid.
const MIDNIGHT: i64 = 1_795_215_600_000;

fn visit(minute: i64, pet: &str) -> SheetVisit {
    SheetVisit {
        starts_at: Millis(MIDNIGHT + minute * MINUTE),
        ends_at: Millis(MIDNIGHT + (minute + 15) * MINUTE),
        status: AppointmentStatus::Confirmed,
        pet_name: pet.to_owned(),
        species: Some(Species::Dog),
        breed: "Perro de agua".to_owned(),
        client_name: "Íñigo Muñoz Świętokrzyski".to_owned(),
        client_phone: Some("+34 600 123 456".to_owned()),
        service: "Revisión".to_owned(),
        is_emergency: false,
        is_overbooked: false,
        alerts: Vec::new(),
        notes: vec!["Viene con su hermano; trae la cartilla de vacunación de ambos y pregunta por el pienso.".to_owned()],
    }
}

fn sheet(locale: &str, people: Vec<SheetPerson>) -> DaySheet {
    DaySheet {
        clinic_name: "Clínica Petrel".to_owned(),
        locale: locale.to_owned(),
        timezone: "Europe/Madrid".to_owned(),
        date: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        printed_at: Millis(MIDNIGHT + 7 * 60 * MINUTE),
        people,
    }
}

fn person(name: &str, visits: Vec<SheetVisit>) -> SheetPerson {
    let hours =
        SheetHours { starts_at: Millis(MIDNIGHT + 540 * MINUTE), ends_at: Millis(MIDNIGHT + 1020 * MINUTE), is_emergency_only: false };
    SheetPerson { name: name.to_owned(), hours: vec![hours], closed_reason: None, visits }
}

/// The text of each page, in reading order; none where no reader is installed, and that is said.
fn pages(pdf: &[u8]) -> Option<Vec<String>> {
    read(pdf, &["-layout"])
}

/// What stands on the first page left of some point, in one line.
fn column(pdf: &[u8], right: u32) -> Option<String> {
    let width = right.to_string();
    let pages = read(pdf, &["-x", "0", "-y", "0", "-W", &width, "-H", "842", "-r", "72", "-l", "1"])?;
    Some(pages.concat().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn read(pdf: &[u8], options: &[&str]) -> Option<Vec<String>> {
    let reader = Command::new("pdftotext").args(options).args(["-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut reader) = reader else {
        eprintln!("SKIPPED: pdftotext is not installed (apt-get install poppler-utils), so nobody reads the sheet");
        return None;
    };
    let mut input = reader.stdin.take().unwrap();
    let pdf = pdf.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&pdf).unwrap());
    let output = reader.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect())
}

#[test]
fn every_visit_is_there_in_order_and_none_is_cut_by_a_page() {
    let visits: Vec<_> = (0..60).map(|place| visit(540 + place * 5, &format!("Tobi{place:02}"))).collect();
    let pdf = petrel_print::day_sheet(&sheet("es-ES", vec![person("Ana Gil", visits), person("Bo Pérez", Vec::new())])).unwrap();
    assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 200_000, "{} bytes: the fonts go along only as far as they are used", pdf.len());
    let Some(pages) = pages(&pdf) else { return };
    assert!(pages.len() > 2);
    let whole = pages.concat();
    let found: Vec<usize> = (0..60).map(|place| whole.find(&format!("Tobi{place:02}")).unwrap()).collect();
    assert!(found.is_sorted());
    for (place, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Página {} de {}", place + 1, pages.len())));
        assert!(page.contains("Ana Gil") || page.contains("Bo Pérez"), "each page says whose it is");
        assert_eq!(page.matches("Tobi").count(), page.matches("pienso.").count(), "a visit's notes are on its page");
    }
    for words in [
        "sábado, 21 de noviembre de 2026",
        "60 citas",
        "Clínica Petrel",
        "09:00–17:00",
        "Sin citas.",
        "Muñoz",
        "Świętokrzyski",
        "horas de Europe/Madrid",
    ] {
        assert!(whole.contains(words), "{words}");
    }
}

#[test]
fn what_matters_stands_out_without_colour_and_paper_and_clock_are_the_countrys() {
    let mut urgent = visit(600, "Rex");
    urgent.is_emergency = true;
    urgent.status = AppointmentStatus::CheckedIn;
    urgent.alerts = vec!["bites".to_owned(), "penicillin".to_owned()];
    let mut closed = person("Bo", Vec::new());
    closed.hours.clear();
    closed.closed_reason = Some("holiday".to_owned());
    let unassigned = SheetPerson { visits: vec![visit(660, "Luna")], ..SheetPerson::default() };
    let pdf = petrel_print::day_sheet(&sheet("en-US", vec![person("Ada", vec![urgent]), closed, unassigned])).unwrap();
    let Some(pages) = pages(&pdf) else { return };
    for words in [
        "Saturday, November 21, 2026",
        "EMERGENCY",
        "! bites",
        "! penicillin",
        "checked in",
        "10:00 am",
        "Closed, holiday",
        "Nobody yet",
        "Luna",
        "2 visits",
        "Page 1 of 1",
    ] {
        assert!(pages[0].contains(words), "{words}\n{}", pages[0]);
    }
}

#[test]
fn a_span_that_is_too_wide_for_its_column_breaks_after_the_dash() {
    for (locale, said) in [("en-US", "10:00 am– 10:15 am"), ("es-CO", "10:00 a. m.– 10:15 a. m."), ("en-GB", "10:00–10:15")] {
        let pdf = petrel_print::day_sheet(&sheet(locale, vec![person("Ana Gil", vec![visit(600, "Tobi")])])).unwrap();
        let Some(times) = column(&pdf, 137) else { return };
        assert!(times.contains(said), "{said}: {times}");
    }
}

#[test]
fn an_animal_without_a_breed_is_called_what_it_is_in_the_sheets_language() {
    let of = |pet, species, breed: &str| SheetVisit { species, breed: breed.to_owned(), ..visit(600, pet) };
    let visits = vec![
        of("Michi", Some(Species::Cat), ""),
        of("Coco", Some(Species::GuineaPig), ""),
        of("Rayo", Some(Species::Other), ""),
        of("Nadie", None, ""),
        of("Tobi", Some(Species::Dog), "Galgo"),
    ];
    for (locale, said) in
        [("es-ES", ["Michi, Gato", "Coco, Cobaya", "Tobi, Galgo"]), ("en-GB", ["Michi, Cat", "Coco, Guinea pig", "Tobi, Galgo"])]
    {
        let pdf = petrel_print::day_sheet(&sheet(locale, vec![person("Ana Gil", visits.clone())])).unwrap();
        let Some(pages) = pages(&pdf) else { return };
        for words in said {
            assert!(pages[0].contains(words), "{words}\n{}", pages[0]);
        }
        assert!(!pages[0].contains("Rayo,") && !pages[0].contains("Nadie,"), "{}", pages[0]);
    }
}

#[test]
fn a_stay_over_several_days_says_when_it_began_and_until_when_it_goes_on() {
    const DAY: i64 = 24 * 60;
    let stay = |begin: i64, end: i64, pet: &str| SheetVisit { ends_at: Millis(MIDNIGHT + end * MINUTE), ..visit(begin, pet) };
    let visits = vec![
        stay(600 - 2 * DAY, 600, "Tobi"),
        stay(660, 720 + DAY, "Luna"),
        stay(780 - DAY, 840 + 3 * DAY, "Rex"),
        stay(1380, DAY, "Kira"),
        stay(1380 - DAY, DAY, "Nala"),
    ];
    for (locale, said) in [
        (
            "en-GB",
            ["since 19 Nov, 10:00", "until 10:00", "until 22 Nov, 12:00", "since 20 Nov, 13:00", "until 24 Nov, 14:00", "23:00–00:00"],
        ),
        (
            "es-ES",
            [
                "desde el 19 nov, 10:00",
                "hasta 10:00",
                "hasta el 22 nov, 12:00",
                "desde el 20 nov, 13:00",
                "hasta el 24 nov, 14:00",
                "23:00–00:00",
            ],
        ),
    ] {
        let pdf = petrel_print::day_sheet(&sheet(locale, vec![person("Ana Gil", visits.clone())])).unwrap();
        let Some(times) = column(&pdf, 137) else { return };
        for words in said {
            assert!(times.contains(words), "{words}: {times}");
        }
        assert!(!times.contains("10:00–10:00") && !times.contains("11:00–12:00"), "{times}");
    }
}

#[test]
fn notes_longer_than_a_page_go_on_on_the_next_one_and_say_whose_they_are() {
    for (place, locale) in ["en-US", "en-GB"].into_iter().enumerate() {
        let mut long = visit(600, "Rex");
        long.alerts = vec!["penicillin".to_owned()];
        long.notes = (0..150).map(|line| format!("line{line:03}")).collect();
        let mut visits = vec![long, visit(660, "Luna")];
        visits.rotate_left(place);
        let pdf = petrel_print::day_sheet(&sheet(locale, vec![person("Ada", visits)])).unwrap();
        let Some(pages) = pages(&pdf) else { return };
        assert!(pages.len() >= 3, "{}", pages.len());
        let whole = pages.concat();
        for line in 0..150 {
            assert!(whole.contains(&format!("line{line:03}")), "{line} is on paper");
        }
        for page in pages.iter().filter(|page| page.contains("line")) {
            assert!(page.contains("Ada") && page.contains("Rex"), "each page says whose notes these are: {page}");
        }
        assert!(whole.contains("! penicillin") && whole.contains("Luna"));
    }
}
