use proptest::prelude::*;

use super::*;
use crate::domain::health::{FailingBackup, FailingFeed, FeedStatus, Feeds, Health, PostStatus, ReplicaStatus};

const STEP: Duration = Duration::from_secs(5);
const S: fn(u64) -> Duration = Duration::from_secs;

fn time(at: Duration) -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap() + at
}

fn problem(part: Part, remedy: &str) -> Problem {
    Problem { part, text: format!("{} fails", part.as_ref()), since: None, remedy: remedy.to_owned() }
}

/// What is told at which second.
#[derive(Default)]
struct Story {
    alerting: Alerting,
    at: Duration,
    notices: Vec<(u64, Notice)>,
}

impl Story {
    fn see(&mut self, view: View, problems: &[Problem], delivery: Option<Delivery>) {
        let problems = problems.iter().map(|problem| (problem.clone(), LASTS)).collect();
        self.alerting.observe(&Observation { at: self.at, now: time(self.at), view, problems });
        if let (Some(notice), Some(delivery)) = (self.alerting.due(), delivery) {
            self.alerting.note_sent(&notice, delivery);
            self.notices.push((self.at.as_secs(), notice));
        }
        self.at += STEP;
    }

    /// These problems for so many seconds.
    fn with(&mut self, problems: &[Problem], seconds: u64) {
        for _ in 0..seconds / STEP.as_secs() {
            self.see(View::All, problems, Some(Delivery::Arrived));
        }
    }

    fn unseen(&mut self, view: View, seconds: u64) {
        for _ in 0..seconds / STEP.as_secs() {
            self.see(view, &[], Some(Delivery::Arrived));
        }
    }

    /// The seconds at which a beginning (+) or an end (-) of these parts was told.
    fn line(&self) -> Vec<String> {
        let each = self.notices.iter().map(|(at, notice)| {
            let began = notice.began.iter().map(|began| format!("+{}", began.problem.part.as_ref()));
            let ended = notice.ended.iter().map(|ended| format!("-{}", ended.problem.part.as_ref()));
            format!("{at}: {}", began.chain(ended).collect::<Vec<_>>().join(" "))
        });
        each.collect()
    }
}

#[test]
fn a_problem_is_told_after_a_minute_and_its_end_too() {
    let mut story = Story::default();
    let feeds = [problem(Part::Feeds, "wait")];
    story.with(&[], 60);
    story.with(&feeds, 600);
    story.with(&[], 600);
    assert_eq!(story.line(), ["120: +feeds", "720: -feeds"]);
    let (began, ended) = (&story.notices[0].1, &story.notices[1].1);
    assert_eq!((began.began[0].since, &began.unwell[..]), (time(S(60)), &[Part::Feeds][..]));
    assert_eq!((ended.ended[0].lasted, ended.unwell.len()), (S(600), 0));
}

#[test]
fn what_comes_and_goes_within_a_minute_is_one_problem() {
    let mut story = Story::default();
    let feeds = [problem(Part::Feeds, "wait")];
    for _ in 0..20 {
        story.with(&feeds, 30);
        story.with(&[], 30);
    }
    story.with(&[], 600);
    assert_eq!(story.line().len(), 2, "{:?}", story.line());
    // A single short one is none.
    let mut story = Story::default();
    for _ in 0..20 {
        story.with(&feeds, 55);
        story.with(&[], 65);
    }
    assert_eq!(story.line(), Vec::<String>::new());
}

#[test]
fn several_at_once_are_one_message_and_what_remains_is_named() {
    let mut story = Story::default();
    let all = [problem(Part::Feeds, "wait"), problem(Part::Posts, "wait"), problem(Part::Stores, "wait")];
    story.with(&all, 600);
    story.with(&all[..1], 600);
    assert_eq!(story.line(), ["60: +feeds +posts +stores", "660: -posts -stores"]);
    assert_eq!(story.notices[1].1.unwell, [Part::Feeds]);
}

#[test]
fn a_reason_that_changes_often_is_named_once_in_five_minutes() {
    let mut story = Story::default();
    let feeds = [problem(Part::Feeds, "wait")];
    for _ in 0..10 {
        story.with(&feeds, 120);
        story.with(&[], 120);
    }
    let times: Vec<u64> = story.notices.iter().map(|(at, _)| *at).collect();
    assert!(times.len() >= 3 && times.windows(2).all(|pair| pair[1] - pair[0] >= 300), "{times:?}");
}

#[test]
fn a_worse_problem_of_the_same_part_is_told_and_does_not_end_the_one_behind_it() {
    let mut story = Story::default();
    let (replica, file) = (problem(Part::Stores, "look after MongoDB"), problem(Part::Stores, "repair the disk"));
    story.with(std::slice::from_ref(&replica), 600);
    story.with(std::slice::from_ref(&file), 600);
    story.with(&[], 600);
    assert_eq!(story.line(), ["60: +stores", "660: +stores", "1260: -stores -stores"]);
    // One that was there before does not hide the end of another.
    let mut story = Story::default();
    let backup = problem(Part::Stores, "make room");
    story.with(&[replica, backup.clone()], 600);
    story.with(&[backup], 600);
    assert_eq!(story.line(), ["60: +stores +stores", "660: -stores"]);
}

#[test]
fn a_stop_a_standby_and_a_restart_tell_nothing() {
    let mut story = Story::default();
    let feeds = [problem(Part::Feeds, "wait")];
    story.with(&feeds, 50);
    story.unseen(View::Nothing, 300);
    assert_eq!(story.line(), Vec::<String>::new());
    story.with(&feeds, 300);
    // It does not act for a while, and acts again: nothing was seen to end.
    story.unseen(View::Only(Part::Leadership), 900);
    story.with(&feeds, 300);
    assert_eq!(story.line(), ["360: +feeds"]);
    story.unseen(View::Nothing, 900);
    assert_eq!(story.notices.len(), 1);
}

#[test]
fn a_message_without_an_answer_is_repeated_after_five_minutes() {
    let mut story = Story::default();
    let feeds = [problem(Part::Feeds, "wait")];
    for _ in 0..60 {
        story.see(View::All, &feeds, Some(Delivery::Unknown));
    }
    story.with(&feeds, 600);
    assert_eq!(story.line(), ["60: +feeds", "360: +feeds"]);
    // What was perhaps told is ended for sure.
    let mut story = Story::default();
    for _ in 0..20 {
        story.see(View::All, &feeds, Some(Delivery::Unknown));
    }
    story.with(&[], 600);
    assert_eq!(story.line(), ["60: +feeds", "360: -feeds"]);
    // What did not arrive is told as it is when it can be: a problem that is over by then is not.
    let mut story = Story::default();
    for _ in 0..60 {
        story.see(View::All, &feeds, None);
    }
    story.with(&[], 600);
    assert_eq!(story.line(), Vec::<String>::new());
}

fn health(standing: Standing, parts: Option<Health>) -> InstanceHealth {
    InstanceHealth { standing, started_at: time(S(0)), parts }
}

fn parts() -> Health {
    Health {
        feeds: Feeds::default(),
        posts: Ok(PostStatus::default()),
        replica: Ok(ReplicaStatus::default()),
        engine: crate::domain::health::EngineStatus::default(),
        discord: None,
        failing_backup: None,
    }
}

#[test]
fn an_instance_is_seen_as_far_as_it_acts() {
    let failing = FailingFeed { since: time(S(0)), error: "answers HTTP 500".into() };
    let feed = FeedStatus { failing: Some(failing), ..FeedStatus::default() };
    let backup = FailingBackup { since: time(S(0)), error: "there is no space left".into() };
    let sick = Health { feeds: Feeds(vec![feed]), failing_backup: Some(backup), ..parts() };
    let seen = |standing, parts| {
        let seen = Observation::new(&health(standing, parts), S(0), time(S(0)));
        let problems: Vec<(Part, u64)> = seen.problems.iter().map(|(p, lasts)| (p.part, lasts.as_secs())).collect();
        (seen.view, problems)
    };
    let leadership = View::Only(Part::Leadership);
    assert_eq!(seen(Standing::Active, Some(parts())), (View::All, vec![]));
    let both = vec![(Part::Feeds, 60), (Part::Stores, 60)];
    assert_eq!(seen(Standing::Active, Some(sick.clone())), (View::All, both));
    assert_eq!(seen(Standing::Stopping, Some(sick.clone())), (View::Nothing, vec![]));
    assert_eq!(seen(Standing::Standby, Some(sick)), (leadership, vec![]));
    assert_eq!(seen(Standing::Starting, None), (leadership, vec![(Part::Leadership, 180)]));
    assert_eq!(seen(Standing::CatchingUp, None), (leadership, vec![(Part::Leadership, 900)]));
    let blocked = Standing::Blocked("MongoDB does not answer".into());
    assert_eq!(seen(blocked, None), (leadership, vec![(Part::Leadership, 60)]));
    let unreadable = Observation::unreadable(S(0), time(S(0)));
    assert_eq!((unreadable.view, unreadable.problems.len()), (View::Only(Part::Stores), 1));
}

/// Stretches: which of the four problems are there, how much is seen, whether messages arrive, and for how many steps.
fn stretches() -> impl Strategy<Value = Vec<(u8, u8, u8, u8)>> {
    prop::collection::vec((any::<u8>(), 0..8u8, 0..6u8, 1..90u8), 1..40)
}

fn four() -> [Problem; 4] {
    [(Part::Feeds, "a"), (Part::Stores, "a"), (Part::Stores, "b"), (Part::Leadership, "a")].map(|(p, r)| problem(p, r))
}

fn run(stretches: &[(u8, u8, u8, u8)], always: bool) -> Story {
    let (mut story, all) = (Story::default(), four());
    for (mask, view, arrives, steps) in stretches {
        let view = match view {
            0 if !always => View::Nothing,
            1 if !always => View::Only(Part::Leadership),
            _ => View::All,
        };
        let delivery = match arrives {
            0 if !always => None,
            1 if !always => Some(Delivery::Unknown),
            _ => Some(Delivery::Arrived),
        };
        let there = all.iter().enumerate().filter(|(bit, p)| mask >> bit & 1 == 1 && view.shows(p.part));
        let there: Vec<Problem> = there.map(|(_, problem)| problem.clone()).collect();
        for _ in 0..*steps {
            story.see(view, &there, delivery);
        }
    }
    story
}

proptest! {
    #[test]
    fn no_reason_is_named_twice_within_five_minutes(stretches in stretches()) {
        let story = run(&stretches, false);
        for problem in four() {
            let reason = Reason::of(&problem);
            let named = story.notices.iter().filter(|(_, notice)| notice.reasons().any(|(named, _)| *named == reason));
            let times: Vec<u64> = named.map(|(at, _)| *at).collect();
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= QUIET.as_secs()), "{:?}", times);
        }
    }

    #[test]
    fn every_problem_that_lasts_is_told(stretches in stretches(), which in 0..4usize) {
        let mut story = run(&stretches, false);
        let problem = four()[which].clone();
        let reason = Reason::of(&problem);
        story.with(&[problem], (LASTS + QUIET + STEP).as_secs());
        prop_assert_eq!(story.alerting.courses[&reason].knows, Knows::Yes);
    }

    #[test]
    fn the_end_of_every_told_problem_is_told(stretches in stretches()) {
        let mut story = run(&stretches, false);
        story.with(&[], (GONE + QUIET + 2 * STEP).as_secs());
        story.with(&[], (GONE + QUIET + 2 * STEP).as_secs());
        for problem in four() {
            let reason = Reason::of(&problem);
            let named: Vec<bool> = story.notices.iter().flat_map(|(_, notice)| {
                notice.reasons().filter(|(named, _)| **named == reason).map(|(_, begins)| begins)
            }).collect();
            prop_assert_eq!(named.last().copied().unwrap_or(false), false, "{:?}", story.line());
            prop_assert_eq!(named.first().copied().unwrap_or(true), true, "{:?}", story.line());
        }
        prop_assert!(story.alerting.courses.is_empty(), "{:?}", story.alerting);
    }

    #[test]
    fn beginnings_and_ends_alternate(stretches in stretches()) {
        let story = run(&stretches, true);
        for problem in four() {
            let reason = Reason::of(&problem);
            let named: Vec<bool> = story.notices.iter().flat_map(|(_, notice)| {
                notice.reasons().filter(|(named, _)| **named == reason).map(|(_, begins)| begins)
            }).collect();
            prop_assert!(named.iter().enumerate().all(|(at, begins)| *begins == at.is_multiple_of(2)), "{:?}", named);
        }
    }
}
