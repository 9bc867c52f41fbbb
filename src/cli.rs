//! The command line.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use secrecy::{ExposeSecret, SecretString};

use crate::commands::check::CheckOptions;
use crate::commands::redeem::RedeemOptions;
use crate::commands::sandbox::SandboxOptions;
use crate::commands::{self, Ended};
use crate::domain::players::player::State;
use crate::runtime::redaction;

/// Finds new Whiteout Survival gift codes, posts each once, and redeems it for every player.
#[derive(Debug, Parser)]
#[command(name = "giftcode-bot", version)]
struct Arguments {
    /// `run` if no command is given.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the bot; needs DISCORD_TOKEN. This is the default.
    Run,
    /// Shows the whole bot at work on a simulated game and code feed; needs no account and no network.
    Sandbox {
        /// Players of the simulated game.
        #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=2000))]
        players: u32,
        /// Codes that the simulated feed lists.
        #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
        codes: u32,
        /// The seed for chance: the same seed makes the same players.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Keep running after everything is redeemed.
        #[arg(long)]
        keep_running: bool,
        /// A game without the player endpoint, as Whiteout Survival is today.
        #[arg(long)]
        no_login: bool,
        /// Also keep the state in this MongoDB, in a database of its own that is dropped at the end.
        #[arg(long, value_name = "URI")]
        mongodb: Option<SecretString>,
        /// Another instance in the same world and MongoDB, which waits and takes over: 2, 3, …
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=9))]
        instance: u32,
    },
    /// Checks each thing that the bot needs, and says what to do about what is not well; also beside a running bot.
    Check {
        /// Print one JSON object on standard output and nothing else there.
        #[arg(long)]
        json: bool,
        /// Only the configuration, the state file and the running bot, without a network; within 3 seconds.
        #[arg(long)]
        quick: bool,
    },
    /// Exports the bot's state, or imports one.
    State {
        #[command(subcommand)]
        command: StateCommand,
    },
    /// Redeems codes for the players of a CSV file.
    Redeem {
        /// The gift codes.
        #[arg(required = true, value_name = "CODE")]
        codes: Vec<String>,
        /// The players: CSV with the columns player_id, nickname, state and optionally furnace_level, one id per line,
        /// or JSON.
        #[arg(long, value_name = "FILE.csv")]
        players: PathBuf,
        /// The state of players for whom the file gives none.
        #[arg(long, value_name = "N")]
        state: Option<State>,
        /// Print one JSON object on standard output and nothing else there.
        #[arg(long)]
        json: bool,
        /// Redeem for the players of the good lines even if the file has bad ones.
        #[arg(long)]
        skip_bad_lines: bool,
    },
}

#[derive(Debug, Subcommand)]
enum StateCommand {
    /// Writes the whole state as JSON to a new file.
    Export {
        /// The file to create.
        file: PathBuf,
    },
    /// Imports an export, or the legacy bot's giftcode_state.json or database; can be run twice.
    Import {
        /// The file to read.
        #[arg(required_unless_present = "from_mongodb", conflicts_with = "from_mongodb")]
        file: Option<PathBuf>,
        /// Read the legacy bot's database in this MongoDB instead; nothing in it is changed.
        #[arg(long, value_name = "URI")]
        from_mongodb: Option<SecretString>,
        /// The name of the legacy bot's database.
        #[arg(long, value_name = "NAME", conflicts_with = "file", default_value = "discord_bot")]
        database: String,
    },
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    // Wrong usage ends here, with exit code 2.
    let arguments = Arguments::parse();
    if let Some(
        Command::Sandbox { mongodb: Some(uri), .. }
        | Command::State { command: StateCommand::Import { from_mongodb: Some(uri), .. } },
    ) = &arguments.command
    {
        redaction::hide([uri.expose_secret()]);
    }
    match run(arguments.command.unwrap_or(Command::Run)) {
        Ok(ended) => ExitCode::from(ended.exit_code()),
        Err(error) => {
            // One line, whatever the causes contain. If standard error is closed, nobody needs the line.
            let text = redaction::redacted(&format!("{error:#}")).replace('\n', " ");
            drop(writeln!(std::io::stderr(), "giftcode-bot: {text}"));
            ExitCode::from(1)
        }
    }
}

fn run(command: Command) -> anyhow::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = match command {
        Command::Run => runtime.block_on(commands::run::run()),
        Command::Sandbox { players, codes, seed, keep_running, no_login, mongodb, instance } => {
            let options = SandboxOptions { players, codes, seed, keep_running, login: !no_login, mongodb, instance };
            runtime.block_on(commands::sandbox::run(options))
        }
        Command::State { command: StateCommand::Export { file } } => runtime.block_on(commands::state::export(&file)),
        Command::State { command: StateCommand::Import { file, from_mongodb, database } } => {
            runtime.block_on(async {
                match (file, from_mongodb) {
                    (Some(file), _) => commands::state::import(&file).await,
                    (None, Some(uri)) => commands::state::import_database(&uri, &database).await,
                    // clap's rules above exclude this.
                    (None, None) => anyhow::bail!("name the file to import, or --from-mongodb"),
                }
            })
        }
        Command::Check { json, quick } => runtime.block_on(commands::check::run(CheckOptions { json, quick })),
        Command::Redeem { codes, players, state, json, skip_bad_lines } => {
            runtime.block_on(commands::redeem::run(RedeemOptions { codes, players, state, json, skip_bad_lines }))
        }
    };
    // Nothing that still runs is worth waiting for, because everything that matters is committed.
    runtime.shutdown_background();
    ended
}
