//! `/manage giftcode stats`: the numbers as text, and as pictures that a decoder reads.

use std::io::Cursor;

use giftcode_bot::charts::{can_draw, picture};
use giftcode_bot::discord::messages::stats;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::sandbox::rules::Rule;
use serde_json::{Value, json};

use crate::catalogue;
use crate::world::{CHANNEL, World};
use discord_double::{Attachment, Interaction, permission};

const STATS: &str = "manage giftcode stats";

/// A decoded picture: its size, and its pixels as red, green, blue, alpha.
fn decode(png: &[u8]) -> ((u32, u32), Vec<[u8; 4]>) {
    let mut reader = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Rgba, png::BitDepth::Eight));
    let pixels = bytes.as_chunks::<4>().0;
    ((info.width, info.height), pixels.to_vec())
}

fn count_of(pixels: &[[u8; 4]], colour: [u8; 3]) -> usize {
    pixels.iter().filter(|pixel| pixel[..3] == colour).count()
}

const GREEN: [u8; 3] = [0x9B, 0xF2, 0xD6];
const RED: [u8; 3] = [0xE0, 0x57, 0x1C];
const TEXT: [u8; 3] = [0xF2, 0xF3, 0xF5];

/// Checks that each picture is one, is shown by an embed of its own, and is described.
fn assert_pictures(answer: &Interaction, names: &[&str]) -> Vec<Attachment> {
    let attachments = answer.attachments();
    assert_eq!(attachments.iter().map(|file| file.filename.as_str()).collect::<Vec<_>>(), names);
    let shown: Vec<String> =
        answer.embeds().iter().map(|embed| embed["image"]["url"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(shown, names.iter().map(|name| format!("attachment://{name}")).collect::<Vec<_>>());
    let message = answer.message();
    let described = &message.edits.last().unwrap().body["attachments"];
    for (at, file) in attachments.iter().enumerate() {
        assert_eq!(described[at]["id"], at.to_string());
        assert_eq!(described[at]["filename"], file.filename);
        let description = described[at]["description"].as_str().unwrap();
        assert!((20..=1024).contains(&description.chars().count()) && !description.contains('\n'), "{description}");
        assert_eq!(file.content_type, "image/png");
        assert!(file.bytes.len() < picture::MAX_BYTES, "{} bytes", file.bytes.len());
        let ((width, height), pixels) = decode(&file.bytes);
        assert!((800..=1200).contains(&width) && (200..=1600).contains(&height), "{width} × {height}");
        assert!(pixels.iter().all(|pixel| pixel[3] == 255), "{} is not opaque", file.filename);
        assert!(count_of(&pixels, TEXT) > 500, "{} has no text", file.filename);
    }
    attachments
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_a_server_come_as_pictures_and_as_text() {
    let world = World::new(&[("GOOD", Rule::Good), ("VIPS", Rule::VipOnly)]).await;
    world.feed.add("GOOD", "", "");
    let bot = world.start().await;
    let admin = world.admin();
    world.active(&admin, 1).await;
    let empty = world.ask(&admin, STATS, &[]).await;
    assert!(empty.text().contains("There are no numbers for this server yet. Add players with"), "{}", empty.text());
    assert!(empty.attachments().is_empty());
    world.import(&admin, "1002,A,245\n1003,B,245\n1004,C,245\n").await;
    world.says(&admin, STATS, &[], &["Set a channel with `/manage giftcode setchannel`"]).await;
    world.told(&admin, "manage giftcode auto", &[("switch", json!(0))]).await;
    // An answer to a command needs no permission in the channel.
    world.double.set_overwrite(CHANNEL, 0, permission::ATTACH_FILES);
    world.set_channel(&admin).await;
    world.message("GOOD: done for 3 players").await;
    world.feed.add("VIPS", "", "");
    bot.said("Found 1 new codes").await;
    world.message("VIPS: done for 3 players").await;

    let answer = world.ask(&admin, STATS, &[]).await;
    let text = answer.text();
    for part in [
        "Last 14 days: 🎁 3 redeemed · ❌ 3 failed",
        "Today: 🎁 3 redeemed · ❌ 3 failed",
        "`GOOD` 3 of 3 players",
        "`VIPS` 0 of 3 players · ❌ 3 failed",
        "`VIPS` posted ",
        "last player done ",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let names = ["redemptions-per-day.png", "players-per-code.png", "how-fast.png"];
    let attachments = assert_pictures(&answer, &names);
    let (_, per_day) = decode(&attachments[0].bytes);
    let (green, red) = (count_of(&per_day, GREEN), count_of(&per_day, RED));
    // Three of each in one column, and two equal swatches in the legend.
    assert!(green > 2000 && green.abs_diff(red) * 10 < green, "{green} green pixels, {red} red ones");
    let message = answer.message();
    let described = &message.edits.last().unwrap().body["attachments"][1]["description"];
    assert_eq!(described, "Players who have the latest codes: VIPS 0 of 3 players · ❌ 3 failed; GOOD 3 of 3 players");
    // Another server sees nothing of it.
    let other = world.second_admin();
    world.says(&other, STATS, &[], &["There are no numbers for this server yet"]).await;
    assert!(!bot.log().contains(" ERROR "), "{}", bot.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_read_is_said_plainly_and_the_next_answer_is_whole() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    world.feed.add("GOOD", "", "");
    let bot = world.start().await;
    let admin = world.admin();
    world.active(&admin, 1).await;
    world.import(&admin, "1001,A,245\n").await;
    world.told(&admin, "manage giftcode redeem", &[("code", json!("GOOD"))]).await;
    world.granted("GOOD", 1).await;
    bot.said("Finished GOOD").await;
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    file.execute_batch("ALTER TABLE tallies RENAME TO away").unwrap();
    let told = world.told(&admin, STATS, &[]).await;
    assert!(told.starts_with("❌ Something went wrong on my side. Please try again in a minute."), "{told}");
    bot.said("manage giftcode stats failed").await;
    file.execute_batch("ALTER TABLE away RENAME TO tallies").unwrap();
    let answer = world.ask(&admin, STATS, &[]).await;
    assert!(answer.text().contains("`GOOD` 1 of 1 player"), "{}", answer.text());
    assert!(answer.text().contains("after the start"), "{}", answer.text());
    assert_pictures(&answer, &["redemptions-per-day.png", "players-per-code.png", "how-fast.png"]);
}

/// The texts inside a picture.
fn texts(svg: &str) -> Vec<String> {
    let ends = svg.split("</text>").filter_map(|part| part.rsplit_once('>'));
    ends.map(|(_, text)| text.replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&"))
        .collect()
}

/// To look at: `CHART_SAMPLES=folder cargo test --test discord stats`.
#[test]
fn every_sample_can_be_drawn_in_every_language() {
    let folder = std::env::var_os("CHART_SAMPLES").map(std::path::PathBuf::from);
    for language in Language::ALL {
        for (sample, numbers) in catalogue::samples_of_stats() {
            for chart in stats::charts(language, &numbers) {
                let name = format!("{}-{sample}-{}", language.tag(), chart.name);
                for text in texts(&chart.svg) {
                    let strange = text.chars().find(|c| !can_draw(language, *c));
                    assert_eq!(strange, None, "{name}: {text}");
                    assert!(
                        sample == "longest" || sample == "full" || !text.contains('…'),
                        "{name} has no room for {text}"
                    );
                }
                // Drawing all of them takes minutes without optimisation.
                if language != Language::En && sample != "usual" && folder.is_none() {
                    continue;
                }
                let png = picture::png(&chart.svg, 2.5).unwrap();
                let ((width, height), pixels) = decode(&png);
                assert!(width <= 1200 && height <= 1600 && count_of(&pixels, TEXT) > 500, "{name}");
                if let Some(folder) = &folder {
                    std::fs::write(folder.join(name), png).unwrap();
                }
            }
        }
    }
}

#[test]
fn the_words_inside_a_picture_are_in_the_language_of_who_asks() {
    let numbers = catalogue::sample_stats();
    let shown = |language| -> Vec<String> {
        stats::charts(language, &numbers).iter().flat_map(|chart| texts(&chart.svg)).collect()
    };
    let has = |language, all: &[&str]| {
        let shown = shown(language);
        for text in all {
            assert!(shown.iter().any(|one| one == text), "{language:?} has no {text:?}: {shown:?}");
        }
    };
    has(Language::En, &["Redemptions per day", "270 redeemed", "redemptions", "43 of 60", "3 min 13 s", "7 Nov"]);
    has(Language::De, &["Einlösungen pro Tag", "eingelöst: 270", "Einlösungen", "43 von 60", "3 min 13 s", "7. Nov."]);
    has(Language::Ru, &["Активации по дням", "активировано: 270", "43 из 60", "3 мин 13 с", "7 нояб."]);
    has(Language::Ja, &["1日ごとの交換数", "交換 270", "60人中43人", "3分13秒", "11月7日"]);
    // But for codes and numbers, no two languages say the same.
    let english = shown(Language::En);
    let is_word = |text: &&String| text.contains(' ') && text.chars().any(char::is_alphabetic);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::En) {
        let same: Vec<String> = shown(language).into_iter().filter(|text| english.contains(text)).collect();
        // Minutes and seconds are international.
        let same: Vec<&String> = same.iter().filter(is_word).filter(|text| !text.ends_with(['s', 'n'])).collect();
        assert!(same.is_empty(), "{language:?}: {same:?}");
    }
}

#[test]
fn a_message_without_pictures_says_so_and_has_all_numbers() {
    let numbers = catalogue::sample_stats();
    let charts = stats::charts(Language::En, &numbers);
    let json = |message: giftcode_bot::discord::messages::Message| -> (Value, usize) {
        (serde_json::to_value(message.create()).unwrap(), message.files().len())
    };
    let (with, files) = json(stats::stats(Language::En, &numbers, &charts, Some(vec![vec![1]; 3])));
    let (without, none) = json(stats::stats(Language::En, &numbers, &charts, None));
    assert_eq!((files, none), (3, 0));
    assert_eq!(without["content"], "⚠️ The pictures could not be drawn; here are the numbers.");
    for (one, other) in with["embeds"].as_array().unwrap().iter().zip(without["embeds"].as_array().unwrap()) {
        assert_eq!(one["description"], other["description"]);
        assert!(other["image"].is_null());
    }
}
