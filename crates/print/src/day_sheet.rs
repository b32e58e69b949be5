//! The day sheet: who comes when to whom, to be pinned to the wall and ticked off.

use petrel_domain::desk::{DaySheet, SheetPerson, SheetVisit};
use petrel_domain::{AppointmentStatus, parse_zone};

use crate::paper::{Fonts, Mark, PrintError, Weight, pdf, size_of};
use crate::words::Words;

/// From the paper's edge, in points.
const MARGIN: f32 = 40.0;
/// Sizes of type and the distance of lines, in points.
const BODY: f32 = 9.0;
const LINE: f32 = 11.5;
const SMALL: f32 = 7.5;
/// The square to be ticked.
const TICK: f32 = 8.0;
/// Between two columns.
const GAP: f32 = 8.0;
/// What a page keeps free at its foot for the line with its number.
const FOOT: f32 = 24.0;

/// A line of a column: its words and how they are set.
type Line = (String, Weight);

/// Makes the sheet of a day as PDF.
///
/// # Errors
/// Where the PDF cannot be made.
pub fn day_sheet(sheet: &DaySheet) -> Result<Vec<u8>, PrintError> {
    let words = Words::of(&sheet.locale)?;
    let fonts = Fonts::load()?;
    let size = size_of(&sheet.locale);
    let mut layout = Layout::new(sheet, &words, &fonts, size);
    layout.head();
    for person in &sheet.people {
        layout.person(person);
    }
    let pages = layout.finish();
    pdf(&pages, size, &fonts, &format!("{} – {}", words.text("title", &[]), words.date(sheet.date)))
}

struct Layout<'a> {
    sheet: &'a DaySheet,
    words: &'a Words,
    fonts: &'a Fonts,
    zone: chrono_tz::Tz,
    size: (f32, f32),
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl<'a> Layout<'a> {
    fn new(sheet: &'a DaySheet, words: &'a Words, fonts: &'a Fonts, size: (f32, f32)) -> Self {
        let zone = parse_zone(&sheet.timezone).unwrap_or(chrono_tz::UTC);
        Self { sheet, words, fonts, zone, size, pages: vec![Vec::new()], y: MARGIN }
    }

    fn inner(&self) -> f32 {
        self.size.0 - 2.0 * MARGIN
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, x: f32, y: f32, size: f32, weight: Weight, text: &str) {
        let text = self.fonts.wrap(text, size, weight, f32::MAX).join(" ");
        self.mark(Mark::Text { x, y, size, weight, text });
    }

    fn text_right(&mut self, y: f32, size: f32, text: &str) {
        let x = self.size.0 - MARGIN - self.fonts.width(text, size, Weight::Regular);
        self.text(x, y, size, Weight::Regular, text);
    }

    fn head(&mut self) {
        let sheet = self.sheet;
        let date = self.words.date(sheet.date);
        self.text(MARGIN, self.y + 14.0, 16.0, Weight::Bold, &date);
        let count: usize = sheet.people.iter().map(|person| person.visits.len()).sum();
        let visits = self.visits(count);
        self.text_right(self.y + 14.0, 11.0, &visits);
        self.text(MARGIN, self.y + 29.0, 10.0, Weight::Regular, &sheet.clinic_name);
        let zone = self.words.text("zone", &[("zone", &sheet.timezone.replace('_', " "))]);
        self.text_right(self.y + 29.0, SMALL, &zone);
        self.y += 44.0;
    }

    fn visits(&self, count: usize) -> String {
        if count == 1 { self.words.text("one_visit", &[]) } else { self.words.text("visits", &[("count", &count.to_string())]) }
    }

    /// Breaks the page where `height` does not fit any more.
    fn room(&mut self, height: f32) -> bool {
        let is_new = self.y + height > self.size.1 - MARGIN - FOOT;
        if is_new {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
        is_new
    }

    fn person(&mut self, person: &SheetPerson) {
        let rows: Vec<_> = person.visits.iter().map(|visit| self.columns(visit)).collect();
        let height = |row: &[Vec<Line>; 4]| row.iter().map(Vec::len).max().unwrap_or(1) as f32 * LINE + 5.0;
        // A heading does not stand alone at a page's foot.
        self.room(34.0 + rows.first().map_or(LINE, height));
        self.heading(person);
        if rows.is_empty() {
            let none = self.words.text("no_visits", &[]);
            self.text(MARGIN, self.y + BODY, BODY, Weight::Regular, &none);
            self.y += LINE + 10.0;
            return;
        }
        for row in &rows {
            if self.room(height(row)) {
                self.heading(person);
            }
            self.row(row);
            self.y += height(row);
            self.mark(Mark::Rule { x: MARGIN, y: self.y - 2.5, width: self.inner(), thickness: 0.25 });
        }
        self.y += 12.0;
    }

    fn heading(&mut self, person: &SheetPerson) {
        let name = if person.name.is_empty() { self.words.text("unassigned", &[]) } else { person.name.clone() };
        self.text(MARGIN, self.y + 11.0, 11.0, Weight::Bold, &name);
        let mut hours: Vec<String> = person
            .hours
            .iter()
            .map(|of| {
                let span = format!("{}–{}", self.words.time(of.starts_at, self.zone), self.words.time(of.ends_at, self.zone));
                if of.is_emergency_only { format!("{span} ({})", self.words.text("emergencies_only", &[])) } else { span }
            })
            .collect();
        if hours.is_empty() && !person.name.is_empty() {
            hours.push(self.words.text(if person.closed_reason.is_some() { "closed" } else { "off" }, &[]));
        }
        hours.extend(person.closed_reason.clone());
        self.text_right(self.y + 11.0, BODY, &hours.join(", "));
        self.mark(Mark::Rule { x: MARGIN, y: self.y + 15.5, width: self.inner(), thickness: 1.0 });
        self.y += 19.0;
    }

    /// Where the four columns begin, and how wide they are.
    fn places(&self) -> [(f32, f32); 4] {
        let begin = MARGIN + TICK + GAP;
        let rest = self.inner() - TICK - GAP - 82.0;
        let widths = [82.0, rest * 0.36, rest * 0.26, rest * 0.38];
        let mut x = begin;
        widths.map(|width| {
            let place = (x, width - GAP);
            x += width;
            place
        })
    }

    fn columns(&self, visit: &SheetVisit) -> [Vec<Line>; 4] {
        let places = self.places();
        let time = format!("{}–{}", self.words.time(visit.starts_at, self.zone), self.words.time(visit.ends_at, self.zone));
        let mut when = vec![(time, Weight::Bold)];
        if visit.status != AppointmentStatus::Confirmed {
            when.push((self.words.status(visit.status.as_str()), Weight::Regular));
        }
        let species = visit.species.map(|species| self.words.species(species.as_str())).unwrap_or_default();
        let what = if visit.breed.is_empty() { species } else { visit.breed.clone() };
        let pet = join(&[visit.pet_name.as_str(), &what], ", ");
        let client = visit.client_name.clone();
        let phone = visit.client_phone.clone().unwrap_or_default();
        let mut what = Vec::new();
        if visit.is_emergency {
            what.push((self.words.text("emergency", &[]), Weight::Bold));
        }
        what.push((visit.service.clone(), Weight::Regular));
        if visit.is_overbooked {
            what.push((self.words.text("overbooked", &[]), Weight::Regular));
        }
        let mut notes: Vec<Line> = visit.alerts.iter().map(|alert| (format!("! {alert}"), Weight::Bold)).collect();
        notes.extend(visit.notes.iter().map(|note| (note.clone(), Weight::Regular)));
        let columns = [when, vec![(pet, Weight::Bold), (client, Weight::Regular), (phone, Weight::Regular)], what, notes];
        let mut wrapped = columns.into_iter().zip(places).map(|(lines, (_, width))| {
            let wrap = |(text, weight): Line| self.fonts.wrap(&text, BODY, weight, width).into_iter().map(move |line| (line, weight));
            lines.into_iter().flat_map(wrap).collect::<Vec<_>>()
        });
        std::array::from_fn(|_| wrapped.next().unwrap_or_default())
    }

    fn row(&mut self, columns: &[Vec<Line>; 4]) {
        self.mark(Mark::Box { x: MARGIN, y: self.y + 2.0, side: TICK });
        for (lines, (x, _)) in columns.iter().zip(self.places()) {
            for (place, (text, weight)) in lines.iter().enumerate() {
                self.text(x, self.y + BODY + place as f32 * LINE, BODY, *weight, text);
            }
        }
    }

    /// Numbers the pages.
    fn finish(mut self) -> Vec<Vec<Mark>> {
        let (words, sheet) = (self.words, self.sheet);
        let time = words.time(sheet.printed_at, self.zone);
        let printed =
            words.text("printed", &[("date", &words.date(petrel_domain::zone::date_of(sheet.printed_at, self.zone))), ("time", &time)]);
        let pages = self.pages.len();
        let y = self.size.1 - MARGIN;
        for place in 0..pages {
            let number = words.text("page", &[("page", &(place + 1).to_string()), ("pages", &pages.to_string())]);
            let right = self.size.0 - MARGIN - self.fonts.width(&number, SMALL, Weight::Regular);
            let marks = [(MARGIN, printed.clone()), (right, number)];
            let text = |(x, text)| Mark::Text { x, y, size: SMALL, weight: Weight::Regular, text };
            self.pages[place].extend(marks.map(text));
        }
        self.pages
    }
}

/// What is not empty, with something between.
fn join(parts: &[&str], between: &str) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
}
