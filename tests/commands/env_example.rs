//! `.env.example` lists the configuration: every variable once, with one line of comment, and its default.

use giftcode_bot::runtime::config::VARIABLES;

#[test]
fn it_lists_every_variable_once_with_its_default() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let is_assignment =
        |line: &&str| line.trim_start_matches("# ").split_once('=').is_some_and(|(name, _)| is_name(name));
    let assignments: Vec<&str> = lines.iter().copied().filter(|line| is_assignment(line)).collect();
    let expected: Vec<String> = VARIABLES.iter().map(|v| format!("# {}={}", v.name, v.default)).collect();
    assert_eq!(assignments, expected);
    for variable in VARIABLES {
        let at = lines.iter().position(|line| *line == format!("# {}={}", variable.name, variable.default)).unwrap();
        assert_eq!(lines[at - 1], format!("# {}.", variable.what), "the line before {}", variable.name);
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}
