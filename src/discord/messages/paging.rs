//! The buttons below one page of several.

use serenity::all::{ButtonStyle, CreateButton};

use crate::domain::text::language::Language;

use super::texts::text;

/// The last page of a list, counted from 0.
pub fn last_page(items: u32, per_page: u32) -> u32 {
    items.div_ceil(per_page).saturating_sub(1)
}

/// The buttons to the page before and the page after, with the page's number between them; none for a single page. Pages are
/// counted from 0, and `custom_id` names a page.
pub(super) fn buttons(
    language: Language,
    page: u32,
    last: u32,
    custom_id: impl Fn(u32) -> String,
) -> Vec<CreateButton> {
    if last == 0 {
        return Vec::new();
    }
    // Every button needs an id of its own, even a disabled one.
    let to = |page: Option<u32>, at: u32, label: String| {
        CreateButton::new(custom_id(page.unwrap_or(u32::MAX - at)))
            .label(label)
            .style(ButtonStyle::Secondary)
            .disabled(page.is_none())
    };
    let here = text!(language, "page-of", page = page.saturating_add(1), pages = last + 1);
    vec![
        to(page.checked_sub(1), 0, "◀".to_owned()),
        to(None, 2, here),
        to((page < last).then(|| page + 1), 1, "▶".to_owned()),
    ]
}
