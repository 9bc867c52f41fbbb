//! What a feed lists that nobody here can read, each said once.

use std::collections::HashSet;

/// The most that are remembered, and said: a feed that changes its nonsense at every poll fills neither memory nor log.
const MAX_SAID: usize = 100;

/// What was said of one feed.
#[derive(Debug, Default)]
pub(super) struct Unread(HashSet<String>);

impl Unread {
    /// Those that were not said yet and are to be said now.
    pub fn new_ones<'a>(&mut self, found: &'a [String]) -> Vec<&'a str> {
        let mut new = Vec::new();
        for what in found {
            if self.0.len() < MAX_SAID && self.0.insert(what.clone()) {
                new.push(what.as_str());
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_said_once_and_there_is_an_end() {
        let mut unread = Unread::default();
        let two = ["a".to_owned(), "b".to_owned()];
        assert_eq!((unread.new_ones(&two), unread.new_ones(&two)), (vec!["a", "b"], vec![]));
        let many: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
        assert_eq!(unread.new_ones(&many).len(), MAX_SAID - 2);
        assert!(unread.new_ones(&["c".to_owned()]).is_empty());
    }
}
