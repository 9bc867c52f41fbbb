//! A minimal bot on serenity, with one of each thing that the double supports.

use serenity::all::{
    ActionRowComponent, ActivityData, AutocompleteChoice, Client, Command, CommandInteraction, CommandOptionType,
    ComponentInteraction, ComponentInteractionDataKind, Context, CreateActionRow, CreateAllowedMentions,
    CreateAttachment, CreateAutocompleteResponse, CreateButton, CreateCommand, CreateCommandOption, CreateEmbed,
    CreateInputText, CreateInteractionResponse as Respond, CreateInteractionResponseFollowup as FollowUp,
    CreateInteractionResponseMessage as Answer, CreateModal, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption, EditInteractionResponse, EventHandler, GatewayIntents, Http, HttpBuilder, InputTextStyle,
    Interaction, ModalInteraction, Permissions, Ready, ResolvedValue,
};
use serenity::async_trait;
use serenity::client::ClientBuilder;
use tokio::task::JoinHandle;

use discord_double::Double;

/// When dropped, it ends without closing its session.
pub struct Bot {
    running: JoinHandle<()>,
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.running.abort();
    }
}

pub fn http(double: &Double) -> Http {
    let builder = HttpBuilder::new(Double::TOKEN).proxy(double.url()).ratelimiter_disabled(true);
    builder.application_id(Double::APPLICATION.into()).build()
}

impl Bot {
    /// Connects, and waits until the commands are registered.
    pub async fn start(double: &Double) -> Self {
        let builder = ClientBuilder::new_with_http(http(double), GatewayIntents::GUILDS);
        let mut client: Client = builder.event_handler(Handler).activity(ActivityData::playing("codes")).await.unwrap();
        let running = tokio::spawn(async move { drop(client.start_autosharded().await) });
        double.registered("manage", super::SOON).await;
        Self { running }
    }
}

struct Handler;

fn option(kind: CommandOptionType, name: &str) -> CreateCommandOption {
    CreateCommandOption::new(kind, name, format!("What {name} is"))
}

fn commands() -> Vec<CreateCommand> {
    use CommandOptionType::{Attachment, Channel, Integer, String, SubCommand, SubCommandGroup, User};
    let channel = option(Channel, "channel").channel_types(vec![serenity::all::ChannelType::Text]).required(true);
    let code = option(String, "code").min_length(2).max_length(5).required(true).set_autocomplete(true);
    let switch = option(String, "switch").add_string_choice("On", "on").add_string_choice("Off", "off");
    let giftcode = option(SubCommandGroup, "giftcode")
        .add_sub_option(option(SubCommand, "setchannel").add_sub_option(channel))
        .add_sub_option(option(SubCommand, "add").add_sub_option(code).add_sub_option(switch));
    let import = option(SubCommand, "import").add_sub_option(option(Attachment, "file").required(true));
    let players = option(SubCommandGroup, "players").add_sub_option(import);
    let manage = CreateCommand::new("manage")
        .description("Manage")
        .default_member_permissions(Permissions::MANAGE_GUILD)
        .add_option(giftcode)
        .add_option(players);
    let number = option(Integer, "number").min_int_value(1).max_int_value(9).required(true);
    let board = CreateCommand::new("board").description("Buttons").add_option(number).add_option(option(User, "who"));
    vec![manage, board, CreateCommand::new("form").description("A form"), CreateCommand::new("deaf").description("No")]
}

/// A response that mentions nobody.
fn answer(text: impl Into<String>) -> Answer {
    Answer::new().content(text).allowed_mentions(CreateAllowedMentions::new())
}

fn form() -> Respond {
    let code = CreateInputText::new(InputTextStyle::Short, "Code", "code").min_length(3).max_length(5);
    let note = CreateInputText::new(InputTextStyle::Paragraph, "Note", "note").required(false).value("none");
    let rows = vec![CreateActionRow::InputText(code), CreateActionRow::InputText(note)];
    Respond::Modal(CreateModal::new("form", "A form").components(rows))
}

fn board() -> Vec<CreateActionRow> {
    let names = ["update", "later", "form", "twice"];
    let mut buttons: Vec<_> = names.iter().map(|name| CreateButton::new(*name).label(*name)).collect();
    buttons.push(CreateButton::new("off").label("off").disabled(true));
    let options = ["a", "b", "c"].map(|value| CreateSelectMenuOption::new(value, value)).to_vec();
    let pick = CreateSelectMenu::new("pick", CreateSelectMenuKind::String { options }).max_values(2);
    let kind = CreateSelectMenuKind::Channel { channel_types: None, default_channels: None };
    let place = CreateSelectMenu::new("place", kind);
    vec![CreateActionRow::Buttons(buttons), CreateActionRow::SelectMenu(pick), CreateActionRow::SelectMenu(place)]
}

#[async_trait]
impl EventHandler for Handler {
    async fn ready(&self, context: Context, _: Ready) {
        Command::set_global_commands(&context, commands()).await.unwrap();
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        match interaction {
            Interaction::Command(command) => on_command(&context, &command).await,
            Interaction::Autocomplete(typing) => {
                let focused = typing.data.autocomplete().unwrap();
                let choices =
                    ["1", "2"].map(|end| AutocompleteChoice::new(format!("{}{end}!", focused.value), focused.value));
                let response = CreateAutocompleteResponse::new().set_choices(choices.to_vec());
                typing.create_response(&context, Respond::Autocomplete(response)).await.unwrap();
            }
            Interaction::Component(component) => on_component(&context, &component).await,
            Interaction::Modal(modal) => on_modal(&context, &modal).await,
            _ => {}
        }
    }
}

async fn on_command(context: &Context, command: &CommandInteraction) {
    let options = command.data.options();
    let mut path = vec![command.data.name.as_str()];
    let mut level = &options[..];
    while let Some(first) = level.first()
        && let ResolvedValue::SubCommandGroup(inner) | ResolvedValue::SubCommand(inner) = &first.value
    {
        path.push(first.name);
        level = inner;
    }
    let response = match (path.join(" ").as_str(), level.first().map(|option| &option.value)) {
        ("manage giftcode setchannel", Some(ResolvedValue::Channel(channel))) => {
            let allowed = command.member.as_ref().unwrap().permissions.unwrap().manage_guild();
            answer(format!("<#{}> {} {allowed}", channel.id, channel.name.as_ref().unwrap())).ephemeral(true)
        }
        ("manage giftcode add", _) => answer(format!("{level:?}")),
        ("manage players import", Some(ResolvedValue::Attachment(file))) => {
            command.defer_ephemeral(context).await.unwrap();
            let text = String::from_utf8(file.download().await.unwrap()).unwrap();
            let edit = EditInteractionResponse::new()
                .embed(CreateEmbed::new().title("Imported").field("Text", &text, false))
                .allowed_mentions(CreateAllowedMentions::new())
                .new_attachment(CreateAttachment::bytes(text.to_uppercase(), "back.csv"));
            command.edit_response(context, edit).await.unwrap();
            let more = FollowUp::new().content("more").allowed_mentions(CreateAllowedMentions::new());
            command.create_followup(context, more).await.unwrap();
            return;
        }
        ("board", Some(ResolvedValue::Integer(number))) => answer(format!("board {number}")).components(board()),
        ("form", _) => {
            command.create_response(context, form()).await.unwrap();
            return;
        }
        _ => return,
    };
    command.create_response(context, Respond::Message(response)).await.unwrap();
}

async fn on_component(context: &Context, component: &ComponentInteraction) {
    let text = match (&component.data.kind, component.data.custom_id.as_str()) {
        (ComponentInteractionDataKind::StringSelect { values }, _) => format!("picked {values:?}"),
        (ComponentInteractionDataKind::ChannelSelect { values }, _) => format!("picked {values:?}"),
        (_, "later") => {
            component.create_response(context, Respond::Acknowledge).await.unwrap();
            let edit = EditInteractionResponse::new().content("changed").allowed_mentions(CreateAllowedMentions::new());
            component.edit_response(context, edit).await.unwrap();
            return;
        }
        (_, "form") => return component.create_response(context, form()).await.unwrap(),
        (_, "twice") => {
            component.create_response(context, Respond::Message(answer("once"))).await.unwrap();
            let again = component.create_response(context, Respond::Message(answer("twice"))).await;
            assert!(again.unwrap_err().to_string().contains("already been acknowledged"));
            return;
        }
        (_, other) => {
            let update = answer(format!("{other} by {}", component.user.id)).components(Vec::new());
            return component.create_response(context, Respond::UpdateMessage(update)).await.unwrap();
        }
    };
    component.create_response(context, Respond::Message(answer(text))).await.unwrap();
}

async fn on_modal(context: &Context, modal: &ModalInteraction) {
    let inputs = modal.data.components.iter().flat_map(|row| &row.components);
    let values = inputs.map(|input| match input {
        ActionRowComponent::InputText(input) => format!("{}={}", input.custom_id, input.value.as_ref().unwrap()),
        _ => String::new(),
    });
    let answer = answer(values.collect::<Vec<_>>().join(" "));
    let response = if modal.message.is_some() { Respond::UpdateMessage(answer) } else { Respond::Message(answer) };
    modal.create_response(context, response).await.unwrap();
}
