//! How many requests of one kind a person may have in progress at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::players::player::UserId;

/// Counts the requests in progress per person. Clones share the count.
#[derive(Debug, Clone)]
pub struct UserLimit {
    in_progress: Arc<Mutex<HashMap<UserId, usize>>>,
    max: usize,
}

/// One person's request in progress; it ends when this is dropped.
pub struct UserPermit {
    limit: UserLimit,
    user: UserId,
}

impl UserLimit {
    pub fn new(max: usize) -> Self {
        Self { in_progress: Arc::default(), max }
    }

    /// `None` while the person has as many requests in progress as allowed.
    pub fn acquire(&self, user: UserId) -> Option<UserPermit> {
        let mut in_progress = self.lock();
        let own = in_progress.get(&user).copied().unwrap_or(0);
        (own < self.max).then(|| {
            in_progress.insert(user, own + 1);
            UserPermit { limit: self.clone(), user }
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.in_progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UserPermit {
    fn drop(&mut self) {
        let mut in_progress = self.limit.lock();
        match in_progress.get_mut(&self.user) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(in_progress.remove(&self.user)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_person_has_a_limit_and_no_entry_stays_behind() {
        let limit = UserLimit::new(2);
        let (one, another) = (UserId(1), UserId(2));
        let first = limit.acquire(one).unwrap();
        let second = limit.acquire(one);
        assert!(second.is_some() && limit.acquire(one).is_none());
        let others = limit.acquire(another);
        assert!(others.is_some());
        drop(first);
        assert!(limit.acquire(one).is_some(), "that one ended at once");
        drop((second, others));
        assert!(limit.lock().is_empty());
    }
}
