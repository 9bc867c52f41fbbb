//! The languages that the bot speaks.

/// A language of the bot's messages. Discord tells each person's language; a server's language is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// The source of all translations, and the fallback for what is not translated.
    #[default]
    En,
    De,
    Fr,
    Es,
    PtBr,
    Tr,
    Ru,
    Ko,
    Ja,
    ZhTw,
}

impl Language {
    /// All of them, in the order in which people choose from them.
    pub const ALL: [Self; 10] =
        [Self::En, Self::De, Self::Fr, Self::Es, Self::PtBr, Self::Tr, Self::Ru, Self::Ko, Self::Ja, Self::ZhTw];

    /// The language for one of Discord's locales (`en-GB`, `es-419`) or for a [`Language::tag`]; `None` for a locale in
    /// which the bot has no texts. Who reads Chinese in any script gets Chinese rather than English.
    pub fn of_locale(locale: &str) -> Option<Self> {
        Some(match locale {
            "en" | "en-US" | "en-GB" => Self::En,
            "de" => Self::De,
            "fr" => Self::Fr,
            "es" | "es-ES" | "es-419" => Self::Es,
            "pt-BR" => Self::PtBr,
            "tr" => Self::Tr,
            "ru" => Self::Ru,
            "ko" => Self::Ko,
            "ja" => Self::Ja,
            "zh-TW" | "zh-CN" => Self::ZhTw,
            _ => return None,
        })
    }

    /// The BCP 47 tag, which is also the name of the directory with the language's texts. It is stored, so it never changes.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::PtBr => "pt-BR",
            Self::Tr => "tr",
            Self::Ru => "ru",
            Self::Ko => "ko",
            Self::Ja => "ja",
            Self::ZhTw => "zh-TW",
        }
    }

    /// Discord's locales whose readers get this language first. The other locales of [`Self::of_locale`] are a makeshift.
    pub fn locales(self) -> &'static [&'static str] {
        match self {
            Self::En => &["en-US", "en-GB"],
            Self::De => &["de"],
            Self::Fr => &["fr"],
            Self::Es => &["es-ES", "es-419"],
            Self::PtBr => &["pt-BR"],
            Self::Tr => &["tr"],
            Self::Ru => &["ru"],
            Self::Ko => &["ko"],
            Self::Ja => &["ja"],
            Self::ZhTw => &["zh-TW"],
        }
    }

    /// Its name in the language itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
            Self::Fr => "Français",
            Self::Es => "Español",
            Self::PtBr => "Português (Brasil)",
            Self::Tr => "Türkçe",
            Self::Ru => "Русский",
            Self::Ko => "한국어",
            Self::Ja => "日本語",
            Self::ZhTw => "繁體中文",
        }
    }

    /// The whole number with its digits grouped as the language does: `12,345`, `12.345`, `12 345`.
    pub fn grouped(self, number: u64) -> String {
        let digits = number.to_string();
        let separator = match self {
            Self::En | Self::Ko | Self::Ja | Self::ZhTw => ',',
            Self::De | Self::Es | Self::PtBr | Self::Tr => '.',
            Self::Fr => '\u{202F}',
            Self::Ru => '\u{A0}',
        };
        // Spanish groups from five digits on.
        if self == Self::Es && digits.len() < 5 {
            return digits;
        }
        let mut shown = String::with_capacity(digits.len() + digits.len() / 3 * separator.len_utf8());
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                shown.push(separator);
            }
            shown.push(digit);
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_of_discord_finds_its_language() {
        for (locale, language) in [
            ("en-US", Some(Language::En)),
            ("en-GB", Some(Language::En)),
            ("es-419", Some(Language::Es)),
            ("es-ES", Some(Language::Es)),
            ("pt-BR", Some(Language::PtBr)),
            ("zh-CN", Some(Language::ZhTw)),
            ("sv-SE", None),
            ("", None),
        ] {
            assert_eq!(Language::of_locale(locale), language, "{locale}");
        }
        for language in Language::ALL {
            for locale in language.locales().iter().chain([&language.tag()]) {
                assert_eq!(Language::of_locale(locale), Some(language), "{locale}");
            }
        }
    }

    #[test]
    fn digits_are_grouped_as_the_language_does() {
        let shown = |language: Language| [0, 999, 1000, 12_345, 1_234_567].map(|number| language.grouped(number));
        assert_eq!(shown(Language::En), ["0", "999", "1,000", "12,345", "1,234,567"]);
        assert_eq!(shown(Language::De), ["0", "999", "1.000", "12.345", "1.234.567"]);
        assert_eq!(shown(Language::Es), ["0", "999", "1000", "12.345", "1.234.567"]);
        assert_eq!(shown(Language::Fr)[4], "1\u{202F}234\u{202F}567");
        assert_eq!(shown(Language::Ru)[2], "1\u{A0}000");
    }
}
