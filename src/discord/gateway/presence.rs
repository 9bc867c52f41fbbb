//! The bot's presence: how many codes are active.

use std::sync::Arc;
use std::time::Duration;

use serenity::all::{ActivityData, OnlineStatus, ShardManager};
use serenity::gateway::ConnectionStage;

use crate::discord::bot::Bot;
use crate::discord::messages::texts::text;
use crate::domain::text::language::Language;

const POLL_INTERVAL: Duration = Duration::from_secs(15);
/// The same until the presence is shown for the first time.
const FIRST_POLL_INTERVAL: Duration = Duration::from_secs(1);

pub(super) fn activity(active_codes: u32) -> ActivityData {
    // One activity is shown in all servers.
    ActivityData::watching(match active_codes {
        0 => text!(Language::En, "presence-no-codes"),
        codes => text!(Language::En, "presence-codes", codes = codes),
    })
}

/// Updates the presence whenever the number of active codes changes.
pub(super) async fn keep_up_to_date(bot: Bot, shards: Arc<ShardManager>) {
    let mut shown = None;
    loop {
        match bot.codes.count_active_codes().await {
            Ok(count) => {
                let runners = shards.runners.lock().await;
                // Connected shards only: Discord closes a connection that sends anything before it has identified itself.
                let connected: Vec<_> =
                    runners.values().filter(|runner| runner.stage == ConnectionStage::Connected).collect();
                // The number of shards is compared too, so that a new shard gets the presence.
                let now = Some((count, connected.len()));
                if shown != now && !connected.is_empty() {
                    let activity = activity(count);
                    for runner in connected {
                        runner.runner_tx.set_presence(Some(activity.clone()), OnlineStatus::Online);
                    }
                    shown = now;
                }
            }
            Err(error) => tracing::debug!("The presence was not updated: {error}"),
        }
        tokio::time::sleep(if shown.is_some() { POLL_INTERVAL } else { FIRST_POLL_INTERVAL }).await;
    }
}
