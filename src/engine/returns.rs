//! Codes that a feed lists again.
