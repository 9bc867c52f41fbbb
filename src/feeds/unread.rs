//! The entries of a feed that cannot be read. Each is logged once.

use std::collections::HashSet;

/// The most that are remembered and logged, so that a feed which changes its nonsense at every poll fills neither
/// memory nor log.
const MAX_LOGGED: usize = 100;

#[derive(Debug, Default)]
pub(super) struct Unread(HashSet<String>);

impl Unread {
    /// Those that were not logged before. They count as logged from now on.
    pub fn new_ones<'a>(&mut self, found: &'a [String]) -> Vec<&'a str> {
        let mut new = Vec::new();
        for what in found {
            if self.0.len() < MAX_LOGGED && self.0.insert(what.clone()) {
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
    fn each_is_logged_once_up_to_the_limit() {
        let mut unread = Unread::default();
        let two = ["a".to_owned(), "b".to_owned()];
        assert_eq!((unread.new_ones(&two), unread.new_ones(&two)), (vec!["a", "b"], vec![]));
        let many: Vec<String> = (0..10_000).map(|number| number.to_string()).collect();
        assert_eq!(unread.new_ones(&many).len(), MAX_LOGGED - 2);
        assert!(unread.new_ones(&["c".to_owned()]).is_empty());
    }
}
