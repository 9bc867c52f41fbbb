//! Writes SVG elements.

use std::fmt::Write;

use super::palette::{Paint, Style};
use super::text::{MAX_CHARS, escape};
use crate::domain::text::clean;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle, in the chart's pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub fn width(self) -> f64 {
        (self.right - self.left).max(0.0)
    }

    pub fn height(self) -> f64 {
        (self.bottom - self.top).max(0.0)
    }
}

/// The elements of a chart in the order in which they are painted.
pub(super) struct Canvas {
    style: Style,
    body: String,
}

/// A coordinate with at most two decimals.
fn n(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

impl Canvas {
    pub fn new(style: Style) -> Self {
        Self { style, body: String::new() }
    }

    pub fn finish(self) -> String {
        self.body
    }

    pub fn rect(&mut self, area: Area, paint: Paint) {
        let (x, y, w, h) = (n(area.left), n(area.top), n(area.width()), n(area.height()));
        let _ = write!(self.body, r#"<rect x="{x}" y="{y}" width="{w}" height="{h}" {}/>"#, paint.fill(self.style));
    }

    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint) {
        let (x1, y1, x2, y2) = (n(from.0), n(from.1), n(to.0), n(to.1));
        let _ = write!(self.body, r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {}/>"#, paint.stroke(self.style));
    }

    /// A line through points; a dot where there is only one.
    pub fn path(&mut self, points: &[(f64, f64)], is_dashed: bool, paint: Paint) {
        if let [(x, y)] = points {
            let _ = write!(self.body, r#"<circle cx="{}" cy="{}" r="2" {}/>"#, n(*x), n(*y), paint.fill(self.style));
            return;
        }
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", n(*x), n(*y))).collect();
        let dashes = if is_dashed { r#" stroke-dasharray="5 4""# } else { "" };
        let _ = write!(
            self.body,
            r#"<polyline points="{}" stroke-width="2" stroke-linejoin="round"{dashes} {}/>"#,
            points.join(" "),
            paint.stroke(self.style)
        );
    }

    /// `at` is where the text's base line begins, has its middle, or ends.
    pub fn text(&mut self, at: (f64, f64), size: f64, anchor: Anchor, paint: Paint, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let _ = write!(
            self.body,
            r#"<text x="{}" y="{}" font-size="{}"{anchor} {}>{}</text>"#,
            n(at.0),
            n(at.1),
            n(size),
            paint.fill(self.style),
            escape(text)
        );
    }

    /// Groups what `draw` draws. A page shows the title while the pointer is over it.
    pub fn group(&mut self, title: &str, draw: impl FnOnce(&mut Self)) {
        match self.style {
            Style::Page => {
                let _ = write!(self.body, "<g><title>{}</title>", escape(&clean(title, MAX_CHARS)));
            }
            Style::Picture => self.body += "<g>",
        }
        draw(self);
        self.body += "</g>";
    }
}
