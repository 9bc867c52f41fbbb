//! Sessions: one HTTP client for each call that may run at once, each with open connections and its own cool-down. A
//! refused session cools down while the others go on.
//!
//! A call takes the session that was used last, so that few connections are opened and these stay warm. It never waits:
//! if all sessions are busy or cooling down, an additional call (a person's state check) shares one.
//!
//! Written by hand: a client's own pool of connections has no cool-down.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::back_off::BackOff;
use crate::ports::Capacity;

/// The longest cool-down after refusals in a row.
const LONGEST_COOL_DOWN: Duration = Duration::from_secs(60);

/// Times are measured from some fixed start.
pub(super) struct Sessions {
    pool: Mutex<Vec<Session>>,
    /// The cool-down after the first refusal. It doubles with each further one in a row.
    rest: Duration,
}

struct Session {
    http: reqwest::Client,
    calls: usize,
    refusals: u32,
    cools_down_until: Duration,
    used_at: Duration,
}

/// Given back when dropped.
pub(super) struct Taken<'a> {
    sessions: &'a Sessions,
    index: usize,
    pub http: reqwest::Client,
}

impl Sessions {
    pub fn new(clients: Vec<reqwest::Client>, rest: Duration) -> Self {
        let session =
            |http| Session { http, calls: 0, refusals: 0, cools_down_until: Duration::ZERO, used_at: Duration::ZERO };
        Self { pool: Mutex::new(clients.into_iter().map(session).collect()), rest }
    }

    fn pool(&self) -> MutexGuard<'_, Vec<Session>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many calls can start without sharing a session.
    pub fn capacity(&self, now: Duration) -> Capacity {
        let pool = self.pool();
        let free = pool.iter().filter(|s| s.calls == 0 && s.cools_down_until <= now).count();
        let opens_in = pool.iter().filter(|s| s.cools_down_until > now).map(|s| s.cools_down_until - now).min();
        Capacity { free, opens_in }
    }

    /// The session for a call. A free one without cool-down comes first; among these, the one used last.
    pub fn take(&self, now: Duration) -> Option<Taken<'_>> {
        let mut pool = self.pool();
        let cools_down = |session: &Session| session.cools_down_until.saturating_sub(now);
        let best =
            pool.iter_mut().enumerate().min_by_key(|(_, s)| (cools_down(s), s.calls, std::cmp::Reverse(s.used_at)));
        let (index, session) = best?;
        session.calls += 1;
        session.used_at = now;
        Some(Taken { sessions: self, index, http: session.http.clone() })
    }
}

impl Taken<'_> {
    /// Records that the call's answer came at `now`, and whether it was refused.
    pub fn answered(&self, is_refused: bool, now: Duration) {
        let rest = self.sessions.rest;
        if let Some(session) = self.sessions.pool().get_mut(self.index) {
            if is_refused {
                let back_off = BackOff::new(rest, LONGEST_COOL_DOWN.max(rest));
                session.cools_down_until = now + back_off.doubled(session.refusals);
                session.refusals = session.refusals.saturating_add(1);
            } else {
                (session.refusals, session.cools_down_until) = (0, Duration::ZERO);
            }
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.sessions.pool().get_mut(self.index) {
            session.calls = session.calls.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn a_refused_sessions_cool_down_grows_and_the_others_go_on() {
        let sessions = Sessions::new(vec![reqwest::Client::new(); 3], S(2));
        assert_eq!(sessions.capacity(S(0)), Capacity { free: 3, opens_in: None });
        let refused = sessions.take(S(1)).unwrap();
        let other = sessions.take(S(1)).unwrap();
        assert_ne!(refused.index, other.index);
        refused.answered(true, S(1));
        let index = refused.index;
        drop((refused, other));
        assert_eq!(sessions.capacity(S(1)), Capacity { free: 2, opens_in: Some(S(2)) });
        let mut cools_down = Vec::new();
        let mut now = S(1);
        for _ in 0..7 {
            let rest = sessions.capacity(now).opens_in.unwrap();
            cools_down.push(rest.as_secs());
            now += rest;
            // The others are busy, so this one is used.
            let busy = [sessions.take(now).unwrap(), sessions.take(now).unwrap(), sessions.take(now).unwrap()];
            let again = busy.iter().find(|taken| taken.index == index).unwrap();
            again.answered(true, now);
        }
        assert_eq!(cools_down, [2, 4, 8, 16, 32, 60, 60]);
        let shared: Vec<_> = (0..4).map(|_| sessions.take(now).unwrap()).collect();
        assert!(shared.iter().all(|taken| taken.index != index), "rather shared than disturbed");
        drop(shared);
        sessions.take(now).unwrap().answered(false, now);
    }

    #[test]
    fn few_sessions_are_kept_warm() {
        let sessions = Sessions::new(vec![reqwest::Client::new(); 8], S(2));
        let used: Vec<usize> = (1..20).map(|second| sessions.take(S(second)).unwrap().index).collect();
        assert!(used.iter().all(|index| *index == used[0]), "{used:?}");
    }
}
