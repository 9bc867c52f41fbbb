//! Posts in forums: each is a thread, and its first message has the thread's id.
//!
//! # At most once
//! Discord knows no nonces there, so a post is looked up before each attempt: among the forum's open threads, and after an
//! attempt with an unknown result among the archived ones too. A request that was cut off may still be on its way, so what is
//! not found counts as absent only [`SETTLES_IN`] after that attempt's intent. A post of that attempt has an id of that time,
//! so later posts are none of its, however many there are. A search through many pages of archived threads, or through many posts
//! of the bot, goes on at the next attempt where it stopped, so it ends.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::all::{ChannelId as DiscordChannelId, CreateForumPost, GuildChannel, GuildId as DiscordGuildId};

use crate::discord::messages::post;
use crate::discord::permissions;
use crate::discord::rest::{RestError, ThreadInfo};
use crate::domain::codes::channel::Blocked;
use crate::domain::players::player::ChannelId;
use crate::domain::text::clean;
use crate::ports::{AnnounceError, MessageId, Posted};

use super::search::{MAX_CLOCK_SKEW, first_id_at, first_id_since, history_hidden, is_ours};
use super::{DiscordAnnouncer, OutgoingMessage, Place, SETTLES_IN, Sent, channel};

/// How far back a first attempt searches for a post that another process sent, or this one before its file was restored.
const SEARCH_BACK: SignedDuration = SignedDuration::from_mins(10);
/// The most characters of a thread's name (docs/protocol.md, "Sizes").
const NAME_CHARS: usize = 100;
/// The most pages of archived threads that are searched at once, of 100 each, and the most threads whose first message is read.
const MAX_PAGES: usize = 20;
/// The pause before such a search goes on.
const SEARCH_ON_AFTER: Duration = Duration::from_secs(5);
/// The most searches that are remembered. One that is forgotten begins again.
const MAX_SEARCHES: usize = 100;
const MAX_THREADS: usize = 50;

/// A post's nonce, and the attempt that was interrupted, if there was one.
type Searched = (String, Option<Timestamp>);

/// The searches that go on.
#[derive(Debug, Default)]
pub(super) struct Searches(HashMap<Searched, Search>);

/// Where the search for a post goes on.
#[derive(Debug, Clone, Default)]
struct Search {
    /// The archive time of the last thread. What was archived since the search began was open then, and looked at.
    before: Option<String>,
    /// The threads whose first message is another.
    others: HashSet<DiscordChannelId>,
}

impl Searches {
    fn note(&mut self, searched: Searched, search: Search) {
        if self.0.len() >= MAX_SEARCHES && !self.0.contains_key(&searched) {
            self.0.clear();
        }
        self.0.insert(searched, search);
    }
}

#[derive(Debug, Deserialize)]
struct Started {
    id: DiscordChannelId,
}

/// The name of the thread of these codes.
pub(super) fn title<'a>(codes: impl IntoIterator<Item = &'a str>) -> String {
    let codes: Vec<&str> = codes.into_iter().collect();
    clean(&codes.join(", "), NAME_CHARS)
}

impl DiscordAnnouncer {
    /// Sends a message as a post of its own to a forum. It has no files: an edit may add them.
    pub(super) async fn send_post(&self, outgoing: &OutgoingMessage<'_>) -> Result<Posted, AnnounceError> {
        let now = self.clock.now();
        let searched = match outgoing.attempted_at {
            Some(at) => self.find_post(outgoing.place, at, true).await,
            None => self.find_post(outgoing.place, now.checked_sub(SEARCH_BACK).unwrap_or(now), false).await,
        };
        let found = match searched {
            // As in a channel that the guild no longer uses: see `find`.
            Err(error) if outgoing.is_moved && error.blocked == Some(Blocked::UnknownChannel) => None,
            Err(error) if outgoing.is_moved && error.blocked.is_some() => {
                let reason = format!("cannot check whether it was posted in the previous forum: {}", error.reason);
                return Err(AnnounceError::passing(reason, true));
            }
            found => found?,
        };
        if let Some(id) = found {
            if outgoing.attempted_at.is_none() {
                self.warn_of_token_sharing(outgoing.place.alliance);
            }
            return Ok(posted(id, false));
        }
        if let Some(at) = outgoing.attempted_at {
            let left = SETTLES_IN - now.duration_since(at);
            return Err(match left.is_positive() {
                true => AnnounceError {
                    retry_after: Some(left.unsigned_abs()),
                    ..AnnounceError::passing("the earlier attempt may still get through", true)
                },
                false => AnnounceError::absent(),
            });
        }
        self.start_post(outgoing).await
    }

    async fn start_post(&self, outgoing: &OutgoingMessage<'_>) -> Result<Posted, AnnounceError> {
        let place = outgoing.place;
        let forum: GuildChannel = match self.rest.channel(channel(place.channel)).await {
            Ok(forum) => forum,
            Err(error) => return Err(AnnounceError { maybe_sent: false, ..AnnounceError::from(error) }),
        };
        let tag = permissions::tag_for(&forum).map_err(|blocked| AnnounceError {
            blocked: Some(blocked),
            ..AnnounceError::passing("posts in the forum need a tag", false)
        })?;
        let message = outgoing.without_file.as_ref().unwrap_or(&outgoing.message);
        let message = message.clone().linked(&post::mark(place.nonce));
        let body = CreateForumPost::new(outgoing.title.clone(), message.create()).set_applied_tags(tag);
        let started: Result<Started, RestError> = self.rest.create_post(channel(place.channel), &body).await;
        match started {
            Ok(started) => Ok(posted(MessageId(started.id.get()), true)),
            Err(error) if error.lacks_tag() => {
                Err(AnnounceError { blocked: Some(Blocked::TagRequired), ..AnnounceError::from(error) })
            }
            Err(error) => Err(self.refused(place.server, error).await),
        }
    }

    /// Finds a post that was started at `at` or later. With `is_thorough`, it was started by the attempt at that time, archived
    /// threads are searched too, and it is an error if the history cannot be read.
    pub(super) async fn find_post(
        &self,
        place: Place<'_>,
        at: Timestamp,
        is_thorough: bool,
    ) -> Result<Option<MessageId>, AnnounceError> {
        let me = self.rest.my_id().await?;
        let (first, forum) = (first_id_since(at).get(), channel(place.channel));
        // A first attempt is not about one time.
        let last = if is_thorough { last_id_of(at) } else { u64::MAX };
        let may_be_it = |thread: &ThreadInfo| {
            (first..=last).contains(&thread.id.get())
                && thread.parent_id.is_none_or(|parent| parent == forum)
                && thread.owner_id.is_none_or(|owner| owner == me)
        };
        let active = self.rest.active_threads(DiscordGuildId::new(place.server.0.max(1))).await;
        let mut threads = match active {
            Ok(active) => active.threads,
            Err(error) => return Err(AnnounceError { maybe_sent: false, ..AnnounceError::from(error) }),
        };
        threads.retain(may_be_it);
        let searches = || self.searches.lock().unwrap_or_else(PoisonError::into_inner);
        let searched = (place.nonce.to_owned(), is_thorough.then_some(at));
        let mut search = searches().0.get(&searched).cloned().unwrap_or_default();
        let mut goes_on = None;
        if is_thorough {
            self.check_history_permission(place).await?;
            let mut before = search.before.clone();
            for number in 1.. {
                let page = self.rest.archived_threads(forum, before).await?;
                let last = page.threads.last().and_then(|thread| thread.thread_metadata.clone());
                threads.extend(page.threads.into_iter().filter(may_be_it));
                let Some(last) = last.map(|thread| thread.archive_timestamp).filter(|_| page.has_more) else { break };
                // What was archived before the attempt was started before it.
                if last.parse().is_ok_and(|archived_at: Timestamp| first_id_since(archived_at).get() < first) {
                    break;
                }
                if number == MAX_PAGES {
                    goes_on = Some(last);
                    break;
                }
                before = Some(last);
            }
        }
        // The one that was started right after the intent is the likeliest.
        let intent = first_id_at(at).get();
        threads.retain(|thread| !search.others.contains(&thread.id));
        threads.sort_by_key(|thread| thread.id.get().abs_diff(intent));
        let has_more = threads.len() > MAX_THREADS;
        for thread in threads.into_iter().take(MAX_THREADS) {
            let first_message = (thread.id, serenity::all::MessageId::new(thread.id.get()));
            match self.rest.message::<Sent>(first_message).await {
                Ok(sent) if is_ours(&sent, me, place.nonce) => {
                    tracing::debug!("The post {} was started before an interruption", place.nonce);
                    return Ok(Some(MessageId(thread.id.get())));
                }
                // Somebody deleted it.
                Ok(_) | Err(RestError::Refused { status: 404, .. }) => _ = search.others.insert(thread.id),
                Err(RestError::Refused { status: 403, .. }) if is_thorough => return Err(history_hidden()),
                Err(RestError::Refused { status: 403, .. }) => _ = search.others.insert(thread.id),
                Err(error) => return Err(AnnounceError { maybe_sent: false, ..AnnounceError::from(error) }),
            }
        }
        // What was not looked at is not absent.
        if has_more || goes_on.is_some() {
            search.before = if has_more { search.before } else { goes_on };
            searches().note(searched, search);
            let goes_on = AnnounceError::passing(
                "cannot check yet whether it was posted: the search of the forum's posts goes on",
                is_thorough,
            );
            return Err(AnnounceError { retry_after: Some(SEARCH_ON_AFTER), ..goes_on });
        }
        searches().0.remove(&searched);
        Ok(None)
    }
}

/// The greatest id of a post that an attempt at this time started.
fn last_id_of(at: Timestamp) -> u64 {
    let last = at.checked_add(SETTLES_IN + MAX_CLOCK_SKEW).unwrap_or(Timestamp::MAX);
    first_id_at(last).get()
}

fn posted(id: MessageId, is_as_given: bool) -> Posted {
    Posted { thread: Some(ChannelId(id.0)), ..Posted::new(id, is_as_given) }
}
