use super::*;

/// What pages and Discord use: light ones, then dark ones.
const BACKGROUNDS: [[&str; 2]; 2] = [["#FFFFFF", "#F2F3F5"], ["#1E1F22", "#313338"]];
/// How people see colours: all of them, without red, without green, without blue (Machado, Oliveira and Fernandes 2009).
const EYES: [[[f64; 3]; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
    [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
];

fn linear(colour: &str) -> [f64; 3] {
    [1, 3, 5].map(|at| {
        let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// WCAG's.
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour| {
        let [r, g, b] = linear(colour);
        0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
    };
    let (one, other) = (luminance(one), luminance(other));
    one.max(other) / one.min(other)
}

/// In Oklab, in which equal distances look equal; black and white are 1 apart.
fn seen(colour: &str, eyes: &[[f64; 3]; 3]) -> [f64; 3] {
    let of = |matrix: &[[f64; 3]; 3], with: [f64; 3]| {
        [0, 1, 2].map(|row| matrix[row].iter().zip(with).map(|(a, b)| a * b).sum::<f64>())
    };
    let rgb = of(eyes, linear(colour)).map(|part| part.clamp(0.0, 1.0));
    let to_cones = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ];
    let to_lab = [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ];
    of(&to_lab, of(&to_cones, rgb).map(f64::cbrt))
}

/// The value of a variable in the page's style: on a light page, and on a dark one.
fn on_page(name: &str) -> [String; 2] {
    let found: Vec<&str> = PAGE_STYLE.split(&format!("--chart-{name}:")).skip(1).map(|rest| &rest[..7]).collect();
    [found[0].to_owned(), found[1].to_owned()]
}

#[test]
fn colours_stand_out_from_light_and_dark_backgrounds() {
    for colour in Colour::ALL {
        for (colour, backgrounds) in on_page(colour.name()).iter().zip(BACKGROUNDS) {
            let worst = backgrounds.map(|background| contrast(colour, background));
            assert!(worst.iter().all(|contrast| *contrast >= 3.0), "{colour}: {worst:?}");
        }
    }
    for text in ["text", "muted"] {
        for (colour, backgrounds) in on_page(text).iter().zip(BACKGROUNDS) {
            let worst = backgrounds.map(|background| contrast(colour, background));
            assert!(worst.iter().all(|contrast| *contrast >= 4.5), "{text} {colour}: {worst:?}");
        }
    }
}

#[test]
fn colour_blind_people_can_tell_colours_apart() {
    for scheme in 0..2 {
        for (at, one) in Colour::ALL.iter().enumerate() {
            for other in &Colour::ALL[..at] {
                for (eyes, matrix) in EYES.iter().enumerate() {
                    let [a, b] = [one, other].map(|colour| seen(&on_page(colour.name())[scheme], matrix));
                    let distance = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                    assert!(distance >= 0.09, "{one:?} and {other:?}, scheme {scheme}, eyes {eyes}: {distance}");
                }
            }
        }
    }
}

#[test]
fn a_picture_has_the_dark_pages_colours() {
    for colour in Colour::ALL {
        assert_eq!(on_page(colour.name())[1], colour.on_dark());
    }
    let [red, green, blue] = Paint::BACKGROUND_RGB;
    assert_eq!(Paint::Background.in_picture(), format!("#{red:02X}{green:02X}{blue:02X}"));
    for paint in [Paint::Text, Paint::Muted, Paint::Grid] {
        assert_eq!(on_page(paint.name())[1], paint.in_picture());
    }
}

#[test]
fn every_class_has_a_rule() {
    for paint in Colour::ALL.map(Paint::Series).into_iter().chain([Paint::Text, Paint::Muted, Paint::Grid]) {
        assert!(PAGE_STYLE.contains(&format!(".chart .f-{}{{", paint.name())), "{paint:?}");
        assert!(paint == Paint::Text || PAGE_STYLE.contains(&format!(".chart .s-{}{{", paint.name())), "{paint:?}");
    }
}
