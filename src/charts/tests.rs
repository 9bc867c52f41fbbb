use jiff::SignedDuration;
use proptest::prelude::*;
use resvg::usvg::{self, roxmltree};

use super::*;
use crate::domain::text::language::Language;

const HOURS: SignedDuration = SignedDuration::from_hours(1);
const HOSTILE: &str = "<script>alert(1)</script> & \"'\u{202E}\u{FFFE}\u{0}]]>日本";

fn frame(style: Style) -> Frame<'static> {
    Frame { id: "test", title: "Redemptions", width: 420.0, height: 300.0, style, words: &English }
}

fn axis(start: &str, step: SignedDuration) -> TimeAxis {
    TimeAxis { start: start.parse().unwrap(), step }
}

fn two_series(granted: Vec<f64>, failed: Vec<f64>) -> Columns<'static> {
    Columns {
        time: axis("2026-11-12T00:00:00Z", HOURS * 24),
        unit: Unit::Count("redemptions"),
        series: vec![
            Series { name: "granted", colour: Colour::Green, values: granted },
            Series { name: "failed", colour: Colour::Red, values: failed },
        ],
    }
}

fn number(node: roxmltree::Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().parse().unwrap()
}

/// The rectangles of a class: left, top, width, height.
fn rects(svg: &str, class: &str) -> Vec<[f64; 4]> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let is_bar = |node: &roxmltree::Node<'_, '_>| {
        let in_group = node.parent().is_some_and(|parent| parent.has_tag_name("g"));
        node.has_tag_name("rect") && node.attribute("class") == Some(class) && in_group
    };
    let found = document.descendants().filter(is_bar);
    found.map(|node| ["x", "y", "width", "height"].map(|name| number(node, name))).collect()
}

fn text_of(svg: &str, tag: &str) -> String {
    let document = roxmltree::Document::parse(svg).unwrap();
    document.descendants().find(|node| node.has_tag_name(tag)).unwrap().text().unwrap_or_default().to_owned()
}

fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .map(|node| node.text().unwrap().to_owned())
        .collect()
}

/// Where a picture's texts really are, in the font that it is drawn with: as wide as they advance, and as high as their ink. A font
/// may keep more room above and below than its letters need.
fn text_boxes(svg: &str) -> (usvg::Size, Vec<(String, usvg::Rect)>) {
    fn collect(group: &usvg::Group, found: &mut Vec<(String, usvg::Rect)>) {
        for node in group.children() {
            match node {
                usvg::Node::Group(group) => collect(group, found),
                usvg::Node::Text(text) => {
                    let words: String = text.chunks().iter().map(|chunk| chunk.text()).collect();
                    let (advance, ink) = (text.bounding_box(), text.flattened().bounding_box());
                    let area = usvg::Rect::from_ltrb(advance.left(), ink.top(), advance.right(), ink.bottom());
                    found.push((words, area.unwrap()));
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    let tree = picture::read(svg).unwrap();
    collect(tree.root(), &mut found);
    (tree.size(), found)
}

fn assert_readable(svg: &str) {
    let (size, boxes) = text_boxes(svg);
    for (at, (text, area)) in boxes.iter().enumerate() {
        let is_inside =
            area.left() >= 0.0 && area.top() >= 0.0 && area.right() <= size.width() && area.bottom() <= size.height();
        assert!(is_inside, "{text:?} leaves the chart: {area:?} of {size:?}\n{svg}");
        for (other, second) in &boxes[..at] {
            let apart = area.right() <= second.left()
                || second.right() <= area.left()
                || area.bottom() + 0.5 <= second.top()
                || second.bottom() + 0.5 <= area.top();
            assert!(apart, "{text:?} is over {other:?}: {area:?}, {second:?}\n{svg}");
        }
    }
}

#[test]
fn columns_show_their_values_and_say_them() {
    let svg = frame(Style::Page).columns(&two_series(vec![10.0, 0.0, 30.0], vec![10.0, 0.0, 0.0]));
    let (granted, failed) = (rects(&svg, "f-green"), rects(&svg, "f-red"));
    assert_eq!((granted.len(), failed.len()), (2, 1), "{svg}");
    assert!((granted[1][3] - 3.0 * granted[0][3]).abs() < 0.1, "{svg}");
    assert!((failed[0][1] + failed[0][3] - granted[0][1]).abs() < 0.02, "the stack has a gap: {svg}");
    assert_eq!(
        text_of(&svg, "desc"),
        "Per day, from 12 Nov to 14 Nov (UTC): 40 granted, 10 failed. Most: 30 on 14 Nov."
    );
    assert_eq!(text_of(&svg, "title"), "Redemptions");
    let shown = texts(&svg);
    for expected in ["Redemptions", "40 granted", "10 failed", "redemptions", "0", "30", "12 Nov", "13 Nov", "14 Nov"] {
        assert!(shown.iter().any(|text| text == expected), "{expected}: {shown:?}");
    }
    assert!(
        svg.contains(r#"role="img" aria-labelledby="test-title test-desc""#)
            && svg.contains("12 Nov: 10 granted, 10 failed")
    );
}

#[test]
fn a_page_has_no_colours_of_its_own_and_a_picture_no_classes() {
    let chart = two_series(vec![1.0], vec![2.0]);
    let (page, picture) = (frame(Style::Page).columns(&chart), frame(Style::Picture).columns(&chart));
    assert!(!page.contains('#') && !page.contains("style=") && !page.contains("font-family"), "{page}");
    assert!(!picture.contains("class=") && picture.contains(r#"font-family="DejaVu Sans""#), "{picture}");
}

#[test]
fn charts_without_values_say_so() {
    let frame = frame(Style::Picture);
    let time = axis("2026-11-12T00:00:00Z", HOURS);
    let line = Line { name: "p50", colour: Colour::Blue, is_dashed: false, values: vec![None, None] };
    for svg in [
        frame.columns(&two_series(vec![0.0, f64::NAN, -3.0], vec![])),
        frame.columns(&Columns { time, unit: Unit::Seconds, series: vec![] }),
        frame.lines(&Lines { time, unit: Unit::Seconds, lines: vec![line] }),
        frame.lines(&Lines { time, unit: Unit::Seconds, lines: vec![] }),
        frame.bars(&Bars { unit: Unit::Seconds, parts: vec![("x", Colour::Blue)], rows: vec![] }),
    ] {
        assert_eq!(texts(&svg), ["Redemptions", "nothing yet"]);
        assert_readable(&svg);
    }
}

#[test]
fn lines_are_interrupted_where_nothing_is_known() {
    let line = |values| Line { name: "p95", colour: Colour::Orange, is_dashed: true, values };
    let svg = frame(Style::Page).lines(&Lines {
        time: axis("2026-11-12T21:00:00Z", HOURS),
        unit: Unit::Seconds,
        lines: vec![line(vec![Some(0.1), Some(0.2), None, Some(0.4), None])],
    });
    assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (1, 1), "{svg}");
    assert!(svg.contains("stroke-dasharray"));
    assert_eq!(
        text_of(&svg, "desc"),
        "Per hour, from 12 Nov 21:00 to 13 Nov 01:00 (UTC). p95: last 400 ms, most 400 ms on 13 Nov 00:00."
    );
    assert!(texts(&svg).contains(&"13 Nov".to_owned()), "{svg}");
}

#[test]
fn bars_stand_beside_their_notes_and_in_their_tracks() {
    let row = |label, have: f64, note| Row { label, values: vec![have], full: Some(60.0), note };
    let rows = vec![row("OFFICIALSTORE", 45.0, "45 of 60"), row("gogoWOS", 15.0, "15 of 60")];
    let svg =
        frame(Style::Page).bars(&Bars { unit: Unit::Count("players"), parts: vec![("have it", Colour::Green)], rows });
    let (have, tracks) = (rects(&svg, "f-green"), rects(&svg, "f-grid"));
    assert!((have[0][2] - 3.0 * have[1][2]).abs() < 0.1 && (tracks[0][2] - 4.0 * have[1][2]).abs() < 0.1, "{svg}");
    assert_eq!(text_of(&svg, "desc"), "OFFICIALSTORE: 45 of 60; gogoWOS: 15 of 60.");
    // Two rows need less than the frame offers.
    let height = number(roxmltree::Document::parse(&svg).unwrap().root_element(), "height");
    assert!(height < 160.0, "{height}");
}

#[test]
fn hostile_text_is_escaped_and_cut() {
    for style in [Style::Page, Style::Picture] {
        let frame = Frame { title: HOSTILE, id: "a\"b<c", ..frame(style) };
        let long = "W".repeat(5000);
        let rows = vec![
            Row { label: HOSTILE, values: vec![1.0], full: None, note: HOSTILE },
            Row { label: &long, values: vec![2.0], full: None, note: &long },
        ];
        let svg = frame.bars(&Bars { unit: Unit::Count("players"), parts: vec![(HOSTILE, Colour::Blue)], rows });
        let document = roxmltree::Document::parse(&svg).unwrap();
        assert!(!document.descendants().any(|node| node.has_tag_name("script")), "{svg}");
        assert!(!svg.contains(['\u{202E}', '\u{FFFE}', '\u{0}']) && svg.len() < 60_000, "{svg}");
        assert!(texts(&svg).iter().any(|text| text.starts_with("WWW") && text.ends_with('…')));
        if style == Style::Picture {
            assert_readable(&svg);
            picture::png(&svg, 1.0).unwrap();
        }
    }
}

#[test]
fn too_much_is_bounded() {
    let frame = frame(Style::Picture);
    let name = "W".repeat(3000);
    let series = |_| Series { name: &name, colour: Colour::Blue, values: vec![1.0; 100_000] };
    let many = Columns {
        time: axis("2026-11-12T00:00:00Z", HOURS),
        unit: Unit::Count("x"),
        series: (0..50).map(series).collect(),
    };
    let svg = Frame { style: Style::Page, ..frame }.columns(&many);
    assert!(svg.len() < 400_000, "{}", svg.len());
    assert!(text_of(&svg, "desc").contains(&format!("{} WWW", MAX_BUCKETS)));
    let labels: Vec<String> = (0..1000).map(|at| format!("CODE{at}")).collect();
    let row = |label| Row { label, values: vec![1.0], full: None, note: "1" };
    let bars = Bars {
        unit: Unit::Count("players"),
        parts: vec![("have it", Colour::Green)],
        rows: labels.iter().map(|label| row(label)).collect(),
    };
    let svg = frame.bars(&bars);
    assert_readable(&svg);
    let shown = texts(&svg).iter().filter(|text| text.starts_with("CODE")).count();
    assert!((5..20).contains(&shown) && texts(&svg).contains(&format!("and {} more", 1000 - shown)), "{svg}");
    let huge = Frame { width: f64::INFINITY, height: 1e300, ..frame };
    assert_readable(&huge.bars(&bars));
    assert!(texts(&huge.bars(&bars)).contains(&format!("and {} more", 1000 - MAX_ROWS + 1)));
}

#[test]
fn text_is_never_wider_than_it_is_counted() {
    let doubled = (' '..='~').map(|c| (Language::En, format!("x{c}{c}{c}{c}x")));
    let signs = ["…WWW…", "äöüßéñ", "Ёжик", "→≤×—", "‰‰‰"].map(|text| (Language::En, text.to_owned()));
    let all = Language::ALL.into_iter().flat_map(|language| {
        let letters: Vec<char> = (' '..='\u{FFFF}').filter(|c| !c.is_control() && can_draw(language, *c)).collect();
        assert!(letters.len() > 130, "{language:?}: {}", letters.len());
        letters.chunks(12).map(|some| (language, some.iter().collect())).collect::<Vec<(Language, String)>>()
    });
    for (language, sample) in doubled.chain(signs).chain(all) {
        let family = font::family(language);
        let svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" font-family="{family}" width="900" height="100"><text y="50" font-size="50">{}</text></svg>"#,
            text::escape(&sample)
        );
        let (_, boxes) = text_boxes(&svg);
        let Some((_, area)) = boxes.first() else { panic!("{language:?} {sample} is not drawn") };
        assert!(f64::from(area.width()) <= text::width(&sample, 50.0), "{language:?} {sample}: {area:?}");
        let fitted = text::fit(&sample, 12.0, 40.0);
        assert!(text::width(&fitted, 12.0) <= 40.0, "{fitted}");
    }
}

#[test]
fn a_picture_is_as_large_as_it_says_and_no_larger_than_allowed() {
    let svg = frame(Style::Picture).columns(&two_series(vec![1.0, 2.0], vec![3.0]));
    let png = picture::png(&svg, 2.5).unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height, info.color_type), (1050, 750, png::ColorType::Rgba));
    let pixels: Vec<&[u8]> = pixels.chunks(4).collect();
    assert!(pixels.iter().all(|pixel| pixel[3] == 255), "it is not opaque");
    for colour in ["1E1F22", "9BF2D6", "E0571C", "F2F3F5"] {
        let parts = [0, 2, 4].map(|at| u8::from_str_radix(&colour[at..at + 2], 16).unwrap());
        assert!(pixels.iter().filter(|pixel| pixel[..3] == parts).count() > 100, "{colour} is missing");
    }
    // The chart's last row is half a pixel high here.
    let odd =
        picture::png(&Frame { height: 315.0, ..frame(Style::Picture) }.columns(&two_series(vec![1.0], vec![])), 2.5);
    let mut reader = png::Decoder::new(std::io::Cursor::new(odd.unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    assert_eq!(reader.next_frame(&mut pixels).unwrap().height, 788);
    assert!(pixels.chunks(4).all(|pixel| pixel[3] == 255));
    assert!(matches!(picture::png(&svg, 3.0), Err(picture::PictureError::TooLarge(..))));
    assert!(matches!(picture::png("<svg", 1.0), Err(picture::PictureError::Svg(_))));
    let zero = r#"<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"/>"#;
    assert!(picture::png(zero, 1.0).is_err());
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        proptest::collection::vec(0.0..50.0f64, 1..60),
        proptest::collection::vec((0u32..2000).prop_map(f64::from), 1..60),
        proptest::collection::vec(0.0..1e7f64, 1..4),
    ]
}

fn frames() -> impl Strategy<Value = (f64, f64)> {
    (prop_oneof![Just(360.0), Just(420.0), Just(800.0)], prop_oneof![Just(160.0), Just(300.0)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn heights_are_proportional_and_add_up(granted in values(), failed in values()) {
        let svg = frame(Style::Page).columns(&two_series(granted.clone(), failed.clone()));
        let all = |class: &str, values: &[f64]| -> Vec<(f64, [f64; 4])> {
            values.iter().copied().filter(|value| *value > 0.0).zip(rects(&svg, class)).collect()
        };
        let drawn: Vec<(f64, [f64; 4])> = all("f-green", &granted).into_iter().chain(all("f-red", &failed)).collect();
        prop_assert_eq!(drawn.len(), granted.iter().chain(&failed).filter(|value| **value > 0.0).count());
        let Some((largest, highest)) = drawn.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0)) else { return Ok(()) };
        for (value, [left, top, width, height]) in &drawn {
            // Coordinates have two decimals.
            prop_assert!((height - highest[3] * value / largest).abs() <= 0.03, "{} is {} high: {}", value, height, svg);
            prop_assert!(*left >= 0.0 && left + width <= 420.0 && *top >= 0.0 && top + height <= 300.0);
        }
        for (at, value) in granted.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            let Some(upper) = failed.get(at).filter(|upper| **upper > 0.0) else { continue };
            let of = |value: f64| drawn.iter().find(|(other, _)| *other == value).unwrap().1;
            let is_unique = |value: f64| drawn.iter().filter(|(other, _)| *other == value).count() == 1;
            if is_unique(*value) && is_unique(*upper) {
                let (below, above) = (of(*value), of(*upper));
                prop_assert!((above[1] + above[3] - below[1]).abs() <= 0.03 && above[0] == below[0], "{}", svg);
            }
        }
    }

    #[test]
    fn no_label_is_over_another(
        values in values(), (width, height) in frames(), start in 1_700_000_000i64..1_800_000_000,
        step in prop_oneof![Just(60i64), Just(300), Just(3600), Just(86_400)], is_count: bool,
        labels in proptest::collection::vec("[A-Za-z0-9_-]{1,32}", 1..30),
    ) {
        let frame = Frame { width, height, ..frame(Style::Picture) };
        let start = start.div_euclid(step) * step;
        let time = TimeAxis { start: jiff::Timestamp::from_second(start).unwrap(), step: SignedDuration::from_secs(step) };
        let unit = if is_count { Unit::Count("redemptions") } else { Unit::Seconds };
        let columns = Columns { time, ..two_series(values.clone(), vec![3.0]) };
        assert_readable(&frame.columns(&Columns { unit, ..columns }));
        let line = Line { name: "a", colour: Colour::Blue, is_dashed: false, values: values.iter().map(|v| Some(*v)).collect() };
        assert_readable(&frame.lines(&Lines { time, unit, lines: vec![line] }));
        let notes: Vec<String> = values.iter().map(|value| unit.value(*value, &English)).collect();
        let rows = labels.iter().zip(values.iter().zip(&notes)).map(|(label, (value, note))| Row {
            label, values: vec![*value, value / 2.0], full: is_count.then_some(value * 2.0), note,
        });
        let parts = vec![("seen → posted", Colour::Blue), ("posted → last player done", Colour::Green)];
        assert_readable(&frame.bars(&Bars { unit, parts, rows: rows.collect() }));
    }
}

/// Writes samples to look at, if told where: `CHART_SAMPLES=folder cargo test --lib charts::tests::samples`.
#[test]
fn samples_can_be_drawn() {
    let folder = std::env::var_os("CHART_SAMPLES").map(std::path::PathBuf::from);
    let time = axis("2026-11-24T21:00:00Z", HOURS);
    let hour = |at: usize| (at as f64 * 0.7).sin().abs();
    for style in [Style::Picture, Style::Page] {
        let frame = Frame { title: "Redemptions per hour, by outcome", ..frame(style) };
        let series = |name, colour, factor: f64| Series {
            name,
            colour,
            values: (0..48).map(|at| (hour(at) * factor).round()).collect(),
        };
        let columns = frame.columns(&Columns {
            time,
            unit: Unit::Count("redemptions"),
            series: vec![
                series("granted", Colour::Green, 120.0),
                series("already had it", Colour::Blue, 30.0),
                series("failed", Colour::Red, 9.0),
                series("gave up", Colour::Purple, 4.0),
            ],
        });
        let line = |name, colour, is_dashed, factor: f64| Line {
            name,
            colour,
            is_dashed,
            values: (0..48).map(|at| (at % 17 != 3).then(|| 0.1 + hour(at) * factor)).collect(),
        };
        let lines = Frame { title: "How long the game takes to answer", ..frame }.lines(&Lines {
            time,
            unit: Unit::Seconds,
            lines: vec![
                line("half of the calls", Colour::Blue, false, 0.3),
                line("95 of 100", Colour::Orange, false, 1.2),
                line("time limit", Colour::Red, true, 0.0),
            ],
        });
        let rows = (0..12).map(|at| Row {
            label: if at % 3 == 0 { "OFFICIALSTORE_2026_WINTER_BONUS" } else { "gogoWOS" },
            values: vec![2.0 + f64::from(at), 60.0 * f64::from(at)],
            full: None,
            note: if at % 2 == 0 { "1 min 20 s" } else { "8 s" },
        });
        let bars = Frame { title: "From seen to done", ..frame }.bars(&Bars {
            unit: Unit::Seconds,
            parts: vec![("seen → posted", Colour::Orange), ("posted → last player done", Colour::Blue)],
            rows: rows.collect(),
        });
        for (name, svg) in [("columns", columns), ("lines", lines), ("bars", bars)] {
            let file = match style {
                Style::Picture => {
                    assert_readable(&svg);
                    (format!("{name}.png"), picture::png(&svg, 2.5).unwrap())
                }
                Style::Page => (format!("{name}.svg"), svg.into_bytes()),
            };
            if let Some(folder) = &folder {
                std::fs::write(folder.join(file.0), file.1).unwrap();
            }
        }
    }
    if let Some(folder) = folder {
        std::fs::write(folder.join("page.css"), PAGE_STYLE).unwrap();
    }
}
