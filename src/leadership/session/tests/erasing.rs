use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use tokio::time::sleep;

use super::double::{Double, Instance};
use super::replicating::leading;
use crate::domain::answers::status::Status;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::{Player, PlayerId, State, UserId};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::sync::record::{Record, RecordKind, Value};
use crate::leadership::Phase;
use crate::store::{Admission, AttemptResult, Next, Store};

/// One event for one of two files on one MongoDB.
#[derive(Debug, Clone, Copy)]
enum Step {
    Link(usize, u64, u64),
    Redeem(usize, u64),
    Grant(usize),
    Forget(usize, u64),
    Meet(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0usize..2, 1u64..3, 1u64..4).prop_map(|(file, user, id)| Step::Link(file, user, id)),
        (0usize..2, 1u64..4).prop_map(|(file, id)| Step::Redeem(file, id)),
        (0usize..2).prop_map(Step::Grant),
        (0usize..2, 1u64..3).prop_map(|(file, user)| Step::Forget(file, user)),
        (0usize..2).prop_map(Step::Meet),
    ]
}

async fn work_off(store: &Store, key: &CodeKey, step: Step) {
    let id = |id| PlayerId::new(id).unwrap();
    match step {
        Step::Link(_, user, player) => {
            let state = State::new(245);
            let player = Player { id: id(player), nickname: String::new(), state, furnace_level: None };
            store.rosters().link(UserId(user), player).await.unwrap();
        }
        // An unknown player is refused.
        Step::Redeem(_, player) => drop(store.redemptions().request(vec![id(player)], vec![(key.clone(), 1)]).await),
        Step::Grant(_) => {
            for claim in store.redemptions().claim_due(9, 99, |_| Admission::Take).await.unwrap().taken {
                let verdict = AttemptResult {
                    status: Status::Success,
                    history: claim.history,
                    next: Next::Final(Outcome::Granted),
                };
                store.redemptions().record(claim, verdict).await.unwrap();
            }
        }
        Step::Forget(_, user) => drop(store.erasures().forget_user(UserId(user)).await.unwrap()),
        Step::Meet(_) => {}
    }
}

/// Leads until MongoDB is known to have everything, and releases the lease. Returns how many records there were to send.
async fn meet(instance: &Instance) -> u32 {
    let before = instance.store.sync_log().unsent().await.unwrap().records;
    leading(instance, async || {
        while !instance.store.sync_log().is_outbox_empty().await.unwrap() {
            sleep(Duration::from_millis(500)).await;
        }
    })
    .await;
    instance.election.release(0).await;
    before
}

/// Redemptions that were never tried are derived in each file.
fn is_derived(record: &Record) -> bool {
    let is_untried = || ["calls", "round"].iter().all(|field| *record.get(field) == Value::Int(0));
    record.kind == RecordKind::Redemptions && *record.get("outcome") == Value::Text("pending".into()) && is_untried()
}

async fn everything(store: &Store) -> Vec<Record> {
    let mut records = Vec::new();
    for kind in RecordKind::ALL {
        records.extend(store.sync_log().page(kind, None, 1000).await.unwrap());
    }
    records.retain(|record| !is_derived(record));
    records
}

/// Two files that work alone, and from time to time lead on one MongoDB.
async fn end_the_same(steps: Vec<Step>) {
    let mongo = Double::new();
    let files = [Instance::new("a", &mongo).await, Instance::new("b", &mongo).await];
    let code = Code::parse("CODE").unwrap();
    let mut linked = BTreeMap::new();
    files[0].store.codes().add_code(code.clone()).await.unwrap();
    for file in &files {
        meet(file).await;
    }
    for step in steps {
        let (Step::Link(at, ..) | Step::Redeem(at, _) | Step::Grant(at) | Step::Forget(at, _) | Step::Meet(at)) = step;
        let file = &files[at];
        match step {
            Step::Link(_, user, _) => drop(linked.insert(user, true)),
            Step::Forget(_, user) => drop(linked.insert(user, false)),
            Step::Meet(_) => drop(meet(file).await),
            _ => {}
        }
        file.leadership.set(Phase::Isolated);
        work_off(&file.store, &code.key(), step).await;
        file.leadership.set(Phase::Waiting);
        sleep(Duration::from_millis(2)).await;
    }
    for file in [0, 1, 0, 1] {
        meet(&files[file]).await;
    }
    for file in &files {
        assert_eq!(meet(file).await, 0, "nothing goes back and forth");
    }
    let mut there: Vec<Record> =
        mongo.inspect(|shared| shared.documents.values().map(|document| document.record.clone()).collect());
    there.retain(|record| !is_derived(record));
    for file in &files {
        assert_eq!(everything(&file.store).await, there);
    }
    for (user, is_linked) in linked {
        let user_id = Value::Int(user.cast_signed());
        assert!(is_linked || there.iter().all(|record| *record.get("user_id") != user_id), "{user} in {there:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Invariant 7 with erasures: both files end up with what MongoDB holds, and a user who was forgotten last is in none of the three.
    #[test]
    fn erased_records_are_gone_from_both_stores_whichever_was_ahead(steps in proptest::collection::vec(step(), 0..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(end_the_same(steps));
    }
}
