//! What the answers to redemptions show about players.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_confirmed_state_retries_what_failed_for_want_of_it() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "X", 245)]).await;
    fixture.decide("ONE", |_| Status::RoleNotExist).await;
    fixture.decide("TWO", |_| Status::UserInfoError).await;
    assert_eq!(fixture.due().await.len(), 0);
    fixture.decide("THREE", |_| Status::Success).await;
    let due: Vec<String> = fixture.due().await.into_iter().map(|claim| claim.code.to_string()).collect();
    assert_eq!(due.len(), 2, "{due:?}");
}

/// How a player's check stands: the status and the answers that the game knows nobody with the id.
async fn check_of(fixture: &Fixture, player: u32) -> (String, u32) {
    let sql = "SELECT state_check, coalesce(nobody_replies, 0) FROM players WHERE player_id = ?1";
    let find = move |connection: &rusqlite::Connection| {
        Ok(connection.query_row(sql, [player], |row| Ok((row.get(0)?, row.get(1)?)))?)
    };
    fixture.store.read(find).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_moment_of_disorder_fails_no_code_of_a_known_player_and_a_lasting_answer_is_no_loop() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "X", 245)]).await;
    fixture.decide("ONE", |_| Status::Success).await;
    assert_eq!(check_of(&fixture, 1).await, ("right".to_owned(), 0));
    fixture.decide("TWO", |_| Status::RoleNotExist).await;
    fixture.decide("THREE", |_| Status::RoleNotExist).await;
    // Both came at one moment.
    assert_eq!((check_of(&fixture, 1).await, fixture.due().await.len()), (("unchecked".to_owned(), 1), 0));
    fixture.decide("FOUR", |_| Status::Success).await;
    assert_eq!((check_of(&fixture, 1).await, fixture.due().await.len()), (("right".to_owned(), 1), 2));
    // If the game says it again, that is believed for a day.
    fixture.decide("FIVE", |_| Status::RoleNotExist).await;
    assert_eq!((check_of(&fixture, 1).await, fixture.due().await.len()), (("right".to_owned(), 1), 0));
    tokio::time::advance(Duration::from_secs(24 * 3600)).await;
    fixture.decide("SIX", |_| Status::RoleNotExist).await;
    assert_eq!(check_of(&fixture, 1).await, ("unchecked".to_owned(), 1));
}

#[tokio::test(start_paused = true)]
async fn several_codes_of_one_moment_are_one_answer_about_a_new_player() {
    let fixture = Fixture::new();
    fixture.add(HERE, &[player(1, "X", 245)]).await;
    for code in ["ONE", "TWO", "THREE", "FOUR"] {
        fixture.decide(code, |_| Status::RoleNotExist).await;
    }
    assert_eq!(check_of(&fixture, 1).await, ("unchecked".to_owned(), 1));
    for (code, minutes) in [("FIVE", 5), ("SIX", 10)] {
        tokio::time::advance(Duration::from_secs(minutes * 60)).await;
        fixture.decide(code, |_| Status::RoleNotExist).await;
    }
    assert_eq!(check_of(&fixture, 1).await, ("no_such_player".to_owned(), 3));
}

#[tokio::test(start_paused = true)]
async fn searches_that_cannot_go_on_hold_up_none_that_can() {
    let fixture = Fixture::new();
    // Two players in each of twenty states, and one in a state that is too rare to be tried.
    let mates = (1..=41).map(|number| player(number, "", 1000 + u32::try_from(number / 2).unwrap()));
    let lost = (101..=250).map(|number| player(number, "", 245));
    fixture.add(HERE, &mates.chain(lost).collect::<Vec<_>>()).await;
    let tried: Vec<String> = (1001..=1020).map(|state| state.to_string()).collect();
    let sql = "UPDATE players SET checked_state = state, checked_at = player_id,
                   state_check = iif(player_id <= 41, 'right', 'not_found'),
                   tried_states = iif(player_id = 250 OR player_id <= 41, NULL, ?1)";
    fixture.store.write_local(move |tx| Ok(tx.execute(sql, [tried.join(",")])?)).await.unwrap();
    let queue = fixture.store.redemptions();
    queue.next_question(vec![]).await.unwrap();
    let NextQuestion::Ask(question) = queue.next_question(vec![]).await.unwrap() else { panic!("nobody goes on") };
    assert_eq!((question.player, question.state), (id(250), state(1001)));
}

/// A look at the whole list for each of them takes seconds.
#[tokio::test(start_paused = true)]
async fn a_thousand_lost_players_of_a_long_list_cost_one_look_at_it() {
    let fixture = Fixture::new();
    let many: Vec<Player> = (1..=10_000).map(|number| player(number, "N", 245)).collect();
    fixture.add(HERE, &many).await;
    let lose = |tx: &crate::store::kernel::Tx<'_>| {
        let sql = "UPDATE players SET state_check = iif(player_id <= 1000, 'not_found', 'right'),
                       tried_states = iif(player_id <= 1000, '244,246', NULL), version = ?1";
        Ok(tx.execute(sql, [tx.version()])?)
    };
    fixture.store.write(lose).await.unwrap();
    let began = std::time::Instant::now();
    assert_eq!(fixture.store.redemptions().next_question(Vec::new()).await.unwrap(), NextQuestion::Nothing);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    // All but one of them have tried the new state.
    fixture.add(HERE, &[player(20_000, "N", 300)]).await;
    let lose = |tx: &crate::store::kernel::Tx<'_>| {
        let sql = "UPDATE players SET state_check = 'right', tried_states = NULL, version = ?1 WHERE player_id = 20000";
        tx.execute(sql, [tx.version()])?;
        let sql = "UPDATE players SET tried_states = '244,300', version = ?1 WHERE player_id BETWEEN 2 AND 1000";
        Ok(tx.execute(sql, [tx.version()])?)
    };
    fixture.store.write(lose).await.unwrap();
    assert!(matches!(fixture.store.redemptions().next_question(Vec::new()).await.unwrap(), NextQuestion::NotBefore(_)));
    let next = fixture.store.redemptions().next_question(Vec::new()).await.unwrap();
    assert!(matches!(&next, NextQuestion::Ask(question) if question.player == id(1)), "{next:?}");
}
