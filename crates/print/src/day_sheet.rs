//! The day sheet: who comes when to whom, to be pinned to the wall and ticked off.

use petrel_domain::desk::{DaySheet, SheetPerson, SheetVisit};
use petrel_domain::zone::date_of;
use petrel_domain::{AppointmentStatus, Millis, parse_zone};

use crate::fonts::{BOX, FROM_LEFT, Fonts, Weight};
use crate::paper::{Mark, PrintError, pdf, size_of};
use crate::system::{self, Family};
use crate::words::Words;

/// From the paper's edge, in points.
const MARGIN: f32 = 40.0;
/// Sizes of type and the distance of lines, in points.
const BODY: f32 = 9.0;
const LINE: f32 = 11.5;
const SMALL: f32 = 7.5;
/// A person's name.
const TITLE: f32 = 11.0;
/// The square to be ticked.
const TICK: f32 = 8.0;
/// Between two columns.
const GAP: f32 = 8.0;
/// What a page keeps free at its foot for the line with its number.
const FOOT: f32 = 24.0;
/// What the first page's head takes.
const HEAD: f32 = 44.0;
/// What a person's heading takes, with the space before the first visit.
const HEADING: f32 = 34.0;
/// Between a visit's lines and the next visit.
const BELOW: f32 = 5.0;

/// A line of a column: its words and how they are set.
type Line = (String, Weight);

/// A visit, or as much of one as fits a page.
struct Row {
    columns: [Vec<Line>; 4],
    is_first: bool,
    is_last: bool,
}

impl Row {
    fn height(&self) -> f32 {
        self.columns.iter().map(Vec::len).max().unwrap_or(1) as f32 * LINE + BELOW
    }
}

/// Makes the sheet of a day as PDF.
///
/// # Errors
/// Where the PDF cannot be made.
pub fn day_sheet(sheet: &DaySheet) -> Result<Vec<u8>, PrintError> {
    let missing = Fonts::load(&[])?.missing(texts(sheet));
    if missing.is_empty() {
        return made(sheet, &[]);
    }
    let others = system::find(&missing, &system::installed());
    // A font of the computer that is not as it should be leaves the sheet with boxes, not the clinic without a sheet.
    made(sheet, &others).or_else(|_| made(sheet, &[]))
}

/// What people wrote, in whatever script.
fn texts(sheet: &DaySheet) -> Vec<&str> {
    let mut texts = vec![sheet.clinic_name.as_str()];
    for person in &sheet.people {
        texts.push(&person.name);
        texts.extend(person.closed_reason.as_deref());
        for visit in &person.visits {
            texts.extend([&visit.pet_name, &visit.breed, &visit.client_name, &visit.service].map(String::as_str));
            texts.extend(visit.client_phone.as_deref());
            texts.extend(visit.alerts.iter().chain(&visit.notes).map(String::as_str));
        }
    }
    texts
}

fn made(sheet: &DaySheet, others: &[Family]) -> Result<Vec<u8>, PrintError> {
    let words = Words::of(&sheet.locale)?;
    let fonts = Fonts::load(others)?;
    let size = size_of(&sheet.locale);
    let pages = laid_out(sheet, &words, &fonts, size);
    pdf(&pages, size, &fonts, &format!("{} – {}", words.text("title", &[]), words.date(sheet.date)))
}

fn laid_out<'a>(sheet: &'a DaySheet, words: &'a Words, fonts: &'a Fonts<'a>, size: (f32, f32)) -> Vec<Vec<Mark>> {
    let mut layout = Layout::new(sheet, words, fonts, size);
    layout.head();
    for person in &sheet.people {
        layout.person(person);
    }
    layout.finish()
}

struct Layout<'a> {
    sheet: &'a DaySheet,
    words: &'a Words,
    fonts: &'a Fonts<'a>,
    zone: chrono_tz::Tz,
    size: (f32, f32),
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl<'a> Layout<'a> {
    fn new(sheet: &'a DaySheet, words: &'a Words, fonts: &'a Fonts<'a>, size: (f32, f32)) -> Self {
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
        self.mark(Mark::Text { x, y, size, weight, text: text.to_owned() });
    }

    /// A text that ends at the right margin. Answers how wide it is.
    fn text_right(&mut self, y: f32, size: f32, text: &str) -> f32 {
        let width = self.fonts.width(text, size, Weight::Regular);
        self.text(self.size.0 - MARGIN - width, y, size, Weight::Regular, text);
        width
    }

    fn head(&mut self) {
        let sheet = self.sheet;
        let date = self.words.date(sheet.date);
        self.text(MARGIN, self.y + 14.0, 16.0, Weight::Bold, &date);
        let count: usize = sheet.people.iter().map(|person| person.visits.len()).sum();
        let visits = self.visits(count);
        self.text_right(self.y + 14.0, 11.0, &visits);
        let zone = self.words.text("zone", &[("zone", &sheet.timezone.replace('_', " "))]);
        let taken = self.text_right(self.y + 29.0, SMALL, &zone);
        let name = self.fonts.shorten(&sheet.clinic_name, 10.0, Weight::Regular, self.inner() - taken - GAP);
        self.text(MARGIN, self.y + 29.0, 10.0, Weight::Regular, &name);
        self.y += HEAD;
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
        let rows: Vec<Row> = person.visits.iter().flat_map(|visit| self.rows(visit)).collect();
        let (beside, below) = self.hours(person);
        // A heading does not stand alone at a page's foot.
        self.room(HEADING + below.len() as f32 * LINE + rows.first().map_or(LINE, Row::height));
        self.heading(person, &beside);
        for line in &below {
            self.text(MARGIN, self.y + BODY, BODY, Weight::Regular, line);
            self.y += LINE;
        }
        if rows.is_empty() {
            let none = self.words.text("no_visits", &[]);
            self.text(MARGIN, self.y + BODY, BODY, Weight::Regular, &none);
            self.y += LINE + 10.0;
            return;
        }
        for row in &rows {
            if self.room(row.height()) {
                self.heading(person, &beside);
            }
            self.row(row);
            self.y += row.height();
            if row.is_last {
                self.mark(Mark::Rule { x: MARGIN, y: self.y - 2.5, width: self.inner(), thickness: 0.25 });
            }
        }
        self.y += 12.0;
    }

    /// What a person is called, in one line.
    fn name(&self, person: &SheetPerson) -> String {
        let name = if person.name.is_empty() { self.words.text("unassigned", &[]) } else { person.name.clone() };
        self.fonts.shorten(&name, TITLE, Weight::Bold, self.inner())
    }

    /// When somebody works and why they do not: what stands beside their name and, where that has no room for it, below.
    fn hours(&self, person: &SheetPerson) -> (String, Vec<String>) {
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
        let reason = person.closed_reason.as_deref().unwrap_or_default();
        let room = self.inner() - self.fonts.width(&self.name(person), TITLE, Weight::Bold) - 2.0 * GAP;
        let hours = hours.join(", ");
        let beside = |text: &str| {
            let line = self.fonts.wrap(text, BODY, Weight::Regular, f32::MAX).join(" ");
            (self.fonts.width(&line, BODY, Weight::Regular) <= room).then_some(line)
        };
        let wrapped = |text: &str| self.fonts.wrap(text, BODY, Weight::Regular, self.inner());
        let whole = format!("{FROM_LEFT}{}", join(&[&hours, reason], ", "));
        match (beside(&whole), beside(&hours)) {
            (Some(whole), _) => (whole, Vec::new()),
            (None, Some(hours)) => (hours, wrapped(reason)),
            (None, None) => (String::new(), wrapped(&whole)),
        }
    }

    fn heading(&mut self, person: &SheetPerson, beside: &str) {
        let name = self.name(person);
        self.text(MARGIN, self.y + TITLE, TITLE, Weight::Bold, &name);
        self.text_right(self.y + TITLE, BODY, beside);
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

    /// When a visit begins and ends; with the date where that is another day than the sheet's, as it is with an animal that stays.
    fn time(&self, visit: &SheetVisit) -> Vec<String> {
        let (begin, end) = (self.words.time(visit.starts_at, self.zone), self.words.time(visit.ends_at, self.zone));
        // What ends at midnight ends on the day before.
        let last = Millis(visit.ends_at.0 - 1).max(visit.starts_at);
        let (first_day, last_day) = (date_of(visit.starts_at, self.zone), date_of(last, self.zone));
        let dated = |name: &str, date, time: &str| self.words.text(name, &[("date", &self.words.short_date(date)), ("time", time)]);
        match (first_day < self.sheet.date, last_day > self.sheet.date) {
            (false, false) => {
                let span = format!("{begin}–{end}");
                let fits = self.fonts.width(&span, BODY, Weight::Bold) <= self.places()[0].1;
                if fits { vec![span] } else { vec![format!("{begin}–"), end] }
            }
            (true, false) => vec![dated("since", first_day, &begin), self.words.text("until_time", &[("time", &end)])],
            (false, true) => vec![begin, dated("until", date_of(visit.ends_at, self.zone), &end)],
            (true, true) => vec![dated("since", first_day, &begin), dated("until", date_of(visit.ends_at, self.zone), &end)],
        }
    }

    fn columns(&self, visit: &SheetVisit) -> [Vec<Line>; 4] {
        let places = self.places();
        let mut when: Vec<Line> = self.time(visit).into_iter().map(|time| (time, Weight::Bold)).collect();
        if visit.status != AppointmentStatus::Confirmed {
            when.push((self.words.status(visit.status.as_str()), Weight::Regular));
        }
        let species = visit.species.map(|species| self.words.species(species.as_str())).unwrap_or_default();
        let what = if visit.breed.is_empty() { species } else { visit.breed.clone() };
        let pet = format!("{FROM_LEFT}{}", join(&[visit.pet_name.as_str(), &what], ", "));
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
        let mut notes: Vec<Line> = visit.alerts.iter().map(|alert| (format!("{FROM_LEFT}! {alert}"), Weight::Bold)).collect();
        notes.extend(visit.notes.iter().map(|note| (note.clone(), Weight::Regular)));
        let columns = [when, vec![(pet, Weight::Bold), (client, Weight::Regular), (phone, Weight::Regular)], what, notes];
        let mut wrapped = columns.into_iter().zip(places).map(|(lines, (_, width))| {
            let wrap = |(text, weight): Line| self.fonts.wrap(&text, BODY, weight, width).into_iter().map(move |line| (line, weight));
            lines.into_iter().flat_map(wrap).collect::<Vec<_>>()
        });
        std::array::from_fn(|_| wrapped.next().unwrap_or_default())
    }

    /// A visit in as many rows as it takes pages: one, but for notes of many lines.
    fn rows(&self, visit: &SheetVisit) -> Vec<Row> {
        let whole = self.columns(visit);
        let most = self.lines_of_a_page();
        let count = whole.iter().map(Vec::len).max().unwrap_or(1).div_ceil(most).max(1);
        let part = |lines: &Vec<Line>, place: usize| lines.iter().skip(place * most).take(most).cloned().collect::<Vec<_>>();
        let row = |place: usize| {
            let mut columns = whole.each_ref().map(|lines| part(lines, place));
            if place > 0 && columns[1].is_empty() {
                // Whose allergies these are must stand on their page.
                columns[1].extend(whole[1].first().cloned());
            }
            Row { columns, is_first: place == 0, is_last: place + 1 == count }
        };
        (0..count).map(row).collect()
    }

    /// Lines of a visit that fit any page, the first one among them.
    fn lines_of_a_page(&self) -> usize {
        let height = self.size.1 - 2.0 * MARGIN - FOOT - HEAD - HEADING - BELOW;
        (1..).take_while(|lines| *lines as f32 * LINE <= height).count().max(1)
    }

    fn row(&mut self, row: &Row) {
        if row.is_first {
            self.mark(Mark::Box { x: MARGIN, y: self.y + 2.0, side: TICK });
        }
        for (lines, (x, _)) in row.columns.iter().zip(self.places()) {
            for (place, (text, weight)) in lines.iter().enumerate() {
                self.text(x, self.y + BODY + place as f32 * LINE, BODY, *weight, text);
            }
        }
    }

    /// Numbers the pages, and says on those with boxes what they stand for.
    fn finish(mut self) -> Vec<Vec<Mark>> {
        let (words, sheet) = (self.words, self.sheet);
        let time = words.time(sheet.printed_at, self.zone);
        let printed = words.text("printed", &[("date", &words.date(date_of(sheet.printed_at, self.zone))), ("time", &time)]);
        let pages = self.pages.len();
        let y = self.size.1 - MARGIN;
        for place in 0..pages {
            let number = words.text("page", &[("page", &(place + 1).to_string()), ("pages", &pages.to_string())]);
            let right = self.size.0 - MARGIN - self.fonts.width(&number, SMALL, Weight::Regular);
            let text = |x, y, text| Mark::Text { x, y, size: SMALL, weight: Weight::Regular, text };
            let has_box = self.pages[place].iter().any(|mark| matches!(mark, Mark::Text { text, .. } if text.contains(BOX)));
            if has_box {
                self.pages[place].push(text(MARGIN, y - LINE, words.text("missing", &[("box", &BOX.to_string())])));
            }
            self.pages[place].extend([text(MARGIN, y, printed.clone()), text(right, y, number)]);
        }
        self.pages
    }
}

/// What is not empty, with something between.
fn join(parts: &[&str], between: &str) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, reason: &str) -> SheetPerson {
        SheetPerson { name: name.to_owned(), closed_reason: Some(reason.to_owned()), ..SheetPerson::default() }
    }

    fn sheet(clinic: &str, people: Vec<SheetPerson>) -> DaySheet {
        DaySheet {
            clinic_name: clinic.to_owned(),
            locale: "en-GB".to_owned(),
            timezone: "America/Argentina/Buenos_Aires".to_owned(),
            date: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
            printed_at: Millis(1_795_215_600_000),
            people,
        }
    }

    /// Where each text stands on its page: its number, left, right, base line.
    fn places(sheet: &DaySheet) -> Vec<(usize, f32, f32, f32, String)> {
        let (words, fonts) = (Words::of(&sheet.locale).unwrap(), Fonts::load(&[]).unwrap());
        let pages = laid_out(sheet, &words, &fonts, size_of(&sheet.locale));
        let of = |(page, mark): (usize, &Mark)| match mark {
            Mark::Text { x, y, size, weight, text } => Some((page, *x, x + fonts.width(text, *size, *weight), *y, text.clone())),
            _ => None,
        };
        pages.iter().enumerate().flat_map(|(page, marks)| marks.iter().map(move |mark| (page, mark))).filter_map(of).collect()
    }

    #[test]
    fn long_names_and_reasons_keep_to_the_paper_and_clear_of_each_other() {
        let reason = "Feria veterinaria en Zaragoza con toda la plantilla. ".repeat(10);
        for (clinic, name, reason) in [
            ("Clínica Petrel", "Ana Gil", reason.as_str()),
            (&"Clínica Petrel ".repeat(14), "Ana Gil", "holiday"),
            ("Clínica Petrel", &"Wilhelmina ".repeat(18), "holiday"),
            (&"W".repeat(200), &"W".repeat(200), &"W".repeat(150)),
        ] {
            let sheet = sheet(clinic, vec![person(name, reason), person("Bo", "")]);
            let placed = places(&sheet);
            for (place, one) in placed.iter().enumerate() {
                assert!(one.1 >= MARGIN - 0.01 && one.2 <= size_of("en-GB").0 - MARGIN + 0.01, "{one:?} leaves the paper");
                for other in &placed[..place] {
                    let is_level = (one.0, one.3) == (other.0, other.3);
                    assert!(!is_level || one.2 <= other.1 || other.2 <= one.1, "{one:?} stands over {other:?}");
                }
            }
            let signs = |text: &str| text.split_whitespace().collect::<String>();
            let whole: String = placed.iter().map(|place| signs(&place.4)).collect();
            assert!(whole.contains(&signs(reason)), "the reason is there to its end");
        }
    }

    #[test]
    fn a_page_with_boxes_says_what_they_stand_for_and_one_without_does_not() {
        let said = |name: &str| places(&sheet("Petrel", vec![person(name, "")])).iter().filter(|of| of.4.contains("no font")).count();
        assert_eq!((said("Ana 王"), said("Ana")), (1, 0));
    }
}
