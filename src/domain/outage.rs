//! When the game does not answer at all: stop, ask now and then, go on.
//!
//! Calls that fail for reasons of the service, for several different players in a row, are an outage; and so are a few in a
//! row that find no connection, whoever they are for. While it lasts nothing
//! is redeemed, so nobody's tries are used up on it; one call at growing intervals asks whether it is over. Any answer of
//! the game ends it.

use std::time::Duration;

use super::player::PlayerId;
use super::status::Status;

/// So many different players in a row. With one answer in ten failing by chance, four in a row are 1 in 10,000.
const PLAYERS: usize = 4;
/// So many calls in a row without a connection, whoever they were for: no player makes a game unreachable. So a small
/// roster's tries are not used up either.
const UNREACHED: usize = 3;
/// Before the first question whether it is over,
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// doubled for each that is not answered, up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Whether the game answers, as far as the calls tell. Times are since some fixed start.
#[derive(Debug, Default)]
pub struct Outage {
    failing: Vec<PlayerId>,
    /// Calls in a row that found no connection.
    unreached: usize,
    first_failure: Duration,
    down: Option<Down>,
}

#[derive(Debug)]
struct Down {
    asked: u32,
    is_asking: bool,
    ask_at: Duration,
}

/// What an answer changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// An outage was noticed, which began at that time.
    Began(Duration),
    /// It is over.
    Ended,
}

/// Whether a call failed for reasons of the service: no connection, no answer in time, HTTP 5xx, a page, half an answer.
#[must_use]
pub fn is_of_the_service(status: &Status) -> bool {
    matches!(
        status,
        Status::ConnectionError | Status::TimedOut | Status::ServerError | Status::HtmlAnswer | Status::MalformedAnswer
    )
}

impl Outage {
    /// Takes note of what a call for `player` that ended at `now` came to.
    pub fn observe(&mut self, player: PlayerId, status: &Status, now: Duration) -> Option<Change> {
        if !is_of_the_service(status) {
            self.failing.clear();
            self.unreached = 0;
            return self.down.take().map(|_| Change::Ended);
        }
        if self.down.is_some() {
            return None;
        }
        if self.failing.is_empty() {
            self.first_failure = now;
        }
        if !self.failing.contains(&player) {
            self.failing.push(player);
        }
        self.unreached = if *status == Status::ConnectionError { self.unreached + 1 } else { 0 };
        if self.failing.len() < PLAYERS && self.unreached < UNREACHED {
            return None;
        }
        self.down = Some(Down { asked: 0, is_asking: false, ask_at: now + FIRST_WAIT });
        Some(Change::Began(self.first_failure))
    }

    /// Whether there is an outage.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.down.is_some()
    }

    /// When to ask whether it is over; `None` without an outage and while the game is being asked.
    #[must_use]
    pub fn ask_at(&self) -> Option<Duration> {
        self.down.as_ref().filter(|down| !down.is_asking).map(|down| down.ask_at)
    }

    /// Begins to ask; whom to ask for: the players whose calls failed take turns, lest one of them is the trouble.
    pub fn begin_to_ask(&mut self) -> Option<PlayerId> {
        let down = self.down.as_mut()?;
        down.is_asking = true;
        self.failing.get(down.asked as usize % self.failing.len().max(1)).copied()
    }

    /// The game was asked, and did not answer if this outage is still on; `now` is when that was known.
    pub fn asked(&mut self, now: Duration) {
        if let Some(down) = &mut self.down {
            down.is_asking = false;
            down.asked = down.asked.saturating_add(1);
            down.ask_at = now + FIRST_WAIT.saturating_mul(1 << down.asked.min(16)).min(LONGEST_WAIT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    fn player(id: u64) -> PlayerId {
        PlayerId::new(id).unwrap()
    }

    #[test]
    fn one_player_who_fails_is_no_outage_and_neither_are_some_now_and_then() {
        let mut outage = Outage::default();
        for second in 0..100 {
            assert_eq!(outage.observe(player(1), &Status::TimedOut, S(second)), None);
        }
        for second in 0..100 {
            assert_eq!(outage.observe(player(second + 1), &Status::ServerError, S(second)), None);
            if second % 3 == 2 {
                assert_eq!(outage.observe(player(1), &Status::TimeoutRetry, S(second)), None);
            }
        }
    }

    #[test]
    fn a_game_without_a_connection_is_one_also_for_one_player() {
        let mut outage = Outage::default();
        for status in [Status::ConnectionError, Status::ConnectionError, Status::TimedOut] {
            assert_eq!(outage.observe(player(1), &status, S(1)), None);
        }
        for second in 2..4 {
            assert_eq!(outage.observe(player(1), &Status::ConnectionError, S(second)), None);
        }
        assert_eq!(outage.observe(player(1), &Status::ConnectionError, S(4)), Some(Change::Began(S(1))));
        assert_eq!(outage.begin_to_ask(), Some(player(1)));
    }

    #[test]
    fn several_players_in_a_row_are_one_and_any_answer_ends_it() {
        let mut outage = Outage::default();
        for id in 1..4 {
            assert_eq!(outage.observe(player(id), &Status::ServerError, S(id)), None);
        }
        assert_eq!(outage.observe(player(4), &Status::HtmlAnswer, S(9)), Some(Change::Began(S(1))));
        assert_eq!(outage.observe(player(5), &Status::TimedOut, S(10)), None, "in flight meanwhile");
        let (mut now, mut waits, mut whom) = (S(9), Vec::new(), Vec::new());
        for _ in 0..9 {
            let at = outage.ask_at().unwrap();
            waits.push((at - now).as_secs());
            whom.push(outage.begin_to_ask().unwrap().get());
            assert_eq!(outage.ask_at(), None);
            now = at;
            outage.asked(now);
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(whom[..5], [1, 2, 3, 4, 1]);
        assert_eq!(outage.observe(player(1), &Status::CdkNotFound, now), Some(Change::Ended));
        assert_eq!((outage.is_on(), outage.ask_at()), (false, None));
        assert_eq!(outage.observe(player(1), &Status::TimedOut, now), None);
    }
}
