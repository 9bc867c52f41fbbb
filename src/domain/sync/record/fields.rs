//! The fields of each kind of record, as the tables and the collections have them.

use super::{Field, FieldType, RecordKind};

const fn field(name: &'static str, field_type: FieldType) -> Field {
    Field { name, field_type }
}
const fn int(name: &'static str) -> Field {
    field(name, FieldType::Int)
}
const fn text(name: &'static str) -> Field {
    field(name, FieldType::Text)
}
const fn time(name: &'static str) -> Field {
    field(name, FieldType::Time)
}
const fn flag(name: &'static str) -> Field {
    field(name, FieldType::Bool)
}
pub(super) const VERSION: Field = int("version");
pub(super) const DELETED: Field = flag("deleted");

impl RecordKind {
    /// The key first, `version` and `deleted` last. The process that holds a redemption is not among them, because it
    /// means nothing outside that process's own file.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Erasures => const { &[text("mark"), time("erased_at"), VERSION, DELETED] },
            Self::Guilds => {
                const {
                    &[
                        int("guild_id"),
                        int("channel_id"),
                        flag("auto_redeem"),
                        flag("digest_due"),
                        int("mention_role"),
                        text("mention_roles"),
                        text("channel_kind"),
                        text("sample_nonce"),
                        int("sample_channel_id"),
                        int("sample_message_id"),
                        time("sample_at"),
                        text("paused"),
                        time("resume_at"),
                        time("removed_at"),
                        text("join_mode"),
                        int("id_channel"),
                        int("id_channel_since"),
                        time("welcomed_at"),
                        int("server_id"),
                        text("name"),
                        int("rank"),
                        time("disbanded_at"),
                        flag("mention_failed"),
                        flag("remind"),
                        text("language"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Players => {
                const {
                    &[
                        int("player_id"),
                        text("nickname"),
                        int("state"),
                        int("furnace_level"),
                        time("profile_at"),
                        text("state_check"),
                        int("checked_state"),
                        time("checked_at"),
                        text("tried_states"),
                        int("candidate_state"),
                        int("unclear_replies"),
                        int("nobody_replies"),
                        time("ask_at"),
                        int("search_day"),
                        int("day_calls"),
                        flag("name_from_game"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Codes => {
                const {
                    &[
                        text("code_key"),
                        text("code"),
                        int("generation"),
                        text("rewards"),
                        time("expires_at"),
                        text("source"),
                        time("first_seen_at"),
                        flag("listed"),
                        text("condemned"),
                        time("condemned_at"),
                        time("good_at"),
                        int("checks"),
                        time("check_at"),
                        time("ended_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Rosters => const { &[int("guild_id"), int("player_id"), time("added_at"), VERSION, DELETED] },
            Self::Posts => {
                const {
                    &[
                        int("guild_id"),
                        text("code_key"),
                        int("generation"),
                        text("nonce"),
                        text("kind"),
                        int("position"),
                        int("total"),
                        time("planned_at"),
                        int("attempts"),
                        time("attempted_at"),
                        time("next_attempt_at"),
                        int("message_id"),
                        time("posted_at"),
                        int("channel_id"),
                        flag("corrected"),
                        text("shown"),
                        text("publish"),
                        int("publish_tries"),
                        time("publish_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Redemptions => {
                const {
                    &[
                        int("player_id"),
                        text("code_key"),
                        int("generation"),
                        text("outcome"),
                        text("status"),
                        int("claim"),
                        int("calls"),
                        int("unknown"),
                        int("temporary"),
                        time("next_attempt_at"),
                        time("created_at"),
                        time("finished_at"),
                        int("round"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Batches => {
                const {
                    &[
                        int("guild_id"),
                        text("code_key"),
                        int("generation"),
                        time("started_at"),
                        time("finished_at"),
                        text("nonce"),
                        int("channel_id"),
                        time("attempted_at"),
                        int("message_id"),
                        flag("summarised"),
                        flag("offers_retry"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Links => {
                const { &[int("user_id"), int("player_id"), time("linked_at"), text("display_name"), VERSION, DELETED] }
            }
            Self::AccessRoles => const { &[int("server_id"), int("alliance_id"), int("role_id"), VERSION, DELETED] },
            Self::People => {
                const {
                    &[
                        int("user_id"),
                        flag("results"),
                        time("told_until"),
                        time("telling_until"),
                        time("attempted_at"),
                        flag("closed"),
                        text("language"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::GuildCodes => {
                const { &[int("guild_id"), text("code_key"), flag("wanted"), time("added_at"), VERSION, DELETED] }
            }
            Self::Listings => {
                const {
                    &[
                        text("code_key"),
                        text("source"),
                        text("code"),
                        text("standing"),
                        time("since"),
                        time("active_since"),
                        text("rewards"),
                        time("expires_at"),
                        time("first_seen_at"),
                        time("last_seen_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Tallies => {
                const {
                    &[
                        text("code_key"),
                        int("generation"),
                        int("guild_id"),
                        int("granted"),
                        int("already"),
                        int("failed"),
                        int("gave_up"),
                        time("counted_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Notices => {
                const {
                    &[
                        int("guild_id"),
                        text("code_key"),
                        int("generation"),
                        text("kind"),
                        text("nonce"),
                        int("channel_id"),
                        time("attempted_at"),
                        int("message_id"),
                        time("ended_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
        }
    }
}
