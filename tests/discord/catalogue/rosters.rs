//! The answers of `/manage players` that change a roster or show a part of it.

use giftcode_bot::discord::messages::Message;
use giftcode_bot::discord::messages::rosters::{self, ListNow, Skipped, filters, removal, replacement};
use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::players::pasted_list;
use giftcode_bot::domain::players::player::{AllianceId, Player, PlayerId, State};
use giftcode_bot::domain::players::replacement::Replacement;
use giftcode_bot::domain::players::roster_file::{BadLine, BadLineReason, Place};
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::store::{
    Edited, FilteredPage, Listed, ListedDetail, Preview, Removal, RosterChange, RosterFilter, StateChange,
};
use jiff::SignedDuration;

use super::now;

const ALLIANCE: AllianceId = AllianceId(3);

fn stars(count: usize) -> String {
    "*".repeat(count)
}

fn player(id: u64, name: &str, state: u32) -> Player {
    Player { id: PlayerId::new(id).unwrap(), nickname: name.to_owned(), state: State::new(state), furnace_level: None }
}

fn state(number: u32) -> State {
    State::new(number).unwrap()
}

fn changed(new: u32, known: u32, kept: u32, retried: u32) -> RosterChange {
    RosterChange { new, known, kept, retried }
}

const LIST: ListNow = ListNow { total: 104, stateless: None, auto_redeem: true };

fn removal(players: Vec<Player>) -> Removal {
    let draft = (!players.is_empty()).then(|| "0123456789abcdef0123456789abcdef".to_owned());
    Removal { removed: players, draft }
}

fn preview_of(now: &[Player], then: Vec<Player>, kept: u32) -> Preview {
    Preview { replacement: Replacement::of(now, then), kept, draft: "0123456789abcdef0123456789abcdef".to_owned() }
}

fn frost() -> Player {
    player(1001, "Frost", 245)
}

fn snow() -> Player {
    player(1002, "**Snow** @everyone", 246)
}

/// A form's contents in which every line is bad for another reason.
const BAD_LIST: &str = "Lord Frost\n12345678 Frost 23456789 Snow\n34567890 245\n45678901 Ice #245 #246\n56789012 Owl\n\
                        56789012 Fox\n67890123 Elk #1\n67890123 Elk #2\n";

pub fn adding(language: Language) -> Vec<(String, Message)> {
    let mut all = Vec::new();
    let mut say = |when: &str, message: Message| all.push((when.to_owned(), message));
    let none = Skipped::Ids(&[]);
    let added = |change, skipped| rosters::added(language, change, skipped, LIST);
    say("add, or import", added(changed(3, 1, 0, 0), none));
    say(
        "add, while auto-redemption is off",
        rosters::added(language, changed(3, 0, 0, 0), none, ListNow { auto_redeem: false, ..LIST }),
    );
    say("add, of known players, whose states were wrong", added(changed(0, 2, 1, 3), none));
    let pasted = pasted_list::parse(BAD_LIST, None).bad_lines;
    say("add, with lines in the form that cannot be read", added(changed(1, 0, 0, 0), Skipped::Pasted(&pasted)));
    let ids = ["12a4".to_owned(), "**x**".to_owned()];
    say("add, with ids that are none", added(changed(0, 0, 0, 0), Skipped::Ids(&ids)));
    let stateless = ListNow { total: 3, stateless: Some(frost().id), ..LIST };
    say("add, or import, where nobody has a state", rosters::added(language, changed(3, 0, 0, 0), none, stateless));
    say("add, with an empty form", rosters::nothing_pasted(language));
    say("add, with a state in the form that is none", rosters::bad_state(language, "Frost"));
    say("add, with no ids or too many", rosters::how_many_ids(language, 50));
    say("add, with a file and ids", rosters::file_or_ids(language));
    let edited = |keeps_name, keeps_state, retried| {
        rosters::edited(language, &Edited { player: frost(), keeps_name, keeps_state, retried })
    };
    say("edit", edited(false, false, 2));
    say("edit, of a player whom others have too", edited(true, true, 0));
    say("edit, without a name or a state", rosters::nothing_to_edit(language));
    say("edit, of somebody who is not on the list", rosters::not_on_list(language, frost().id));
    let moved = |change| rosters::state_changed(language, change, state(245), state(310));
    say("setstate", moved(StateChange { changed: 98, retried: 4, ..StateChange::default() }));
    say("setstate, with others", moved(StateChange { changed: 98, kept: 2, there_before: 3, retried: 0 }));
    say("setstate, when all belong to others too", moved(StateChange { kept: 2, ..StateChange::default() }));
    say("setstate, when nobody is in that state", moved(StateChange::default()));
    say("setstate, of one state to itself", rosters::same_state(language, state(245)));
    all
}

pub fn removing(language: Language) -> Vec<(String, Message)> {
    let mut all = Vec::new();
    let mut say = |when: &str, message: Message| all.push((when.to_owned(), message));
    let until = now() + SignedDuration::from_mins(15);
    let page = |search: &str, total, players| removal::MenuPage { number: 1, search: search.into(), total, players };
    let menu = |page: &removal::MenuPage| removal::menu(language, ALLIANCE, page);
    let two = vec![frost(), player(1003, "", 0)];
    say("remove, without a player: the second of two pages", menu(&page("", 30, two.clone())));
    let one = removal(vec![snow()]);
    let search = removal::MenuPage { number: 0, ..page("Lord", 2, two.clone()) };
    say("the same, after a search", menu(&search));
    say("the same, after a search that finds nobody", menu(&removal::MenuPage { total: 0, players: vec![], ..search }));
    let removed = |removal: &Removal, absent: &[PlayerId], bad: &[String]| {
        removal::removed(language, ALLIANCE, removal, absent, Skipped::IdsToRemove(bad), until)
    };
    say("remove, or a choice in the menu", removed(&one, &[], &[]));
    say(
        "remove, of several ids",
        removed(&removal(vec![frost(), snow()]), &[PlayerId::new(1009).unwrap()], &["12a4".to_owned()]),
    );
    say("remove, of a player who is not on the list", removed(&Removal::default(), &[frost().id], &[]));
    say("Undo", removal::undone(language, Some(2)));
    say("Undo, pressed again", removal::undone(language, Some(0)));
    say("Undo, after 15 minutes", removal::undone(language, None));
    all
}

pub fn replacing(language: Language) -> Vec<(String, Message)> {
    let mut all = Vec::new();
    let mut say = |when: &str, message: Message| all.push((when.to_owned(), message));
    let now = [frost(), snow(), player(1003, "Ice", 245), player(1004, "Owl", 245)];
    let then = vec![frost(), player(1002, "", 310), player(1005, "Fox", 245), player(1006, "Elk", 245)];
    let preview = preview_of(&now, then, 1);
    let lines = [BadLine { place: Place::Line(5), reason: BadLineReason::NoId }];
    say("import mode:replace", replacement::preview(language, ALLIANCE, &preview, &lines, false));
    say("its button, when the list has changed since", replacement::preview(language, ALLIANCE, &preview, &[], true));
    say("its button", replacement::replaced(language, &preview.replacement, 1, ListNow { total: 4, ..LIST }));
    say("its button, pressed again", replacement::nothing_to_replace(language));
    say("its button, after a day", replacement::unknown(language));
    say("import mode:replace, with too many players", replacement::too_many(language, 12_000, 10_000));
    all
}

pub fn filtering(language: Language) -> Vec<(String, Message)> {
    let mut all = Vec::new();
    let mut say = |when: &str, message: Message| all.push((when.to_owned(), message));
    let listed = |player, detail| Listed { player, detail };
    let page = |total, players| FilteredPage { total, players };
    let filtered = |filter, page: &FilteredPage| filters::filtered(language, ALLIANCE, filter, page, 0);
    let stateless = vec![listed(player(1003, "Ice", 0), ListedDetail::None)];
    say("list filter:no state, the first of two pages", filtered(RosterFilter::NoState, &page(21, stateless)));
    let failed = |codes, latest| ListedDetail::Failed { codes, latest };
    let failing =
        vec![listed(frost(), failed(2, Status::UserInfoError)), listed(snow(), failed(1, Status::StoveLevel))];
    say("list filter:failing", filtered(RosterFilter::Failing, &page(2, failing)));
    let one = vec![listed(frost(), ListedDetail::None)];
    say("list filter:not linked", filtered(RosterFilter::NotLinked, &page(1, one)));
    let left = vec![listed(frost(), ListedDetail::LeftAt(now() - SignedDuration::from_hours(30)))];
    say("list filter:left", filtered(RosterFilter::Left, &page(1, left)));
    for filter in [RosterFilter::NoState, RosterFilter::Failing, RosterFilter::NotLinked, RosterFilter::Left] {
        say(&format!("list filter:{}, of nobody", filter.name().replace('_', " ")), filtered(filter, &page(0, vec![])));
    }
    all
}

/// The forms of `/manage players`, with what opens them.
pub fn forms(language: Language) -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("add", serde_json::to_value(rosters::paste_form(language, ALLIANCE, None)).unwrap()),
        ("“Search” of remove", serde_json::to_value(removal::search_form(language, ALLIANCE)).unwrap()),
    ]
}

/// The same at their longest.
pub fn longest(language: Language) -> Vec<(&'static str, Message)> {
    let all: Vec<Player> = (0..10_000).map(|at| player(999_999_999_999 - at, &stars(32), u32::MAX)).collect();
    let other: Vec<Player> = all.iter().map(|one| Player { state: State::new(1), ..one.clone() }).collect();
    let come: Vec<Player> = (1..10_000).map(|id| player(id, &stars(32), u32::MAX)).collect();
    let line = |at| BadLine { place: Place::Line(u64::MAX - at), reason: BadLineReason::Twice(stars(400)) };
    let lines: Vec<BadLine> = (0..50).map(line).collect();
    let pasted = format!("{}\n", stars(80)).repeat(40);
    let pasted = pasted_list::parse(&pasted, None).bad_lines;
    let absent: Vec<PlayerId> = all.iter().map(|player| player.id).collect();
    let ids: Vec<String> = (0..300).map(|_| stars(32)).collect();
    let page = removal::MenuPage { number: 4_000, search: stars(20), total: u32::MAX, players: all[..25].to_vec() };
    let until = now() + SignedDuration::from_mins(15);
    let mut replaced = Replacement::of(&all, other.clone());
    replaced.comes = come.clone();
    replaced.goes = come;
    let preview = Preview { replacement: replaced, kept: u32::MAX, draft: "f".repeat(32) };
    let listed = |player: &Player| Listed {
        player: player.clone(),
        detail: ListedDetail::Failed { codes: u32::MAX, latest: Status::RechargeMoney },
    };
    let filtered = FilteredPage { total: u32::MAX, players: all[..20].iter().map(listed).collect() };
    let long = ListNow { total: u32::MAX, stateless: PlayerId::new(999_999_999_999), auto_redeem: true };
    vec![
        ("pasted lines", rosters::added(language, changed(9, 9, 9, 9), Skipped::Pasted(&pasted), long)),
        ("lines of a file", rosters::added(language, changed(9, 9, 9, 9), Skipped::Lines(&lines), long)),
        (
            "a removal",
            removal::removed(language, ALLIANCE, &removal(all.clone()), &absent, Skipped::IdsToRemove(&ids), until),
        ),
        ("the menu", removal::menu(language, ALLIANCE, &page)),
        ("a preview", replacement::preview(language, ALLIANCE, &preview, &lines, true)),
        ("a filter", filters::filtered(language, AllianceId(u64::MAX), RosterFilter::Failing, &filtered, 3)),
    ]
}
