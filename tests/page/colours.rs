//! The declared colours have enough contrast in both schemes (WCAG 2.2: 4.5 for text, 3 for shapes).

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../templates/page/style.css");

/// The variables of the light and of the dark scheme.
fn schemes() -> [BTreeMap<String, [f64; 3]>; 2] {
    let (light, dark) = STYLE.split_once("@media (prefers-color-scheme:dark)").unwrap();
    let light = variables(light);
    let dark = variables(dark.split_once("}}").unwrap().0);
    assert_eq!(
        light.keys().collect::<Vec<_>>(),
        dark.keys().collect::<Vec<_>>(),
        "each colour is there in both schemes"
    );
    [light, dark]
}

fn variables(css: &str) -> BTreeMap<String, [f64; 3]> {
    let declarations = css.split(['{', ';', '\n']).filter_map(|part| part.trim().strip_prefix("--")?.split_once(":#"));
    let channel = |hex: &str, at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
    let colour = |hex: &str| [channel(hex, 0), channel(hex, 2), channel(hex, 4)];
    declarations.map(|(name, hex)| (name.to_owned(), colour(hex))).collect()
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear =
        |channel: f64| if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_declared_colour_is_readable_on_its_backgrounds() {
    for scheme in schemes() {
        for (colours, backgrounds, least) in [
            (&["text", "muted", "link", "well", "waits", "unwell", "unused"][..], &["page", "card"][..], 4.5),
            (&["granted", "already", "failed", "gave-up", "waiting"], &["card", "page"], 3.0),
        ] {
            for (colour, background) in colours.iter().flat_map(|c| backgrounds.iter().map(move |b| (*c, *b))) {
                let found = contrast(scheme[colour], scheme[background]);
                assert!(found >= least, "--{colour} on --{background}: {found:.2}");
            }
        }
    }
}

#[test]
fn contrast_is_that_of_the_standard() {
    let (black, white) = ([0.0; 3], [1.0; 3]);
    assert!((contrast(black, white) - 21.0).abs() < 0.001);
    let grey = [0x76 as f64 / 255.0; 3];
    assert!((contrast(grey, white) - 4.54).abs() < 0.01);
}
