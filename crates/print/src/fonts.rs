//! Text in fonts: what they can show, how wide it is, where its lines break, and in what order its letters stand.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph, Tag};
use rustybuzz::{Direction, Face, Script, ShapePlan, UnicodeBuffer};
use unicode_bidi::BidiInfo;
use unicode_segmentation::UnicodeSegmentation;

use crate::paper::PrintError;
use crate::system::{Family, Found, WEIGHT_AXIS};

static REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

/// Stands for what no font can show.
pub(crate) const BOX: char = '\u{25a1}';
/// Stands before a text that goes from left to right as a whole, whatever its first letter says; it is not seen.
pub(crate) const FROM_LEFT: char = '\u{200e}';
/// The same from right to left.
const FROM_RIGHT: char = '\u{200f}';

/// How text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// A font that can be measured and drawn with.
struct Typeface<'a> {
    face: Face<'a>,
    font: Font,
    /// How it sets a script in a direction: to find that out takes longer than to set a word.
    plans: RefCell<Vec<(Direction, Script, Rc<ShapePlan>)>>,
}

impl<'a> Typeface<'a> {
    fn new(data: &'a [u8], owned: Data, index: u32, weight: Option<f32>) -> Option<Self> {
        let mut face = Face::from_slice(data, index)?;
        let mut axes = Vec::new();
        if let Some(weight) = weight {
            face.set_variation(WEIGHT_AXIS, weight);
            axes.push((Tag::new(&WEIGHT_AXIS.to_bytes()), weight));
        }
        let font = Font::new_variable(owned, index, &axes)?;
        Some(Self { face, font, plans: RefCell::default() })
    }

    fn found(found: &'a Found) -> Option<Self> {
        Self::new(&found.data, found.data.clone().into(), found.index, found.weight)
    }

    fn plan(&self, direction: Direction, script: Script) -> Rc<ShapePlan> {
        let mut plans = self.plans.borrow_mut();
        if let Some((.., plan)) = plans.iter().find(|plan| (plan.0, plan.1) == (direction, script)) {
            return plan.clone();
        }
        let plan = Rc::new(ShapePlan::new(&self.face, direction, Some(script), None, &[]));
        plans.push((direction, script, plan.clone()));
        plan
    }

    fn has(&self, sign: char) -> bool {
        self.face.glyph_index(sign).is_some()
    }
}

/// A stretch of text in one font and one direction.
pub(crate) struct Run<'a> {
    pub(crate) font: &'a Font,
    /// The bytes of the text that it shows.
    pub(crate) range: Range<usize>,
    /// Its glyphs from left to right, measured in the size of the type.
    pub(crate) glyphs: Vec<KrillaGlyph>,
    /// Its width, measured likewise.
    pub(crate) width: f32,
}

/// The fonts, and how wide text is in them.
pub(crate) struct Fonts<'a> {
    /// Regular and bold, those inside first.
    families: Vec<(Typeface<'a>, Option<Typeface<'a>>)>,
    /// In which of them a letter is that those inside do not have.
    places: HashMap<char, usize>,
}

impl<'a> Fonts<'a> {
    /// Those inside, and those of the computer.
    pub(crate) fn load(others: &'a [Family]) -> Result<Self, PrintError> {
        let inside = |data: &'static [u8]| Typeface::new(data, data.into(), 0, None).ok_or_else(|| PrintError::Pdf("a font".to_owned()));
        let mut fonts = Self { families: vec![(inside(REGULAR)?, Some(inside(BOLD)?))], places: HashMap::new() };
        for family in others {
            // What cannot be read after all shows nothing.
            if let Some(regular) = Typeface::found(&family.regular) {
                fonts.places.extend(family.signs.iter().map(|sign| (*sign, fonts.families.len())));
                fonts.families.push((regular, family.bold.as_ref().and_then(Typeface::found)));
            }
        }
        Ok(fonts)
    }

    /// The letters of a text that none of these fonts can show.
    pub(crate) fn missing<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<char> {
        let is_missing = |sign: &char| !(sign.is_whitespace() || sign.is_control() || is_unseen(*sign) || self.place(*sign).is_some());
        texts.into_iter().flat_map(str::chars).filter(is_missing).collect()
    }

    fn place(&self, sign: char) -> Option<usize> {
        if self.families[0].0.has(sign) { Some(0) } else { self.places.get(&sign).copied() }
    }

    /// The fonts that have a letter with all that stands above and below it.
    fn place_of(&self, cluster: &str) -> Option<usize> {
        let mut seen = cluster.chars().filter(|sign| !is_unseen(*sign));
        let Some(first) = seen.next() else { return Some(0) };
        let place = self.place(first)?;
        let has_rest = |place: &usize| seen.clone().all(|sign| self.families[*place].0.has(sign));
        if has_rest(&place) {
            Some(place)
        } else {
            seen.clone().find_map(|sign| self.place(sign)).filter(has_rest).filter(|other| self.families[*other].0.has(first))
        }
    }

    fn typeface(&self, place: usize, weight: Weight) -> &Typeface<'a> {
        let (regular, bold) = &self.families[place];
        if weight == Weight::Bold { bold.as_ref().unwrap_or(regular) } else { regular }
    }

    /// A text as it is drawn: its runs from left to right.
    pub(crate) fn runs(&self, text: &str, weight: Weight) -> Vec<Run<'_>> {
        let info = BidiInfo::new(text, None);
        let mut runs = Vec::new();
        for paragraph in &info.paragraphs {
            let (levels, parts) = info.visual_runs(paragraph, paragraph.range.clone());
            for part in parts {
                let is_from_right = levels[part.start].is_rtl();
                let mut of_part = self.in_fonts(text, part);
                if is_from_right {
                    of_part.reverse();
                }
                runs.extend(of_part.into_iter().map(|(range, place)| shape(self.typeface(place, weight), text, range, is_from_right)));
            }
        }
        runs
    }

    /// The stretches of a part of a text that are in one font each.
    fn in_fonts(&self, text: &str, part: Range<usize>) -> Vec<(Range<usize>, usize)> {
        let mut stretches: Vec<(Range<usize>, usize)> = Vec::new();
        for (at, cluster) in text[part.clone()].grapheme_indices(true) {
            let (begin, end) = (part.start + at, part.start + at + cluster.len());
            let place = self.place_of(cluster).unwrap_or(0);
            match stretches.last_mut() {
                Some((range, last)) if *last == place || cluster.chars().all(is_unseen) => range.end = end,
                _ => stretches.push((begin..end, place)),
            }
        }
        stretches
    }

    /// The width of a text in points.
    pub(crate) fn width(&self, text: &str, size: f32, weight: Weight) -> f32 {
        self.runs(text, weight).iter().map(|run| run.width).sum::<f32>() * size
    }

    /// A text with what no font can show replaced, so that nothing is lost silently.
    fn showable(&self, text: &str) -> String {
        let is_lost = |cluster: &str| cluster.chars().any(char::is_control) || self.place_of(cluster).is_none();
        let mut shown = String::with_capacity(text.len());
        for cluster in text.graphemes(true) {
            match cluster.chars().next() {
                Some(sign) if sign.is_whitespace() && !is_tied(sign) => shown.push(' '),
                _ if is_lost(cluster) => shown.push(BOX),
                _ => shown.push_str(cluster),
            }
        }
        shown
    }

    /// A text in one line of at most `width` points; what is too much gives way to an ellipsis.
    pub(crate) fn shorten(&self, text: &str, size: f32, weight: Weight, width: f32) -> String {
        let whole = self.wrap(text, size, weight, f32::MAX).join(" ");
        if self.width(&whole, size, weight) <= width {
            return whole;
        }
        let cut = |end: usize| format!("{}…", whole[..end].trim_end());
        let ends: Vec<usize> = whole.grapheme_indices(true).map(|(at, _)| at).collect();
        let fitting = ends.partition_point(|end| self.width(&cut(*end), size, weight) <= width);
        cut(ends[fitting.saturating_sub(1)])
    }

    /// Breaks a text into lines of at most `width` points: at spaces, and inside of a word that is wider than a line.
    pub(crate) fn wrap(&self, text: &str, size: f32, weight: Weight, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let shown = self.showable(paragraph);
            let lead = lead(&shown);
            let mut line = String::new();
            for word in shown.trim_start_matches([FROM_LEFT, FROM_RIGHT]).split(' ').filter(|word| !word.is_empty()) {
                let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&joined, size, weight) <= width {
                    line = joined;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(format!("{lead}{}", std::mem::take(&mut line)));
                }
                for cluster in word.graphemes(true) {
                    let joined = format!("{line}{cluster}");
                    if !line.is_empty() && self.width(&joined, size, weight) > width {
                        lines.push(format!("{lead}{}", std::mem::replace(&mut line, cluster.to_owned())));
                    } else {
                        line = joined;
                    }
                }
            }
            if !line.is_empty() {
                lines.push(format!("{lead}{line}"));
            }
        }
        lines
    }
}

/// What makes each line of a paragraph go the paragraph's way: nothing, where all of it goes from left to right anyhow.
fn lead(paragraph: &str) -> &'static str {
    let info = BidiInfo::new(paragraph, None);
    match info.paragraphs.first() {
        Some(first) if first.level.is_rtl() => "\u{200f}",
        Some(_) if info.has_rtl() => "\u{200e}",
        _ => "",
    }
}

/// A space at which no line breaks.
fn is_tied(sign: char) -> bool {
    matches!(sign, '\u{a0}' | '\u{202f}')
}

/// What only says how its neighbours are to be set. Source: the part of Unicode's `Default_Ignorable_Code_Point` that texts hold.
fn is_unseen(sign: char) -> bool {
    matches!(
        sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

fn shape<'f>(typeface: &'f Typeface<'_>, text: &str, range: Range<usize>, is_from_right: bool) -> Run<'f> {
    let part = &text[range.clone()];
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(part);
    buffer.guess_segment_properties();
    buffer.set_direction(if is_from_right { Direction::RightToLeft } else { Direction::LeftToRight });
    let plan = typeface.plan(buffer.direction(), buffer.script());
    let shaped = rustybuzz::shape_with_plan(&typeface.face, &plan, buffer);
    // A glyph stands for all from where its letter begins to where the next one does.
    let mut begins: Vec<usize> = shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    begins.sort_unstable();
    begins.dedup();
    let units = typeface.font.units_per_em();
    let glyph = |(info, place): (&rustybuzz::GlyphInfo, &rustybuzz::GlyphPosition)| {
        let begin = info.cluster as usize;
        let end = begins.get(begins.partition_point(|other| *other <= begin)).copied().unwrap_or(part.len());
        let em = |of: i32| of as f32 / units;
        let id = GlyphId::new(info.glyph_id);
        KrillaGlyph::new(id, em(place.x_advance), em(place.x_offset), em(place.y_offset), em(place.y_advance), begin..end, None)
    };
    let glyphs: Vec<KrillaGlyph> = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(glyph).collect();
    let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
    Run { font: &typeface.font, range, glyphs, width }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system;

    /// Fonts with the letters of these tests and no other, so that it does not matter what is installed.
    fn others(text: &str) -> Vec<Family> {
        let mut library = fontdb::Database::new();
        library.load_fonts_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts"));
        system::find(&Fonts::load(&[]).unwrap().missing([text]), &library)
    }

    /// From left to right: the text of each run as it is written, and its glyphs' places in it.
    fn drawn(fonts: &Fonts<'_>, text: &str, weight: Weight) -> Vec<(String, Vec<usize>)> {
        let of = |run: Run<'_>| {
            assert!(run.glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != 0), "{text}: no glyph is that of a missing letter");
            (text[run.range].to_owned(), run.glyphs.iter().map(|glyph| glyph.text_range.start).collect())
        };
        fonts.runs(text, weight).into_iter().map(of).collect()
    }

    #[test]
    fn lines_fit_and_lose_nothing() {
        let families = others("王小明犬雪 משה כהן נדמ");
        let fonts = Fonts::load(&families).unwrap();
        for (text, width) in [
            ("a long text of several words that must be broken", 60.0),
            ("Donaudampfschifffahrtsgesellschaft", 40.0),
            ("Ünal Świętokrzyski Ζωή Жуков", 50.0),
            ("王小明犬雪王小明犬雪", 30.0),
            ("משה כהן משה כהן", 40.0),
        ] {
            let lines = fonts.wrap(text, 9.0, Weight::Regular, width);
            assert!(lines.len() > 1 && lines.iter().all(|line| fonts.width(line, 9.0, Weight::Regular) <= width), "{lines:?}");
            let signs = |text: &str| text.chars().filter(|sign| !sign.is_whitespace() && !is_unseen(*sign)).collect::<String>();
            assert_eq!(signs(&lines.concat()), signs(text));
        }
        assert_eq!(fonts.wrap("a\n\nb\tc", 9.0, Weight::Regular, 100.0), ["a", "b c"]);
        assert_eq!(fonts.wrap("2:00 p.\u{a0}m.", 9.0, Weight::Regular, 22.0), ["2:00", "p.\u{a0}m."], "what belongs together stays so");
    }

    #[test]
    fn what_no_font_has_is_seen_to_be_missing() {
        let fonts = Fonts::load(&[]).unwrap();
        assert_eq!(fonts.wrap("犬 Rex\u{1}", 9.0, Weight::Regular, 100.0), ["\u{25a1} Rex\u{25a1}"]);
        assert_eq!(
            fonts.wrap("Ana\u{200b}\u{feff}", 9.0, Weight::Regular, 100.0),
            ["Ana\u{200b}\u{feff}"],
            "what is never seen is not missed"
        );
        assert!(fonts.missing(["Zoë Ζωή\t\u{200d} Ngọc"]).is_empty());
        assert_eq!(fonts.missing(["犬 a"]), BTreeSet::from(['犬']));
        // The one sign that the computer's font lacks is a box, the others are not.
        let families = others("王小明龘");
        assert_eq!(Fonts::load(&families).unwrap().wrap("王龘", 9.0, Weight::Bold, 100.0), ["王\u{25a1}"]);
    }

    #[test]
    fn other_scripts_are_set_in_fonts_of_the_computer_and_in_their_direction() {
        let families = others("王小明 משה محمد น้ำผึ้ง");
        let fonts = Fonts::load(&families).unwrap();
        let run = |text: &str, glyphs: &[usize]| (text.to_owned(), glyphs.to_vec());
        assert_eq!(drawn(&fonts, "王小明, Rex", Weight::Regular), [run("王小明", &[0, 3, 6]), run(", Rex", &[0, 1, 2, 3, 4])]);
        // The letter that is read first stands on the right.
        assert_eq!(drawn(&fonts, "\u{200e}משה, Dog", Weight::Regular)[1..], [run("משה", &[4, 2, 0]), run(", Dog", &[0, 1, 2, 3, 4])]);
        // Of two words from the right, the second stands left of the first.
        let words: Vec<String> = drawn(&fonts, "משה המשה", Weight::Regular).into_iter().map(|(text, _)| text).collect();
        assert_eq!(words, ["המשה", " ", "משה"]);
        // Arabic letters join: the one that begins the word is drawn otherwise than alone.
        let glyphs = |text: &str| fonts.runs(text, Weight::Regular).remove(0).glyphs;
        assert_ne!(glyphs("محمد").last().unwrap().glyph_id, glyphs("م").last().unwrap().glyph_id);
        // A mark stands on its letter and takes no room.
        assert!((fonts.width("น้", 9.0, Weight::Regular) - fonts.width("น", 9.0, Weight::Regular)).abs() < 0.01);
    }

    #[test]
    fn bold_is_bold_where_the_computer_has_it() {
        let families = others("王小明משה");
        let fonts = Fonts::load(&families).unwrap();
        let font = |text, weight| fonts.runs(text, weight)[0].font.clone();
        assert!(font("王", Weight::Regular) != font("王", Weight::Bold));
        assert!(font("משה", Weight::Regular) == font("משה", Weight::Bold), "and is there in any case");
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis_within_its_room() {
        let families = others("王小明משה");
        let fonts = Fonts::load(&families).unwrap();
        for text in ["Clínica Petrel ".repeat(20), "W".repeat(200), "王小明".repeat(60), "משה ".repeat(60)] {
            let short = fonts.shorten(&text, 10.0, Weight::Bold, 200.0);
            let width = fonts.width(&short, 10.0, Weight::Bold);
            assert!(short.ends_with('…') && (180.0..=200.0).contains(&width), "{width}: {short}");
        }
        assert_eq!(fonts.shorten("Clínica Petrel", 10.0, Weight::Bold, 200.0), "Clínica Petrel");
    }
}
