//! The findings as data: each has a name that does not change, the need it belongs to, how bad it is, and what to do.

use std::time::Duration;

use strum::{AsRefStr, IntoStaticStr, VariantArray};

/// Something that must work. The order is the order of the lines, and the names are part of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsRefStr, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Need {
    Configuration,
    StateFile,
    DiskSpace,
    DiscordToken,
    DiscordSessions,
    DiscordCommands,
    Servers,
    Feeds,
    Game,
    #[strum(serialize = "mongodb")]
    MongoDb,
    #[strum(serialize = "mongodb_write")]
    MongoDbWrite,
    #[strum(serialize = "mongodb_size")]
    MongoDbSize,
    #[strum(serialize = "mongodb_lease")]
    MongoDbLease,
    RunningBot,
    Clock,
}

impl Need {
    /// In the output for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::StateFile => "state file",
            Self::DiskSpace => "disk space",
            Self::DiscordToken => "Discord token",
            Self::DiscordSessions => "Discord sessions",
            Self::DiscordCommands => "commands",
            Self::Servers => "servers",
            Self::Feeds => "code feed",
            Self::Game => "game",
            Self::MongoDb => "MongoDB",
            Self::MongoDbWrite => "MongoDB write",
            Self::MongoDbSize => "MongoDB size",
            Self::MongoDbLease => "MongoDB lease",
            Self::RunningBot => "running bot",
            Self::Clock => "clock",
        }
    }
}

/// From the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsRefStr, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// It works, and somebody should act all the same.
    Warning,
    /// It does not work.
    Failed,
}

macro_rules! findings {
    ($($need:ident { $($id:ident $verdict:ident $action:literal;)+ })+) => {
        /// What can be found. The names are part of the contract.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsRefStr, IntoStaticStr, VariantArray)]
        #[strum(serialize_all = "snake_case")]
        pub enum FindingId {
            $($($id,)+)+
        }

        impl FindingId {
            pub fn need(self) -> Need {
                match self {
                    $($(Self::$id => Need::$need,)+)+
                }
            }

            pub fn verdict(self) -> Verdict {
                match self {
                    $($(Self::$id => Verdict::$verdict,)+)+
                }
            }

            /// What to do, as a sentence without its full stop; empty where there is nothing to do, or where it depends on what
            /// is wrong.
            pub fn action(self) -> &'static str {
                match self {
                    $($(Self::$id => $action,)+)+
                }
            }
        }
    };
}

findings! {
    Configuration {
        ConfigRead Ok "";
        ConfigBad Failed "";
        DotenvUnreadable Failed "correct the .env file; nothing else is checked until it can be read";
    }
    StateFile {
        StateWorks Ok "";
        StateOlder Ok "";
        StateAbsent Warning "start the bot, if it never ran here; otherwise set STATE_FILE to where the state is, or attach the disk that holds it: a bot without its state knows no server and no player";
        StateEmpty Warning "restore a copy before you start the bot, unless MongoDB holds the state: then the bot restores it by itself";
        StateNewer Failed "update this giftcode-bot to the version that wrote the file, or a later one";
        StateForeign Failed "set STATE_FILE to the bot's own file";
        StateDamaged Failed "stop the bot, and restore a copy. With MONGODB_URI set, move the file away and start the bot: it restores the state from MongoDB";
        StateUnreadable Failed "allow the user that runs the bot to read and write the file and its folder, or set STATE_FILE to a place that can be written";
        StateReadOnly Failed "allow the user that runs the bot to write there, or set STATE_FILE to a place that can be written";
    }
    DiskSpace {
        DiskRoomy Ok "";
        DiskLow Warning "make room, or move STATE_FILE to a larger disk";
        DiskFull Failed "make room now: the bot cannot save its state on a full disk";
    }
    DiscordToken {
        TokenWorks Ok "";
        TokenMissing Failed "set DISCORD_TOKEN to the bot's token, from https://discord.com/developers/applications under “Bot”";
        TokenRefused Failed "set DISCORD_TOKEN to the bot's present token, from https://discord.com/developers/applications under “Bot”";
        DiscordBlocked Failed "wait, because such a block ends by itself; if it comes back, run the bot from another address or plan of your host. With DISCORD_PROXY_URL set, check that proxy first";
        DiscordLimited Warning "wait, and check again; if it lasts, something else uses this token: stop it, or reset the token";
        DiscordDown Failed "look at https://discordstatus.com; with DISCORD_PROXY_URL set, check that proxy first";
        DiscordUnreachable Failed "check this computer's network and DNS; with DISCORD_PROXY_URL set, check that address";
        MessageContentOn Ok "";
        MessageContentOff Warning "turn it on at https://discord.com/developers/applications under “Bot” and restart the bot, or remove DISCORD_MESSAGE_CONTENT; the bot works without ID channels until then";
        MessageContentUnknown Warning "check again";
    }
    DiscordSessions {
        SessionsLeft Ok "";
        SessionsFew Warning "find out why the bot starts so often, or who else uses the token: Discord resets a token that uses up its sessions";
        SessionsUsedUp Failed "wait for the reset: the bot does not connect before it. Find out why the bot starts so often, or who else uses the token";
        SessionsUnknown Warning "check again; the bot needs this answer to connect";
    }
    DiscordCommands {
        CommandsRegistered Ok "";
        CommandsMissing Warning "start the bot: it registers its commands when it connects";
        CommandsOutdated Warning "restart the bot: it registers its commands when it connects";
        CommandsUnknown Warning "check again";
    }
    Servers {
        ServersWell Ok "";
        ServersNone Warning "use /manage giftcode setchannel in a server of the bot";
        ServerBlocked Warning "give the bot these permissions in the channel, or use /manage giftcode setchannel in another one";
        ServerLacksUseful Warning "give the bot these permissions too: it posts without them, but attaches no lists and cannot find its own posts after a crash";
        ServerChannelGone Warning "use /manage giftcode setchannel in that server";
        ServerLeft Warning "invite the bot again, or ignore this: 30 days after a removal the bot erases the server's data";
        ServerTimedOut Warning "let a moderator of that server end the timeout";
        ServerPaused Warning "use /manage giftcode setchannel in that server, or restart the bot: it then tries again";
        ServerFailing Warning "correct what Discord names there; the bot keeps trying";
        ServersMore Warning "correct the servers above, and check again to see the others";
        ServersNoneWell Failed "correct the servers above: nothing can be posted in any server";
        ServersUnknown Warning "check again";
    }
    Feeds {
        FeedWorks Ok "";
        FeedEmpty Warning "see whether the feed has moved, and correct GIFTCODE_API_URL if so; a new feed may have no codes yet";
        FeedSlow Warning "check again; if it lasts, use another feed, because the bot waits 10 s for an answer and no longer";
        FeedFailsBesideOthers Warning "wait, or correct GIFTCODE_API_URL and the feed's key; the bot goes on with the other feeds";
        FeedFails Failed "wait, or correct GIFTCODE_API_URL and the feed's key: no feed works, so no new code is found";
    }
    Game {
        GameOpen Ok "";
        GameSpared Ok "";
        GameSignature Failed "set GAME_SIGN_SALT to the game's new salt";
        GameForbidden Failed "set GAME_PAGE_URL to the page that uses this API; if it is set correctly, the game blocks this computer's address";
        GameParams Failed "look for a newer giftcode-bot: the game's API has changed";
        GameCaptcha Failed "wait, or redeem codes at the game's own page; the bot solves no captcha";
        GameBusy Warning "check again in a minute";
        GameDown Failed "wait: the bot keeps trying, and continues by itself. Check GAME_API_URL if you set it";
        GameWrongAddress Failed "correct GAME_API_URL; if you did not set it, look for a newer giftcode-bot";
        GameUnreachable Failed "check this computer's network and DNS, and GAME_API_URL if you set it";
        GameUnknown Warning "look for a newer giftcode-bot that knows this answer";
    }
    MongoDb {
        MongodbWorks Ok "";
        MongodbUnused Ok "";
        MongodbSlow Warning "use a database nearer to the bot, or a larger plan: every change waits for it";
        MongodbBadUri Failed "correct MONGODB_URI";
        MongodbUnreachable Failed "start MongoDB, or correct MONGODB_URI and the database's access list. Until then the bot works with the state file alone, unless MONGODB_REQUIRED is true";
        MongodbRefuses Failed "correct that in MONGODB_URI or in the database's settings";
        MongodbNewer Failed "update this giftcode-bot";
        MongodbOther Warning "make sure that MONGODB_URI and MONGODB_DATABASE name this bot's database: the bot merges what it finds there into its state";
    }
    MongoDbWrite {
        MongodbWriteWorks Ok "";
        MongodbWriteFails Failed "give the user the role readWrite on this database, and make room if its space is used up";
    }
    MongoDbSize {
        MongodbSizeFine Ok "";
        MongodbNearlyFull Warning "get a larger plan, and raise MONGODB_MAX_SIZE";
        MongodbFull Failed "get a larger plan, and raise MONGODB_MAX_SIZE: a full database refuses writes";
        MongodbSizeUnknown Warning "give the user the role readWrite on this database";
    }
    MongoDbLease {
        LeaseHeld Ok "";
        LeaseFree Ok "";
        LeaseUnsent Warning "start the instance that held the lease again: its state file has what MongoDB lacks";
        LeaseUnreadable Warning "do not edit the lease by hand; the next instance that starts replaces it";
    }
    RunningBot {
        BotWell Ok "";
        BotAbsent Ok "";
        BotDegraded Warning "";
        BotNotReady Failed "wait a minute, and check again; look at the bot's log if it lasts";
        BotSilent Failed "look at the bot's log, and restart it";
        BotDown Failed "start the bot";
    }
    Clock {
        ClockRight Ok "";
        ClockOff Warning "turn on this computer's time synchronisation (NTP)";
        ClockWrong Failed "set this computer's clock, and turn on its time synchronisation (NTP): the game may refuse calls with a wrong time, and expiries and the lease are worked out from it";
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub id: FindingId,
    /// Which of several, such as a feed's name; `None` where there is only one.
    pub subject: Option<String>,
    /// What was found, as a sentence without its full stop. It may hold cleaned text from outside.
    pub text: String,
    /// What to do, as a sentence without its full stop; `None` where there is nothing to do.
    pub action: Option<String>,
    /// How long the check took.
    pub took: Duration,
}

impl Finding {
    pub fn new(id: FindingId, text: impl Into<String>) -> Self {
        let action = Some(id.action()).filter(|action| !action.is_empty()).map(str::to_owned);
        Self { id, subject: None, text: text.into(), action, took: Duration::ZERO }
    }

    pub fn of(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// Instead of the usual action.
    pub fn with_action(self, action: impl Into<String>) -> Self {
        Self { action: Some(action.into()), ..self }
    }

    pub fn took(self, took: Duration) -> Self {
        Self { took, ..self }
    }

    pub fn need(&self) -> Need {
        self.id.need()
    }

    pub fn verdict(&self) -> Verdict {
        self.id.verdict()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_well_comes_with_what_to_do() {
        // What to do about these depends on what is wrong.
        let depends = [FindingId::ConfigBad, FindingId::BotDegraded];
        for id in FindingId::VARIANTS {
            let has_action = !id.action().is_empty() || depends.contains(id);
            assert_eq!(has_action, id.verdict() != Verdict::Ok, "{id:?}");
            assert!(!id.action().ends_with('.') && !id.action().contains('\n'), "{id:?}");
        }
    }

    #[test]
    fn every_need_can_be_well_and_can_be_not_well() {
        for need in Need::VARIANTS {
            let of_need = FindingId::VARIANTS.iter().filter(|id| id.need() == *need);
            let verdicts: Vec<Verdict> = of_need.map(|id| id.verdict()).collect();
            assert!(
                verdicts.contains(&Verdict::Ok) && verdicts.iter().any(|verdict| *verdict != Verdict::Ok),
                "{need:?}"
            );
        }
    }
}
