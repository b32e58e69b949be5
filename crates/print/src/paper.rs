//! Paper: its size, and what is drawn on it.

use krilla::Document;
use krilla::geom::{PathBuilder, Point};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;

use crate::fonts::{Fonts, Weight};

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

/// Width and height of a sheet in points: Letter where it is used, A4 elsewhere. Source: CLDR, `paperSize`.
pub(crate) fn size_of(locale: &str) -> (f32, f32) {
    let country = locale.rsplit('-').next().unwrap_or_default();
    let is_letter = ["US", "CA", "MX", "PH", "CL", "CO", "CR", "GT", "NI", "PA", "PR", "SV", "VE", "DO"].contains(&country);
    if is_letter { (612.0, 792.0) } else { (595.276, 841.89) }
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
pub(crate) fn pdf(pages: &[Vec<Mark>], (width, height): (f32, f32), fonts: &Fonts<'_>, title: &str) -> Result<Vec<u8>, PrintError> {
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

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts<'_>) {
    let black: krilla::paint::Paint = krilla::color::luma::Color::black().into();
    match mark {
        Mark::Text { x, y, size, weight, text } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: black, opacity: NormalizedF32::ONE, rule: Default::default() }));
            let mut x = *x;
            for run in fonts.runs(text, *weight) {
                surface.draw_glyphs(Point::from_xy(x, *y), &run.glyphs, run.font.clone(), &text[run.range], *size, false);
                x += run.width * size;
            }
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
    fn paper_goes_by_country() {
        assert_eq!(size_of("en-US"), (612.0, 792.0));
        assert_eq!(size_of("es-MX"), (612.0, 792.0));
        assert!(size_of("de-DE").1 > 840.0 && size_of("en").1 > 840.0);
    }
}
