//! Reads HTML as strictly as nobody else does: every tag is closed in its order, every attribute quoted, no character left
//! unescaped.

use std::collections::BTreeSet;

const VOID: [&str; 3] = ["link", "meta", "rect"];
/// Tags that a browser closes for itself when they are written as `<x/>`, inside SVG.
const SELF_CLOSING: [&str; 5] = ["rect", "line", "polyline", "circle", "path"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

pub struct Document {
    pub tags: Vec<Tag>,
    text: String,
}

impl Document {
    /// # Panics
    /// At the first place where the text is no sound HTML.
    pub fn parse(html: &str) -> Self {
        let mut rest = html.strip_prefix("<!doctype html>").expect("no doctype");
        let (mut tags, mut open, mut text) = (Vec::new(), Vec::<String>::new(), String::new());
        while let Some(at) = rest.find('<') {
            let (before, tag) = rest.split_at(at);
            let in_style = open.last().is_some_and(|name| name == "style");
            if in_style {
                assert!(tag.starts_with("</style>"), "a tag inside of the style: {}", start(tag));
            } else {
                check_text(before);
                text += &unescaped(before);
            }
            let end = tag.find('>').unwrap_or_else(|| panic!("never closed: {}", start(tag)));
            let inside = &tag[1..end];
            rest = &tag[end + 1..];
            if let Some(name) = inside.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "closed out of order before: {}", start(rest));
                if !["strong", "span", "code", "time", "i", "a", "abbr"].contains(&name) {
                    text.push('\n');
                }
                continue;
            }
            let is_closed = inside.ends_with('/');
            let tag = read(inside.trim_end_matches('/'));
            assert!(!is_closed || SELF_CLOSING.contains(&tag.name.as_str()), "<{inside}>");
            if !is_closed && !VOID.contains(&tag.name.as_str()) {
                open.push(tag.name.clone());
            }
            tags.push(tag);
        }
        check_text(rest);
        assert!(open.is_empty(), "never closed: {open:?}");
        Self { tags, text }
    }

    /// The text that people read, blanks joined.
    pub fn text(&self) -> String {
        let lines = self.text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    /// The tags and the names of their attributes: what text must never change.
    pub fn structure(&self) -> Vec<String> {
        let of = |tag: &Tag| {
            let names: Vec<&str> = tag.attributes.iter().map(|(name, _)| name.as_str()).collect();
            format!("{} {}", tag.name, names.join(" "))
        };
        self.tags.iter().map(of).collect()
    }

    pub fn assert_sound(&self, what: &str) {
        let values = |wanted: &str| -> Vec<&str> {
            let all = self.tags.iter().flat_map(|tag| &tag.attributes);
            all.filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).collect()
        };
        let ids = values("id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{what}: an id twice in {ids:?}");
        for label in values("aria-labelledby").into_iter().flat_map(str::split_whitespace) {
            assert!(unique.contains(label), "{what}: nothing has the id {label}");
        }
        for tag in &self.tags {
            let has = |wanted: &str| tag.attributes.iter().any(|(name, _)| name == wanted);
            assert!(tag.attributes.iter().all(|(name, _)| !name.starts_with("on")), "{what}: {tag:?}");
            assert!(
                tag.name != "svg" || (has("role") && (has("aria-label") || has("aria-labelledby"))),
                "{what}: {tag:?}"
            );
        }
        let count = |name: &str| self.tags.iter().filter(|tag| tag.name == name).count();
        assert_eq!((count("h1"), count("main"), count("head")), (1, 1, 1), "{what}");
    }
}

fn start(text: &str) -> String {
    text.chars().take(80).collect()
}

fn check_text(text: &str) {
    assert!(!text.contains('>'), "an unescaped > in {}", start(text));
    for entity in text.split('&').skip(1) {
        let name = entity.split(';').next().unwrap_or_default();
        let is_known = ["amp", "lt", "gt", "quot"].contains(&name)
            || name.strip_prefix('#').is_some_and(|n| n.parse::<u32>().is_ok());
        assert!(entity.contains(';') && is_known, "an unescaped & in {}", start(text));
    }
}

fn read(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
    assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "<{inside}>");
    let mut attributes = Vec::new();
    while !rest.trim_start().is_empty() {
        let (attribute, value) =
            rest.trim_start().split_once("=\"").unwrap_or_else(|| panic!("no value in <{inside}>"));
        let (value, after) = value.split_once('"').unwrap_or_else(|| panic!("no end in <{inside}>"));
        assert!(attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ':'), "<{inside}>");
        check_text(value);
        attributes.push((attribute.to_owned(), unescaped(value)));
        rest = after;
    }
    Tag { name: name.to_owned(), attributes }
}

fn unescaped(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
    ];
    let text = named.iter().fold(text.to_owned(), |text, (name, character)| text.replace(name, character));
    text.replace("&amp;", "&").replace("&#38;", "&")
}
