//! Every citation leads somewhere: documents and headings that comments and documents name, links, and paths of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::{read, root, sources};

/// What the checks compare citations with.
struct Tree {
    /// All files, as paths below the repository's root.
    files: BTreeSet<String>,
    /// The headings of each Markdown file, without backticks.
    headings: BTreeMap<String, Vec<String>>,
}

/// The folders below which a bare file name is looked for, and where a path may begin.
const FOLDERS: [&str; 9] = ["src", "tests", "benches", "docs", "migrations", "crates", ".ci", ".github", "deploy"];

impl Tree {
    fn new(files: BTreeSet<String>, pages: &[(&str, &str)]) -> Self {
        let headings = pages.iter().map(|(page, text)| {
            let lines = prose(text).filter(|line| line.starts_with('#'));
            let headings = lines.map(|line| line.trim_start_matches('#').trim().replace('`', ""));
            ((*page).to_owned(), headings.collect())
        });
        let headings = headings.collect();
        Self { files, headings }
    }

    /// Whether there is such a file or folder.
    fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.files.contains(path)
            || self.files.range(folder.clone()..).next().is_some_and(|file| file.starts_with(&folder))
    }

    /// Whether `path` exists, below the root or below `src`; a bare file name may be in any folder.
    fn has_source(&self, path: &str) -> bool {
        let is_named = |file: &String| file.rsplit('/').next() == Some(path);
        self.has(path) || self.has(&format!("src/{path}")) || (!path.contains('/') && self.files.iter().any(is_named))
    }
}

/// The lines of a page outside its fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_fenced = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        !is_fenced && !is_fence
    })
}

/// The comments of a source as one text, so that a citation may go over a line's end.
fn comments(source: &str) -> String {
    let lines = source.lines().filter_map(|line| line.trim_start().strip_prefix("//"));
    lines.map(|line| line.trim_start_matches(['/', '!']).trim()).collect::<Vec<_>>().join(" ")
}

/// The anchor that a heading gets on GitHub.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

/// The documents that `text` names without having them, and the headings that it quotes behind them.
fn dead_documents(text: &str, tree: &Tree) -> Vec<String> {
    let mut dead = Vec::new();
    for rest in text.split("docs/").skip(1) {
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'))).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let Some(after) = after.strip_prefix(".md").filter(|_| !name.is_empty()) else { continue };
        let page = format!("docs/{name}.md");
        let quoted = after.trim_start_matches('`').trim_start_matches(',').trim_start().strip_prefix('"');
        let heading = quoted.and_then(|quoted| quoted.split('"').next());
        match tree.headings.get(&page) {
            None => dead.push(page),
            Some(headings) => dead.extend(
                heading
                    .filter(|heading| !headings.iter().any(|had| had == heading))
                    .map(|heading| format!("{page}, \"{heading}\"")),
            ),
        }
    }
    dead
}

/// The path with its `..` resolved.
pub fn without_dots(path: &Path) -> String {
    let mut parts = Vec::new();
    for part in path.iter() {
        match part.to_str() {
            Some("..") => drop(parts.pop()),
            _ => parts.push(part.to_string_lossy()),
        }
    }
    parts.join("/")
}

/// The relative links of a page that lead nowhere; `page` is below the root.
fn dead_links(page: &str, text: &str, tree: &Tree) -> Vec<String> {
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    let mut dead = Vec::new();
    for rest in prose(text).flat_map(|line| line.split("](").skip(1)) {
        let target = rest.split(')').next().unwrap_or_default();
        if target.contains("://") || target.starts_with("mailto:") {
            continue;
        }
        let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
        let file = if file.is_empty() { page.to_owned() } else { without_dots(&folder.join(file)) };
        let has_anchor =
            || tree.headings.get(&file).is_some_and(|had| had.iter().any(|heading| anchor(heading) == fragment));
        if !tree.has(&file) || !(fragment.is_empty() || has_anchor()) {
            dead.push(format!("({target})"));
        }
    }
    dead
}

/// The paths in backticks that do not exist.
fn dead_paths(text: &str, tree: &Tree) -> Vec<String> {
    let quoted = prose(text).flat_map(|line| line.split('`').skip(1).step_by(2)).flat_map(str::split_whitespace);
    let is_path = |word: &&str| {
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/'));
        let first = word.split('/').next().unwrap_or_default();
        let begins =
            word.contains('/') && !first.is_empty() && (FOLDERS.contains(&first) || tree.has(&format!("src/{first}")));
        is_plain && (begins || word.ends_with(".rs"))
    };
    quoted.filter(is_path).filter(|path| !tree.has_source(path)).map(|path| format!("`{path}`")).collect()
}

fn files_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.insert(path.strip_prefix(root()).unwrap().to_string_lossy().into_owned());
        }
    }
}

fn pages() -> Vec<(String, String)> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let paths = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let others = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root().join(name));
    let paths: Vec<PathBuf> = paths.chain(others).collect();
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), read(path))).collect()
}

#[test]
fn no_citation_is_dead() {
    let in_root = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap());
    let in_root = in_root.filter(|entry| entry.path().is_file());
    let mut files: BTreeSet<String> = in_root.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    for folder in FOLDERS.map(|folder| root().join(folder)).iter().filter(|folder| folder.exists()) {
        files_below(folder, &mut files);
    }
    let pages = pages();
    let named: Vec<(&str, &str)> = pages.iter().map(|(page, text)| (page.as_str(), text.as_str())).collect();
    let tree = Tree::new(files, &named);
    let mut dead = Vec::new();
    let mut note =
        |place: &str, found: Vec<String>| dead.extend(found.into_iter().map(|what| format!("{place}: {what}")));
    for (page, text) in &named {
        note(page, dead_documents(text, &tree));
        note(page, dead_links(page, text, &tree));
        note(page, dead_paths(text, &tree));
    }
    note(".env.example", dead_documents(&read(&root().join(".env.example")), &tree));
    for path in sources(&["src", "tests", "benches", "crates"]) {
        let text = comments(&read(&path));
        let place = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        note(&place, dead_documents(&text, &tree));
        // Documents that are not in the repository are not cited.
        let outside = ["PROTOCOL", "CONTRACT", "DESIGN"].into_iter().filter(|name| text.contains(name));
        note(&place, outside.map(str::to_owned).collect());
    }
    assert!(dead.is_empty(), "dead citations:\n{}", dead.join("\n"));
}

#[test]
fn the_code_that_writes_redemptions_is_named() {
    let page = read(&root().join("docs/developing.md"));
    let row = page.lines().find(|line| line.starts_with("| Which code may write redemptions?")).unwrap();
    let writes = |source: &str| {
        ["INTO", "UPDATE", "DELETE FROM"].iter().any(|verb| source.contains(&format!("{verb} redemptions")))
    };
    let writers = crate::production().into_iter().filter(|(_, source)| writes(source)).map(|(path, _)| path);
    let is_named = |path: &PathBuf| {
        path.ancestors().any(|part| {
            row.contains(&format!("`src/{}", part.display())) && part != Path::new("store") && part != Path::new("")
        })
    };
    let (named, unnamed): (Vec<PathBuf>, Vec<PathBuf>) = writers.partition(is_named);
    assert!(named.len() > 5, "{named:?}");
    assert_eq!(unnamed, Vec::<PathBuf>::new());
}

#[test]
fn each_kind_of_dead_citation_is_found() {
    let page = "# The page\n\n## What it `says`\n\n```text\n# no heading\n```\n";
    let files = ["docs/page.md", "src/domain/codes/code.rs", "README.md"].map(str::to_owned).into();
    let tree = Tree::new(files, &[("docs/page.md", page), ("README.md", "# Read me")]);

    let source = "/// See docs/page.md, \"What it\n/// says\" and `docs/gone.md`.\nlet x = \"docs/not_a_comment.md\"; // no\n//! docs/page.md, \"Gone\"";
    assert_eq!(dead_documents(&comments(source), &tree), ["docs/gone.md", "docs/page.md, \"Gone\""]);
    assert_eq!(dead_documents("docs/page.md, \"no heading\"", &tree), ["docs/page.md, \"no heading\""]);

    let links = "[a](page.md) [b](page.md#what-it-says) [c](#the-page) [d](../README.md) [e](https://x.example/y)\n\
                 [f](gone.md) [g](#gone) [h](page.md#gone) [i](../docs) [j](../gone)";
    assert_eq!(dead_links("docs/page.md", links, &tree), ["(gone.md)", "(#gone)", "(page.md#gone)", "(../gone)"]);

    let paths = "`domain/codes/code.rs` `src/domain/` `code.rs` `a/b` `src/domain/gone.rs` `domain/gone` `gone.rs`\n```\n`gone2.rs`\n```";
    assert_eq!(dead_paths(paths, &tree), ["`src/domain/gone.rs`", "`domain/gone`", "`gone.rs`"]);
}
