//! The language of a server.

use giftcode_bot::discord::messages::language;
use giftcode_bot::domain::text::language::Language;

use super::Chapter;

/// `/manage language`.
pub fn of_server(reader: Language) -> Chapter {
    let say = |when: &str, message| (when.to_owned(), message);
    let all = vec![
        say("/manage language", language::shown(reader, Language::En)),
        say("/manage language language:Deutsch", language::changed(reader, Language::De)),
    ];
    ("The language of the server", all)
}
