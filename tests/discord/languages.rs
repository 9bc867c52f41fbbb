//! Languages: that of a server, for what everybody in a channel sees, and that of each person, for answers.
//!
//! What is expected is what the functions of `messages` say in that language, so these tests see more with every translation.

use giftcode_bot::discord::messages::panel::{self, PanelStatus};
use giftcode_bot::discord::messages::texts::sources;
use giftcode_bot::discord::messages::{Message, access, files, language, personal, targets};
use giftcode_bot::domain::players::access::Managed;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, GuildId, PlayerError};
use giftcode_bot::domain::players::roster_file::{FileKind, RosterFileError};
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::sandbox::rules::Rule;
use serde_json::{Value, json};

use crate::catalogue;
use crate::world::{CHANNEL, GUILD, PATIENCE, World};
use discord_double::User;

const LANGUAGE: &str = "manage language";

fn choose(language: Language) -> [(&'static str, Value); 1] {
    let index = Language::ALL.iter().position(|it| *it == language).unwrap();
    [("language", json!(index))]
}

/// The text of a message without an embed.
fn content(message: &Message) -> String {
    serde_json::to_value(message.create()).unwrap()["content"].as_str().unwrap().to_owned()
}

/// What the bot says in German; not the English text, as soon as there is any German.
fn german(message: impl Fn(Language) -> Message) -> String {
    let [german, english] = [Language::De, Language::En].map(|language| content(&message(language)));
    assert!(sources(Language::De).is_empty() || german != english, "not translated: {english}");
    german
}

fn with_locale(user: User, locale: &str) -> User {
    User { locale: locale.to_owned(), ..user }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_of_a_server_is_discords_until_somebody_chooses_one() {
    let world = World::new(&[]).await;
    world.double.set_locale(GUILD, "pt-BR");
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    // Changes arrive as events.
    let becomes = async |name: &str| {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let told = world.told(&admin, LANGUAGE, &[]).await;
            if told.contains(&format!("are in {name}.")) {
                break;
            }
            assert!(tokio::time::Instant::now() < until, "never {name}: {told}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    becomes("Português (Brasil)").await;
    world.double.set_locale(GUILD, "sv-SE");
    becomes("English").await;
    world.double.set_locale(GUILD, "ko");
    becomes("한국어").await;
    world.says(&member, LANGUAGE, &choose(Language::De), &["🔒"]).await;
    becomes("한국어").await;
    for language in Language::ALL {
        world.says(&admin, LANGUAGE, &choose(language), &["✅", language.own_name()]).await;
        becomes(language.own_name()).await;
    }
    world.says(&admin, LANGUAGE, &choose(Language::De), &["Deutsch"]).await;
    world.double.set_locale(GUILD, "ja");
    bot.kill().await;
    let _bot = world.start().await;
    becomes("Deutsch").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_and_panels_are_in_the_servers_language() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    world.says(&admin, LANGUAGE, &choose(Language::De), &["✅"]).await;
    let title = |message: Message| serde_json::to_value(message.create()).unwrap()["embeds"][0]["title"].clone();
    let [german, english] = [Language::De, Language::En].map(|language| title(targets::sample(language)));
    assert_ne!(german, english);
    // The answer is in the person's language.
    world.says(&admin, "manage giftcode test", &[], &["Posting works"]).await;
    let sample = world.double.messages(CHANNEL).pop().unwrap();
    assert!(sample.text().contains(german.as_str().unwrap()), "{}", sample.text());
    world.told(&admin, "manage panel", &[]).await;
    let alliance = AllianceId::first_of(GuildId(GUILD));
    let channel = Some(ChannelId(CHANNEL));
    let status = PanelStatus { name: None, codes: 0, players: 0, failed: 0, auto_redeem: false, channel };
    let expected = title(panel::panel(Language::De, alliance, &status));
    assert_ne!(expected, title(panel::panel(Language::En, alliance, &status)));
    let posted = world.double.messages(CHANNEL);
    assert!(posted.iter().any(|message| message.text().contains(expected.as_str().unwrap())), "{posted:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_is_answered_in_the_language_of_their_discord() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    world.feed.add("GOOD", "", "");
    let _bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    let (leader, player) = (with_locale(world.admin(), "de"), with_locale(world.member(), "de"));
    let swede = with_locale(world.admin(), "sv-SE");

    // Commands, for who may and who may not.
    let changed = |server: Language| move |language| language::changed(language, server);
    world.says(&leader, LANGUAGE, &choose(Language::Ja), &[&german(changed(Language::Ja))]).await;
    world.says(&swede, LANGUAGE, &choose(Language::En), &[&content(&changed(Language::En)(Language::En))]).await;
    world
        .says(&player, LANGUAGE, &[], &[&german(|language| access::managers_only(language, Managed::Anything, &[]))])
        .await;
    // A file that cannot be read.
    let file = world.double.attach("users.sqlite", "application/octet-stream", b"SQLite format 3\0");
    let refused = german(|language| files::not_imported(language, &RosterFileError::NoList(FileKind::Sqlite)));
    world.says(&leader, "manage players import", &[("file", file)], &[&refused]).await;

    // A button, and the form that it opens.
    let post = world.message("GOOD").await;
    let for_me = post.custom_id("Redeem for me").to_owned();
    let opened = world.double.press(&player, &post, &for_me).await;
    assert_eq!(opened.modal()["title"], catalogue::form(Language::De)["title"]);
    let form = opened.modal();
    let inputs =
        form["components"].as_array().unwrap().iter().map(|row| row["components"][0]["custom_id"].as_str().unwrap());
    let typed: Vec<(&str, &str)> = inputs.zip(["me", "245", "no"]).collect();
    let answered = world.double.submit(&player, &opened, &typed).await;
    answered.settled(PATIENCE).await;
    let expected = german(|language| personal::bad_player(language, &PlayerError::Id("me".to_owned())));
    assert_eq!(answered.text(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_is_described_for_both_kinds_of_english() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    world.double.until(PATIENCE, "the commands", || (!world.double.commands().is_empty()).then_some(())).await;
    let mut open = world.double.commands();
    while let Some(command) = open.pop() {
        let described = &command["description_localizations"];
        for locale in ["en-US", "en-GB"] {
            assert_eq!(described[locale], command["description"], "{command:#}");
        }
        assert!(command["name_localizations"].as_object().is_none_or(serde_json::Map::is_empty), "{command:#}");
        open.extend(command["options"].as_array().cloned().unwrap_or_default());
    }
}
