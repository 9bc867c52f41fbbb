use super::*;

/// A bundle of one text.
fn of(language: Language, source: &str) -> Bundle {
    let mut bundle = read(language);
    bundle.add_resource_overriding(FluentResource::try_new(source.to_owned()).unwrap());
    bundle
}

fn format(bundle: &Bundle, key: &str, arguments: &FluentArgs<'_>) -> String {
    let mut errors = Vec::new();
    let pattern = bundle.get_message(key).unwrap().value().unwrap();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
    assert_eq!(errors, []);
    text
}

#[test]
fn numbers_choose_plurals_and_are_grouped() {
    let source =
        "x = { $n ->\n [0] none\n [one] one { $n }\n [few] few { $n }\n [many] many { $n }\n *[other] other { $n }\n }";
    let shown = |language: Language, number: u32| {
        format(&of(language, source), "x", &[("n", Argument::value(number))].into_iter().collect())
    };
    for (language, numbers, expected) in [
        (Language::En, [0, 1, 2, 1_234], ["none", "one 1", "other 2", "other 1,234"]),
        (Language::De, [0, 1, 2, 1_234], ["none", "one 1", "other 2", "other 1.234"]),
        (Language::Ru, [1, 2, 5, 1_021], ["one 1", "few 2", "many 5", "one 1\u{A0}021"]),
        (Language::PtBr, [1, 2, 5, 1_234], ["one 1", "other 2", "other 5", "other 1.234"]),
        (Language::Ja, [1, 2, 5, 1_234], ["other 1", "other 2", "other 5", "other 1,234"]),
        (Language::ZhTw, [1, 2, 5, 1_234], ["other 1", "other 2", "other 5", "other 1,234"]),
    ] {
        assert_eq!(numbers.map(|number| shown(language, number)), expected, "{language:?}");
    }
}

#[test]
fn a_value_is_shown_as_it_is() {
    let bundle = of(Language::En, "x = { $who } and { $number }");
    let arguments = [("who", Argument::value("{ $number } -[*")), ("number", Argument::value("123456789".to_owned()))];
    assert_eq!(format(&bundle, "x", &arguments.into_iter().collect()), "{ $number } -[* and 123456789");
}

#[test]
fn a_text_that_a_language_lacks_is_shown_in_english_and_an_unknown_key_as_itself() {
    for language in Language::ALL {
        assert_eq!(show(language, "no-such-key", []), "no-such-key");
        assert_eq!(show(language, "no-such-key.label", []), "no-such-key.label");
        assert!(!show(language, "over-expired", []).is_empty());
    }
}

#[test]
fn a_text_without_its_arguments_is_shown_nevertheless() {
    assert!(show(Language::En, "over-line", []).contains("{$code}"));
}
