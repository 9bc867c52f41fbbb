//! Pictures of charts: SVG to PNG.
//!
//! Nothing outside is read: the only fonts are the embedded ones, and the features of `resvg` that decode images, unpack SVG and find
//! fonts on the machine are off.

use resvg::tiny_skia::{Color, IntSize, Pixmap, Transform};
use resvg::usvg;
use thiserror::Error;

use super::font;
use super::palette::Paint;
use crate::domain::text::language::Language;

/// The largest picture, in pixels.
pub const MAX_SIZE: (u32, u32) = (1200, 1600);
/// The largest file, in bytes. Discord takes ten times as much.
pub const MAX_BYTES: usize = 1024 * 1024;

#[derive(Debug, Error)]
pub enum PictureError {
    #[error("cannot read the chart")]
    Svg(#[from] usvg::Error),
    #[error("a chart of {0} × {1}, drawn {2} times as large, is more than {max} × {max_height} pixels", max = MAX_SIZE.0, max_height = MAX_SIZE.1)]
    TooLarge(u32, u32, f32),
    #[error("cannot write the picture: {0}")]
    Png(String),
    #[error("the picture has {0} bytes, which is more than {MAX_BYTES}")]
    TooManyBytes(usize),
}

/// Reads an SVG with the embedded fonts and without anything else.
pub(super) fn read(svg: &str) -> Result<usvg::Tree, usvg::Error> {
    let options = usvg::Options {
        fontdb: font::database(),
        font_family: font::family(Language::En).to_owned(),
        // No reference is followed, whatever the SVG says.
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            resolve_string: Box::new(|_, _| None),
        },
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options)
}

/// Draws an SVG in the style of a picture, `scale` pixels for one of the chart's. This takes tens of milliseconds of
/// computing, so it does not belong on an async thread.
///
/// # Errors
/// If the picture would be larger than [`MAX_SIZE`] or [`MAX_BYTES`].
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, PictureError> {
    let tree = read(svg)?;
    let size = tree.size().to_int_size();
    let too_large = PictureError::TooLarge(size.width(), size.height(), scale);
    let is_allowed = |size: &IntSize| size.width() <= MAX_SIZE.0 && size.height() <= MAX_SIZE.1;
    let Some(size) = size.scale_by(scale).filter(is_allowed) else { return Err(too_large) };
    let mut pixmap = Pixmap::new(size.width(), size.height()).ok_or(too_large)?;
    // Where the chart ends within a pixel, that pixel is opaque too.
    let [red, green, blue] = Paint::BACKGROUND_RGB;
    pixmap.fill(Color::from_rgba8(red, green, blue, 255));
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let png = pixmap.encode_png().map_err(|error| PictureError::Png(error.to_string()))?;
    if png.len() > MAX_BYTES { Err(PictureError::TooManyBytes(png.len())) } else { Ok(png) }
}
