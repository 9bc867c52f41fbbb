//! JSON lists of players: `[123, …]`, `[{"fid": 123, …}, …]`, `{"123": "name", …}`, `{"123": {…}, …}`, `{"name": "123", …}`,
//! or such a list under a single name or beside others under a name such as `players`. An object on each line, as databases
//! export them, is a list, too.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::columns::{Columns, found, is_meant_as_id};
use super::entries::Entries;
use super::error::{BadLineReason, Place, RosterFileError};
use super::meaning::Meaning;
use super::table::Row;
use super::{ID_DIGITS, MAX_LINES, is_long_id};
use crate::domain::players::player::State;
use crate::domain::text::{NAME_CHARS, clean, trim};

/// The most values of a file, and the most different titles with a meaning.
const MAX_VALUES: usize = 1_000_000;
const MAX_TITLES: usize = 32;

/// A value. Names keep their order and may occur twice.
enum Node {
    Nothing,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    fn into_cell(self) -> Cow<'static, str> {
        Cow::Owned(match self {
            Self::Nothing => String::new(),
            Self::Scalar(text) => text,
            Self::List(_) => "[…]".to_owned(),
            Self::Map(_) => "{…}".to_owned(),
        })
    }
}

/// Whether a text is meant as JSON, and does not begin with a name such as `[ICE] Frost` or a state such as `[245] Frost`.
pub(super) fn is_meant(text: &str) -> bool {
    let Some(list) = text.strip_prefix('[') else { return text.starts_with('{') };
    let values = ["\"", "{", "[", "]", "-", "null", "true", "false"];
    let list = trim(list);
    list.is_empty()
        || (list.starts_with(|c: char| c.is_ascii_digit()) && is_number_of_list(list))
        || values.iter().any(|value| list.starts_with(value))
}

/// A text without the fence that a chat puts around it: ```` ```json ````.
pub(super) fn unfenced(text: &str) -> &str {
    let text = trim(text);
    let inner = text.strip_prefix("```").and_then(|inner| inner.strip_suffix("```"));
    let inner = inner.map(|inner| trim(inner.trim_start_matches(|c: char| c.is_ascii_alphabetic())));
    inner.filter(|inner| is_meant(inner)).unwrap_or(text)
}

fn is_number_of_list(list: &str) -> bool {
    let end =
        list.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | 'e' | 'E' | '+' | '-')).unwrap_or(list.len());
    let (number, behind) = list.split_at(end);
    let behind = trim(behind);
    let is_long = number.bytes().filter(u8::is_ascii_digit).count() >= *ID_DIGITS.start();
    number.parse::<f64>().is_ok()
        && (behind.is_empty()
            || behind.starts_with(',')
            || behind.strip_prefix(']').is_some_and(|b| is_long || trim(b).is_empty()))
}

pub(super) fn read(text: &str) -> Result<Entries, RosterFileError> {
    let left = Cell::new(MAX_VALUES);
    let seed = Seed { left: &left, has_exponents: has_exponents(text) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let broken = |error: serde_json::Error| RosterFileError::Json(clean(&error.to_string(), 100));
    let mut node = seed.deserialize(&mut deserializer).map_err(broken)?;
    if let Err(error) = deserializer.end() {
        // A list has one object after the other.
        let mut nodes = Vec::new();
        drop(node);
        left.set(MAX_VALUES);
        let mut ends = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
        let mut from = 0;
        while let Some(end) = ends.next() {
            end.map_err(broken)?;
            let one = text.get(from..ends.byte_offset()).unwrap_or_default();
            from = ends.byte_offset();
            nodes.push(seed.deserialize(&mut serde_json::Deserializer::from_str(one)).map_err(broken)?);
        }
        if !nodes.iter().all(|node| matches!(node, Node::Map(_))) {
            return Err(broken(error));
        }
        node = Node::List(nodes);
    }
    let (keys, nodes) = listed(node)?;
    if nodes.len() > MAX_LINES {
        return Err(RosterFileError::TooManyLines);
    }
    let is_number = |node: &Node| matches!(node, Node::Scalar(text) if text.parse::<State>().is_ok());
    if !keys.is_empty() && nodes.iter().any(is_number) {
        return Err(RosterFileError::NumberOfId);
    }
    entries(keys, nodes)
}

/// The entries, and their keys if those are the players' ids.
fn listed(node: Node) -> Result<(Vec<String>, Vec<Node>), RosterFileError> {
    listed_in(node, true)
}

/// `is_deep`: an object within the object may be the list. The states beside a list are those of its players.
fn listed_in(node: Node, is_deep: bool) -> Result<(Vec<String>, Vec<Node>), RosterFileError> {
    let mut fields = match node {
        Node::List(nodes) => return Ok((Vec::new(), nodes)),
        Node::Map(fields) => fields,
        Node::Nothing | Node::Scalar(_) => return Err(RosterFileError::NoIds { found: String::new() }),
    };
    let is_id =
        |(title, node): &(String, Node)| Meaning::of(title) == Some(Meaning::Id) && matches!(node, Node::Scalar(_));
    let is_player = |fields: &[(String, Node)]| fields.iter().any(is_id) && !has_players(fields);
    if is_player(&fields) {
        return Ok((Vec::new(), vec![Node::Map(fields)]));
    }
    // An alliance has an id; what has a player's id and a list of players is neither.
    if fields.iter().any(|field| is_id(field) && !field.0.eq_ignore_ascii_case("id")) {
        return Err(RosterFileError::NoIds { found: found(fields.iter().map(|(title, _)| title.as_str())) });
    }
    if fields.iter().any(|(title, _)| is_meant_as_id(title)) {
        return Ok(fields.into_iter().unzip());
    }
    if fields.iter().all(|(_, node)| matches!(node, Node::Scalar(id) if is_long_id(id))) {
        let player = |(name, id)| {
            Node::Map(vec![
                (Meaning::Id.name().to_owned(), id),
                (Meaning::Nickname.name().to_owned(), Node::Scalar(name)),
            ])
        };
        return Ok((Vec::new(), fields.into_iter().map(player).collect()));
    }
    // A list by the names of its players, or by Discord's numbers of their users.
    if fields.iter().all(|(_, node)| matches!(node, Node::Map(fields) if is_player(fields))) {
        return Ok((Vec::new(), fields.into_iter().map(|(_, node)| node).collect()));
    }
    let states: Vec<(String, String)> = fields
        .iter()
        .filter_map(|(title, node)| match node {
            Node::Scalar(text) if Meaning::of(title) == Some(Meaning::State) => Some((title.clone(), text.clone())),
            _ => None,
        })
        .collect();
    let titles = found(fields.iter().map(|(title, _)| title.as_str()));
    let is_list = |node: &Node| matches!(node, Node::List(_) | Node::Map(_));
    let is_called = |title: &str| LISTS.contains(&title.to_lowercase().as_str());
    let mut called = fields.iter().filter(|(title, node)| is_list(node) && is_called(title));
    let is_one_called = called.next().is_some() && called.next().is_none();
    let mut lists = fields.drain(..).filter_map(|(title, node)| match node {
        _ if is_one_called => (is_list(&node) && is_called(&title)).then_some(node),
        Node::List(_) => Some(node),
        _ => None,
    });
    match (lists.next(), lists.next()) {
        (Some(list), None) if is_deep || matches!(list, Node::List(_)) => {
            let (keys, nodes) = listed_in(list, false)?;
            let title = if keys.is_empty() { Meaning::Id } else { Meaning::Nickname };
            Ok((keys, nodes.into_iter().map(|node| with_states(node, title, &states)).collect()))
        }
        _ => Err(RosterFileError::NoIds { found: titles }),
    }
}

/// Whether an object lists players, as an alliance does.
fn has_players(fields: &[(String, Node)]) -> bool {
    let is_called = |title: &str| LISTS.contains(&title.to_lowercase().as_str());
    fields
        .iter()
        .any(|(title, node)| matches!(node, Node::List(_) | Node::Map(_)) && (is_called(title) || is_long_id(title)))
}

/// A player with the state that stands beside the list, if it has none of its own. A player that is only a value has it
/// under `title`.
fn with_states(node: Node, title: Meaning, states: &[(String, String)]) -> Node {
    let is_state =
        |(title, node): &(String, Node)| Meaning::of(title) == Some(Meaning::State) && !matches!(node, Node::Nothing);
    let own = states.iter().map(|(title, text)| (title.clone(), Node::Scalar(text.clone())));
    match node {
        Node::Map(mut fields) if !fields.iter().any(is_state) => {
            fields.retain(|(title, _)| Meaning::of(title) != Some(Meaning::State));
            fields.extend(own);
            Node::Map(fields)
        }
        // A number for each id may be a state, too.
        Node::Scalar(text) if title == Meaning::Nickname && text.parse::<State>().is_ok() => Node::Scalar(text),
        node @ (Node::Scalar(_) | Node::Nothing) if !states.is_empty() => {
            Node::Map(std::iter::once((title.name().to_owned(), node)).chain(own).collect())
        }
        node => node,
    }
}

/// What other bots call the list of players, where a file has several lists.
const LISTS: &[&str] = &["players", "members", "users", "accounts", "ids", "fids", "roster"];

/// The column of ids without a title: a list's numbers, or an object's keys.
const UNTITLED: usize = 0;

/// Titles of columns, in order of first use.
struct Titles(Vec<String>);

impl Titles {
    fn shown(&self) -> impl Iterator<Item = &str> {
        self.0.iter().skip(1).map(String::as_str)
    }

    /// The column with this title; `None` once there are too many.
    fn column(&mut self, title: &str) -> Option<usize> {
        if let Some(at) = self.0.iter().skip(1).position(|known| known == title) {
            return Some(at + 1);
        }
        (self.0.len() <= MAX_TITLES).then(|| {
            self.0.push(title.to_owned());
            self.0.len() - 1
        })
    }
}

/// Entries as rows, with a column for each title that has a meaning.
fn entries(keys: Vec<String>, nodes: Vec<Node>) -> Result<Entries, RosterFileError> {
    let (mut titles, mut others) = (Titles(vec![String::new()]), Titles(vec![String::new()]));
    let (mut rows, has_keys) = (Vec::with_capacity(nodes.len()), !keys.is_empty());
    let mut has_untitled = has_keys;
    let mut keys = keys.into_iter();
    for (node, number) in nodes.into_iter().zip(1..) {
        let mut row = vec![Cow::Owned(keys.next().unwrap_or_default())];
        let mut problem = None;
        let fields = match node {
            Node::Map(fields)
                if has_players(&fields) || (has_keys && fields.iter().any(|(title, _)| is_long_id(title))) =>
            {
                problem = Some(BadLineReason::NotAPlayer);
                Vec::new()
            }
            Node::Map(fields) => fields,
            Node::Scalar(name) if has_keys => vec![(Meaning::Nickname.name().to_owned(), Node::Scalar(name))],
            Node::Nothing if has_keys => Vec::new(),
            Node::Scalar(id) => {
                has_untitled = true;
                row = vec![Cow::Owned(id)];
                Vec::new()
            }
            Node::List(_) | Node::Nothing => {
                problem = Some(BadLineReason::NotAPlayer);
                Vec::new()
            }
        };
        let mut columns = Vec::new();
        for (title, node) in fields {
            if Meaning::of(&title).is_none() {
                others.column(&title);
                continue;
            }
            let Some(at) = titles.column(&title) else {
                return Err(RosterFileError::NoIds { found: found(titles.shown()) });
            };
            if columns.contains(&at) {
                problem = Some(BadLineReason::Twice(clean(&title, NAME_CHARS)));
            }
            columns.push(at);
            if row.len() <= at {
                row.resize(at + 1, Cow::Borrowed(""));
            }
            row[at] = node.into_cell();
        }
        rows.push(Row { place: Place::Entry(number), cells: problem.map_or(Ok(row), Err) });
    }
    let is_id = |title: &String| Meaning::of(title) == Some(Meaning::Id);
    if has_untitled {
        titles.0[UNTITLED] = Meaning::Id.name().to_owned();
    } else if !titles.0.iter().any(is_id) && !rows.is_empty() {
        return Err(RosterFileError::NoIds { found: found(titles.shown().chain(others.shown())) });
    }
    Ok(Entries { columns: Columns::titled(titles.0.iter().map(String::as_str), None), rows })
}

/// Whether a number of the text is written like `4.1E+07`, by a program that shortens numbers.
fn has_exponents(text: &str) -> bool {
    let mut is_quoted = false;
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '"' if !(is_quoted && before == '\\') => is_quoted = !is_quoted,
            'e' | 'E' if !is_quoted && (before.is_ascii_digit() || before == '.') => return true,
            _ => {}
        }
        // An escaped backslash escapes nothing.
        before = if before == '\\' && c == '\\' { ' ' } else { c };
    }
    false
}

#[derive(Clone, Copy)]
struct Seed<'c> {
    left: &'c Cell<usize>,
    has_exponents: bool,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;
    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.left.set(self.left.get().checked_sub(1).ok_or_else(|| D::Error::custom("it has too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("players")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        let text = if self.has_exponents { format!("{value:E}") } else { format!("{value:?}") };
        Ok(Node::Scalar(text))
    }
    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_owned()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element_seed(self)? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields: Vec<(String, Node)> = Vec::new();
        while let Some(title) = map.next_key()? {
            fields.push((title, map.next_value_seed(self)?));
        }
        // A database's way to write a large number, or an id of its own.
        match &mut fields[..] {
            [(title, node)] if title.starts_with("$number") => return Ok(std::mem::replace(node, Node::Nothing)),
            [(title, _)] if title == "$oid" => return Ok(Node::Nothing),
            _ => {}
        }
        // There may be very many small objects.
        fields.shrink_to_fit();
        Ok(Node::Map(fields))
    }
}
