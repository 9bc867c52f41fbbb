//! No circle of modules: of those that stand side by side in a folder, each with all that is below it, none uses another that
//! uses it, directly or by way of a third.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::layers::{imports, module, tokens};

type Folder = Vec<String>;
/// Of each folder: which of its modules uses which.
type Uses = BTreeMap<Folder, BTreeMap<String, BTreeSet<String>>>;

fn uses(sources: &[(Vec<String>, String)]) -> Uses {
    let modules: BTreeSet<&Vec<String>> = sources.iter().map(|(module, _)| module).collect();
    let mut uses = Uses::new();
    for (module, source) in sources {
        for mut to in imports(module, &tokens(source)) {
            while !to.is_empty() && !modules.contains(&to) {
                to.pop();
            }
            let common = module.iter().zip(&to).take_while(|(one, other)| one == other).count();
            if let (Some(from), Some(to)) = (module.get(common), to.get(common)) {
                let folder = uses.entry(module[..common].to_vec()).or_default();
                folder.entry(from.clone()).or_default().insert(to.clone());
            }
        }
    }
    uses
}

/// The modules of a folder that lie on a circle.
fn on_a_circle(folder: &BTreeMap<String, BTreeSet<String>>) -> Vec<&String> {
    let is_on_one = |module: &&String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![*module]);
        while let Some(next) = open.pop() {
            open.extend(folder.get(next).into_iter().flatten().filter(|to| seen.insert(*to)));
        }
        seen.contains(module)
    };
    folder.keys().filter(is_on_one).collect()
}

fn circles(sources: &[(Vec<String>, String)]) -> Vec<String> {
    let uses = uses(sources);
    let named = uses.iter().map(|(folder, uses)| (folder.join("/"), on_a_circle(uses)));
    named.filter(|(_, circle)| !circle.is_empty()).map(|(folder, circle)| format!("src/{folder}: {circle:?}")).collect()
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let sources: Vec<_> = super::production().into_iter().map(|(path, source)| (module(&path), source)).collect();
    let found = circles(&sources);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn circles_are_found_and_nothing_else() {
    let check = |sources: &[(&str, &str)]| {
        let of = |(path, source): &(&str, &str)| (module(Path::new(path)), (*source).to_owned());
        circles(&sources.iter().map(of).collect::<Vec<_>>())
    };
    let three = [("a/x.rs", "use super::y::Y;"), ("a/y/deep.rs", "use crate::a::z::Z;"), ("a/y/mod.rs", "mod deep;")];
    assert_eq!(check(&[&three[..], &[("a/z.rs", "fn z() { super::x::x() }")]].concat()), [r#"src/a: ["x", "y", "z"]"#]);
    assert_eq!(check(&[&three[..], &[("a/z.rs", "// use super::x")]].concat()), Vec::<String>::new());
    assert_eq!(check(&[("a/mod.rs", "use x::X;"), ("a/x.rs", "use super::A;")]), Vec::<String>::new());
}
