//! The real client against the simulated game: every answer that it can give, as the client and the status table see
//! it.

use super::*;
use crate::domain::answers::answer::Answer;
use crate::domain::answers::status::{Class, of_login, of_redeem};
use crate::domain::players::player::{PlayerId, State};
use crate::game::{GameClient, GameSettings};
use crate::ports::{GameApi, LoginAnswer};
use crate::sandbox::ledger::Refusals;

const SALT: &str = "salt";
const HOME: u32 = 245;

fn sim_player(id: u64) -> SimPlayer {
    SimPlayer {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("lord{id}"),
        state: State::new(HOME).unwrap(),
        furnace_level: 5,
        vip: false,
    }
}

fn settings() -> GameSimSettings {
    let code = |text, rule| SimCode::always(Code::parse(text).unwrap(), rule);
    let at = Duration::from_secs;
    GameSimSettings {
        salt: SALT.into(),
        players: (1..=5).map(sim_player).collect(),
        codes: vec![
            code("GOOD", Rule::Good),
            code("OLD", Rule::Expired),
            code("FULL", Rule::UsedUp),
            code("VIP", Rule::VipOnly),
            code("HOT", Rule::Furnace(10)),
            code("FEW", Rule::ClaimLimit(1)),
            SimCode { code: Code::parse("AGAIN").unwrap(), phases: vec![(at(0), Rule::Good), (at(60), Rule::Good)] },
        ],
        limit: None,
        player_interval: Duration::ZERO,
        has_player_endpoint: true,
        faults: Faults::default(),
        latency: Duration::ZERO,
        seed: 7,
        world_started: Timestamp::from_second(1_760_000_000).unwrap(),
        journal: None,
    }
}

struct Fixture {
    sim: GameSim,
    client: GameClient,
}

impl Fixture {
    fn new(settings: GameSimSettings) -> Self {
        let clock = Clock::simulated(settings.world_started);
        let sim = GameSim::start(settings, clock).unwrap();
        let client = Self::client(&sim, SALT, clock);
        Self { sim, client }
    }

    fn client(sim: &GameSim, salt: &str, clock: Clock) -> GameClient {
        Self::client_of_page(sim, PAGE, salt, clock)
    }

    fn client_of_page(sim: &GameSim, page: &str, salt: &str, clock: Clock) -> GameClient {
        let base_url = sim.base_url().parse().unwrap();
        GameClient::new(
            GameSettings { base_url, page: page.parse().unwrap(), salt: salt.into(), timeout: Duration::from_secs(30) },
            clock,
        )
        .unwrap()
    }

    async fn answer(&self, id: u64, state: u32, code: &str) -> Answer {
        let code = Code::parse(code).unwrap();
        self.client.redeem(PlayerId::new(id).unwrap(), State::new(state).unwrap(), &code).await.answer
    }

    async fn redeem(&self, id: u64, code: &str) -> Status {
        of_redeem(&self.answer(id, HOME, code).await)
    }
}

#[tokio::test(start_paused = true)]
async fn every_rule_is_answered_as_the_game_does() {
    let fixture = Fixture::new(settings());
    for (id, code, status) in [
        (1, "GOOD", Status::Success),
        (1, "good", Status::Received),
        (2, "OLD", Status::TimeError),
        (2, "NOSUCHCODE", Status::CdkNotFound),
        (2, "FULL", Status::Used),
        (2, "VIP", Status::RechargeMoneyVip),
        (2, "HOT", Status::StoveLevel),
        (2, "FEW", Status::Success),
        (3, "FEW", Status::Used),
        (2, "FEW", Status::Received),
        (99, "GOOD", Status::RoleNotExist),
    ] {
        assert_eq!(fixture.redeem(id, code).await, status, "{id} {code}");
    }
    // The state is checked before the code.
    assert_eq!(of_redeem(&fixture.answer(2, 1, "NOSUCHCODE").await), Status::UserInfoError);
    assert_eq!(fixture.client.requests(), fixture.sim.ledger(|l| l.calls().len()) as u64);
    assert_eq!(fixture.sim.ledger(Ledger::grants), 2);
}

#[tokio::test(start_paused = true)]
async fn a_code_that_comes_back_is_granted_again() {
    let fixture = Fixture::new(settings());
    assert_eq!(fixture.redeem(1, "AGAIN").await, Status::Success);
    assert_eq!(fixture.redeem(1, "AGAIN").await, Status::Received);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(fixture.redeem(1, "AGAIN").await, Status::Success);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_salt_is_a_wrong_signature_at_both_endpoints() {
    let fixture = Fixture::new(settings());
    let wrong = Fixture::client(&fixture.sim, "another", Clock::system());
    let player = PlayerId::new(1).unwrap();
    let answer = wrong.redeem(player, State::new(HOME).unwrap(), &Code::parse("GOOD").unwrap()).await.answer;
    assert_eq!(of_redeem(&answer), Status::SignError);
    let LoginAnswer::Failed(answer) = wrong.login(player).await.answer else { panic!("logged in") };
    assert_eq!(of_login(&answer), Status::SignError);
    assert_eq!(fixture.sim.ledger(Ledger::grants), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_name_the_page_is_turned_away_at_the_door() {
    let fixture = Fixture::new(settings());
    let stranger = Fixture::client_of_page(&fixture.sim, "https://elsewhere.example", SALT, Clock::system());
    let player = PlayerId::new(1).unwrap();
    let answer = stranger.redeem(player, State::new(HOME).unwrap(), &Code::parse("GOOD").unwrap()).await.answer;
    assert_eq!(answer, Answer::Http(403));
    assert_eq!(stranger.login(player).await.answer, LoginAnswer::Failed(Answer::Http(403)));
    assert_eq!(fixture.sim.ledger(Ledger::grants), 0);
    assert_eq!(fixture.redeem(1, "GOOD").await, Status::Success);
}

#[tokio::test(start_paused = true)]
async fn the_limit_and_the_interval_are_kept() {
    let limit = RateLimit { calls: 3, window: Duration::from_secs(60) };
    let interval = Duration::from_secs(2);
    let fixture = Fixture::new(GameSimSettings { limit: Some(limit), player_interval: interval, ..settings() });
    assert_eq!(fixture.redeem(1, "GOOD").await, Status::Success);
    assert_eq!(fixture.redeem(1, "GOOD").await, Status::TooFrequent);
    tokio::time::sleep(interval).await;
    assert_eq!(fixture.redeem(1, "GOOD").await, Status::Received);
    assert_eq!(fixture.redeem(2, "GOOD").await, Status::RateLimited);
    // The other endpoint has its own budget.
    let login = fixture.client.login(PlayerId::new(3).unwrap()).await.answer;
    assert!(matches!(login, LoginAnswer::Profile(_)), "{login:?}");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(fixture.redeem(2, "GOOD").await, Status::Success);
    assert_eq!(fixture.sim.ledger(Ledger::refusals), Refusals { rate_limited: 1, too_frequent: 1 });
}

#[tokio::test(start_paused = true)]
async fn every_stumble_is_temporary_but_the_unknown_one() {
    let fixture = Fixture::new(settings());
    let none = Faults::default();
    for (faults, answer) in [
        (Faults { server_error: 1.0, ..none }, Some(Answer::Http(502))),
        (Faults { html: 1.0, ..none }, Some(Answer::Html(200))),
        (Faults { reset: 1.0, ..none }, Some(Answer::Connection)),
        (Faults { truncated: 1.0, ..none }, Some(Answer::Malformed)),
        (Faults { hang: 1.0, ..none }, Some(Answer::TimedOut)),
        (Faults { timeout_retry: 1.0, ..none }, None),
    ] {
        fixture.sim.set_faults(faults);
        let got = fixture.answer(1, HOME, "OLD").await;
        assert_eq!(of_redeem(&got).class(), Class::Temporary, "{got:?}");
        assert!(answer.is_none_or(|answer| answer == got), "{faults:?}: {got:?}");
    }
    fixture.sim.set_faults(Faults { unknown: 1.0, ..none });
    assert_eq!(fixture.redeem(1, "OLD").await, Status::Unknown("RECHARGE_MONEY_VIP".into()));
    fixture.sim.set_faults(none);
    fixture.sim.set_down(true);
    assert_eq!(fixture.answer(1, HOME, "OLD").await, Answer::Connection);
    fixture.sim.set_down(false);
    assert_eq!(fixture.redeem(1, "OLD").await, Status::TimeError);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_may_have_granted_the_code() {
    let fixture = Fixture::new(GameSimSettings { faults: Faults { reset: 1.0, ..Faults::default() }, ..settings() });
    while fixture.sim.ledger(Ledger::grants) == 0 {
        assert_eq!(fixture.answer(1, HOME, "GOOD").await, Answer::Connection);
    }
    fixture.sim.set_faults(Faults::default());
    assert_eq!(fixture.redeem(1, "GOOD").await, Status::Received);
}

#[tokio::test(start_paused = true)]
async fn the_player_endpoint_is_there_or_not() {
    let fixture = Fixture::new(settings());
    let LoginAnswer::Profile(profile) = fixture.client.login(PlayerId::new(4).unwrap()).await.answer else {
        panic!("no profile")
    };
    assert_eq!((profile.nickname.as_str(), profile.state, profile.furnace_level), ("lord4", State::new(HOME), Some(5)));
    let LoginAnswer::Failed(nobody) = fixture.client.login(PlayerId::new(99).unwrap()).await.answer else {
        panic!("a profile of nobody")
    };
    assert_eq!(of_login(&nobody), Status::RoleNotExist);
    let without = Fixture::new(GameSimSettings { has_player_endpoint: false, ..settings() });
    let gone = without.client.login(PlayerId::new(4).unwrap()).await.answer;
    assert_eq!(gone, LoginAnswer::Failed(Answer::Html(404)));
}

#[tokio::test(start_paused = true)]
async fn the_world_outlives_its_process() {
    let folder = tempfile::tempdir().unwrap();
    let world = GameSimSettings { journal: Some(folder.path().join("calls")), ..settings() };
    assert_eq!(Fixture::new(world.clone()).redeem(1, "GOOD").await, Status::Success);
    let again = Fixture::new(world);
    assert_eq!(again.redeem(1, "GOOD").await, Status::Received);
    assert_eq!(again.sim.ledger(|l| l.calls().len()), 2);
}
