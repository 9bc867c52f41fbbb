//! The `giftcode-bot` binary.

fn main() {}
