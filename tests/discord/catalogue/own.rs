//! Who may manage, what members do for themselves, and the welcome.

use giftcode_bot::discord::message_content::Reading;
use giftcode_bot::discord::messages::self_service::{AllianceChoice, Invitation};
use giftcode_bot::discord::messages::{access, self_service, welcome};
use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::players::access::AccessRole;
use giftcode_bot::domain::players::player::{AllianceId, State};
use giftcode_bot::domain::players::self_service::JoinMode;
use giftcode_bot::domain::text::language::Language;

use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::store::{AccessRemoved, Alliance, Joined, ResultsChoice, Standing};

use super::{CHANNEL, Chapter, ROLE, player};

pub fn access_roles() -> [AccessRole; 1] {
    [AccessRole { alliance: None, role: ROLE }]
}

/// `/manage access`.
pub fn who_may(language: Language) -> Chapter {
    let say = |when: &str, message| (when.to_owned(), message);
    let alliance = |id, name: &str| Alliance {
        id: AllianceId(id),
        name: Some(name.to_owned()),
        channel: None,
        auto_redeem: false,
        players: 0,
    };
    let alliances = [alliance(1, "Frost"), alliance(2, "Ember")];
    let limited = [AccessRole { alliance: Some(AllianceId(2)), role: ROLE }];
    let all = vec![
        say("/manage access, at first", access::who_may(language, &[], &[])),
        say("/manage access, later", access::who_may(language, &access_roles(), &[])),
        say(
            "/manage access, with a role for one of several alliances",
            access::who_may(language, &limited, &alliances),
        ),
        say("/manage access role", access::added(language, ROLE)),
        say("/manage access role, again", access::known(language, ROLE)),
        say("/manage access role remove", access::removed(language, ROLE, AccessRemoved::Removed)),
        say(
            "/manage access role remove, with a role that is not named",
            access::removed(language, ROLE, AccessRemoved::NotNamed),
        ),
        say(
            "/manage access role remove alliance, with a role for all of them",
            access::removed(language, ROLE, AccessRemoved::OfWholeServer),
        ),
        say("/manage access role, by a leader without Manage Server", access::server_managers_only(language)),
        say("/manage access role, with @everyone", access::not_everyone(language)),
        say("/manage access role, with too many", access::too_many(language)),
        say("/manage access remove, without a role", access::which_role(language)),
    ];
    ("Who may manage", all)
}

/// `/link`, and how members join the player list.
pub fn joining(language: Language) -> Chapter {
    let say = |when: &str, message| (when.to_owned(), message);
    let (me, state) = (player(33_750_731), State::new(245));
    let choice = |id, name: &str| AllianceChoice { id: AllianceId(id), name: name.to_owned() };
    let one = Invitation::Ask(me, vec![choice(3, "")]);
    let several = Invitation::Ask(me, vec![choice(3, "North"), choice(4, "South")]);
    let linked = |is_new, retried| self_service::linked(language, me, state, is_new, retried);
    let after = |invitation: &Invitation, message| self_service::invitation(language, invitation).after(message);
    let remembered = self_service::remembered(language, me, &one);
    let joined = |alliance, joined| self_service::joined(language, me, alliance, joined, false);
    let joined_auto = |alliance| self_service::joined(language, me, alliance, Joined::New, true);
    let set = |mode, channel, reading| self_service::joining(language, mode, false, channel, &[], reading);
    let south = Alliance {
        id: AllianceId(4),
        name: Some("**South**".to_owned()),
        channel: None,
        auto_redeem: false,
        players: 0,
    };
    let all = vec![
        say("/link", after(&one, linked(true, 0))),
        say("/link, in a server with several alliances", after(&several, linked(true, 0))),
        say("/link, where members join without being asked", after(&Invitation::Joined, linked(true, 0))),
        say("/link, where the player list is full", after(&Invitation::Full, linked(true, 0))),
        say("/link, of a linked account whose state was wrong", after(&Invitation::None, linked(false, 2))),
        say("/link, without a state", after(&one, self_service::linked(language, me, None, true, 0))),
        say("/link, without a state, again", self_service::linked(language, me, None, false, 0)),
        say("what follows the results of the form", remembered.after(super::Message::text("🎁 33750731: …"))),
        say("the button *Join the player list*", joined(None, Joined::New)),
        say("the menu of alliances", joined(Some("North"), Joined::New)),
        say("the button, with auto-redemption on", joined_auto(None)),
        say("the menu, with auto-redemption on", joined_auto(Some("North"))),
        say("the button, of a player on the list", joined(None, Joined::Known)),
        say("the button, when the list is full", joined(None, Joined::Full)),
        say("the button, after /unlink", joined(None, Joined::NotLinked)),
        say("the button, when joining was turned off", self_service::joining_off(language)),
        say("/manage players idchannel", set(JoinMode::Ask, None, Reading::Off)),
        say("/manage players idchannel, with several alliances", {
            self_service::joining(language, JoinMode::Auto, true, None, &[], Reading::Off)
        }),
        say("/manage players idchannel channel, with the channel of another alliance", {
            self_service::joining(language, JoinMode::Ask, true, Some(CHANNEL), &[south], Reading::On)
        }),
        say("/manage players idchannel channel", set(JoinMode::Ask, Some(CHANNEL), Reading::On)),
        say("the same, when the bot cannot read messages", set(JoinMode::Off, Some(CHANNEL), Reading::Off)),
        say("the same, when Discord does not allow it", set(JoinMode::Auto, Some(CHANNEL), Reading::NotAllowed)),
        say("the same, with a channel that lacks permissions", {
            self_service::id_channel_refused(language, CHANNEL, &["Read Message History", "Add Reactions"])
        }),
        say("the same, with a channel that is none", self_service::not_a_text_channel(language)),
        say("the same, with a channel and off", self_service::channel_or_off(language)),
    ];
    ("Linking and joining", all)
}

/// The first steps, and results by direct message.
pub fn first_steps(language: Language) -> Chapter {
    let say = |when: &str, message| (when.to_owned(), message);
    let choice = |on, was_refused| self_service::results_choice(language, ResultsChoice { on, was_refused });
    let linked = || super::Message::text("✅ 33750731 …");
    let standing = Standing {
        player: player(33_750_731),
        nickname: "Lord Frost".to_owned(),
        outcome: Some(Outcome::Granted),
        status: Some(Status::Success),
        next_attempt_at: None,
    };
    let all = vec![
        say("the bot joins a server", welcome::welcome(language)),
        say("/help", welcome::help(language)),
        say("/link, while results by direct message are off", choice(false, false).after(linked())),
        say("/link, while they are on", choice(true, false).after(linked())),
        say("/link, after Discord refused a direct message", choice(false, true).after(linked())),
        say("/redeem, after that", self_service::messages_were_refused(language).after(super::Message::text("🎁 …"))),
        say("the button, on", self_service::results_set(language, true)),
        say("the button, off", self_service::results_set(language, false)),
        say("a direct message", self_service::direct_results(language, &[(super::code("WOS1105"), vec![standing])])),
    ];
    ("First steps and direct messages", all)
}
