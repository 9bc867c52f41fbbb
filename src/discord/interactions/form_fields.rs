//! The fields of a submitted form.

use serenity::all::{ActionRowComponent, ModalInteraction};

/// The trimmed value of a field; empty for a field that is missing.
pub(super) fn value<'a>(form: &'a ModalInteraction, id: &str) -> &'a str {
    let inputs = form.data.components.iter().flat_map(|row| &row.components);
    let found = inputs.filter_map(|input| match input {
        ActionRowComponent::InputText(input) if input.custom_id == id => input.value.as_deref(),
        _ => None,
    });
    found.map(str::trim).next().unwrap_or_default()
}
