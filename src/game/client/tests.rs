//! The client against real HTTP.
