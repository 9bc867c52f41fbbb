//! The language of a server's posts and progress messages: the one that somebody chose, else the server's locale in Discord
//! if it is one of the bot's languages, else English.

use rusqlite::{OptionalExtension, Row, params};

use crate::domain::players::player::{AllianceId, GuildId};
use crate::domain::text::language::Language;
use crate::store::handles::Guilds;
use crate::store::kernel::StoreError;

/// The column `server_language` of a query in which `g` is an alliance's row of `guilds`.
pub(in crate::store) const SERVER_LANGUAGE: &str =
    "coalesce((SELECT s.language FROM guilds s WHERE s.guild_id = coalesce(g.server_id, g.guild_id) AND s.deleted = 0),
              (SELECT l.locale FROM guild_locales l WHERE l.guild_id = coalesce(g.server_id, g.guild_id))) AS server_language";

/// The language, from a row of a query with [`SERVER_LANGUAGE`].
pub(in crate::store) fn server_language(row: &Row<'_>) -> rusqlite::Result<Language> {
    let tag: Option<String> = row.get("server_language")?;
    Ok(tag.and_then(|tag| Language::of_locale(&tag)).unwrap_or_default())
}

impl Guilds {
    pub async fn server_language(&self, server: GuildId) -> Result<Language, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT coalesce((SELECT language FROM guilds WHERE guild_id = ?1 AND deleted = 0),
                                       (SELECT locale FROM guild_locales WHERE guild_id = ?1)) AS server_language";
            Ok(connection.prepare_cached(sql)?.query_row([server], server_language)?)
        })
        .await
    }

    pub async fn set_server_language(&self, server: GuildId, language: Language) -> Result<(), StoreError> {
        self.write(move |tx| {
            super::ensure(tx, AllianceId::first_of(server))?;
            tx.execute(
                "UPDATE guilds SET language = ?2, version = ?3 WHERE guild_id = ?1 AND language IS NOT ?2",
                params![server, language.tag(), tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Notes a server's locale in Discord.
    pub async fn note_locale(&self, server: GuildId, locale: &str) -> Result<(), StoreError> {
        let known = self.read(move |connection| {
            let sql = "SELECT locale FROM guild_locales WHERE guild_id = ?1";
            Ok(connection.prepare_cached(sql)?.query_row([server], |row| row.get::<_, String>(0)).optional()?)
        });
        // Discord tells of every server at each start.
        if known.await?.as_deref() == Some(locale) {
            return Ok(());
        }
        let locale = locale.to_owned();
        self.write_local(move |tx| {
            let sql = "INSERT INTO guild_locales (guild_id, locale) VALUES (?1, ?2)
                       ON CONFLICT DO UPDATE SET locale = excluded.locale";
            tx.execute(sql, params![server, locale])?;
            Ok(())
        })
        .await
    }

    /// Forgets a server's locale: the bot has left it.
    pub async fn forget_locale(&self, server: GuildId) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute("DELETE FROM guild_locales WHERE guild_id = ?1", params![server])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests;
