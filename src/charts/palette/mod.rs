//! Colours, after Okabe and Ito's for colour-blind people. A test holds their contrast and their distance from each other.

/// Where a chart is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Inside an HTML page that includes [`PAGE_STYLE`].
    Page,
    /// Alone, on a dark background of its own.
    Picture,
}

/// The colour of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Green,
    Blue,
    Red,
    Purple,
    Orange,
}

impl Colour {
    #[cfg(test)]
    pub const ALL: [Self; 5] = [Self::Green, Self::Blue, Self::Red, Self::Purple, Self::Orange];

    fn name(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Blue => "blue",
            Self::Red => "red",
            Self::Purple => "purple",
            Self::Orange => "orange",
        }
    }

    /// In a picture and on a dark page.
    pub(super) fn on_dark(self) -> &'static str {
        match self {
            Self::Green => "#9BF2D6",
            Self::Blue => "#62B2F7",
            Self::Red => "#E0571C",
            Self::Purple => "#A87BB8",
            Self::Orange => "#F7C030",
        }
    }
}

/// What a shape or text is painted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    Series(Colour),
    Text,
    Muted,
    /// Grid lines, and the part of a bar that is not filled.
    Grid,
    Background,
}

impl Paint {
    /// What a picture is filled with before anything is drawn.
    pub(super) const BACKGROUND_RGB: [u8; 3] = [0x1E, 0x1F, 0x22];

    fn name(self) -> &'static str {
        match self {
            Self::Series(colour) => colour.name(),
            Self::Text => "text",
            Self::Muted => "muted",
            Self::Grid => "grid",
            Self::Background => "background",
        }
    }

    pub(super) fn in_picture(self) -> &'static str {
        match self {
            Self::Series(colour) => colour.on_dark(),
            Self::Text => "#F2F3F5",
            Self::Muted => "#B5BAC1",
            Self::Grid => "#3F4147",
            Self::Background => "#1E1F22",
        }
    }

    /// The attribute that fills a shape or text.
    pub(super) fn fill(self, style: Style) -> String {
        match style {
            Style::Page => format!("class=\"f-{}\"", self.name()),
            Style::Picture => format!("fill=\"{}\"", self.in_picture()),
        }
    }

    /// The attributes that draw a line.
    pub(super) fn stroke(self, style: Style) -> String {
        match style {
            Style::Page => format!("class=\"s-{}\"", self.name()),
            Style::Picture => format!("fill=\"none\" stroke=\"{}\"", self.in_picture()),
        }
    }
}

/// What a page with charts needs in its style sheet. It follows the reader's colour scheme; a page may set the variables itself.
pub const PAGE_STYLE: &str = "\
.chart{--chart-text:#1F2328;--chart-muted:#59636E;--chart-grid:#D1D9E0;--chart-green:#469778;--chart-blue:#1E4FA3;\
--chart-red:#8F2D0C;--chart-purple:#B960E0;--chart-orange:#A06A00;max-width:100%;height:auto}
@media(prefers-color-scheme:dark){.chart{--chart-text:#F2F3F5;--chart-muted:#B5BAC1;--chart-grid:#3F4147;\
--chart-green:#9BF2D6;--chart-blue:#62B2F7;--chart-red:#E0571C;--chart-purple:#A87BB8;--chart-orange:#F7C030}}
.chart .f-text{fill:var(--chart-text)}.chart .f-muted{fill:var(--chart-muted)}.chart .f-grid{fill:var(--chart-grid)}
.chart .f-green{fill:var(--chart-green)}.chart .f-blue{fill:var(--chart-blue)}.chart .f-red{fill:var(--chart-red)}
.chart .f-purple{fill:var(--chart-purple)}.chart .f-orange{fill:var(--chart-orange)}
.chart .s-grid{stroke:var(--chart-grid)}.chart .s-muted{stroke:var(--chart-muted)}
.chart .s-green{fill:none;stroke:var(--chart-green)}.chart .s-blue{fill:none;stroke:var(--chart-blue)}
.chart .s-red{fill:none;stroke:var(--chart-red)}.chart .s-purple{fill:none;stroke:var(--chart-purple)}
.chart .s-orange{fill:none;stroke:var(--chart-orange)}
";

#[cfg(test)]
mod tests;
