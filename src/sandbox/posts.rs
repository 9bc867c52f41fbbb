//! The terminal in place of Discord. It shows each post once and remembers posts as Discord would.
//!
//! Posts are kept in a file that outlives this process, as Discord's messages do: one JSON line each, written before
//! the post is shown. A nonce that is already in the file is answered with the earlier message. A line that a crash cut
//! off was never acknowledged, so it is dropped.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::ports::{AnnounceError, AnnouncedCode, Announcement, Announcer, Correction, MessageId, Posted};

use super::ledger::{append_line, open_lines};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PostedCode {
    /// As published.
    pub code: String,
    pub generation: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostedMessage {
    pub nonce: String,
    pub guild: u64,
    pub codes: Vec<PostedCode>,
}

struct Book {
    file: File,
    messages: Vec<PostedMessage>,
    by_nonce: HashMap<String, usize>,
}

/// Shows posts and corrections on a terminal.
#[derive(Clone)]
pub struct TerminalAnnouncer {
    book: Arc<Mutex<Book>>,
    show: Arc<dyn Fn(&Announcement) + Send + Sync>,
    show_correction: Arc<dyn Fn(&Correction) + Send + Sync>,
}

impl TerminalAnnouncer {
    /// An announcer that keeps its posts in `path`, starting with those already there.
    pub fn open(
        path: &Path,
        show: impl Fn(&Announcement) + Send + Sync + 'static,
        show_correction: impl Fn(&Correction) + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let (file, messages) = open_lines::<PostedMessage>(path)?;
        let by_nonce = messages.iter().enumerate().map(|(i, m)| (m.nonce.clone(), i)).collect();
        let book = Arc::new(Mutex::new(Book { file, messages, by_nonce }));
        Ok(Self { book, show: Arc::new(show), show_correction: Arc::new(show_correction) })
    }

    /// All messages ever posted, in order.
    pub fn messages(&self) -> Vec<PostedMessage> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).messages.clone()
    }

    fn post(&self, message: &Announcement) -> std::io::Result<Posted> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = book.by_nonce.get(&message.nonce) {
            return Ok(Posted::new(MessageId(*index as u64 + 1), false));
        }
        let code = |code: &AnnouncedCode| PostedCode { code: code.code.to_string(), generation: code.generation };
        let posted = PostedMessage {
            nonce: message.nonce.clone(),
            guild: message.guild.0,
            codes: message.codes.iter().map(code).collect(),
        };
        append_line(&mut book.file, &posted)?;
        let index = book.messages.len();
        book.by_nonce.insert(posted.nonce.clone(), index);
        book.messages.push(posted);
        (self.show)(message);
        Ok(Posted::new(MessageId(index as u64 + 1), true))
    }
}

impl Announcer for TerminalAnnouncer {
    async fn announce(&self, message: &Announcement) -> Result<Posted, AnnounceError> {
        self.post(message).map_err(|e| AnnounceError::passing(format!("cannot keep the post: {e}"), false))
    }

    async fn correct(&self, correction: &Correction) -> Result<(), AnnounceError> {
        (self.show_correction)(correction);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::domain::codes::post_plan::MessageKind;
    use crate::domain::players::player::{AllianceId, ChannelId, GuildId};

    #[tokio::test]
    async fn a_nonce_is_posted_once_though_the_process_died_while_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("posts");
        let shown = Arc::new(AtomicUsize::new(0));
        let open = || {
            let shown = shown.clone();
            let show = move |_: &Announcement| {
                shown.fetch_add(1, Ordering::SeqCst);
            };
            TerminalAnnouncer::open(&path, show, |_| {}).unwrap()
        };
        let message = |nonce: &str| Announcement {
            nonce: nonce.into(),
            guild: AllianceId(7),
            channel: ChannelId(8),
            language: crate::domain::text::language::Language::En,
            server: GuildId(7),
            roles: Vec::new(),
            alliances: Vec::new(),
            channel_kind: None,
            is_auto: false,
            kind: MessageKind::New,
            total: 0,
            codes: Vec::new(),
            attempted_at: None,
            is_moved: false,
        };
        let first = open().announce(&message("a")).await.unwrap();
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend(b"{\"nonce\":\"b\",\"gu");
        std::fs::write(&path, torn).unwrap();
        let again = open();
        assert_eq!(again.announce(&message("a")).await.unwrap(), Posted { is_as_given: false, ..first });
        assert_ne!(again.announce(&message("b")).await.unwrap().id, first.id);
        assert_eq!(open().messages().iter().map(|m| m.nonce.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(shown.load(Ordering::SeqCst), 2);
    }
}
