//! Checks the structure of the engine: only a few files may import each other in a cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, iter};

/// Maximum number of files that may import each other in a cycle. `Command` and `Call` import each other. The server
/// state belongs to the same cycle, because it holds blocked, queued and counted commands, and the running script.
const MAX_CYCLE: usize = 14;

/// The path of a module in the crate, such as `["data", "hash"]`. The path of the crate root is empty.
type Module = Vec<String>;

/// Reads the source code of all modules in a folder. `path` is the folder's path as a module.
fn read_modules(folder: &Path, path: &Module, modules: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read").path();
        let name = entry.file_stem().and_then(|name| name.to_str()).expect("file names are UTF-8").to_owned();
        let module: Module = path.iter().cloned().chain([name.clone()]).collect();
        if entry.is_dir() {
            read_modules(&entry, &module, modules);
        } else {
            let source = fs::read_to_string(&entry).expect("the file can be read");
            modules.insert(if name == "lib" || name == "mod" { path.clone() } else { module }, source);
        }
    }
}

/// Returns the code of a module without its comments, strings and tests.
fn code(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join("\n").replace("\\\"", "").replace("'\"'", "");
    code.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

/// Returns all paths in the code, such as `super::data::Value`. Expands the braces of `use` declarations.
fn paths(code: &str) -> Vec<Vec<String>> {
    let (mut paths, mut path, mut word) = (Vec::new(), Vec::<String>::new(), String::new());
    // The path before each open brace. It is empty unless the brace belongs to a `use`.
    let mut prefixes = vec![Vec::<String>::new()];
    for (index, c) in code.char_indices() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            path.push(std::mem::take(&mut word));
        }
        match c {
            ':' => continue,
            '{' if code[..index].ends_with("::") => prefixes.push(path.clone()),
            _ => {
                paths.push(path);
                match c {
                    '{' => prefixes.push(Vec::new()),
                    '}' => drop(prefixes.pop()),
                    _ => {}
                }
            }
        }
        path = prefixes.last().cloned().unwrap_or_default();
    }
    paths
}

/// Finds the module that `path` refers to when it is used in `module`. Returns `None` for a path outside the crate.
fn resolve(module: &Module, path: &[String], modules: &BTreeMap<Module, String>) -> Option<Module> {
    let mut target = module.clone();
    let mut words = path.iter().peekable();
    match words.peek()?.as_str() {
        "crate" => {
            target.clear();
            words.next();
        }
        "self" => drop(words.next()),
        "super" => while words.next_if(|word| *word == "super").is_some_and(|_| target.pop().is_some()) {},
        child => {
            if !modules.contains_key(&target.iter().cloned().chain([child.to_owned()]).collect::<Module>()) {
                return None;
            }
        }
    }
    for word in words {
        target.push(word.clone());
        if !modules.contains_key(&target) {
            target.pop();
            break;
        }
    }
    Some(target)
}

/// Returns all modules that a module imports, directly or indirectly.
fn reachable<'a>(from: &'a Module, imports: &'a BTreeMap<&Module, BTreeSet<Module>>) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&Module> = imports[from].iter().collect();
    while let Some(module) = open.pop() {
        if reached.insert(module) {
            open.extend(&imports[module]);
        }
    }
    reached
}

#[test]
fn few_files_import_each_other_in_a_cycle() {
    let mut modules = BTreeMap::new();
    read_modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &Vec::new(), &mut modules);
    let imports: BTreeMap<&Module, BTreeSet<Module>> = modules
        .iter()
        .map(|(module, source)| {
            let targets = paths(&code(source)).into_iter().filter(|path| path.len() > 1);
            let targets = targets.filter_map(|path| resolve(module, &path, &modules));
            (module, targets.filter(|target| target != module).collect())
        })
        .collect();
    let reached: BTreeMap<&Module, BTreeSet<&Module>> =
        imports.keys().map(|&module| (module, reachable(module, &imports))).collect();
    for (&module, targets) in &reached {
        let cycle: Vec<String> = iter::once(module)
            .chain(targets.iter().copied().filter(|&target| target != module))
            .filter(|&target| targets.contains(target) && reached[target].contains(module))
            .map(|module| module.join("::"))
            .collect();
        assert!(cycle.len() <= MAX_CYCLE, "{} files import each other in a cycle: {cycle:#?}", cycle.len());
    }
    let [command, call] = ["command", "call"].map(|name| vec![name.to_owned()]);
    assert!(reached[&command].contains(&call) && reached[&call].contains(&command), "this test overlooks imports");
}
