use super::*;
use crate::domain::players::player::ChannelId;
use crate::domain::sync::record::RecordKind;
use crate::runtime::clock::Clock;
use crate::store::Store;
use crate::store::kernel::StateKind;

const HERE: GuildId = GuildId(7);
const OTHER: GuildId = GuildId(8);

fn open(folder: &std::path::Path) -> Store {
    let start = jiff::Timestamp::from_second(1_760_000_000).unwrap();
    Store::open(&folder.join("state.db"), StateKind::Bot, Clock::simulated(start)).unwrap()
}

#[tokio::test]
async fn a_chosen_language_counts_before_the_locale_of_discord_and_that_before_english() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let guilds = store.guilds();
    let language = async |server| guilds.server_language(server).await.unwrap();
    assert_eq!(language(HERE).await, Language::En);
    guilds.note_locale(HERE, "pt-BR").await.unwrap();
    assert_eq!((language(HERE).await, language(OTHER).await), (Language::PtBr, Language::En));
    guilds.set_channel(AllianceId::first_of(HERE), ChannelId(1)).await.unwrap();
    guilds.note_locale(HERE, "sv-SE").await.unwrap();
    assert_eq!(language(HERE).await, Language::En, "the bot has no Swedish");
    guilds.note_locale(HERE, "es-419").await.unwrap();
    assert_eq!(language(HERE).await, Language::Es);
    guilds.set_server_language(HERE, Language::ZhTw).await.unwrap();
    guilds.note_locale(HERE, "ko").await.unwrap();
    assert_eq!(language(HERE).await, Language::ZhTw);
    // English is a choice like any other.
    guilds.set_server_language(HERE, Language::En).await.unwrap();
    assert_eq!(language(HERE).await, Language::En);
    guilds.forget_locale(OTHER).await.unwrap();
    guilds.note_locale(OTHER, "ja").await.unwrap();
    guilds.forget_locale(OTHER).await.unwrap();
    assert_eq!(language(OTHER).await, Language::En);
}

#[tokio::test]
async fn the_choice_outlives_a_restart_and_is_replicated() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.guilds().note_locale(OTHER, "tr").await.unwrap();
    store.guilds().set_server_language(HERE, Language::PtBr).await.unwrap();
    let is_replicated = |name: &str| RecordKind::Guilds.fields().iter().any(|field| field.name == name);
    assert!(is_replicated("language") && !is_replicated("locale"));
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.guilds().server_language(HERE).await.unwrap(), Language::PtBr);
    assert_eq!(store.guilds().server_language(OTHER).await.unwrap(), Language::Tr);
}
