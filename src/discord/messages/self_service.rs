//! What members do for themselves: link an account, and join a player list.

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateButton, CreateInputText, CreateModal, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption, InputTextStyle,
};

use crate::discord::custom_id::Action;
use crate::discord::message_content::Reading;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{AllianceId, ChannelId, PlayerId, State};
use crate::domain::players::self_service::{JoinMode, MAX_JOINED};
use crate::domain::text::language::Language;
use crate::store::{Alliance, Joined, ResultsChoice, Standing};

use super::escape::{clip, escape};
use super::manage::permissions;
use super::texts::text;
use super::{Message, alliances, personal};

/// The ids of the form's fields.
pub mod form {
    pub const PLAYER: &str = "player_id";
    pub const STATE: &str = "state";
}

/// The most options of a menu (docs/protocol.md, "Sizes").
const MAX_OPTIONS: usize = 25;

/// An alliance as people choose it. A server's only alliance has no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllianceChoice {
    pub id: AllianceId,
    pub name: String,
}

/// What follows once an account is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invitation {
    None,
    /// The account joined by itself.
    Joined,
    /// The account was to join, but the player list is full.
    Full,
    /// The person is asked, for these alliances.
    Ask(PlayerId, Vec<AllianceChoice>),
}

/// What is added to an answer, however often that is edited.
#[derive(Debug, Clone, Default)]
pub struct Afterword {
    text: String,
    rows: Vec<CreateActionRow>,
}

impl Afterword {
    /// Adds it to a message, as far as it fits.
    pub fn after(&self, message: Message) -> Message {
        message.followed_by(&self.text, &self.rows)
    }

    fn and(mut self, text: &str) -> Self {
        self.text = if self.text.is_empty() { text.to_owned() } else { format!("{text} {}", self.text) };
        self
    }
}

/// The question, or what was done without one.
pub fn invitation(language: Language, invitation: &Invitation) -> Afterword {
    match invitation {
        Invitation::None => Afterword::default(),
        Invitation::Joined => Afterword { text: text!(language, "self-joined-automatically"), rows: Vec::new() },
        Invitation::Full => {
            Afterword { text: text!(language, "self-join-list-is-full", most = MAX_JOINED), rows: Vec::new() }
        }
        Invitation::Ask(player, alliances) => {
            Afterword { text: text!(language, "self-join-question"), rows: vec![choice(language, *player, alliances)] }
        }
    }
}

/// After codes were redeemed for an account that is linked since.
pub fn remembered(language: Language, player: PlayerId, invited: &Invitation) -> Afterword {
    invitation(language, invited).and(&text!(language, "self-remembered", player = player.to_string()))
}

fn choice(language: Language, player: PlayerId, alliances: &[AllianceChoice]) -> CreateActionRow {
    if let [only] = alliances {
        let button = CreateButton::new(Action::Join(player, only.id).to_string());
        return CreateActionRow::Buttons(vec![
            button.label(clip(&text!(language, "self-join-button"), 80)).style(ButtonStyle::Primary),
        ]);
    }
    let option =
        |alliance: &AllianceChoice| CreateSelectMenuOption::new(clip(&alliance.name, 100), alliance.id.to_string());
    let options = alliances.iter().take(MAX_OPTIONS).map(option).collect();
    let menu = CreateSelectMenu::new(Action::JoinChosen(player).to_string(), CreateSelectMenuKind::String { options });
    CreateActionRow::SelectMenu(menu.placeholder(clip(&text!(language, "self-join-menu"), 150)))
}

/// `is_new` is false where the link existed; `retried` counts the redemptions that failed because of a wrong state.
pub fn linked(language: Language, player: PlayerId, state: Option<State>, is_new: bool, retried: u32) -> Message {
    let (player, state) = (player.to_string(), state.map(|state| state.to_string()));
    let mut text = match (is_new, state) {
        (true, Some(state)) => text!(language, "self-linked", player = player, state = state),
        (true, None) => text!(language, "self-linked-state-unknown", player = player),
        (false, Some(state)) => text!(language, "self-linked-before", player = player, state = state),
        (false, None) => text!(language, "self-linked-before-state-unknown", player = player),
    };
    if retried > 0 {
        text += &format!(" {}", text!(language, "self-retried"));
    }
    Message::text(text)
}

/// The answer to the button or menu. `alliance` is named where there are several; `auto_redeem` is its switch.
pub fn joined(
    language: Language,
    player: PlayerId,
    alliance: Option<&str>,
    joined: Joined,
    auto_redeem: bool,
) -> Message {
    let (player, alliance) = (player.to_string(), alliance.map(|alliance| escape(alliance, 100)));
    Message::text(match (joined, alliance, auto_redeem) {
        (Joined::New, None, false) => text!(language, "self-joined", player = player),
        (Joined::New, None, true) => text!(language, "self-joined-auto", player = player),
        (Joined::New, Some(alliance), false) => {
            text!(language, "self-joined-alliance", player = player, alliance = alliance)
        }
        (Joined::New, Some(alliance), true) => {
            text!(language, "self-joined-alliance-auto", player = player, alliance = alliance)
        }
        (Joined::Known, ..) => text!(language, "self-joined-before", player = player),
        (Joined::Full, ..) => text!(language, "self-join-list-is-full", most = MAX_JOINED),
        (Joined::NotLinked, ..) => text!(language, "self-join-not-linked", player = player),
    })
}

/// The server's admins turned joining off since the question.
pub fn joining_off(language: Language) -> Message {
    Message::text(text!(language, "self-join-off"))
}

/// The form that asks for a player id and a state. `action` follows when it is submitted.
pub fn who_are_you(language: Language, action: &Action) -> CreateModal {
    let input = |label: String, id: &str, most: u16, example: &str, is_required: bool| {
        CreateInputText::new(InputTextStyle::Short, clip(&label, 45), id)
            .max_length(most)
            .placeholder(example)
            .required(is_required)
    };
    let rows = vec![
        input(text!(language, "self-form-player"), form::PLAYER, 12, "33750731", true).min_length(1),
        input(text!(language, "self-form-state"), form::STATE, 10, "245", false),
    ];
    CreateModal::new(action.to_string(), clip(&text!(language, "self-form-title"), 45))
        .components(rows.into_iter().map(CreateActionRow::InputText).collect())
}

pub fn channel_or_off(language: Language) -> Message {
    Message::text(text!(language, "self-channel-or-off"))
}

pub fn not_a_text_channel(language: Language) -> Message {
    Message::text(text!(language, "self-not-a-text-channel"))
}

/// `needed` are permissions as Discord names them.
pub fn id_channel_refused(language: Language, channel: ChannelId, needed: &[&str]) -> Message {
    let needed = permissions(language, needed);
    Message::text(text!(language, "self-id-channel-refused", channel = format!("<#{channel}>"), permissions = needed))
}

/// How members join by themselves in this server. With several alliances nobody joins without choosing one. `taken_from` are
/// the alliances whose ID channel it was until now.
pub fn joining(
    language: Language,
    mode: JoinMode,
    has_several: bool,
    channel: Option<ChannelId>,
    taken_from: &[Alliance],
    reading: Reading,
) -> Message {
    let after_link = match mode {
        JoinMode::Off => text!(language, "self-mode-off"),
        JoinMode::Ask => text!(language, "self-mode-ask"),
        JoinMode::Auto if has_several => text!(language, "self-mode-auto-several"),
        JoinMode::Auto => text!(language, "self-mode-auto"),
    };
    let by_id = match channel {
        None => text!(language, "self-no-id-channel"),
        Some(channel) => text!(language, "self-id-channel", channel = format!("<#{channel}>")),
    };
    let taken =
        taken_from.iter().map(|owner| text!(language, "self-id-channel-taken", alliance = alliances::name(owner)));
    let by_id = std::iter::once(by_id).chain(taken).collect::<Vec<_>>().join(" ");
    let problem = match (channel, reading) {
        (None, _) | (_, Reading::On) => String::new(),
        (Some(_), Reading::Off) => format!("\n{}", text!(language, "self-reading-is-off")),
        (Some(_), Reading::NotAllowed) => format!("\n{}", text!(language, "self-reading-is-not-allowed")),
    };
    Message::text(format!("{after_link}\n{by_id}{problem}"))
}

/// The button that turns results by direct message on or off, and what the person must know of them.
pub fn results_choice(language: Language, choice: ResultsChoice) -> Afterword {
    let label = match choice.on {
        true => text!(language, "self-results-off-button"),
        false => text!(language, "self-results-on-button"),
    };
    let button = CreateButton::new(Action::Results(!choice.on).to_string()).label(clip(&label, 80));
    Afterword {
        text: if choice.was_refused { text!(language, "self-results-refused") } else { String::new() },
        rows: vec![CreateActionRow::Buttons(vec![button.style(ButtonStyle::Secondary)])],
    }
}

/// Discord refused a direct message, and the person did not know it yet.
pub fn messages_were_refused(language: Language) -> Afterword {
    Afterword { text: text!(language, "self-results-refused"), rows: Vec::new() }
}

/// The answer to the button.
pub fn results_set(language: Language, on: bool) -> Message {
    Message::text(match on {
        true => text!(language, "self-results-on"),
        false => text!(language, "self-results-off"),
    })
}

/// The direct message: what became of codes for a person's accounts.
pub fn direct_results(language: Language, codes: &[(Code, Vec<Standing>)]) -> Message {
    let end = text!(language, "self-results-why");
    Afterword { text: end, rows: Vec::new() }.after(personal::standings(language, codes, &[], &[], false))
}
