//! The page as HTML: `templates/page/`. The template escapes every text.

use askama::Template;

use crate::charts::PAGE_STYLE;

use super::view::{Cell, PageView, State};

const STYLE: &str = include_str!("../../../templates/page/style.css");

#[derive(Template)]
#[template(path = "page/page.html")]
struct PageTemplate<'a> {
    page: &'a PageView,
    /// Each an SVG that escaped its own texts.
    charts: &'a [String],
    chart_style: &'a str,
    style: &'a str,
    /// In seconds.
    refresh_after: u32,
}

pub(super) fn render(page: &PageView, charts: &[String], refresh_after: u32) -> Result<String, askama::Error> {
    PageTemplate { page, charts, chart_style: PAGE_STYLE, style: STYLE, refresh_after }.render()
}
