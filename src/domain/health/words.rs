//! What is wrong, in words for the log. Discord shows those of the feeds and of the replica, too.

use jiff::Timestamp;

use super::{EnginePhase, EngineStatus, Feeds, Health, Part, PostStatus, Problem, ReplicaState, ReplicaStatus};
use crate::domain::redeeming::explanation::{remedy, trouble_in_words};

/// A replica that has lacked something for more seconds than this lags.
const LAGS_AFTER: u64 = 60;
/// From this percentage of its maximum size on, the replica counts as full.
const FULL: u64 = 80;
const FEEDS_REMEDY: &str = "the bot keeps asking; correct GIFTCODE_API_URL if the feed has moved, or add another feed";
const POSTS_REMEDY: &str = "the bot keeps trying; look for the reason in its log";
const FILE_REMEDY: &str = "repair the disk or the permissions of STATE_FILE; the bot then uses the file by itself";
const SAVE_REMEDY: &str =
    "make room on the disk of STATE_FILE, or repair it; the bot does nothing that it cannot record";
const REPLICA_REMEDY: &str =
    "nothing is lost; look after MongoDB if it lasts, and check MONGODB_URI and its access list";
const HELD_REMEDY: &str = "the bot keeps trying; look for a newer giftcode-bot that knows the answer if it lasts";
const BACKUP_REMEDY: &str = "nothing else is affected; give BACKUP_DIR a directory that can be written and has room";
const FULL_REMEDY: &str = "get a larger plan, and raise MONGODB_MAX_SIZE";

impl Health {
    /// What is wrong, part by part.
    pub fn problems(&self, now: Timestamp) -> Vec<Problem> {
        let problem = |part, since, remedy: &'static str| {
            move |text: String| Problem { part, text, since, remedy: remedy.to_owned() }
        };
        let feeds = self.feeds.trouble().map(problem(Part::Feeds, self.feeds.failing_since(), FEEDS_REMEDY));
        let posts = match &self.posts {
            Ok(posts) => posts.trouble(),
            Err(error) => Some(format!("cannot see how the posts go: {error}")),
        };
        let posts = posts.map(problem(Part::Posts, None, POSTS_REMEDY));
        let since = self.replica.as_ref().ok().and_then(|replica| match &replica.unsaved {
            Some(unsaved) => Some(unsaved.since),
            None => now.checked_sub(replica.oldest_unsent?).ok(),
        });
        let (stores, remedy) = match &self.replica {
            Ok(replica) => (replica.trouble(), replica.remedy()),
            Err(error) => (Some(format!("cannot see how MongoDB is doing: {error}")), FILE_REMEDY),
        };
        let stores = stores.map(problem(Part::Stores, since, remedy));
        let discord = self.discord.as_ref().and_then(|discord| discord.problem(now));
        let backup = self.failing_backup.as_ref().map(|failing| Problem {
            part: Part::Stores,
            text: format!("the daily backup fails: {}", failing.error),
            since: Some(failing.since),
            remedy: BACKUP_REMEDY.to_owned(),
        });
        [discord, feeds, posts, stores, backup, self.engine.problem()].into_iter().flatten().collect()
    }

    /// What is wrong, in the words of the health line.
    pub fn troubles(&self, now: Timestamp) -> Vec<String> {
        self.problems(now).into_iter().map(|problem| problem.text).collect()
    }
}

impl Feeds {
    /// When the first of those that fail began to.
    fn failing_since(&self) -> Option<Timestamp> {
        self.0.iter().filter_map(|feed| Some(feed.failing.as_ref()?.since)).min()
    }

    pub fn trouble(&self) -> Option<String> {
        let failing = self.0.iter().filter_map(|feed| Some(format!("{} {}", feed.name, feed.failing.as_ref()?.error)));
        let mut failing: Vec<String> = failing.collect();
        if !failing.is_empty() && self.0.len() > 1 {
            failing.insert(0, format!("{} of {} feeds fail", failing.len(), self.0.len()));
        }
        (!failing.is_empty()).then(|| failing.join("; "))
    }
}

impl PostStatus {
    fn trouble(&self) -> Option<String> {
        (self.failing_guilds > 0).then(|| format!("posts to {} guilds fail", self.failing_guilds))
    }
}

impl ReplicaStatus {
    fn remedy(&self) -> &'static str {
        match &self.state {
            _ if self.unsaved.is_some() => SAVE_REMEDY,
            _ if self.is_temporary => FILE_REMEDY,
            ReplicaState::Answers if self.is_full() => FULL_REMEDY,
            _ => REPLICA_REMEDY,
        }
    }

    fn is_full(&self) -> bool {
        self.size.is_some_and(|(holds, may_hold)| holds / FULL >= may_hold / 100)
    }

    pub fn trouble(&self) -> Option<String> {
        let unsaved = self.unsaved.as_ref().map(|unsaved| format!("changes cannot be saved: {}", unsaved.reason));
        if !self.is_used {
            return unsaved;
        }
        let oldest = self.oldest_unsent.map(|age| format!(", the oldest for {} s", age.as_secs())).unwrap_or_default();
        let lacks = format!("lacks {} changes{oldest}", self.unsent);
        let is_lagging = self.oldest_unsent.is_some_and(|age| age.as_secs() > LAGS_AFTER);
        let replica = match &self.state {
            ReplicaState::Refuses(why) => Some(format!("{why}; it {lacks}")),
            ReplicaState::Silent => Some(format!("MongoDB does not answer and {lacks}")),
            ReplicaState::Answers => is_lagging.then(|| format!("MongoDB is catching up: it {lacks}")),
        };
        let full = self.size.filter(|_| self.is_full()).map(|(holds, may_hold)| {
            format!("MongoDB holds {} of {} MB (MONGODB_MAX_SIZE)", holds >> 20, may_hold >> 20)
        });
        let file = self.is_temporary.then(|| "the state file cannot be used".to_owned());
        let troubles: Vec<String> = [unsaved, file, replica, full].into_iter().flatten().collect();
        (!troubles.is_empty()).then(|| troubles.join(", and "))
    }
}

impl EngineStatus {
    fn problem(&self) -> Option<Problem> {
        let text = self.trouble()?;
        let (since, remedy) = match &self.phase {
            EnginePhase::Working | EnginePhase::Limited { .. } => return None,
            EnginePhase::Open { trouble, since } => (*since, remedy(trouble)),
            EnginePhase::Held { since, .. } => (*since, HELD_REMEDY),
        };
        Some(Problem { part: Part::Engine, text, since: Some(since), remedy: remedy.to_owned() })
    }

    /// What is wrong, since when, and who must act. A limit that is reached is nothing wrong.
    pub fn trouble(&self) -> Option<String> {
        match &self.phase {
            EnginePhase::Working | EnginePhase::Limited { .. } => None,
            EnginePhase::Open { trouble, since } => {
                let since = since.strftime("%Y-%m-%d %H:%M");
                Some(format!(
                    "{}, since {since} UTC; {}",
                    trouble_in_words(trouble.cause, &trouble.evidence),
                    remedy(trouble)
                ))
            }
            EnginePhase::Held { code, since, evidence } => {
                let since = since.strftime("%Y-%m-%d %H:%M");
                Some(format!("{code} is held, since {since} UTC: the game tells everybody {evidence} for it"))
            }
        }
    }
}
