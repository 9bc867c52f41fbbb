//! The format of an export: `{"giftcode_bot_state":1,"records":[…]}`.
//!
//! Read with its own visitors, because serde_json alone would hold the whole list in memory.

use std::fs::File;
use std::io::{BufReader, BufWriter, IntoInnerError, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use crate::domain::sync::record::{Field, FieldType, Record, RecordKind, Value};

/// The format that this program writes and reads.
const FORMAT: u64 = 1;
/// How many records are passed on together.
pub(super) const CHUNK: u32 = 1000;

/// Writes an export to a file, record by record.
pub struct ExportWriter {
    out: BufWriter<File>,
    count: u64,
}

impl ExportWriter {
    pub fn new(file: File) -> Self {
        Self { out: BufWriter::new(file), count: 0 }
    }

    /// # Errors
    /// The file cannot be written.
    pub fn write(&mut self, records: &[Record]) -> std::io::Result<()> {
        for record in records {
            match self.count {
                0 => write!(self.out, "{{\"giftcode_bot_state\":{FORMAT},\"records\":[\n{}", to_json(record))?,
                _ => write!(self.out, ",\n{}", to_json(record))?,
            }
            self.count += 1;
        }
        Ok(())
    }

    /// Completes the file on disk. Returns the number of records.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn finish(mut self) -> std::io::Result<u64> {
        if self.count == 0 {
            write!(self.out, "{{\"giftcode_bot_state\":{FORMAT},\"records\":[")?;
        }
        writeln!(self.out, "\n]}}")?;
        self.out.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
        Ok(self.count)
    }
}

fn to_json(record: &Record) -> Json {
    let value = |value: &Value| serde_json::to_value(value).unwrap_or_default();
    let fields = record.kind.fields().iter().zip(&record.values);
    let kind = [("kind".to_owned(), Json::from(record.kind.name()))];
    Json::Object(kind.into_iter().chain(fields.map(|(field, v)| (exported(field).to_owned(), value(v)))).collect())
}

/// A field's name in the export. Only a post's `kind` differs, because `kind` is the kind of record there.
fn exported(field: &Field) -> &'static str {
    if field.name == "kind" { "message_kind" } else { field.name }
}

fn from_json(fields: &Map<String, Json>) -> anyhow::Result<Record> {
    let name = fields.get("kind").and_then(Json::as_str).context("it has no kind")?;
    let kind = RecordKind::parse(name).with_context(|| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        format!("its kind “{name}” is unknown; if a newer giftcode-bot wrote it, update this one")
    })?;
    let value = |field: &Field| {
        let found = fields.get(exported(field)).unwrap_or(&Json::Null);
        let read = match field.field_type {
            _ if found.is_null() => Some(Value::Null),
            FieldType::Int => found.as_i64().map(Value::Int),
            FieldType::Time => found.as_i64().map(Value::Time),
            FieldType::Bool => found.as_bool().map(Value::Bool),
            FieldType::Text => found.as_str().map(|text| Value::Text(text.to_owned())),
        };
        read.with_context(|| format!("its {} is not what it should be", exported(field)))
    };
    let record = Record { kind, values: kind.fields().iter().map(value).collect::<anyhow::Result<_>>()? };
    ensure!(!record.key().contains(&Value::Null), "it lacks a part of its key");
    Ok(record)
}

/// Reads an export to its end and passes its records on in chunks.
///
/// # Errors
/// It is no export, it was written by a newer program, or it ends early; whatever `pass_on` returns.
pub fn read_export(path: &Path, pass_on: impl PassOn) -> anyhow::Result<()> {
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(File::open(path)?));
    let mut reader = Export { pass_on, chunk: Vec::new() };
    (&mut reader).deserialize(&mut json).map_err(|e| anyhow::anyhow!("{e}"))?;
    json.end().map_err(|_| anyhow::anyhow!("there is something after its end"))
}

struct Export<F> {
    pass_on: F,
    chunk: Vec<Record>,
}

/// Where the records of an export go.
pub trait PassOn: FnMut(Vec<Record>) -> Result<(), &'static str> {}
impl<F: FnMut(Vec<Record>) -> Result<(), &'static str>> PassOn for F {}

impl<F: PassOn> Export<F> {
    fn flush(&mut self) -> Result<(), &'static str> {
        let chunk = std::mem::take(&mut self.chunk);
        if chunk.is_empty() { Ok(()) } else { (self.pass_on)(chunk) }
    }
}

impl<'de, F: PassOn> DeserializeSeed<'de> for &mut Export<F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(Whole(self))
    }
}

struct Whole<'a, F>(&'a mut Export<F>);
struct Records<'a, F>(&'a mut Export<F>);

impl<'de, F: PassOn> Visitor<'de> for Whole<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an export of this program")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        use serde::de::Error;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "giftcode_bot_state" => {
                    let format: u64 = map.next_value()?;
                    if format != FORMAT {
                        return Err(A::Error::custom(format!(
                            "it has format {format}; this program reads {FORMAT}: update it"
                        )));
                    }
                }
                "records" => map.next_value_seed(Records(&mut *self.0))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        self.0.flush().map_err(A::Error::custom)
    }
}

impl<'de, F: PassOn> DeserializeSeed<'de> for Records<'_, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: PassOn> Visitor<'de> for Records<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        use serde::de::Error;
        let mut number = 0;
        while let Some(fields) = list.next_element::<Map<String, Json>>()? {
            number += 1;
            let record = from_json(&fields).map_err(|e| A::Error::custom(format!("record {number}: {e:#}")))?;
            self.0.chunk.push(record);
            if self.0.chunk.len() >= CHUNK as usize {
                self.0.flush().map_err(A::Error::custom)?;
            }
        }
        Ok(())
    }
}
