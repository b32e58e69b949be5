//! Fonts of the computer, for letters that the fonts inside do not have: Chinese, Hebrew, Thai and so on.
//!
//! A font of all scripts has tens of megabytes, and a computer on which such a name was typed shows it with a font of its own.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use fontdb::{Database, FaceInfo, Stretch, Style};
use rustybuzz::ttf_parser::{Face, Permissions, Tag};
use unicode_script::{Script, UnicodeScript};

/// The axis of a variable font that makes it bold.
pub(crate) const WEIGHT_AXIS: Tag = Tag::from_bytes(b"wght");

/// A font's file, and which of its fonts is meant.
pub(crate) struct Found {
    pub(crate) data: Arc<Vec<u8>>,
    pub(crate) index: u32,
    /// How heavy it is to be, where the font can be drawn in several weights.
    pub(crate) weight: Option<f32>,
}

/// A font of the computer, and the letters for which it was chosen.
pub(crate) struct Family {
    pub(crate) regular: Found,
    pub(crate) bold: Option<Found>,
    pub(crate) signs: HashSet<char>,
}

/// Every font that is installed.
pub(crate) fn installed() -> Database {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    fonts
}

/// A font of the library, and which of the wanted letters it has.
struct Candidate<'a> {
    info: &'a FaceInfo,
    signs: BTreeSet<char>,
    is_variable: bool,
}

/// The files of fonts that were chosen. A font of several scripts, or of several weights, is read once.
struct Files<'a> {
    library: &'a Database,
    read: HashMap<fontdb::ID, (Arc<Vec<u8>>, u32)>,
}

impl Files<'_> {
    fn found(&mut self, of: &Candidate<'_>, weight: f32) -> Option<Found> {
        let (data, index) = match self.read.entry(of.info.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.library.with_face_data(of.info.id, |data, index| (Arc::new(data.to_vec()), index))?),
        };
        Some(Found { data: Arc::clone(data), index: *index, weight: of.is_variable.then_some(weight) })
    }
}

/// Chooses fonts for letters: one for each script, so that a name is not set in two.
pub(crate) fn find(wanted: &BTreeSet<char>, library: &Database) -> Vec<Family> {
    let candidates: Vec<Candidate<'_>> = library.faces().filter_map(|info| candidate(info, wanted, library)).collect();
    let mut groups: BTreeMap<&str, BTreeSet<char>> = BTreeMap::new();
    for sign in wanted {
        groups.entry(group(*sign)).or_default().insert(*sign);
    }
    let mut families: Vec<Family> = Vec::new();
    let mut files = Files { library, read: HashMap::new() };
    for mut left in groups.into_values() {
        // What signs of a script there are beyond those of the best font: the next one may have them.
        while let Some((best, signs)) = best(&candidates, &left) {
            left.retain(|sign| !signs.contains(sign));
            families.extend(family(best, &candidates, signs, &mut files));
        }
    }
    families
}

/// Letters that one font should show. Japanese is written with three scripts.
fn group(sign: char) -> &'static str {
    match sign.script() {
        Script::Hiragana | Script::Katakana | Script::Bopomofo => Script::Han.full_name(),
        script => script.full_name(),
    }
}

fn candidate<'a>(info: &'a FaceInfo, wanted: &BTreeSet<char>, library: &Database) -> Option<Candidate<'a>> {
    // The font of last resort has a picture of a box for everything.
    if name(info).replace(' ', "").contains("LastResort") {
        return None;
    }
    let read = |data: &[u8], index| {
        let face = Face::parse(data, index).ok()?;
        // Its maker may forbid that it goes along in a file.
        let is_barred = face.permissions() == Some(Permissions::Restricted) || !face.is_subsetting_allowed();
        let is_drawn = |sign: &char| face.glyph_index(*sign).is_some_and(|glyph| face.glyph_bounding_box(glyph).is_some());
        let signs: BTreeSet<char> = wanted.iter().copied().filter(is_drawn).collect();
        let is_variable = face.variation_axes().into_iter().any(|axis| axis.tag == WEIGHT_AXIS);
        (!is_barred && !signs.is_empty()).then_some(Candidate { info, signs, is_variable })
    };
    library.with_face_data(info.id, read).flatten()
}

fn name(info: &FaceInfo) -> &str {
    info.families.first().map_or(info.post_script_name.as_str(), |(name, _)| name)
}

/// The font that has most of these letters; of several, the one that reads best.
fn best<'a>(candidates: &'a [Candidate<'a>], left: &BTreeSet<char>) -> Option<(&'a Candidate<'a>, HashSet<char>)> {
    let country = country(left);
    let of = |candidate: &Candidate<'_>| candidate.signs.intersection(left).count();
    let rank =
        |candidate: &&Candidate<'a>| (of(candidate), look(candidate, country), std::cmp::Reverse(candidate.info.post_script_name.clone()));
    let best = candidates.iter().filter(|candidate| of(candidate) > 0).max_by_key(rank)?;
    Some((best, best.signs.intersection(left).copied().collect()))
}

/// Whose drawing of a Chinese sign is likely meant: fonts come in one for each country.
fn country(signs: &BTreeSet<char>) -> &'static str {
    let has = |script| signs.iter().any(|sign| sign.script() == script);
    match () {
        () if has(Script::Hiragana) || has(Script::Katakana) => " JP",
        () if has(Script::Bopomofo) => " TC",
        () if has(Script::Hangul) => " KR",
        () => " SC",
    }
}

/// How well a font goes with the ones inside: upright, of the usual width, without serifs, of the usual weight.
fn look(candidate: &Candidate<'_>, country: &str) -> [i32; 6] {
    let (info, name) = (candidate.info, name(candidate.info));
    let is_known =
        ["Noto Sans", "Segoe UI", "Microsoft", "Yu Gothic", "Meiryo", "Malgun", "PingFang", "Hiragino Sans", "Apple SD", "Arial"]
            .iter()
            .any(|known| name.starts_with(known));
    let is_plain = ["Sans", "Gothic", "UI", "Hei"].iter().any(|part| name.contains(part));
    let off = if candidate.is_variable { 0 } else { (i32::from(info.weight.0) - 400).abs() };
    [
        i32::from(info.style == Style::Normal && info.stretch == Stretch::Normal),
        i32::from(!info.monospaced && !name.contains("Mono")),
        i32::from(is_known),
        i32::from(is_plain),
        i32::from(name.ends_with(country)),
        -off,
    ]
}

fn family(regular: &Candidate<'_>, candidates: &[Candidate<'_>], signs: HashSet<char>, files: &mut Files<'_>) -> Option<Family> {
    let is_bold = |of: &&Candidate<'_>| {
        let info = of.info;
        name(info) == name(regular.info)
            && (info.style, info.stretch) == (regular.info.style, regular.info.stretch)
            && info.weight.0 >= 600
            && signs.iter().all(|sign| of.signs.contains(sign))
    };
    let bold = candidates.iter().filter(is_bold).min_by_key(|of| (i32::from(of.info.weight.0) - 700).abs());
    let bold = if regular.is_variable { Some(regular) } else { bold };
    Some(Family { regular: files.found(regular, 400.0)?, bold: bold.and_then(|of| files.found(of, 700.0)), signs })
}
