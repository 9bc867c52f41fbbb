use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
    Config::read(&Source::from_pairs(pairs)).map_err(|e| e.to_string())
}

#[test]
fn nothing_set_is_the_documented_defaults() {
    let config = read(&[]).unwrap();
    assert_eq!(config.feeds[0].url.as_str(), "https://wostools.net/api/gift-codes");
    assert_eq!(config.check_interval, Duration::from_secs(10));
    assert_eq!(config.game_rate, Some(RateLimit { calls: 30, window: Duration::from_secs(60) }));
    assert_eq!(config.player_interval, Duration::from_millis(2200));
    assert_eq!((config.max_unknown, config.max_temporary, config.concurrency), (3, 10, 2));
    assert_eq!((config.retry_base.as_secs(), config.retry_cap.as_secs()), (2, 30));
    assert!(config.discord_token.is_none() && config.port.is_none() && config.log_filter.is_none());
}

#[test]
fn values_are_read_as_people_write_them() {
    let config = read(&[
        ("GIFTCODE_API_URL", "https://a.example/x, http://127.0.0.1:9/y ,"),
        ("GAME_RATE_LIMIT", " 15 / 3s "),
        ("GAME_PLAYER_INTERVAL", "0"),
        ("GAME_TIMEOUT", "1m"),
        ("REDEEM_RETRY_BASE", "100ms"),
        ("MONGO_URI", "mongodb://u:p@h/"),
        ("LOG_FORMAT", "JSON"),
        ("PORT", "  "),
    ])
    .unwrap();
    assert_eq!(config.feeds.len(), 2);
    assert_eq!(config.game_rate.unwrap().calls, 15);
    assert_eq!(config.player_interval, Duration::ZERO);
    assert_eq!(config.game_timeout.as_secs(), 60);
    assert_eq!(config.mongodb_uri.unwrap().expose_secret(), "mongodb://u:p@h/");
    assert_eq!((config.log_format, config.port), (LogFormat::Json, None));
    assert_eq!(read(&[("GAME_RATE_LIMIT", "off")]).unwrap().game_rate, None);
}

#[test]
fn mongodb_is_not_required_by_default_and_its_size_has_a_unit() {
    let config = |pairs: &[(&str, &str)]| read(pairs).unwrap();
    assert!(!config(&[]).mongodb_required && config(&[]).mongodb_max_size.is_none());
    assert!(config(&[("MONGODB_REQUIRED", "TRUE")]).mongodb_required);
    let size = |text| config(&[("MONGODB_MAX_SIZE", text)]).mongodb_max_size.unwrap();
    let (mib, gib) = (1 << 20, 1 << 30);
    for (text, bytes) in [
        ("512MB", 512 * mib),
        (" 512 mb ", 512 * mib),
        ("2GB", 2 * gib),
        ("2GiB", 2 * gib),
        ("1.5G", 3 * gib / 2),
        ("1.0625GB", gib + gib * 62 / 1000),
        ("2048KB", 2 * mib),
        ("1tb", 1024 * gib),
    ] {
        assert_eq!(size(text), bytes, "{text}");
    }
}

#[test]
fn the_games_page_is_the_one_set_or_that_of_the_game_in_use() {
    let page = |pairs: &[(&str, &str)]| read(pairs).unwrap().game_page_url.to_string();
    let kingshot = ("GAME_API_URL", "https://kingshot-giftcode.centurygame.com/api");
    assert_eq!(page(&[]), "https://wos-giftcode.centurygame.com/");
    assert_eq!(page(&[kingshot]), "https://ks-giftcode.centurygame.com/");
    assert_eq!(page(&[kingshot, ("GAME_PAGE_URL", "https://page.example")]), "https://page.example/");
    assert!(read(&[("GAME_PAGE_URL", "wos")]).unwrap_err().starts_with("GAME_PAGE_URL is \"wos\": give the address"));
}

#[test]
fn nonsense_names_the_variable_the_value_and_what_is_allowed() {
    assert_eq!(
        read(&[("GIFTCODE_CHECK_INTERVAL", "abc")]).unwrap_err(),
        "GIFTCODE_CHECK_INTERVAL is \"abc\": give whole seconds from 1 to 3600, for example 10"
    );
    for (name, value) in [
        ("GIFTCODE_CHECK_INTERVAL", "0"),
        ("GIFTCODE_CHECK_INTERVAL", "3601"),
        ("GIFTCODE_CHECK_INTERVAL", "+5"),
        ("GIFTCODE_API_URL", "ftp://x"),
        ("GIFTCODE_API_URL", "https://a.example,https://a.example"),
        ("GAME_RATE_LIMIT", "30"),
        ("GAME_RATE_LIMIT", "0/60s"),
        ("GAME_RATE_LIMIT", "30/0s"),
        ("GAME_PLAYER_INTERVAL", "-2s"),
        ("GAME_PLAYER_INTERVAL", "soon"),
        ("GAME_TIMEOUT", "1ms"),
        ("REDEEM_CONCURRENCY", "0"),
        ("REDEEM_MAX_UNKNOWN_ATTEMPTS", "1.5"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("DEV_GUILD_ID", "my server"),
        ("MONGODB_DATABASE", "a/b"),
        ("MONGODB_REQUIRED", "yes"),
        ("MONGODB_REQUIRED", "1"),
        ("MONGODB_MAX_SIZE", "512"),
        ("MONGODB_MAX_SIZE", "MB"),
        ("MONGODB_MAX_SIZE", "-1GB"),
        ("MONGODB_MAX_SIZE", "0MB"),
        ("MONGODB_MAX_SIZE", "1.GB"),
        ("MONGODB_MAX_SIZE", "1.2.3GB"),
        ("MONGODB_MAX_SIZE", "512 megabytes"),
        ("MONGODB_MAX_SIZE", "5000TB"),
        ("MONGODB_MAX_SIZE", "99999999999999999999GB"),
        ("LOG_FORMAT", "xml"),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        assert!(error.starts_with(&format!("{name} is \"{value}\": give ")), "{error}");
    }
    assert!(read(&[("REDEEM_RETRY_BASE", "1m")]).unwrap_err().contains("REDEEM_RETRY_CAP"));
    let differ = [("MONGODB_URI", "mongodb://a"), ("MONGO_URI", "mongodb://b")];
    assert!(read(&differ).unwrap_err().contains("both set"));
}

#[test]
fn no_secret_is_ever_shown() {
    let secret = "s3cr3t";
    for (name, value) in [
        ("MONGODB_URI", "mysql://u:s3cr3t@h"),
        ("MONGO_URI", "s3cr3t"),
        ("DISCORD_TOKEN", "s3cr3t with blanks"),
        ("GIFTCODE_API_KEY", "s3cr3t\u{1F}"),
        ("GIFTCODE_API_URL", "ftp://u:s3cr3t@h"),
        ("DISCORD_PROXY_URL", "u:s3cr3t@h"),
        ("GIFTCODE_API_URL", "s3cr3t@ftp://a.example"),
        ("GIFTCODE_API_URL", "https://a.example, s3cr3thttps://b.example"),
        ("GIFTCODE_API_URL", "s3cr3t key@https://b.example"),
        ("GIFTCODE_API_URL", "https://a.example, s3cr3t@https://a.example"),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        assert!(error.starts_with(name) && !error.contains(secret), "{error}");
    }
    let feeds = ("GIFTCODE_API_URL", "https://a.example,s3cr3t@https://b.example");
    let set = [("MONGODB_URI", "mongodb://u:s3cr3t@h"), ("DISCORD_TOKEN", secret), ("GIFTCODE_API_KEY", secret), feeds];
    assert!(!format!("{:?}", read(&set).unwrap()).contains(secret));
}

#[test]
fn each_feed_has_its_own_key_and_the_bare_one_is_the_firsts() {
    let urls = "https://a.example/x, k@y2@https://b.example/?a=1, https://user:pass@c.example";
    let keys = |pairs: &[(&str, &str)]| {
        let shown = |feed: &Feed| (feed.url.to_string(), feed.key.as_ref().map(|key| key.expose_secret().to_owned()));
        read(pairs).map(|config| config.feeds.iter().map(shown).collect::<Vec<_>>())
    };
    let feed = |url: &str, key: Option<&str>| (url.to_owned(), key.map(str::to_owned));
    let others = [feed("https://b.example/?a=1", Some("k@y2")), feed("https://user:pass@c.example/", None)];
    let all = |first: Option<&str>| [[feed("https://a.example/x", first)].as_slice(), &others].concat();
    assert_eq!(keys(&[("GIFTCODE_API_URL", urls)]).unwrap(), all(None));
    assert_eq!(keys(&[("GIFTCODE_API_URL", urls), ("GIFTCODE_API_KEY", "k1")]).unwrap(), all(Some("k1")));
    let both = |key| keys(&[("GIFTCODE_API_URL", "k1@https://a.example"), ("GIFTCODE_API_KEY", key)]);
    assert!(both("k1").is_ok());
    let error = both("other").unwrap_err();
    assert!(error.contains("differ") && !error.contains("k1"), "{error}");
}

#[test]
fn earlier_layers_win_and_empty_values_do_not_count() {
    let source = Source::from_pairs(&[("REDEEM_CONCURRENCY", ""), ("PORT", "1")])
        .with_defaults(&[("REDEEM_CONCURRENCY", "7"), ("PORT", "2")]);
    let config = Config::read(&source).unwrap();
    assert_eq!((config.concurrency, config.port), (7, Some(1)));
}

proptest! {
    #[test]
    fn any_value_is_read_or_refused_on_one_line(variable in 0..VARIABLES.len(), value in any::<String>()) {
        let name = VARIABLES[variable].name;
        if let Err(error) = read(&[(name, &value)]) {
            prop_assert!(error.contains(name), "{}", error);
            prop_assert!(!error.contains(char::is_control), "{:?}", error);
            prop_assert!(error.chars().count() < 300);
        }
    }
}
