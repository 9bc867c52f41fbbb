//! What is wrong, in words for the log. Discord shows those of the feeds and of the replica, too.

use super::{EnginePhase, EngineStatus, Feeds, Health, PostStatus, ReplicaState, ReplicaStatus};
use crate::domain::redeeming::explanation::{remedy, trouble_in_words};

/// A replica that has lacked something for more seconds than this lags.
const LAGS_AFTER: u64 = 60;
/// From this percentage of its maximum size on, the replica counts as full.
const FULL: u64 = 80;

impl Health {
    /// What is wrong, part by part.
    pub fn troubles(&self) -> Vec<String> {
        let posts = match &self.posts {
            Ok(posts) => posts.trouble(),
            Err(error) => Some(format!("cannot see how the posts go: {error}")),
        };
        let replica = match &self.replica {
            Ok(replica) => replica.trouble(),
            Err(error) => Some(format!("cannot see how MongoDB is doing: {error}")),
        };
        [self.feeds.trouble(), posts, replica, self.engine.trouble()].into_iter().flatten().collect()
    }
}

impl Feeds {
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
    pub fn trouble(&self) -> Option<String> {
        if !self.is_used {
            return None;
        }
        let oldest = self.oldest_unsent.map(|age| format!(", the oldest for {} s", age.as_secs())).unwrap_or_default();
        let lacks = format!("lacks {} changes{oldest}", self.unsent);
        let is_lagging = self.oldest_unsent.is_some_and(|age| age.as_secs() > LAGS_AFTER);
        let replica = match &self.state {
            ReplicaState::Refuses(why) => Some(format!("{why}; it {lacks}")),
            ReplicaState::Silent => Some(format!("MongoDB does not answer and {lacks}")),
            ReplicaState::Answers => is_lagging.then(|| format!("MongoDB is catching up: it {lacks}")),
        };
        let full = self.size.filter(|(holds, may_hold)| holds / FULL >= may_hold / 100).map(|(holds, may_hold)| {
            format!("MongoDB holds {} of {} MB (MONGODB_MAX_SIZE)", holds >> 20, may_hold >> 20)
        });
        let file = self.is_temporary.then(|| "the state file cannot be used".to_owned());
        let troubles: Vec<String> = [file, replica, full].into_iter().flatten().collect();
        (!troubles.is_empty()).then(|| troubles.join(", and "))
    }
}

impl EngineStatus {
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
