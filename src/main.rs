//! The `giftcode-bot` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    giftcode_bot::cli::main()
}
