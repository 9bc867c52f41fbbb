//! People and a bot on serenity.

use serde_json::json;

use super::bot::Bot;
use super::{CHANNEL, GUILD, SOON, only_problem, world};
use crate::double::{Channel, Double, Guild, Response, permission};

#[tokio::test]
async fn commands_are_registered_found_and_answered() {
    let double = world().await;
    let _bot = Bot::start(&double).await;
    double.connected(SOON).await;
    assert_eq!(double.commands().len(), 4);
    assert_eq!(double.presence().unwrap()["activities"][0]["name"], "codes");
    let admin = double.user(GUILD, permission::MANAGE_GUILD);
    let options = [("channel", json!(CHANNEL))];
    let answered = double.slash(&admin, CHANNEL, "manage giftcode setchannel", &options).await;
    assert_eq!(answered.kind(), Some(Response::Message));
    assert!(answered.is_ephemeral());
    assert_eq!(answered.text(), format!("<#{CHANNEL}> codes true"));
    assert!(double.messages(CHANNEL).is_empty(), "nobody else sees it");
    // Whom the command is not shown to can still send it.
    let other = double.user(GUILD, 0);
    let answered = double.slash_forced(&other, CHANNEL, "manage giftcode setchannel", &options).await;
    assert_eq!(answered.text(), format!("<#{CHANNEL}> codes false"));
    double.assert_clean();
}
