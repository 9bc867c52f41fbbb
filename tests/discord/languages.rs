//! Languages: that of a server, for what everybody in a channel sees, and that of each person, for answers.
//!
//! What is expected is what the functions of `messages` say in that language, so these tests see more with every translation.

use std::collections::BTreeSet;

use giftcode_bot::discord::messages::panel::{self, PanelStatus};
use giftcode_bot::discord::messages::texts::sources;
use giftcode_bot::discord::messages::{Message, access, files, language, manage, personal, targets};
use giftcode_bot::domain::codes::code::{Code, MAX_CODE_CHARS};
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

/// The most characters of a suggestion's label.
const MAX_LABEL: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_are_in_the_language_of_who_types_and_stand_for_the_same_in_each() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    let (longest, name) = ("Z".repeat(MAX_CODE_CHARS), "長".repeat(32));
    for code in (0..30).map(|number| format!("MANY{number:02}")).chain([longest.clone()]) {
        world.feed.add(&code, "", "");
    }
    world.active(&admin, 31).await;
    // The server has another language than nine of those who type.
    world.says(&admin, LANGUAGE, &choose(Language::Fr), &["✅"]).await;
    let lines: String = (1001..=1030).map(|id| format!("{id},{name},245\n")).collect();
    world.import(&admin, &lines).await;
    world.says(&admin, "manage alliance add", &[("name", json!(name))], &[name.as_str()]).await;
    world.told(&member, "link", &[("player_id", json!(1001)), ("state", json!(245))]).await;
    // All are over, and no feed says otherwise.
    bot.stop().await;
    world.feed.set_down(true);
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    file.execute("UPDATE codes SET expires_at = first_seen_at + 1, version = version + 1", []).unwrap();
    let _bot = world.start().await;

    let code = Code::parse(&longest).unwrap();
    let player = format!("{name} (1001)");
    let (mut labels, mut accounts) = (BTreeSet::new(), BTreeSet::new());
    for locale in Language::ALL.into_iter().flat_map(Language::locales).chain(&["sv-SE"]) {
        let language = Language::of_locale(locale).unwrap_or_default();
        let (leader, player_of_it) = (with_locale(admin.clone(), locale), with_locale(member.clone(), locale));
        let offered = async |user: &User, command: &str, option: &str, typed: &str| {
            let options = [(option, json!(typed))];
            let offered = world.double.autocomplete(user, CHANNEL, command, &options, option).await;
            assert!(offered.len() <= 25 && offered.iter().all(|(label, _)| label.chars().count() <= MAX_LABEL));
            offered
        };
        // A code that is over says so.
        let over = manage::suggested(language, &code, true);
        let history = offered(&leader, "manage giftcode history", "code", "z").await;
        assert_eq!(history, [(over.clone(), json!(longest))], "{locale}");
        labels.insert(over);
        let all = offered(&leader, "manage giftcode history", "code", "").await;
        assert_eq!(all.len(), 25, "{locale}");
        for (label, value) in all {
            let code = Code::parse(value.as_str().unwrap()).unwrap();
            assert_eq!(label, manage::suggested(language, &code, true), "{locale}");
        }
        let value = [("code", history[0].1.clone()), ("alliance", json!(name))];
        let answered = world.told(&leader, "manage giftcode history", &value).await;
        assert!(answered.contains(&longest) && !answered.contains('❌'), "{locale}: {answered}");
        // Names are in no language.
        let found = offered(&leader, "manage players remove", "player", "").await;
        assert_eq!((found.len(), &found[0]), (25, &(player.clone(), json!("1001"))), "{locale}");
        let found = offered(&leader, "manage players list", "alliance", "長").await;
        assert_eq!(found, [(name.clone(), json!(name))], "{locale}");
        for typed in ["", "100", "長"] {
            let own = offered(&player_of_it, "unlink", "player_id", typed).await;
            assert_eq!(own.iter().map(|(_, value)| value).collect::<Vec<_>>(), [&json!("1001")], "{locale}: {typed}");
            accounts.extend(own.into_iter().map(|(label, _)| label));
        }
    }
    assert_eq!(labels.len(), Language::ALL.len(), "each language has its own words: {labels:#?}");
    assert!(accounts.len() == 1 && accounts.contains(&player), "{accounts:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_found_in_every_alphabet_whatever_the_case() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    let names = ["Ärger", "Лорд", "İzzet", "ISI", "Ωmega", "火狼", "냥이"];
    let lines: String = names.iter().zip(1001..).map(|(name, id)| format!("{id},{name},245\n")).collect();
    world.import(&admin, &lines).await;
    let typed = ["äRG", "лорд", "izz", "ısı", "ωM", "狼", "냥"];
    for ((name, typed), id) in names.iter().zip(typed).zip(1001..) {
        let options = [("player", json!(typed))];
        let offered = world.double.autocomplete(&admin, CHANNEL, "manage players remove", &options, "player").await;
        assert_eq!(offered, [(format!("{name} ({id})"), json!(id.to_string()))], "{typed}");
        // Who picks none of them types the whole name.
        let options = [("player", json!(name.to_lowercase())), ("state", json!(246))];
        world.says(&admin, "manage players edit", &options, &["✅", name]).await;
        // One's own accounts, too.
        world.told(&member, "link", &[("player_id", json!(id)), ("state", json!(245))]).await;
        let own = [("player_id", json!(typed))];
        let offered = world.double.autocomplete(&member, CHANNEL, "unlink", &own, "player_id").await;
        assert_eq!(offered, [(format!("{name} ({id})"), json!(id.to_string()))], "{typed}");
        world.told(&member, "unlink", &[("player_id", json!(id.to_string()))]).await;
    }
}
