//! Paper: its size, its fonts, lines of text that fit.

use krilla::Document;
use krilla::geom::{PathBuilder, Point};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use rustybuzz::ttf_parser::Face;

static REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

/// Why nothing could be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// The words of a language cannot be read.
    #[error("words: {0}")]
    Words(#[from] serde_json::Error),
    /// The PDF could not be made.
    #[error("pdf: {0}")]
    Pdf(String),
}

/// How text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// Width and height of a sheet in points: Letter where it is used, A4 elsewhere. Source: CLDR, `paperSize`.
pub(crate) fn size_of(locale: &str) -> (f32, f32) {
    let country = locale.rsplit('-').next().unwrap_or_default();
    let is_letter = ["US", "CA", "MX", "PH", "CL", "CO", "CR", "GT", "NI", "PA", "PR", "SV", "VE", "DO"].contains(&country);
    if is_letter { (612.0, 792.0) } else { (595.276, 841.89) }
}

/// The fonts, and how wide text is in them.
pub(crate) struct Fonts {
    regular: Font,
    bold: Font,
    faces: [Face<'static>; 2],
}

impl Fonts {
    pub(crate) fn load() -> Result<Self, PrintError> {
        let font = |data: &'static [u8]| Font::new(data.to_vec().into(), 0).ok_or_else(|| PrintError::Pdf("a font".to_owned()));
        let face = |data| Face::parse(data, 0).map_err(|error| PrintError::Pdf(error.to_string()));
        Ok(Self { regular: font(REGULAR)?, bold: font(BOLD)?, faces: [face(REGULAR)?, face(BOLD)?] })
    }

    /// The width of a text in points.
    pub(crate) fn width(&self, text: &str, size: f32, weight: Weight) -> f32 {
        let face = &self.faces[usize::from(weight == Weight::Bold)];
        let advance = |sign| f32::from(face.glyph_index(sign).and_then(|glyph| face.glyph_hor_advance(glyph)).unwrap_or(600));
        text.chars().map(advance).sum::<f32>() * size / f32::from(face.units_per_em())
    }

    /// A text with what the font cannot show replaced, so that nothing is lost silently.
    fn showable(&self, text: &str, weight: Weight) -> String {
        let face = &self.faces[usize::from(weight == Weight::Bold)];
        text.chars().map(|sign| if sign.is_control() || face.glyph_index(sign).is_none() { '\u{25a1}' } else { sign }).collect()
    }

    /// Breaks a text into lines of at most `width` points: at spaces, and inside of a word that is wider than a line.
    pub(crate) fn wrap(&self, text: &str, size: f32, weight: Weight, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines().map(|line| self.showable(line, weight)) {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if self.width(&joined, size, weight) <= width {
                    line = joined;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for sign in word.chars() {
                    line.push(sign);
                    if self.width(&line, size, weight) > width && line.chars().count() > 1 {
                        line.pop();
                        lines.push(std::mem::replace(&mut line, sign.to_string()));
                    }
                }
            }
            if !line.is_empty() {
                lines.push(line);
            }
        }
        lines
    }
}

/// What is drawn on a page, from its upper left corner.
pub(crate) enum Mark {
    /// Text on a base line.
    Text { x: f32, y: f32, size: f32, weight: Weight, text: String },
    /// A line from one side to another.
    Rule { x: f32, y: f32, width: f32, thickness: f32 },
    /// A square to be ticked.
    Box { x: f32, y: f32, side: f32 },
}

/// Makes the PDF of pages that were laid out.
pub(crate) fn pdf(pages: &[Vec<Mark>], (width, height): (f32, f32), fonts: &Fonts, title: &str) -> Result<Vec<u8>, PrintError> {
    let mut document = Document::new();
    document.set_metadata(krilla::metadata::Metadata::new().title(title.to_owned()));
    for marks in pages {
        let settings = PageSettings::from_wh(width, height).ok_or_else(|| PrintError::Pdf("a page's size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark, fonts);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| PrintError::Pdf(format!("{error:?}")))
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts) {
    let black: krilla::paint::Paint = krilla::color::luma::Color::black().into();
    match mark {
        Mark::Text { x, y, size, weight, text } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: black, opacity: NormalizedF32::ONE, rule: Default::default() }));
            let font = if *weight == Weight::Bold { &fonts.bold } else { &fonts.regular };
            surface.draw_text(Point::from_xy(*x, *y), font.clone(), *size, text, false, TextDirection::Auto);
        }
        Mark::Rule { x, y, width, thickness } => line(surface, &[(*x, *y), (x + width, *y)], *thickness, black),
        Mark::Box { x, y, side } => {
            let corners = [(*x, *y), (x + side, *y), (x + side, y + side), (*x, y + side), (*x, *y)];
            line(surface, &corners, 0.7, black);
        }
    }
}

fn line(surface: &mut Surface<'_>, points: &[(f32, f32)], thickness: f32, paint: krilla::paint::Paint) {
    let mut path = PathBuilder::new();
    for (place, (x, y)) in points.iter().enumerate() {
        if place == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
    }
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke { paint, width: thickness, ..Stroke::default() }));
        surface.draw_path(&path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_nothing() {
        let fonts = Fonts::load().unwrap();
        for (text, width) in [
            ("a long text of several words that must be broken", 60.0),
            ("Donaudampfschifffahrtsgesellschaft", 40.0),
            ("Ünal Świętokrzyski Ζωή Жуков", 50.0),
        ] {
            let lines = fonts.wrap(text, 9.0, Weight::Regular, width);
            assert!(lines.len() > 1 && lines.iter().all(|line| fonts.width(line, 9.0, Weight::Regular) <= width), "{lines:?}");
            let signs = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
            assert_eq!(signs(&lines.concat()), signs(text));
        }
        assert_eq!(fonts.wrap("a\n\nb", 9.0, Weight::Regular, 100.0), ["a", "b"]);
        assert_eq!(fonts.wrap("犬", 9.0, Weight::Regular, 100.0), ["\u{25a1}"], "what cannot be shown is seen to be missing");
    }

    #[test]
    fn paper_goes_by_country() {
        assert_eq!(size_of("en-US"), (612.0, 792.0));
        assert_eq!(size_of("es-MX"), (612.0, 792.0));
        assert!(size_of("de-DE").1 > 840.0 && size_of("en").1 > 840.0);
    }
}
