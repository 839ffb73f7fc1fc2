//! Holds the layers of ARCHITECTURE.md: which part of the program may name which other, and where in it a file, a
//! socket, a process, a wall clock, the terminal and colours may be used at all. Reads the sources, and knows no types.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The modules of `src` from the bottom up, and what each may name: other modules, and crates of the workspace. A new
/// module needs a row here. That the crates know nothing of the tutor is the compiler's to hold.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("markup", &[]),
    ("lesson", &["redis_engine", "markup"]),
    ("redis_cli", &["redis_engine", "markup"]),
    // Of `python_kernel`, only the frames to a child and Python's grammar. The child itself is the driver's.
    ("session", &["lesson", "python_kernel::frame", "python_kernel::syntax", "redis_cli", "redis_engine", "markup"]),
    // The driver starts Python and lets real clients in: it moves processes and sockets, and knows no terminal.
    ("driver", &["session", "lesson", "python_kernel", "redis_server", "adaptive_spin"]),
    ("present", &["session", "markup"]),
    (
        "transcript",
        &["driver", "present", "session", "lesson", "python_kernel::syntax", "redis_cli", "redis_engine", "markup"],
    ),
    (
        "shell",
        &[
            "driver",
            "redis_server",
            "present",
            "session",
            "lesson",
            "python_kernel::syntax",
            "redis_cli",
            "redis_engine",
            "markup",
        ],
    ),
    (
        "cli",
        &[
            "shell",
            "redis_server",
            "transcript",
            "driver",
            "present",
            "session",
            "lesson",
            "python_kernel",
            "redis_engine",
            "markup",
        ],
    ),
];

/// The crates of the workspace, as paths name them.
const CRATES: &[&str] = &["redis_engine", "redis_server", "python_kernel", "adaptive_spin"];

/// What reaches beyond the program, and the only files and folders of the workspace that may use it.
const ONLY_IN: &[(&[&str], &[&str])] = &[
    (&["std::fs"], &["cli", "driver", "shell", "redis-server", "python-kernel/kernel"]),
    (&["mio"], &["redis-server"]),
    // Of `std::net`, the driver uses the addresses: it opens nothing itself.
    (&["std::net"], &["redis-server", "driver/host.rs"]),
    (
        &["std::process"],
        &["main.rs", "cli", "driver", "shell", "redis-server", "python-kernel/kernel", "python-kernel/main.rs"],
    ),
    (&["std::thread"], &["driver", "shell", "redis-server", "python-kernel/kernel", "adaptive-spin"]),
    (&["std::env"], &["main.rs", "cli", "driver", "shell", "redis-server/main.rs", "redis-engine/commands/info.rs"]),
    (&["std::time::SystemTime", "std::time::Instant"], &["cli", "driver", "shell", "redis-server", "adaptive-spin"]),
    (
        &["std::io"],
        &["cli", "driver", "shell", "redis-server", "transcript", "python-kernel/frame.rs", "python-kernel/kernel"],
    ),
    (&["print!", "println!"], &["redis-server/main.rs"]),
    (&["eprint!", "eprintln!"], &["cli", "transcript/run.rs", "redis-server/main.rs"]),
    (&["dbg!", "todo!", "unimplemented!"], &[]),
    (&["nu_ansi_term"], &["present/theme.rs"]),
    (&["rustyline"], &["shell", "cli/args.rs"]),
    (&["clap", "clap_complete", "clap_mangen", "etcetera", "atomic_write_file"], &["cli"]),
    (&["ctrlc"], &["driver", "redis-server", "python-kernel/kernel"]),
    (&["rustpython_vm", "rustpython_stdlib", "rustpython_pylib"], &["python-kernel/kernel"]),
    (&["rustpython_compiler", "ruff_text_size"], &["python-kernel/syntax.rs", "python-kernel/kernel"]),
];

#[test]
fn each_part_names_only_what_stands_below_it() {
    let mut wrong = Vec::new();
    // `main.rs` and `lib.rs` tie all modules together, and are in none.
    for source in SOURCES.iter().filter(|source| !source.is_in_crate && !source.module.is_empty()) {
        let part = source.module[0].as_str();
        let Some((_, allowed)) = MAY_NAME.iter().find(|(name, _)| *name == part) else {
            wrong.push(format!("{}: `{part}` is in no layer: give it a row in MAY_NAME", source.name));
            continue;
        };
        for found in &source.paths {
            let within = found.path.strip_prefix("crate::");
            let of_a_crate = CRATES.iter().any(|name| is_within(&found.path, name)).then_some(found.path.as_str());
            let Some(inside) = within.or(of_a_crate) else { continue };
            if !is_within(inside, part) && !allowed.iter().any(|allowed| is_within(inside, allowed)) {
                wrong.push(format!("{}:{}: `{part}` may not know `{inside}`", source.name, found.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_reaches_outside_stays_in_its_place() {
    let mut wrong = Vec::new();
    for source in SOURCES.iter() {
        for (outside, places) in ONLY_IN {
            if places.iter().any(|place| Path::new(&source.name).starts_with(place)) {
                continue;
            }
            for found in &source.paths {
                if let Some(outside) = outside.iter().find(|outside| is_within(&found.path, outside)) {
                    wrong.push(format!("{}:{}: `{outside}` is for {places:?} only", source.name, found.line));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_is_about_something_that_is_there() {
    let parts = MAY_NAME.iter().map(|(part, _)| *part);
    let places = ONLY_IN.iter().flat_map(|(_, places)| places.iter().copied());
    for place in parts.chain(places) {
        let named =
            |source: &Source| source.name == format!("{place}.rs") || Path::new(&source.name).starts_with(place);
        let there = SOURCES.iter().any(named);
        assert!(there, "nothing in src or crates is called {place}: its row can go");
    }
}

/// Whether a path is `outer`, or something inside it.
fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A source file of the workspace, as far as the layers care.
struct Source {
    /// Below `src` (`session/mod.rs`), or a crate's name and the place below its `src` (`redis-engine/call.rs`).
    name: String,
    /// Whether it belongs to a crate below the root package.
    is_in_crate: bool,
    /// `["session", "clock"]`; empty for `lib.rs` and `main.rs`.
    module: Vec<String>,
    paths: Vec<Named>,
}

/// A path that code names, in full: `std::fs`, `crate::engine::Engine`, `println!`.
struct Named {
    line: usize,
    path: String,
}

/// All sources of the workspace, tests left out.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(sources);

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = sources_below(&root.join("src"), None);
    for name in CRATES.iter().map(|name| name.replace('_', "-")) {
        sources.extend(sources_below(&root.join("crates").join(&name).join("src"), Some(&name)));
    }
    assert!(sources.len() > 200, "only {} files were found below {}", sources.len(), root.display());
    sources
}

/// The sources in a folder, which belongs to the root package or to this crate.
fn sources_below(folder: &Path, name_of_crate: Option<&str>) -> Vec<Source> {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    files
        .iter()
        .map(|file| {
            let below = file.strip_prefix(folder).expect("it was found below").to_str().expect("names are ASCII");
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{below}: {error}"));
            let module = module_of(below);
            let paths = named(&tokens(&text), &module);
            let name = name_of_crate.map_or(below.to_owned(), |name| format!("{name}/{below}"));
            Source { name, is_in_crate: name_of_crate.is_some(), module, paths }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// `session/clock.rs` is `session::clock`, `session/mod.rs` is `session`.
fn module_of(name: &str) -> Vec<String> {
    let mut module: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

/// A word, a number, `::`, or another character that is no blank. Text, characters and comments are left out.
struct Token {
    line: usize,
    text: String,
}

fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let end = token_end(&chars, at);
        let text: String = chars[at..end].iter().collect();
        let is_word = chars[at].is_alphanumeric() || chars[at] == '_';
        let is_sign = chars[at].is_ascii_punctuation() && !matches!(chars[at], '"' | '\'');
        let is_comment = text.starts_with("//") || text.starts_with("/*");
        if (is_word && !text.ends_with(['"', '#'])) || (is_sign && !is_comment) {
            tokens.push(Token { line, text: text.trim_start_matches("r#").to_owned() });
        }
        line += text.matches('\n').count();
        at = end;
    }
    tokens
}

/// Where the token, the text or the comment that begins at `at` ends.
fn token_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
    let length = if starts("//") {
        rest.iter().take_while(|&&c| c != '\n').count()
    } else if starts("/*") {
        let ends = rest.windows(2).position(|pair| pair == ['*', '/']);
        ends.map_or(rest.len(), |position| position + 2)
    } else if starts("::") {
        2
    } else if let Some(quote) = opening_quote(rest) {
        let raw = rest[..quote].contains(&'r');
        let hashes = rest[..quote].iter().filter(|&&c| c == '#').count();
        quote + 1 + quoted_length(&rest[quote + 1..], raw.then_some(hashes))
    } else if rest[0] == '\'' {
        character_length(rest)
    } else if rest[0].is_alphanumeric() || rest[0] == '_' {
        rest.iter().take_while(|c| c.is_alphanumeric() || **c == '_').count()
    } else {
        1
    };
    at + length
}

/// Where the `"` of a text stands that begins here: `"`, `b"`, `c"`, `r"`, `br##"`.
fn opening_quote(rest: &[char]) -> Option<usize> {
    let prefix = rest.iter().take_while(|c| matches!(c, 'b' | 'c' | 'r')).count();
    let hashes =
        if rest[..prefix].contains(&'r') { rest[prefix..].iter().take_while(|&&c| c == '#').count() } else { 0 };
    (prefix <= 2 && rest.get(prefix + hashes) == Some(&'"')).then_some(prefix + hashes)
}

/// The length of what follows an opening quote, the closing one included; a raw text ends at a quote with as many `#`.
fn quoted_length(rest: &[char], raw_hashes: Option<usize>) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match (rest[at], raw_hashes) {
            ('\\', None) => at += 1,
            ('"', None) => return at + 1,
            ('"', Some(hashes)) if rest[at + 1..].iter().take_while(|&&c| c == '#').count() >= hashes => {
                return at + 1 + hashes;
            }
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

/// The length of a character (`'a'`, `'\n'`, `'\u{e9}'`), or of the `'` of a lifetime.
fn character_length(rest: &[char]) -> usize {
    match (rest.get(1), rest.get(2)) {
        (Some('\\'), _) => 3 + rest[3..].iter().take_while(|&&c| c != '\'').count() + 1,
        (Some(_), Some('\'')) => 3,
        _ => 1,
    }
}

/// Every path that the tokens name, `use` groups taken apart, and `self` and `super` resolved.
fn named(tokens: &[Token], module: &[String]) -> Vec<Named> {
    let mut found = Vec::new();
    let mut here = module.to_vec();
    // The depth of braces at which each inline module ends.
    let (mut depth, mut inline) = (0, Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        let text = tokens[at].text.as_str();
        match text {
            "{" => depth += 1,
            "}" => {
                if inline.last() == Some(&depth) {
                    inline.pop();
                    here.pop();
                }
                depth -= 1;
            }
            "mod" if tokens.get(at + 2).is_some_and(|token| token.text == "{") => {
                here.push(tokens[at + 1].text.clone());
                inline.push(depth + 1);
                at += 1;
            }
            _ if is_word(text) && (at == 0 || tokens[at - 1].text != "::") => {
                at = path(tokens, at, &[], &here, &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Takes the path that begins at `at`, after what stands before its group, and returns where it ends.
fn path(tokens: &[Token], mut at: usize, before: &[String], here: &[String], found: &mut Vec<Named>) -> usize {
    let line = tokens[at].line;
    let mut path = before.to_vec();
    while let Some(token) = tokens.get(at).filter(|token| is_word(&token.text)) {
        path.push(token.text.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    let next = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    if next(at) == "{" && next(at - 1) == "::" {
        at += 1;
        while !matches!(next(at), "}" | "") {
            at = if is_word(next(at)) { self::path(tokens, at, &path, here, found) } else { at + 1 };
        }
        return at + 1;
    }
    // A macro is called; `!=` is none.
    if next(at) == "!"
        && next(at + 1) != "="
        && let Some(last) = path.last_mut()
    {
        last.push('!');
    }
    found.push(Named { line, path: resolved(path, here).join("::") });
    at
}

/// `super::frame` in `redis_py::kernel` is `crate::redis_py::frame`.
fn resolved(mut path: Vec<String>, here: &[String]) -> Vec<String> {
    let supers = path.iter().take_while(|word| *word == "super").count();
    if supers > 0 || path.first().is_some_and(|first| first == "self") {
        let outer = &here[..here.len().saturating_sub(supers)];
        path.drain(..supers.max(1));
        path = [&["crate".to_owned()], outer, &path].concat();
    }
    path
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[test]
fn paths_are_read_as_rust_reads_them() {
    let source = r##"
        use std::{fs::{self, File}, net};
        use super::frame;
        // use std::comment;
        /* std::block */
        pub fn f<'a>(c: &'a str) -> bool { c != "std::text" && c != r#"std::raw "x""# && c.starts_with(['"', '\'']) }
        mod tests { use super::super::syntax; fn g() { println!("{}", super::f("")); } }
        fn h() { crate::engine::Engine::new(self::f(b"\"")) }
    "##;
    let module = ["redis_py".to_owned(), "kernel".to_owned()];
    let found: Vec<String> = named(&tokens(source), &module).into_iter().map(|found| found.path).collect();
    for path in [
        "std::fs::self",
        "std::fs::File",
        "std::net",
        "crate::redis_py::frame",
        "crate::redis_py::syntax",
        "println!",
        "crate::redis_py::kernel::f",
        "crate::engine::Engine::new",
    ] {
        assert!(found.iter().any(|found| found == path), "{path} is not among {found:?}");
    }
    for text in ["comment", "block", "text", "raw", "x"] {
        assert!(found.iter().all(|found| found.split("::").last() != Some(text)), "{text} is among {found:?}");
    }
}
