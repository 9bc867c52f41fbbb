//! The fonts that pictures are drawn with. They are embedded; `README.md` says where they come from, and how they are made.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::{Database, Source};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use crate::domain::text::language::Language;

/// A font, and the letters that it has: each with its width as a part of the font size.
struct Font {
    family: &'static str,
    data: &'static [u8],
    letters: LazyLock<HashMap<char, f64>>,
}

macro_rules! font {
    ($family:literal, $file:literal) => {
        Font { family: $family, data: include_bytes!($file), letters: LazyLock::new(|| letters(include_bytes!($file))) }
    };
}

static DEJAVU: Font = font!("DejaVu Sans", "DejaVuSans-subset.ttf");
static KOREAN: Font = font!("Noto Sans CJK KR", "NotoSansCJK-ko-subset.otf");
static JAPANESE: Font = font!("Noto Sans CJK JP", "NotoSansCJK-ja-subset.otf");
static CHINESE: Font = font!("Noto Sans CJK TC", "NotoSansCJK-zh-TW-subset.otf");

/// A letter that a picture's font lacks is taken from the first of these that has it.
static ALL: [&Font; 4] = [&DEJAVU, &KOREAN, &JAPANESE, &CHINESE];

fn of(language: Language) -> &'static Font {
    match language {
        Language::Ko => &KOREAN,
        Language::Ja => &JAPANESE,
        // The same character looks different in Japanese and in Chinese.
        Language::ZhTw => &CHINESE,
        Language::En | Language::De | Language::Fr | Language::Es | Language::PtBr | Language::Tr | Language::Ru => {
            &DEJAVU
        }
    }
}

fn letters(data: &[u8]) -> HashMap<char, f64> {
    // What cannot be read has no letters; a test draws with each font.
    let Ok(font) = FontRef::new(data) else { return HashMap::new() };
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    let of = |(letter, glyph)| Some((char::from_u32(letter)?, metrics.advance_width(glyph)?.into()));
    font.charmap().mappings().filter_map(of).collect()
}

/// The name of the font of a language.
pub(super) fn family(language: Language) -> &'static str {
    of(language).family
}

/// All fonts, and no other.
pub(super) fn database() -> Arc<Database> {
    static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut fonts = Database::new();
        for font in ALL {
            fonts.load_font_source(Source::Binary(Arc::new(font.data)));
        }
        fonts.set_sans_serif_family(DEJAVU.family);
        Arc::new(fonts)
    });
    Arc::clone(&FONTS)
}

/// Of a character that no font has: wider than all others, and than the box that is drawn for it.
const WIDEST: f64 = 1.35;

/// How wide a character is in the font in which it is widest, as a part of the font size.
pub(super) fn width(letter: char) -> f64 {
    ALL.iter().filter_map(|font| font.letters.get(&letter).copied()).reduce(f64::max).unwrap_or(WIDEST)
}

/// Whether the font of a language has a letter. The tests of the translations ask this of each text in a picture.
pub fn can_draw(language: Language, letter: char) -> bool {
    of(language).letters.contains_key(&letter)
}
